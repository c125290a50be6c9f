"""Who is there, for several sessions at once: what a day's list shows beside each."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from peewee import fn

from models import Checkin, Session, Signup
from models.activities import SessionState
from server.clock import at_shanghai
from server.services import activities_sessions as sessions
from server.services.checkins_screen import WITH_PLACE, Presence


def present_in(sessions: Iterable[Session]) -> dict[int, Presence]:
    """Return how many are here and how many are expected in each session, in two queries however
    many there are. Voided check-ins do not count."""
    capacities = {session.id: session.capacity for session in sessions}
    here: Any = (
        Checkin.select(Checkin.session, fn.COUNT(Checkin.id), fn.SUM(1 + Checkin.party_present))
        .where(Checkin.session.in_(list(capacities)), Checkin.voided_at.is_null())
        .group_by(Checkin.session)
        .tuples()
    )
    expected: Any = (
        Signup.select(Signup.session, fn.SUM(Signup.party_size))
        .where(Signup.session.in_(list(capacities)), Signup.state.in_(WITH_PLACE))
        .group_by(Signup.session)
        .tuples()
    )
    arrived = {int(session_id): (int(people), int(all_)) for session_id, people, all_ in here}
    places = {int(session_id): int(total) for session_id, total in expected}
    return {
        session_id: Presence(*arrived.get(session_id, (0, 0)), places.get(session_id, 0), capacity)
        for session_id, capacity in capacities.items()
    }


def phase(session: Session, *, now: dt.datetime) -> str:
    """Return where a session stands with its check-in: cancelled, before, open or over."""
    if session.state == SessionState.CANCELLED:
        return "cancelled"
    if now < session.checkin_opens_at:
        return "before"
    return "open" if now <= session.checkin_closes_at else "over"


def of_day(space_ids: frozenset[int], day: dt.date) -> list[Session]:
    """Return the sessions of these Spaces on a Shanghai day, the earliest first."""
    begins = at_shanghai(day, dt.time())
    return sessions.of_day(space_ids, begins, at_shanghai(day + dt.timedelta(days=1), dt.time()))
