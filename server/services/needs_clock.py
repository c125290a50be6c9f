"""The clock of a need: starting anew, running on, running out, closing by itself."""

import datetime as dt
from typing import Any

from models import Escalation, Need, db
from models.needs import NeedState
from models.needs_dispatches import EscalationState
from server.clock import day_of
from server.services import calendar
from server.services.audit import SYSTEM
from server.services.calendar_days import promise_anew
from server.services.needs_states import OPEN, Act, Move, lock, transition

AUTO_CLOSE_DAYS = 7
LEAST_AGAIN_DAYS = 3


def restarted(need: Need, days: int, *, since: dt.datetime) -> dict[str, Any]:
    """Return the columns of a clock that runs anew, so many working days from that moment."""
    work = calendar.load(day_of(min(need.received_at, since)))
    fresh = promise_anew(work, need, days, since)
    return {
        "clock_from": since,
        "clock_days": days,
        "due_resolve": fresh.resolve_by,
        "promise": list(fresh.explained),
        "is_provisional": fresh.provisional,
    }


def again(need: Need, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of a need worked on again after its answer: half the days it was promised,
    at least 3, from now."""
    days = max(LEAST_AGAIN_DAYS, -(-need.resolve_days // 2))
    return restarted(need, days, since=now) | {
        "reopen_count": need.reopen_count + 1,
        "outcome": None,
        "closed_at": None,
    }


def resumed(need: Need, *, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of a clock that runs on: the whole days left when it was stopped, from the
    day it goes on. One that was overdue then has none left and stays overdue."""
    left = need.paused_days
    running = restarted(need, left, since=now) if left is not None else {}
    return running | {"paused_on": None, "paused_days": None}


def auto_close(*, now: dt.datetime) -> int:
    """Close what was answered 7 days ago and not rated; return how many. Unrated is not satisfied:
    the statistics count these apart."""
    before = now - dt.timedelta(days=AUTO_CLOSE_DAYS)
    asked = Escalation.select(Escalation.need).where(
        Escalation.is_appeal, Escalation.state == EscalationState.OPEN
    )
    # What the town still looks at has not come to its end.
    ripe = (Need.state == NeedState.ANSWERED) & (Need.answered_at <= before) & Need.id.not_in(asked)
    closed = 0
    for found in list(Need.select(Need.id).where(ripe).order_by(Need.id)):
        with db.atomic():
            need = lock(found.id)
            if need.state is NeedState.ANSWERED and need.answered_at and need.answered_at <= before:
                text = f"{AUTO_CLOSE_DAYS} 天内没有评价，自动办结"
                transition(need, Move(Act.CLOSE, text, changes={"closed_at": now}), SYSTEM, now=now)
                closed += 1
    return closed


def is_overdue(need: Need, *, now: dt.datetime) -> bool:
    """Say whether a moment we promised has passed. A stopped clock is not late."""
    if need.state not in OPEN or need.state is NeedState.WAITING_INFO:
        return False
    return need.due_resolve < now or (need.first_response_at is None and need.due_respond < now)
