"""Reminds whoever has a need in hand before its promise runs out and when it has, and the submitter,
once, of saying whether the answer did. Only in the working hours of work days."""

from __future__ import annotations

import datetime as dt

from models import Category, Escalation, Message, Need, NeedRating, Space, db
from models.needs import NeedState, TextCheck
from models.needs_dispatches import EscalationState
from server.clock import at_shanghai, day_of
from server.services import calendar, needs_leads, notifications
from server.services.calendar_days import CLOSES, moment_label
from server.services.needs_acts import Duty, tell_staff
from server.services.needs_desk import ACTIVE
from server.services.needs_dispatches import colleagues, holders

RATING_AFTER = dt.timedelta(days=3)
"""So long after the answer we ask once more whether it did."""


def remind_staff(*, now: dt.datetime) -> int:
    """Tell who has a need in hand, and the desk where nobody has, that its promise ends by the next
    work day's close, and again when it is late: once each for every deadline. Return how many were
    told. For the timetable; does nothing outside working hours."""
    work = calendar.load(day_of(now))
    if not work.is_working_time(now):
        return 0
    horizon = at_shanghai(work.nth_work_day(day_of(now), 1), CLOSES)
    soon = (Need.due_resolve <= horizon) | (
        Need.first_response_at.is_null() & (Need.due_respond <= horizon)
    )
    rows = (
        Need.select(Need, Space, Category)
        .join_from(Need, Space)
        .join_from(Need, Category)
        .where(
            Need.state.in_([state.value for state in ACTIVE]),
            Need.text_check.in_([TextCheck.PASSED.value, TextCheck.REVIEW.value]),
            soon,
        )
    )
    return sum(_remind(need, horizon, now) for need in list(rows.order_by(Need.id)))


def _remind(need: Need, horizon: dt.datetime, now: dt.datetime) -> int:
    """Tell of whichever of the two promises comes first and is not kept."""
    waits_for_word = need.first_response_at is None and need.due_respond <= horizon
    due = need.due_respond if waits_for_word else need.due_resolve
    kind = "respond" if waits_for_word else "resolve"
    stage = "late" if due < now else "soon"
    act = "回应" if waits_for_word else "答复"
    title = f"诉求{act}已逾期" if stage == "late" else f"诉求快到{act}期限"
    body = f"{need.title}（{need.no}）应在{moment_label(due)}前{act}"
    duty = Duty(f"due:{need.id}:{kind}:{stage}:{int(due.timestamp())}", title, body, due)
    with db.atomic():
        lead = needs_leads.lead_of(need)
        team = holders(lead, now=now) if lead else []
        # A late need is the desk's worry whoever leads it.
        if lead is None or stage == "late":
            team += colleagues(need.space_id, now=now)
        return tell_staff(need, {row.user_id for row in team}, duty, now=now)


def ask_again(*, now: dt.datetime) -> int:
    """Ask the submitters of needs answered three days ago and not rated once more; the answer itself
    asked the first time. Return how many. For the timetable; not outside working hours."""
    if not calendar.load(day_of(now)).is_working_time(now):
        return 0
    rated = NeedRating.select(NeedRating.need).where(NeedRating.round == Need.reopen_count)
    appealed = Escalation.select(Escalation.need).where(
        Escalation.is_appeal, Escalation.state == EscalationState.OPEN
    )
    ripe = Need.select().where(
        Need.state == NeedState.ANSWERED,
        Need.answered_at <= now - RATING_AFTER,
        Need.user_id.is_null(False),
        Need.id.not_in(rated),
        Need.id.not_in(appealed),
    )
    return sum(_ask(need, now) for need in list(ripe.order_by(Need.id)))


def _ask(need: Need, now: dt.datetime) -> bool:
    """Ask one submitter and say whether they had not been asked again for this answer before."""
    key = f"need_rating:{need.id}:{need.reopen_count}"
    asked = (Message.user_id == need.user_id) & (Message.dedupe_key == key)
    if need.user_id is None or Message.select().where(asked).exists():
        return False
    notifications.tell(
        need.user_id,
        kind="need_answered",
        subject_type="need",
        subject_id=need.id,
        dedupe_key=key,
        title="问题解决了吗",
        body=f"{need.title}：答复您满意吗？点一下就能评价；没解决可以要求重新办理。",
        page=f"pages/needs/detail/detail?id={need.id}",
        fields={
            "number": need.no,
            "title": need.title,
            "summary": "请告诉我们问题解决了吗",
            "answered_at": need.answered_at,
        },
        space_id=need.space_id,
        now=now,
    )
    return True
