"""统计 at the console: from the running totals to the rows, a past day, and the months that closed."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from flask import Flask

import models
from models.activities import SessionState
from models.staff import Role
from server import clock
from server.clock import utcnow
from server.services import calendar, statistics_closes
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words
from tests.needs_bench import shanghai
from tests.services.test_statistics_figures import checkin, need, rate

MAY = "from=2026-05&to=2026-05"


@pytest.fixture
def space(app: Flask) -> models.Space:
    clock.move(shanghai("2026-06-20 12:00") - utcnow())
    calendar.seed_year(SYSTEM, 2026, now=utcnow())
    space = factories.make_space(five_goals=["吃得更健康", "社群更丰富"])
    activity = factories.make_activity(space, title="茶会", five_goals=["吃得更健康"])
    session = factories.make_session(
        activity, state=SessionState.ENDED, starts_at=shanghai("2026-05-14 14:00")
    )
    tower = factories.make_building(space, name="甲楼", grid_code="HQ-07")
    company = factories.make_enterprise(name="上海甲有限公司", building=tower)
    there = [checkin(session, enterprise_id=company.id, party_present=2), checkin(session)]
    rate(there[0], 3)
    need(space, first_response_at=shanghai("2026-05-14 16:00"))
    return space


@pytest.fixture
def keeper(client: Client, space: models.Space) -> Desk:
    return desk(client, factories.make_staff(Role.KEEPER, space))


def test_every_number_opens_to_its_rows(keeper: Desk, space: models.Space) -> None:
    page = keeper.client.get(f"/console/statistics?{MAY}").text
    said = keeper.see(f"/console/statistics?{MAY}")
    assert "累计人次 4 人次 全部来自系统记录" in said
    assert "尚未月结" in said
    assert "<script>" not in page
    doors = re.findall(r'href="(/console/statistics/rows/[^"]+)"', page)
    assert len(doors) > 10
    for name in ("activities", "companies", "needs"):
        page = keeper.client.get(f"/console/statistics/{name}?{MAY}").text
        doors += re.findall(r'href="(/console/statistics/rows/[^"]+)"', page)
    assert any("goal=" in each for each in doors)
    for each in {door.replace("&amp;", "&") for door in doors}:
        keeper.see(each)
    goal = keeper.see(f"/console/statistics/rows/person_times?{MAY}&goal=吃得更健康")
    assert "人次 4 人次" in goal
    assert "目标 吃得更健康" in goal
    other = keeper.see(f"/console/statistics/rows/person_times?{MAY}&goal=社群更丰富")
    assert "没有符合的记录" in other
    grid = keeper.see(f"/console/statistics/rows/person_times?{MAY}&grid=HQ-07")
    assert "人次 3 人次" in grid
    assert "同行 2 人" in grid
    assert "中位数 2.0 小时" in keeper.see(f"/console/statistics/needs?{MAY}")
    book = keeper.client.get(f"/console/statistics/rows/person_times/xlsx?{MAY}")
    sheet = openpyxl.load_workbook(io.BytesIO(book.data))["明细"]
    assert sum(row[4] for row in sheet.iter_rows(min_row=2, values_only=True)) == 4
    assert keeper.see("/console/statistics/rows/weather", 404)
    assert keeper.see(f"/console/statistics?space={factories.make_space().id}", 404)


def test_a_past_day_and_a_restatement(keeper: Desk, space: models.Space) -> None:
    statistics_closes.close(now=utcnow())
    assert "2026-05 已于 6月20日" in keeper.see(f"/console/statistics?{MAY}")
    one = models.Checkin.get(models.Checkin.party_present == 2)
    one.change(now=utcnow() + dt.timedelta(minutes=1), voided_at=utcnow() + dt.timedelta(minutes=1))
    clock.move(shanghai("2026-06-21 12:00") - utcnow() + clock.offset())
    statistics_closes.restate(now=utcnow())
    said = keeper.see(f"/console/statistics?{MAY}")
    assert "2026-05 人次 4 → 1 撤销签到 1 次" in said
    assert "累计人次 1 人次" in said
    past = keeper.see(f"/console/statistics?{MAY}&on=2026-06-19")
    assert "累计人次 4 人次" in past
    assert "时的记录重算" in past
    report = keeper.see("/console/statistics/report?to=2026-05")
    assert "2026-05 统计月报 已月结" in report
    assert "4 → 1，撤销签到 1 次" in report
    book = keeper.client.get("/console/statistics/report/xlsx?to=2026-05")
    assert openpyxl.load_workbook(io.BytesIO(book.data)).sheetnames[0] == "指标"


def test_what_was_brought_along_is_marked_until_the_town_checked_it(
    keeper: Desk, space: models.Space, client: Client
) -> None:
    told = {"space": space.id, "figure": "person_times", "value": "4700", "source": "年度总结"}
    days = {"starts_on": "2024-01-01", "ends_on": "2025-12-31"}
    assert "未核实" in keeper.do("/console/statistics/baselines", **told, **days)
    said = keeper.see(f"/console/statistics?{MAY}")
    assert "累计人次 4,704 人次 系统记录 4 + 历史基数 4,700 基数未核实" in said
    late = keeper.send("/console/statistics/baselines", **told, **days | {"ends_on": "2026-05-14"})
    assert late.status_code == 422
    assert "系统里从 2026年05月14日 起已有活动记录" in words(late)
    twice = {"starts_on": "2025-06-01", "ends_on": "2025-12-31"}
    assert "会重复计算" in words(keeper.send("/console/statistics/baselines", **told, **twice))
    row = models.BaselineFigure.get()
    path = f"/console/statistics/baselines/{row.id}/verify"
    assert keeper.send(path).status_code == 403
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent))
    assert "已核实" in officer.do(path)
    assert "基数未核实" not in officer.see(f"/console/statistics?{MAY}")
    acts = {row.action for row in models.AuditLog.select()}
    assert {"statistics.enter_baseline", "statistics.verify_baseline"} <= acts
