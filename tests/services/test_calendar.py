"""The calendar's rows: filled, corrected, followed by open needs with a trace."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.calendar import DayKind
from models.needs import NeedState
from models.staff import Role
from server.errors import Forbidden
from server.services import calendar, needs_desk, staff
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, events, make_bench, shanghai


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def set_day(day: str, kind: DayKind, name: str = "", now: dt.datetime = NOON) -> models.CalendarDay:
    return calendar.set_day(SYSTEM, dt.date.fromisoformat(day), kind, name, now=now)


def test_a_year_of_the_notice(app: Flask, now: dt.datetime) -> None:
    assert calendar.seed_year(SYSTEM, 2026, now=now) == 365
    days = {row.day: row for row in calendar.of_year(2026)}
    assert len(days) == 365
    make_up = days[dt.date(2026, 2, 14)]
    assert (make_up.kind, make_up.name) == (DayKind.WORK, "春节调休")
    festival = days[dt.date(2026, 2, 17)]
    assert (festival.kind, festival.name, festival.source) == (
        DayKind.REST,
        "春节",
        calendar.NOTICE,
    )
    assert days[dt.date(2026, 5, 16)].name == ""
    assert calendar.of_year(2025) == []
    assert calendar.seed_year(SYSTEM, 2026, now=now) == 0


def test_an_unknown_year_is_refused_and_leaves_nothing(app: Flask, now: dt.datetime) -> None:
    with pytest.raises(calendar.CalendarUnknown) as refused:
        calendar.seed_year(SYSTEM, 2027, now=now)
    assert (refused.value.code, refused.value.status) == ("calendar_unknown", 422)
    assert "2027" in refused.value.detail
    assert models.CalendarDay.select().count() == 0


def test_a_day_set_by_hand_outlives_the_notice(app: Flask, now: dt.datetime) -> None:
    set_day("2026-05-15", DayKind.REST, "停电")
    calendar.seed_year(SYSTEM, 2026, now=now)
    row = models.CalendarDay.get(models.CalendarDay.day == dt.date(2026, 5, 15))
    assert (row.kind, row.name, row.source) == (DayKind.REST, "停电", calendar.BY_HAND)
    assert not calendar.load(dt.date(2026, 5, 1)).is_work_day(row.day)


def test_open_needs_follow_with_a_trace(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))  # due Friday 15th and Thursday 21st
    set_day("2026-05-15", DayKind.REST, "台风停工")
    moved = models.Need.get_by_id(need.id)
    assert moved.due_respond == shanghai("2026-05-18 17:30")
    assert moved.due_resolve == shanghai("2026-05-22 17:30")
    assert "跳过 5月15日 台风停工" in moved.promise
    line = models.NeedEvent.get(models.NeedEvent.type == "recompute")
    assert line.is_public
    assert "5月21日（周四）17:30改为5月22日（周五）17:30" in line.text
    assert line.before.keys() == line.after.keys() == {"due_respond", "due_resolve"}
    set_day("2026-05-15", DayKind.REST, "台风停工")
    assert events(need).count("recompute") == 1


def test_what_was_answered_or_has_passed_stays(bench: Bench) -> None:
    user = bench.member("demo-u1")
    done, stopped, late = (bench.triaged(bench.submit(user)) for _ in range(3))
    for need, state in ((done, NeedState.ANSWERED), (stopped, NeedState.WAITING_INFO)):
        models.Need.update(state=state).where(models.Need.id == need.id).execute()
    due = late.due_resolve
    set_day("2026-05-20", DayKind.REST, now=due + dt.timedelta(minutes=1))
    for need in (done, stopped, late):
        assert models.Need.get_by_id(need.id).due_resolve == due
        assert "recompute" not in events(need)


def test_a_contacted_need_keeps_its_contact_moment(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    needs_desk.reply(bench.desk(need), "您好", now=NOON)
    set_day("2026-05-15", DayKind.REST)
    moved = models.Need.get_by_id(need.id)
    assert moved.due_respond == need.due_respond
    assert moved.due_resolve == shanghai("2026-05-22 17:30")


def test_earlier_but_never_before_tomorrow(bench: Bench) -> None:
    set_day("2026-05-18", DayKind.REST)
    set_day("2026-05-19", DayKind.REST)
    need = bench.submit(bench.member("demo-u1"))
    assert need.due_resolve == shanghai("2026-05-25 17:30")
    thursday = shanghai("2026-05-21 10:00")
    set_day("2026-05-18", DayKind.WORK, now=thursday)
    assert models.Need.get_by_id(need.id).due_resolve == shanghai("2026-05-22 17:30")
    set_day("2026-05-19", DayKind.WORK, now=thursday)  # by the calendar it would be due today
    assert models.Need.get_by_id(need.id).due_resolve == shanghai("2026-05-22 17:30")


def test_earlier_never_onto_a_rest_day(bench: Bench) -> None:
    set_day("2026-05-18", DayKind.REST)
    set_day("2026-05-19", DayKind.REST)
    need = bench.submit(bench.member("demo-u1"))
    set_day("2026-05-18", DayKind.WORK, now=shanghai("2026-05-22 10:00"))
    assert models.Need.get_by_id(need.id).due_resolve == shanghai("2026-05-25 17:30")


def test_announcing_a_year_settles_what_was_guessed(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"), now=shanghai("2026-12-30 10:00"))
    assert need.is_provisional
    days = [dt.date(2027, 1, 1) + dt.timedelta(days=number) for number in range(31)]
    for day in days:
        is_rest = day.weekday() >= 5 or day.day == 1
        set_day(
            str(day), DayKind.REST if is_rest else DayKind.WORK, now=shanghai("2026-12-30 11:00")
        )
    settled = models.Need.get_by_id(need.id)
    assert not settled.is_provisional
    assert settled.due_resolve == need.due_resolve
    assert not any("尚未确认" in line for line in settled.promise)


def test_a_running_clock_of_a_pause_follows_too(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    needs_desk.request_info(bench.desk(need), "请补充", now=NOON)
    needs_desk.resume(bench.desk(need), now=NOON + 4 * DAY)  # Monday 18th, 5 days left
    set_day("2026-05-20", DayKind.REST, now=NOON + 4 * DAY)
    assert models.Need.get_by_id(need.id).due_resolve == shanghai("2026-05-26 17:30")


def test_every_change_is_in_the_trail(app: Flask) -> None:
    set_day("2026-05-15", DayKind.REST, "停电")
    set_day("2026-05-15", DayKind.WORK)
    trail = list(models.AuditLog.select().order_by(models.AuditLog.id))
    assert [line.action for line in trail] == ["calendar.set_day"] * 2
    assert trail[1].before == {"kind": "rest", "name": "停电"}
    assert trail[1].after == {"day": "2026-05-15", "kind": "work", "name": ""}


@pytest.mark.parametrize("role", list(Role))
def test_only_the_platform_changes_the_calendar(app: Flask, role: Role) -> None:
    space = factories.make_space()
    account = factories.make_staff(role, space.org_unit.parent)
    scope = staff.scope_of(account, now=dt.datetime.now(dt.UTC))
    if role is Role.PLATFORM_ADMIN:
        calendar.require_change(scope)
    else:
        with pytest.raises(Forbidden):
            calendar.require_change(scope)
