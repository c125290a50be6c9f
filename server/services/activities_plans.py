"""Many sessions at once: the slots of a 义诊 day, the weekly dates of a class."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from models import Activity, Session, db
from models.activities import SessionState
from server.clock import at_shanghai
from server.config import CheckinsConfig
from server.errors import Invalid
from server.schemas.activities import SessionIn
from server.schemas.activities_plans import RoomIn, SlotsIn, WeeklyIn
from server.services import activities_sessions as sessions
from server.services.audit import Actor
from server.services.calendar_days import WorkCalendar, moment_label

MOST = 60
"""More at once is a typing error, or a screen nobody can read."""

_WEEK = dt.timedelta(days=7)

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Plan:
    """When the sessions would be, in UTC; which holidays were left out, and whether some of the
    days lie where nobody has announced the holidays yet."""

    spans: list[Span]
    skipped: list[tuple[dt.date, str]] = field(default_factory=list)
    is_guessed: bool = False
    minutes: int | None = None
    """How long a slot is; None for a class."""


def slots(form: SlotsIn) -> Plan:
    """Return the slots of a day: as many whole ones as fit, none reaching into the pause. Raises
    Invalid when there is none, or more than 60."""
    if form.opens >= form.closes:
        raise Invalid(fields={"closes": "结束时间应晚于开始时间"})
    pause = (form.pause_from, form.pause_to)
    if (pause[0] is None) != (pause[1] is None) or (pause[0] and pause[1] and pause[0] >= pause[1]):
        raise Invalid(fields={"pause_to": "休息的起止都要填写，止应晚于起"})
    length = dt.timedelta(minutes=form.minutes)
    start, end = at_shanghai(form.day, form.opens), at_shanghai(form.day, form.closes)
    spans: list[Span] = []
    while start + length <= end:
        if pause[0] and pause[1]:
            away, back = at_shanghai(form.day, pause[0]), at_shanghai(form.day, pause[1])
            if start < back and away < start + length:
                start = back
                continue
        spans.append((start, start + length))
        start += length
    if not 1 <= len(spans) <= MOST:
        text = f"这样会有 {len(spans)} 个时段，请调整起止或时长（1–{MOST} 个）"
        raise Invalid(fields={"minutes": text})
    return Plan(spans, minutes=form.minutes)


def weekly(form: WeeklyIn, work: WorkCalendar) -> Plan:
    """Return the dates of a class. A holiday is skipped, and the class goes on a week longer. Raises
    Invalid."""
    if form.opens >= form.closes:
        raise Invalid(fields={"closes": "结束时间应晚于开始时间"})
    spans: list[Span] = []
    skipped: list[tuple[dt.date, str]] = []
    is_guessed = False
    day = form.first_on
    while len(spans) < form.times:
        holiday = work.holiday(day) if form.skip_holidays else None
        is_guessed |= form.skip_holidays and not work.is_confirmed(day)
        if holiday is not None:
            skipped.append((day, holiday))
        else:
            spans.append((at_shanghai(day, form.opens), at_shanghai(day, form.closes)))
        day += _WEEK
    return Plan(spans, skipped, is_guessed)


def carry_out(
    activity: Activity,
    plan: Plan,
    room: RoomIn,
    *,
    checkins: CheckinsConfig,
    actor: Actor,
    now: dt.datetime,
) -> list[Session]:
    """Give an activity all sessions of a plan, or none, and return them. Raises Invalid, SessionOver,
    ZoneTaken."""
    _require_new(activity, plan, now=now)
    where = {
        name: str(value)
        for name in ("venue_id", "zone_id")
        if (value := getattr(room, name)) is not None
    }
    with db.atomic():
        added = [
            sessions.add(
                activity,
                SessionIn.model_validate(
                    dict[str, Any](where)
                    | {"starts_at": start, "ends_at": end, "capacity": room.capacity}
                ),
                checkins=checkins,
                actor=actor,
                now=now,
            )
            for start, end in plan.spans
        ]
        if plan.minutes is not None and plan.minutes != activity.slot_minutes:
            Activity.update(
                slot_minutes=plan.minutes, updated_at=now, version=Activity.version + 1
            ).where(Activity.id == activity.id).execute()
    return added


def _require_new(activity: Activity, plan: Plan, *, now: dt.datetime) -> None:
    """Let pass a plan in the future whose sessions are not there already. Raises Invalid."""
    if plan.spans[0][0] <= now:
        raise Invalid(fields={"opens": f"{moment_label(plan.spans[0][0])}已经过去"})
    there = (
        Session.select()
        .where(
            Session.activity == activity,
            Session.state == SessionState.SCHEDULED,
            Session.starts_at.in_([start for start, _ in plan.spans]),
        )
        .first()
    )
    if there is not None:
        text = f"{moment_label(there.starts_at)}已有一场，同一计划不会重复生成"
        raise Invalid(fields={"opens": text})
