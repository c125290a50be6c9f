"""The main job as three people, against the whole stack as `scripts/run` starts it: the keeper in a
browser, two members over HTTP, WeChat played by the sandbox."""

import datetime as dt
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.backing.postgres import Postgres
from server.clock import SHANGHAI
from tests.e2e.conftest import Visitor
from tests.e2e.stack import Member, Place, read_code, until
from tests.scripts.running import clean_environment, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MENU = "sbx_menu_".ljust(43, "A")
ANSWERED = "sbx_need_answered_".ljust(43, "A")
TITLE = "税务律师来答疑"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Place]:
    more = {}
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        more["DATABASE_URL"] = server.create(
            f"main_job_{tmp_path.name[-8:].lower()}_{time.time_ns()}"
        )
    with running(tmp_path / "state", env=clean_environment(**more)) as stack:
        stack.wait_up()
        found = Place(stack)
        found.move(_morning())
        yield found


def _morning() -> dt.datetime:
    """Ten on the next month's first working morning: the demo has drafted that month's menu and
    published none of it yet."""
    today = dt.datetime.now(SHANGHAI).replace(hour=10, minute=0, second=0, microsecond=0)
    morning = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    while morning.weekday() > 4:
        morning += dt.timedelta(days=1)
    return morning


def test_the_main_job(place: Place, chromium: Browser) -> None:
    first, second = Member(place, "demo-u1"), Member(place, "demo-u2")
    for member in (first, second):
        member.allow(MENU)
        until(lambda member=member: member.balance("menu") == 1, "the accept to count")
    keeper = Visitor(chromium, place.base, viewport={"width": 1280, "height": 900})
    page = keeper.page
    before = _figures(page, place)

    _make_activity(page, place)
    _publish_menu(page, place)
    for member in (first, second):
        card = until(lambda member=member: place.messages(member.openid, MENU), "the push")
        assert len(card) == 1
        assert "新意城" in json.dumps(card[0]["data"], ensure_ascii=False)
        assert member.balance("menu") == 0
        inbox = member.ask("GET", "me/inbox", 200)["items"]
        assert inbox[0]["kind"] == "menu"

    session = _sign_up_from_menu(first, place)
    _check_in_by_screen(page, place, session, first, second)
    _ask_and_be_answered(page, first, place)
    _figures_agree(page, place, before)
    assert keeper.complaints == []
    keeper.context.close()


def _make_activity(page: Page, place: Place) -> None:
    page.goto("/console/activities/new")
    page.get_by_label("标题").fill(TITLE)
    series = page.get_by_label("系列")
    value = series.locator("option", has_text="心海").get_attribute("value")
    series.select_option(value)
    page.get_by_label("主题").fill("把该享受的优惠用足")
    page.get_by_role("button", name="存为草稿").click()
    starts = place.now + dt.timedelta(minutes=30)
    page.get_by_label("开始").fill(f"{starts:%Y-%m-%dT%H:%M}")
    page.get_by_label("结束").fill(f"{starts + dt.timedelta(hours=1):%Y-%m-%dT%H:%M}")
    page.get_by_label("名额").fill("1")
    page.get_by_role("button", name="保存场次").click()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布，会员现在可以看到")).to_be_visible()


def _publish_menu(page: Page, place: Place) -> None:
    page.goto(f"/console/menus?month={place.now:%Y-%m}")
    row = page.get_by_role("row", name=re.compile(f"^{place.now.month}月"))
    row.get_by_text("继续编辑").click()
    page.get_by_label(re.compile(TITLE)).check()
    page.get_by_role("button", name="保存并预览").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("发布")).click()
    expect(page.get_by_text("菜单已发布，正在告诉会员")).to_be_visible()


def _sign_up_from_menu(member: Member, place: Place) -> dict[str, Any]:
    """Sign up and check out what a second tap and a full house say; returns the session."""
    home = member.ask("GET", "me", 200)["home_space"]["id"]
    menu = member.ask("GET", f"menus?space={home}&month={place.now:%Y-%m}", 200)
    [mine] = [item["activity"] for item in menu["items"] if item["activity"]["title"] == TITLE]
    [session] = mine["sessions"]
    assert session["button"]["state"] == "sign_up"
    path = f"sessions/{session['id']}/signups"
    headers = {"Idempotency-Key": "one-tap-of-mine"}
    signup = member.ask("POST", path, 201, json={"party_size": 1}, headers=headers)
    assert signup["state"] == "confirmed"
    again = member.ask("POST", path, 201, json={"party_size": 1}, headers=headers)
    assert again["id"] == signup["id"]
    return dict(session)


