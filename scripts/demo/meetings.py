"""A meeting a month ago with what came of it, and the next one planned, entered as staff would."""

import datetime as dt
from typing import Any

from models import Partner, Staff, Task
from models.staff import Role
from scripts.demo.places import Town
from server.clock import at_shanghai, day_of
from server.schemas.meetings import MeetingIn, MinutesIn, ResolutionIn, ResultIn
from server.services import calendar, meetings, meetings_tasks
from server.services.audit import Actor
from server.services.staff import Scope

IN_FULL = "XYC"
PLACE = "i 座 8 楼主阵地会议室"
PRESENT = "三方负责人，税务所、物业列席"
MINUTES = """一、通报上月菜单完成情况，到场人次比前一个月多两成。
二、讨论地库停车：先增设访客车位，出入口分流方案由物业测算。
三、冬季空调提前到 7:30 开，节假日加班由企业提前一天报。
四、税务所、律所配合，下月办一场研发加计扣除讲座。"""
RESOLVED: tuple[tuple[str, str, int, str], ...] = (
    # what, who does it, due so many days after the meeting, what came of it
    ("地库增设八个访客车位并划线", "operator", 10, "已划线启用"),
    ("出入口分流方案测算", "operator", 24, ""),
    ("冬季空调提前到 7:30 开启", "operator", 5, "已调整"),
    ("联系税务所、律所，排定加计扣除讲座", "staff", 14, "已排进下月菜单"),
    ("收集企业对政策汇编的意见", "staff", 33, ""),
    ("园区党支部结对三家新入驻企业", "party", 30, "已结对"),
)


def add_meetings(town: Town, partners: dict[str, Partner], now: dt.datetime) -> None:
    """Insert a held meeting with its tasks and a planned one of the first Space."""
    space = town.places[IN_FULL].space
    keeper, operator = (Staff.get(Staff.login == login) for login in ("keeper_a", "operator_a"))
    scope = Scope(keeper.id, ((Role.KEEPER, space.org_unit.path),))
    by: dict[str, Any] = {"scope": scope, "actor": Actor("staff", keeper.id, keeper.name)}
    seats = {
        "united_front_id": str(partners["front"].id),
        "party_branch_id": str(partners["party"].id),
        "operator_id": str(partners["operator"].id),
    }

    def plan(days: int, guests: list[str], at: dt.datetime) -> Any:
        work = calendar.load(day_of(now) - dt.timedelta(days=60))
        day = work.nth_work_day(day_of(now) + dt.timedelta(days=days), 1)
        starts_at = at_shanghai(day, dt.time(14))
        form: dict[str, Any] = {"starts_at": starts_at, "place": PLACE, "guests": guests}
        typed = MeetingIn.model_validate(form | seats)
        return meetings.plan(space.id, typed, **by, now=at)

    held = plan(-31, ["虹桥税务所", "新意城物业服务处"], now - dt.timedelta(days=33))
    owners = {
        "staff": {"owner_staff_id": str(operator.id)},
        "operator": {"owner_partner_id": str(partners["operator"].id)},
        "party": {"owner_partner_id": str(partners["party"].id)},
    }
    then = held.starts_at + dt.timedelta(hours=2)
    for text, who, days, result in RESOLVED:
        due = day_of(held.starts_at) + dt.timedelta(days=days)
        task = owners[who] | {"due_on": due.isoformat()}
        form = ResolutionIn.model_validate({"text": text, "task": task})
        decision = meetings_tasks.resolve(held, form, **by, now=then)
        if result:
            done = Task.get(Task.resolution == decision)
            report = ResultIn(version=done.version, result=result)
            meetings_tasks.finish(done, report, **by, now=min(now, then + dt.timedelta(days=days)))
    said = {"version": held.version, "minutes": MINUTES, "present": PRESENT, "held": True}
    meetings.minute(held, MinutesIn.model_validate(said), **by, now=then)
    plan(6, ["虹桥镇营商服务中心"], now)
