"""The television in the lobby: its link, what it shows, and what it never tells."""

import datetime as dt

import pytest

import models
from models.activities import ActivityState, SessionState
from models.staff import Role
from server.clock import move
from server.services import checkins_screens as screens
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Client, resources

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space(name="新意城空间")


def link_of(client: Client, space: models.Space, now: dt.datetime) -> str:
    screen = screens.make(space, days=30, actor=SYSTEM, now=now)
    return "/screen/" + screens.link(
        screen, key=resources(client.application).config.secrets.secret_key
    )


def session_in(
    space: models.Space, title: str, starts: dt.datetime, **over: object
) -> models.Session:
    activity = factories.make_activity(space, title=title, **over)
    return factories.make_session(activity, starts_at=starts)


def test_shows_what_is_open_what_comes_and_nothing_private(
    client: Client, space: models.Space, now: dt.datetime
) -> None:
    here = session_in(space, "税务讲座", now - HOUR)
    factories.make_checkin(
        factories.make_signup(here, factories.make_user(nickname="欧阳娜娜"), party_size=2),
        party_present=1,
    )
    session_in(space, "午间瑜伽", now - HOUR / 2)
    session_in(space, "明日集市", now + 30 * HOUR)
    session_in(space, "演练一场", now - HOUR, is_rehearsal=True)
    session_in(space, "草稿一场", now - HOUR, state=ActivityState.DRAFT)
    session_in(factories.make_space(), "别处一场", now - HOUR)
    url = link_of(client, space, now)
    page = client.get(url)
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    news = client.get(f"{url}/news").json
    assert [board["persons"] for board in news["boards"]] == [2, 0]
    for board in news["boards"]:
        begins = [code["from_ms"] for code in board["codes"]]
        assert begins == [begins[0], begins[0] + 20_000, begins[0] + 40_000]
        assert begins[0] <= news["now_ms"] < board["codes"][0]["until_ms"]
    for text in (page.text, news["stage"]):
        assert "税务讲座" in text
        assert "午间瑜伽" in text
        assert "欧**" in text
        for never in ("欧阳", "演练一场", "草稿一场", "别处一场", "<script>", here.qr_key):
            assert never not in text
    assert "明日集市" not in news["stage"]  # while there is something to scan: today only
    move(3 * HOUR)
    quiet = client.get(f"{url}/news").json
    assert quiet["boards"] == []
    assert "明日集市" in quiet["stage"]
    move(60 * HOUR)
    assert "近期还没有安排" in client.get(f"{url}/news").json["stage"]


def test_five_at_once_take_turns_and_a_cancelled_one_has_no_code(
    client: Client, space: models.Space, now: dt.datetime
) -> None:
    for number in range(5):
        session_in(space, f"第{number}场", now - HOUR)
    off = session_in(space, "取消的一场", now + HOUR / 2)
    models.Session.update(state=SessionState.CANCELLED).where(models.Session.id == off.id).execute()
    url = link_of(client, space, now)
    seen: set[str] = set()
    for seconds in (0, 12, 24):
        move(dt.timedelta(seconds=seconds))
        news = client.get(f"{url}/news").json
        assert 2 <= len(news["boards"]) <= 3
        assert "轮流显示" in news["stage"]
        seen |= {board["id"] for board in news["boards"]}
    assert len(seen) == 5
    assert str(off.id) not in seen


def test_the_link_ends_with_its_time_its_successor_or_a_word(
    client: Client, space: models.Space, now: dt.datetime
) -> None:
    first = link_of(client, space, now)
    second = link_of(client, space, now)
    assert client.get(first).status_code == 410
    assert client.get(f"{first}/news").status_code == 410
    assert "大屏打不开" in client.get(first).text
    assert client.get(second).status_code == 200
    for forged in (second[:-2] + "xx", "/screen/x", "/screen/WzEsMV0.AAAA", f"/screen/{'é' * 9}"):
        assert client.get(forged).status_code == 404
    move(dt.timedelta(days=31))
    assert client.get(second).status_code == 410
    move(None)
    screens.revoke(space, actor=SYSTEM, now=now)
    assert client.get(second).status_code == 410
    screens.revoke(space, actor=SYSTEM, now=now)
    actions = [row.action for row in models.AuditLog.select().order_by(models.AuditLog.id)]
    assert actions == ["checkins.make_screen"] * 2 + ["checkins.revoke_screen"]


def test_keepers_make_and_take_back_the_link_and_send_phones_away(
    client: Client, space: models.Space
) -> None:
    keeper = client.as_staff(factories.make_staff(Role.KEEPER, space))
    operator = client.as_staff(factories.make_staff(Role.OPERATOR, space))
    scanner_account = factories.make_staff(Role.SCANNER, space)
    scanner = client.as_staff(scanner_account)
    token = {"csrf_token": keeper.environ_base["HTTP_X_CSRFTOKEN"]}
    assert "还没有生成大屏链接" in operator.get("/console/checkins/devices").text
    refused = operator.post(
        f"/console/spaces/{space.id}/screen",
        data={"csrf_token": operator.environ_base["HTTP_X_CSRFTOKEN"]},
    )
    assert refused.status_code == 403
    assert keeper.post(f"/console/spaces/{space.id}/screen", data=token).status_code == 303
    page = keeper.get("/console/checkins/devices").text
    link = page.partition('id="screen-link" value="')[2].partition('"')[0]
    assert "/screen/" in link
    path = "/screen/" + link.rpartition("/screen/")[2]
    assert client.get(path).status_code == 200
    assert path not in operator.get("/console/checkins/devices").text
    keeper.post(f"/console/spaces/{space.id}/screen/revoke", data=token)
    assert client.get(path).status_code == 410

    made = scanner.post(
        "/api/v1/staff/devices", json={"space_id": str(space.id), "name": "一号门手机"}
    ).json
    page = keeper.get(f"/console/checkins/devices?space={space.id}").text
    assert "一号门手机" in page
    assert made["key"] not in page
    done = keeper.post(f"/console/devices/{made['id']}/revoke", data=token)
    assert done.status_code == 303
    assert "已停用" in keeper.get("/console/checkins/devices").text
    assert keeper.get("/console/checkins/devices?space=1").status_code == 404
