"""Signups as lists: a person's own, and a session's."""

from dataclasses import dataclass
from typing import Any

from models import Session, Signup, User
from models.signups import SignupState
from server.paging import Page, keyset
from server.services import signups_seats as seats


@dataclass(frozen=True)
class Placed:
    """A signup with session, activity, venues and zone, and its place in the line."""

    signup: Signup
    position: int | None


def of_user(user: User, *, cursor: str | None, limit: int) -> Page[Placed]:
    """Return a page of the person's signups of every state, newest first."""
    query = Signup.select(Signup, seats.rank().alias("rank")).where(Signup.user_id == user.id)
    page = keyset(query, by=Signup.created_at, cursor=cursor, limit=limit)
    ids = {signup.session_id for signup in page.items}
    found = {row.id: row for row in seats.sessions().where(Session.id.in_(ids))}
    placed = []
    for signup in page.items:
        signup.session = found[signup.session_id]
        is_waiting = signup.state == SignupState.WAITLISTED
        placed.append(Placed(signup, signup.rank if is_waiting else None))
    return Page(placed, page.next)


def of_session(session: Session) -> Any:
    """Return a select of a session's signups, those seated first, then the line, then the rest, in
    the order they came."""
    return Signup.select().where(Signup.session == session).order_by(Signup.position, Signup.id)
