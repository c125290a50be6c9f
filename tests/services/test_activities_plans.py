"""Many sessions at once: slots of a day, weekly dates, and an activity once more."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import ActivityState, SeriesMode
from models.calendar import DayKind
from server.clock import SHANGHAI, at_shanghai
from server.errors import Invalid
from server.schemas.activities_plans import DuplicateIn, SlotsIn, WeeklyIn
from server.services import activities_copies, activities_plans, spaces_zones
from server.services import activities_sessions as sessions
from server.services import calendar as calendar_service
from server.services.calendar_days import Day, WorkCalendar
from tests.factories import (
    actor,
    as_sent,
    make_activity,
    make_series,
    make_space,
    make_venue,
    make_zone,
)

ACTOR = actor()
NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def slots(**over: Any) -> SlotsIn:
    values = {"day": "2026-09-24", "opens": "09:00", "closes": "11:30", "minutes": 15}
    return SlotsIn(**values | over)


def times(plan: activities_plans.Plan) -> list[str]:
    return [f"{start.astimezone(SHANGHAI):%H:%M}" for start, _ in plan.spans]


def test_slots_fill_the_morning_around_the_pause() -> None:
    plan = activities_plans.slots(slots(pause_from="10:05", pause_to="10:20"))
    assert times(plan) == [
        *("09:00", "09:15", "09:30", "09:45"),
        *("10:20", "10:35", "10:50", "11:05"),
    ]
    assert plan.spans[0] == (
        dt.datetime(2026, 9, 24, 1, tzinfo=dt.UTC),
        dt.datetime(2026, 9, 24, 1, 15, tzinfo=dt.UTC),
    )
    for wrong in (
        {"closes": "08:00"},
        {"closes": "09:10"},
        {"minutes": 5, "closes": "23:00"},
        {"pause_from": "10:00"},
        {"pause_from": "10:00", "pause_to": "10:00"},
    ):
        with pytest.raises(Invalid):
            activities_plans.slots(slots(**wrong))


def test_a_class_skips_holidays_on_the_shanghai_day() -> None:
    """07:00 in Shanghai is the day before in UTC: counting UTC days would skip the wrong week."""
    days = {
        dt.date(2026, 9, 24): Day(DayKind.WORK),
        dt.date(2026, 10, 1): Day(DayKind.REST, "国庆节"),
        dt.date(2026, 10, 8): Day(DayKind.WORK),
    }
    form = WeeklyIn(first_on="2026-09-24", opens="07:00", closes="08:00", times=3)
    plan = activities_plans.weekly(form, WorkCalendar(days))
    assert [start.astimezone(SHANGHAI).date() for start, _ in plan.spans] == [
        dt.date(2026, 9, 24),
        dt.date(2026, 10, 8),
        dt.date(2026, 10, 15),
    ]
    assert plan.skipped == [(dt.date(2026, 10, 1), "国庆节")]
    assert plan.is_guessed  # nobody has said anything about the 15th
    # A Saturday class meets on plain Saturdays, and everybody may insist on a holiday.
    saturday = form.model_copy(update={"first_on": dt.date(2026, 9, 5), "times": 1})
    assert activities_plans.weekly(saturday, WorkCalendar({})).skipped == []
    insisting = form.model_copy(update={"skip_holidays": False})
    assert activities_plans.weekly(insisting, WorkCalendar(days)).skipped == []


def test_plans_are_carried_out_whole_and_once_and_copied(app: Flask) -> None:
    checkins = app.extensions["xinyi"].config.checkins
    given = {"checkins": checkins, "actor": ACTOR, "now": NOW}
    space = make_space()
    zone = make_zone(make_venue(space))
    activity = make_activity(
        space,
        series=make_series(mode=SeriesMode.SLOTS),
        state=ActivityState.DRAFT,
        one_session_each=True,
        signup_opens_at=at_shanghai(dt.date(2026, 9, 14), dt.time(9)),
        questions=[
            {
                "key": "why",
                "label": "想咨询什么",
                "kind": "text",
                "options": [],
                "required": True,
                "is_private": True,
                "purge_on": "2026-09-30",
            }
        ],
    )
    form = slots(**as_sent({"zone_id": zone.id}))
    plan = activities_plans.slots(form)
    added = activities_plans.carry_out(activity, plan, form, **given)
    assert len(added) == 10
    assert {session.capacity for session in added} == {1}
    assert models.Activity.get_by_id(activity.id).slot_minutes == 15
    with pytest.raises(Invalid):  # pressed twice
        activities_plans.carry_out(activity, plan, form, **given)
    other = make_activity(space, state=ActivityState.DRAFT)
    clash = slots(day="2026-09-24", opens="08:00", closes="09:30", **as_sent({"zone_id": zone.id}))
    with pytest.raises(spaces_zones.ZoneTaken):
        activities_plans.carry_out(other, activities_plans.slots(clash), clash, **given)
    assert sessions.of_activity(other) == []

    # Once more a week later: hours, window and purge day move along, on the Shanghai clock.
    fresh = models.Activity.get_by_id(activity.id)
    again = DuplicateIn(title="十月义诊", first_on="2026-10-22")
    copy = activities_copies.duplicate(fresh, again, **given)
    held = sessions.of_activity(copy.activity)
    assert copy.activity.state == ActivityState.DRAFT
    assert copy.activity.one_session_each
    assert copy.without_zone == []
    assert len(held) == 10
    assert held[0].starts_at == at_shanghai(dt.date(2026, 10, 22), dt.time(9))
    assert {session.zone_id for session in held} == {zone.id}
    assert copy.activity.signup_opens_at == at_shanghai(dt.date(2026, 10, 12), dt.time(9))
    assert copy.activity.answers_purge_on == dt.date(2026, 10, 28)
    # A zone somebody else has is not had by copying.
    same_day = DuplicateIn(title="同一天", first_on="2026-10-22")
    crowded = activities_copies.duplicate(fresh, same_day, **given)
    assert len(crowded.without_zone) == 10
    assert {session.zone_id for session in sessions.of_activity(crowded.activity)} == {None}


def test_the_real_calendar_knows_the_national_day(app: Flask) -> None:
    calendar_service.seed_year(ACTOR, 2026, now=NOW)
    form = WeeklyIn(first_on="2026-09-23", opens="18:30", closes="19:30", times=3)
    work = calendar_service.load(dt.date(2026, 9, 1))
    plan = activities_plans.weekly(form, work)
    # 30 September is a work day; 7 October belongs to the holiday.
    assert [start.astimezone(SHANGHAI).day for start, _ in plan.spans] == [23, 30, 14]
    assert plan.skipped == [(dt.date(2026, 10, 7), "国庆节")]
    assert not plan.is_guessed
