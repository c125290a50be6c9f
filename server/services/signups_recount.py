"""The nightly sum: the places a session counts as taken are those of its signups, no more, no less."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from models import Session, Signup, db
from server import logs
from server.services import audit
from server.services import signups_seats as seats


@dataclass(frozen=True)
class Miscount:
    """A session that counts other places as taken than its signups hold."""

    session_id: int
    counted: int
    held: int


def correct(*, now: dt.datetime) -> int:
    """Set every wrong count of taken places right and return how many there were.

    There should never be one; each is logged as an error and left in the audit trail.
    """
    return sum(_correct(each.session_id, now) for each in miscounted())


def miscounted() -> list[Miscount]:
    """Return every session whose count of taken places is wrong. There should be none."""
    held = fn.COALESCE(fn.SUM(Signup.party_size), 0)
    rows: Any = (
        Session.select(Session.id, Session.seats_taken, held)
        .join(
            Signup,
            JOIN.LEFT_OUTER,
            on=(Signup.session == Session.id) & seats.seated(),
        )
        .group_by(Session.id, Session.seats_taken)
        .having(held != Session.seats_taken)
        .order_by(Session.id)
        .tuples()
    )
    return [Miscount(int(row[0]), int(row[1]), int(row[2])) for row in rows]


def _correct(session_id: int, now: dt.datetime) -> bool:
    with db.atomic():
        session = seats.lock(session_id)  # and look again: signups went on meanwhile
        held = (
            Signup.select(fn.COALESCE(fn.SUM(Signup.party_size), 0))
            .where(Signup.session == session_id, seats.seated())
            .scalar()
        )
        if int(held) == session.seats_taken:
            return False
        Session.update(seats_taken=held).where(Session.id == session_id).execute()
        audit.record(
            audit.SYSTEM,
            "seats.correct",
            session,
            org_unit_id=session.space_id,
            now=now,
            before={"seats_taken": session.seats_taken},
            after={"seats_taken": int(held)},
        )
    logs.get().error("seats were miscounted", session_id=session_id)
    return True
