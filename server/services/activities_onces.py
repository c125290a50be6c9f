"""Activities of which a person may hold one session at a time: slots, one training at two places.

Who missed theirs may take another one: a `no_show` holds nothing back. Having been there does.
"""

import datetime as dt
from typing import Any

from models import Activity, Session, Signup, User
from models.signups import HOLDING, SignupSource, SignupState
from server.errors import Conflict
from server.services.calendar_days import moment_label


class OneSessionEach(Conflict):
    """`current` is the signup for the other session."""

    code, message = "one_session_each", "每人只能参加其中一场，如需更换请先取消原来的"


_COUNTS = (*HOLDING, SignupState.ATTENDED)


def key_of(activity: Activity) -> int | None:
    """Return what a signup carries so that the database refuses a second one; None if it may."""
    return activity.id if activity.one_session_each else None


def held_by(user: User, activities: list[Activity]) -> dict[int, Signup]:
    """Return, by activity, the signup that keeps a person from another session of it. Its session
    is joined in."""
    limited = [activity.id for activity in activities if activity.one_session_each]
    if not limited:
        return {}
    rows: Any = (
        Signup.select(Signup, Session)
        .join(Session)
        .where(
            Signup.user_id == user.id,
            Session.activity.in_(limited),
            Signup.state.in_([state.value for state in _COUNTS]),
        )
        .order_by(Signup.id)
    )
    return {signup.session.activity_id: signup for signup in rows}


def reason_against(held: Signup | None, session: Session) -> str | None:
    """Return why a session is not for who holds that signup; None if it is."""
    if held is None or held.session_id == session.id:
        return None
    verb = "参加过" if held.state == SignupState.ATTENDED else "报了"
    return f"您已{verb}{moment_label(held.session.starts_at)}的一场，每人限一场"


def carry_over(activity: Activity, *, now: dt.datetime) -> None:
    """Let the signups that stand follow the rule as it now is, inside the caller's transaction.
    What staff gave is left alone. Raises IntegrityError when somebody holds two."""
    held = Session.select(Session.id).where(Session.activity == activity)
    Signup.update(once_of=key_of(activity), updated_at=now).where(
        Signup.session.in_(held),
        Signup.source == SignupSource.SELF,
        Signup.state.in_([state.value for state in HOLDING]),
    ).execute()


def require_none(user: User, session: Session) -> None:
    """Let pass who holds no other session of the activity. Raises OneSessionEach."""
    held = held_by(user, [session.activity]).get(session.activity_id)
    reason = reason_against(held, session)
    if held is not None and reason is not None:
        raise OneSessionEach(
            reason,
            current={
                "id": str(held.id),
                "state": held.state,
                "session_id": str(held.session_id),
                "party_size": held.party_size,
            },
        )
