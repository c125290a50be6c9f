"""A word the day before to everybody who holds a place: when, where, and that it can be passed on."""

import datetime as dt

from models import Activity, Message, Session, Signup, db
from models.activities import ActivityState, SessionState
from models.signups import SignupState
from server.services import signups_notices as notices
from server.services import signups_seats as seats

BEFORE = dt.timedelta(hours=24)
FRESH = dt.timedelta(hours=6)
"""Whoever signed up so lately needs no reminder."""


def remind(now: dt.datetime) -> int:
    """Remind whoever holds a place in a session of the next 24 hours, each once; return how many.
    For the timetable; a session that was moved is reminded of again."""
    coming = seats.sessions().where(
        Session.starts_at > now,
        Session.starts_at <= now + BEFORE,
        Session.state == SessionState.SCHEDULED,
        Activity.state == ActivityState.SCHEDULED,
        Activity.is_rehearsal == False,  # noqa: E712
    )
    return sum(_remind(session, now) for session in list(coming.order_by(Session.id)))


def _remind(session: Session, now: dt.datetime) -> int:
    told = Message.select(Message.user_id).where(
        Message.user_id == Signup.user_id, Message.dedupe_key == notices.soon_key(session)
    )
    rows = Signup.select().where(
        Signup.session == session,
        Signup.state == SignupState.CONFIRMED,
        Signup.created_at <= now - FRESH,
        Signup.user_id.not_in(told),
    )
    signups = list(rows.order_by(Signup.id))
    with db.atomic():
        for signup in signups:
            notices.tell_soon(signup.user_id, session, now=now)
    return len(signups)
