"""名单: who is signed up for a session, waits for it, came; as staff read it."""

from __future__ import annotations

from typing import Any

from peewee import JOIN, ModelSelect, fn

from models import Checkin, Enterprise, Session, Signup, User
from models.signups import SignupState
from server.errors import NotFound
from server.services import activities_sessions as sessions
from server.services import signups_seats as seats


def of_session(session: Session, states: tuple[SignupState, ...] = ()) -> ModelSelect[Signup]:
    """Return a select of a session's signups in the order they came, the line in its own order;
    each with `user`, `enterprise` and `checkin` (or None) joined in, and `rank` in the line."""
    query: Any = (
        Signup.select(Signup, User, Enterprise, Checkin, seats.rank().alias("rank"))
        .join_from(Signup, User, JOIN.LEFT_OUTER, on=(Signup.user_id == User.id), attr="user")
        .join_from(
            Signup,
            Enterprise,
            JOIN.LEFT_OUTER,
            on=(Signup.enterprise_id == Enterprise.id),
            attr="enterprise",
        )
        .join_from(
            Signup,
            Checkin,
            JOIN.LEFT_OUTER,
            on=((Checkin.signup == Signup.id) & Checkin.voided_at.is_null()),
            attr="checkin",
        )
        .where(Signup.session == session)
    )
    if states:
        query = query.where(Signup.state.in_([state.value for state in states]))
    # Rows without a position come in the order of their birth, before the line, on both engines.
    ordered: ModelSelect[Signup] = query.order_by(fn.COALESCE(Signup.position, 0), Signup.id)
    return ordered


def counts(session: Session) -> dict[SignupState, int]:
    """Return how many signups of a session stand in each state, 0 for none."""
    rows: Any = (
        Signup.select(Signup.state, fn.COUNT(Signup.id))
        .where(Signup.session == session)
        .group_by(Signup.state)
        .tuples()
    )
    return dict.fromkeys(SignupState, 0) | {SignupState(state): int(n) for state, n in rows}


def get(signup_id: int) -> Signup:
    """Return a signup with its session. Raises NotFound. For staff: the face asks its scope about
    `signup.space_id` before anything else."""
    signup: Signup | None = Signup.get_or_none(Signup.id == signup_id)
    if signup is None:
        raise NotFound
    signup.session = sessions.get(signup.session_id)
    return signup
