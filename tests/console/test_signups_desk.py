"""名单 by hand, as a keeper does it: people found, added, brought in, drawn, taken along."""

import datetime as dt
import io
import zipfile
from html import unescape
from typing import Any

from openpyxl import Workbook, load_workbook

import models
from models.activities import SignupMode
from models.signups import SignupState
from models.staff import Role
from server.schemas.signups import SignupIn
from server.services import health, signups, signups_guests, signups_noshows, users
from tests import factories
from tests.conftest import Client, resources
from tests.console.conftest import desk, words

HOUR = dt.timedelta(hours=1)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(*rows: tuple[Any, ...]) -> tuple[io.BytesIO, str, str]:
    book = Workbook()
    page: Any = book.active
    for row in rows:
        page.append(row)
        for cell in page[page.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # also what looks like a formula
    stored = io.BytesIO()
    book.save(stored)
    return io.BytesIO(stored.getvalue()), "名单.xlsx", SHEET


def test_a_list_is_looked_over_and_brought_in_once(client: Client, now: dt.datetime) -> None:
    vault = resources(client.application).vault
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    session = factories.make_session(
        factories.make_activity(space), starts_at=now + 48 * HOUR, capacity=6
    )
    company = factories.make_enterprise(name="上海澜图科技有限公司", short_name="澜图科技")
    member = factories.make_user(nickname="林悦", openid_enc=b"x")
    users.keep_phone(member, "13800000001", vault=vault, now=now)
    path = f"/console/sessions/{session.id}/signups/import"
    people = (
        ("手机号", "姓名", "企业", "人数"),
        (13800000001, "小林", "澜图科技", 2),
        ("138-0000-0002", "=HYPERLINK(1)", "", None),
        ("", "孩子甲", "", 1),
        ("", "孩子甲", "", 1),
        ("12345", "错号", "没有这家公司", 99),
        ("", "", "", ""),
        ("", "孩子乙", "", 3),
    )
    answer = keeper.send(path, file=sheet(*people))
    seen = words(answer)
    assert "可以导入 4 / 6 行" in seen
    assert "与第 4 行重复" in seen
    assert "手机号不正确；人数应为 1–20；企业库里没有“没有这家公司”" in seen.replace("； ", "；")
    assert models.Signup.select().count() == 0  # a look writes nothing

    told = unescape(answer.text.split('name="rows" value="')[1].split('"')[0])
    done = words(keeper.send(f"{path}/apply", rows=told, when_full="wait"))
    assert "4 行已加入名单" in done
    fresh = models.Session.get_by_id(session.id)
    assert fresh.seats_taken == 4
    own = models.Signup.get(models.Signup.user_id == member.id)
    assert (own.enterprise_id, own.party_size, own.source) == (company.id, 2, "roster")
    last = models.Signup.select().order_by(models.Signup.id.desc()).get()
    assert (last.party_size, last.state) == (3, SignupState.WAITLISTED)  # 4 of 6 are taken
    again = words(keeper.send(f"{path}/apply", rows=told, when_full="wait"))
    assert "0 行已加入名单" in again
    assert models.Signup.select().count() == 4

    # Whoever verifies the number later finds the place written down for it.
    newcomer = factories.make_user()
    kept = users.keep_phone(newcomer, "13800000002", vault=vault, now=now)
    with models.db.atomic():
        assert signups_guests.adopt(kept, now=now) == 1
    assert models.Signup.get(models.Signup.user_id == newcomer.id).state == SignupState.CONFIRMED

    # Taken along: needs a reason, leaves a trace, and no cell is a formula.
    out = f"/console/sessions/{session.id}/signups/export"
    assert keeper.send(out).status_code == 422
    answer = keeper.send(out, reason="交给接待的同事核对")
    book: Any = load_workbook(io.BytesIO(answer.data)).active
    lines = [[cell.value for cell in row] for row in book.iter_rows()]
    assert lines[0][:6] == ["状态", "候补位次", "姓名", "企业", "人数", "手机号"]
    assert ["上海澜图科技有限公司", 2, "13800000001"] in [line[3:6] for line in lines]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    trail = models.AuditLog.get(models.AuditLog.action == "signups.export")
    assert trail.reason == "交给接待的同事核对"


def test_nonsense_is_no_list(client: Client, now: dt.datetime) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    session = factories.make_session(factories.make_activity(space), starts_at=now + 48 * HOUR)
    path = f"/console/sessions/{session.id}/signups/import"
    hollow = io.BytesIO()
    with zipfile.ZipFile(hollow, "w") as packed:
        packed.writestr("xl/workbook.xml", "<no")
    for content in (b"", b"not a sheet", hollow.getvalue()):
        answer = keeper.send(path, file=(io.BytesIO(content), "x.xlsx"))
        assert answer.status_code == 422
        assert "无法读取" in words(answer)
    assert "姓名" in words(keeper.send(path, file=sheet(("名字",), ("林悦",))))
    for rows in ("", "[", "[1]", '[{"number": "x"}]', "[" * 5000):
        assert keeper.send(f"{path}/apply", rows=rows).status_code == 422
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    assert operator.send(f"/console/sessions/{session.id}/signups/export").status_code == 403
    assert operator.send(f"/console/sessions/{session.id}/capacity").status_code == 403


def test_places_are_made_and_taken_away_with_a_reason(client: Client, now: dt.datetime) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    session = factories.make_session(
        factories.make_activity(space), starts_at=now + 48 * HOUR, capacity=1
    )
    first = signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)
    waits = [
        signups.sign_up(factories.make_user(), session.id, SignupIn(join_waitlist=True), now=now)
        for _ in range(2)
    ]
    path = f"/console/sessions/{session.id}"
    assert keeper.send(f"{path}/capacity", capacity="2").status_code == 422
    keeper.do(f"{path}/capacity", capacity="2", reason="换到大一点的教室")
    state = [models.Signup.get_by_id(each.id).state for each in (first, *waits)]
    assert state == ["confirmed", "confirmed", "waitlisted"]
    told = models.Message.select().where(models.Message.user_id == waits[0].user_id)
    assert [each.kind for each in told] == ["promoted"]
    keeper.do(f"{path}/capacity", capacity="1", reason="教室又换小了")
    fresh = models.Session.get_by_id(session.id)
    assert (fresh.seats_taken, fresh.extra_seats) == (2, 1)
    signups.cancel(models.User.get_by_id(first.user_id), first.id, now=now)
    assert models.Signup.get_by_id(waits[1].id).state == SignupState.WAITLISTED  # 1 of 1

    full = keeper.send(f"{path}/signups/add", name="张三")
    assert (full.status_code, "名额已满" in words(full)) == (409, True)
    no_reason = keeper.send(f"{path}/signups/add", name="张三", when_full="beyond")
    assert no_reason.status_code == 422
    page = keeper.do(f"{path}/signups/add", name="张三", when_full="beyond", reason="讲师的助手")
    assert "张三" in page
    assert "超员 1" in page
    assert "候补第 2 位" in keeper.do(f"{path}/signups/add", name="李四", when_full="wait")
    assert health.broken() == []