def _check_in_by_screen(
    page: Page, place: Place, session: dict[str, Any], first: Member, second: Member
) -> None:
    page.goto(f"/console/sessions/{session['id']}/screen")
    expect(page.locator("[data-persons]")).to_have_text("0")
    code = until(lambda: read_code(page), "a readable code")
    assert code.startswith(f"{place.base}/c/")
    done = first.ask("POST", "checkins", 200, json={"token": code})
    assert done["result"] == "checked_in"
    expect(page.locator("[data-persons]")).to_have_text("1")
    again = first.ask("POST", "checkins", 200, json={"token": code})
    assert again["result"] == "already_checked_in"
    assert again["checkin"] == done["checkin"]

    refused = second.ask("POST", "checkins", 409, json={"token": code})
    assert refused["code"] == "not_signed_up"
    assert refused["can_walk_in"] is False  # the one place is taken
    page.goto(f"/console/sessions/{session['id']}/edit")
    page.get_by_label("名额").fill("5")
    page.get_by_role("button", name="保存场次").click()
    page.goto(f"/console/sessions/{session['id']}/screen")
    code = until(lambda: read_code(page), "a readable code")
    walked = second.ask("POST", "checkins", 200, json={"token": code, "walk_in": True})
    assert walked["checkin"]["method"] == "walk_in"
    expect(page.locator("[data-persons]")).to_have_text("2")


def _ask_and_be_answered(page: Page, member: Member, place: Place) -> None:
    member.allow(ANSWERED)
    until(lambda: member.balance("need_answered") == 1, "the accept to count")
    need = member.ask(
        "POST",
        "needs",
        201,
        json={
            "category": "policy",
            "title": "高新企业认定要准备什么",
            "body": "明年想申报高新技术企业，请问从现在起要准备哪些材料？",
        },
    )
    assert need["promise"]["respond_by"] < need["promise"]["resolve_by"]
    assert need["promise"]["explained"]

    page.goto("/console/needs")
    page.get_by_role("link", name=re.compile("高新企业认定要准备什么")).click()
    page.get_by_role("button", name="受理").click()
    page.get_by_placeholder("写给提交人的话").fill("您好，已联系镇科技办，今天给您清单。")
    page.get_by_role("button", name="回复提交人").click()
    page.locator("summary", has_text="给出答复").click()
    form = page.locator("form", has=page.get_by_role("button", name="答复提交人"))
    form.get_by_text("已解决", exact=True).click()
    form.get_by_role("textbox", name="答复").fill("清单和时间表已发到您的邮箱，下周有专场辅导。")
    form.get_by_role("button", name="答复提交人").click()

    def is_answered() -> Any:
        told = member.ask("GET", f"needs/{need['id']}", 200)
        return told if told["state"] == "answered" else None

    told = until(is_answered, "the answer")
    assert told["outcome"] == "solved"
    assert any("镇科技办" in line["text"] for line in told["timeline"])
    until(lambda: place.messages(member.openid, ANSWERED), "the push of the answer")
    verdict = {"satisfaction": "satisfied", "solved": "yes", "text": "很快，谢谢"}
    rated = member.ask("POST", f"needs/{need['id']}/rating", 200, json=verdict)
    assert rated["state"] == "closed"


def _figures(page: Page, place: Place) -> dict[str, Any]:
    """The month's figures of the keeper's Space, by the console's own log-in."""
    page.goto("/console/login")
    page.get_by_label("账号").fill("keeper_a")
    page.get_by_label("密码").fill(place.passwords["keeper_a"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/console/**")
    return _summary(page, place)


def _summary(page: Page, place: Place) -> dict[str, Any]:
    answer = page.request.get(f"/api/v1/staff/statistics/summary?month={place.now:%Y-%m}")
    assert answer.ok, answer.text()
    return {figure["code"]: figure for figure in answer.json()["figures"]}


def _figures_agree(page: Page, place: Place, before: dict[str, Any]) -> None:
    """Two more people were there, in one more session, and one need more was solved."""
    place.move(place.now + dt.timedelta(hours=3))
    place.job("finish_past")
    after = _summary(page, place)
    assert after["person_times"]["value"] - before["person_times"]["value"] >= 2
    rows = page.request.get(
        f"/api/v1/staff/statistics/rows?figure=person_times&month={place.now:%Y-%m}&limit=100"
    ).json()["items"]
    mine = [row for row in rows if TITLE in json.dumps(row, ensure_ascii=False)]
    assert len(mine) == 2
