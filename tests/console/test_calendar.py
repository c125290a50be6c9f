"""The year as a grid, and what a change would do before it counts."""

import datetime as dt
import io
from typing import Any

import models
from models.calendar import DayKind
from models.spaces import OrgKind
from models.staff import Role
from server.clock import day_of
from server.services import calendar, files_sheets
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words
from tests.hostile import WORST

NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。"""
PATH = "/console/settings/calendar"


def _admin(client: Client) -> Desk:
    nation = factories.make_org_unit(OrgKind.NATION)
    return desk(client, factories.make_staff(Role.PLATFORM_ADMIN, nation))


def test_a_notice_is_read_shown_and_written(client: Client, now: Any) -> None:
    admin = _admin(client)
    assert "365 天没有放假安排" in admin.see(f"{PATH}?year=2027")
    asked = {"year": 2027, "source": "国办发明电〔2026〕7号", "confirmed": "on"}
    shown = admin.send(f"{PATH}/preview", **asked, text=NOTICE)
    assert "12 天；0 件诉求的期限会变" in words(shown)
    assert models.CalendarDay.select().count() == 0
    page = admin.do(PATH, **asked, text=NOTICE)
    assert "已更新 12 天" in page
    days = {row.day: row for row in calendar.of_year(2027)}
    assert (days[dt.date(2027, 2, 20)].kind, days[dt.date(2027, 2, 20)].name) == (
        DayKind.WORK, "春节调休",
    )  # fmt: skip
    assert days[dt.date(2027, 2, 11)].source == "国办发明电〔2026〕7号"
    assert "与现有日历相同" in admin.do(PATH, **asked, text=NOTICE)
    sheet = files_sheets.workbook(
        "日历", ["日期", "类型", "名称"], [[dt.date(2027, 3, 1), "休", "停电"]], [12, 8, 8]
    )
    shown = admin.send(f"{PATH}/preview", **asked, file=(io.BytesIO(sheet), "日历.xlsx"))
    assert "1 天" in words(shown)
    assert "停电" in words(shown)
    shown = admin.send(f"{PATH}/preview", year=2026, notice="1")
    assert "365 天" in words(shown)
    for text, said in (("放假通知", "看不懂"), ("2027-02-30 休", "没有这一天"), ("", "请粘贴")):
        assert said in words(admin.send(f"{PATH}/preview", **asked, text=text))
    for text in WORST:
        for path in (PATH, f"{PATH}/preview"):
            fields = dict.fromkeys(("year", "day", "text", "source", "kind"), text)
            assert admin.send(path, **fields).status_code in (413, 422)
            assert admin.send(path, year=2027, text=text).status_code in (200, 303, 413, 422)


def test_the_preview_says_what_the_change_then_does(client: Client, now: Any) -> None:
    space = factories.make_space()
    today = day_of(now)
    for number in range(60):
        calendar.set_day(SYSTEM, today + dt.timedelta(days=number), DayKind.WORK, "", now=now)
    work = calendar.load(today)
    due = work.deadline(now, 5)
    need = factories.make_need(
        space, received_at=now, clock_from=now, clock_days=5, respond_days=2,
        due_respond=work.deadline(now, 2).at, due_resolve=due.at,
    )  # fmt: skip
    admin = _admin(client)
    day = (today + dt.timedelta(days=4)).isoformat()
    asked = {"year": today.year, "day": day, "kind": "rest", "name": "停电", "confirmed": "on"}
    shown = words(admin.send(f"{PATH}/preview", **asked))
    assert "1 件诉求的期限会变" in shown
    assert need.no in shown
    assert need.title not in shown
    assert models.Need.get_by_id(need.id).due_resolve == due.at
    assert "1 件诉求的时间随之调整" in admin.do(
        PATH, year=today.year, text=f"{day} 休息 停电", confirmed="on"
    )
    assert models.Need.get_by_id(need.id).due_resolve == due.at + dt.timedelta(days=1)
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    assert keeper.client.get(PATH).status_code in (403, 404)
    assert keeper.send(PATH, year=today.year, text=f"{day} 上班").status_code == 403
