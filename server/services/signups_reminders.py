"""A word the day before and the hour before to everybody who holds a place: when, where, and that it
can be passed on."""

import datetime as dt

from models import Activity, Message, Session, Signup, db
from models.activities import ActivityState, SessionState
from models.signups import SignupState
from server.services import signups_notices as notices
from server.services import signups_seats as seats
from server.services.notifications.kinds import awake_at
from server.services.signups_notices import Ahead

BEFORE = {Ahead.DAY: dt.timedelta(hours=24), Ahead.HOUR: dt.timedelta(hours=1)}
FRESH = {Ahead.DAY: dt.timedelta(hours=6), Ahead.HOUR: dt.timedelta(minutes=30)}
"""Whoever signed up so lately needs no reminder."""


def remind(now: dt.datetime) -> int:
    """Remind whoever holds a place in a session of the next 24 hours, and once more in the last
    one; return how many words were said. For the timetable; a session that was moved is reminded
    of again. Where the night would keep a word back until after the start, it is not said."""
    return sum(_remind_of(ahead, now) for ahead in Ahead)


def _remind_of(ahead: Ahead, now: dt.datetime) -> int:
    # What is due in an hour needs no word about tomorrow.
    later = BEFORE[Ahead.HOUR] if ahead == Ahead.DAY else dt.timedelta()
    coming = seats.sessions().where(
        Session.starts_at > max(now + later, awake_at("reminder", now)),
        Session.starts_at <= now + BEFORE[ahead],
        Session.state == SessionState.SCHEDULED,
        Activity.state == ActivityState.SCHEDULED,
        Activity.is_rehearsal == False,  # noqa: E712
    )
    found = list(coming.order_by(Session.id))
    return sum(_remind(session, ahead, now) for session in found)


def _remind(session: Session, ahead: Ahead, now: dt.datetime) -> int:
    told = Message.select(Message.user_id).where(
        Message.user_id == Signup.user_id, Message.dedupe_key == notices.soon_key(session, ahead)
    )
    rows = Signup.select().where(
        Signup.session == session,
        Signup.state == SignupState.CONFIRMED,
        Signup.created_at <= now - FRESH[ahead],
        Signup.user_id.not_in(told),
    )
    signups = list(rows.order_by(Signup.id))
    with db.atomic():
        for signup in signups:
            notices.tell_soon(signup.user_id, session, ahead, now=now)
    return len(signups)