def test_people_are_found_by_what_staff_know(client: Client, now: dt.datetime) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    session = factories.make_session(
        factories.make_activity(space, signup_mode=SignupMode.APPROVAL), capacity=9
    )
    company = factories.make_enterprise(name="上海澜图科技有限公司", short_name="澜图科技")
    rows = {
        name: factories.make_signup(
            session,
            factories.make_user(nickname=name),
            state=SignupState.PENDING,
            enterprise_id=company.id if name == "马超" else None,
        )
        for name in ("林悦", "马超", "吴静")
    }
    path = f"/console/sessions/{session.id}/signups"
    table = keeper.see(f"{path}?q=LY")
    assert "林悦" in table
    assert "马超" not in table
    assert "马超" in keeper.see(f"{path}?q=澜图")
    assert "林悦" not in keeper.see(f"{path}?company={company.id}")
    assert "没有找到" in keeper.see(f"{path}?q=查无此人")
    both = [rows["林悦"].id, rows["马超"].id]
    done = keeper.do(f"{path}/decide", signup=both, verdict="approve")
    assert "已处理 2 份" in done
    assert "请写明理由" in keeper.do(f"{path}/decide", signup=rows["吴静"].id, verdict="decline")
    keeper.do(f"{path}/decide", signup=rows["吴静"].id, verdict="decline", reason="人满了")
    state = {name: models.Signup.get_by_id(row.id).state for name, row in rows.items()}
    assert state == {"林悦": "confirmed", "马超": "confirmed", "吴静": "declined"}


def test_the_draw_and_the_appeals(client: Client, now: dt.datetime) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    activity = factories.make_activity(
        space, signup_mode=SignupMode.LOTTERY, signup_closes_at=now + HOUR
    )
    session = factories.make_session(activity, starts_at=now + 9 * HOUR, capacity=1)
    for _ in range(3):
        signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)
    path = f"/console/sessions/{session.id}"
    assert "3 份参加" in keeper.see(f"{path}/signups?group=pending")
    assert "报名截止后才能抽签" in keeper.do(f"{path}/draw")
    models.Activity.update(signup_closes_at=now - HOUR).execute()
    assert "1 份中签" in keeper.do(f"{path}/draw")
    assert "已经抽过签" in keeper.do(f"{path}/draw")

    past = factories.make_session(
        factories.make_activity(space), starts_at=now - 9 * HOUR, ends_at=now - 7 * HOUR
    )
    absent = factories.make_signup(past, factories.make_user(nickname="周舟"))
    assert signups.mark_no_shows(now) == 1
    user = models.User.get_by_id(absent.user_id)
    [mark] = signups_noshows.of_user(user, cursor=None, limit=9).items
    signups_noshows.appeal(user, mark.id, "那天电梯停了，我在楼下", now=now)
    assert "电梯停了" in keeper.see("/console/no-shows")
    assert "请" in keeper.do(f"/console/no-shows/{mark.id}", verdict="refuse")
    keeper.do(f"/console/no-shows/{mark.id}", verdict="grant", reason="物业证实了")
    assert "物业证实了" in keeper.see("/console/no-shows?state=decided")
    assert signups_noshows.counts_of(user.id, now=now) == 0
    stranger = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    assert "电梯停了" not in stranger.see("/console/no-shows?state=decided")
    assert stranger.send(f"/console/no-shows/{mark.id}", verdict="grant").status_code == 404
