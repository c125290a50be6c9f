"""Whether a session takes a signup from a person now, whatever places there are."""

import datetime as dt
from typing import Any

from models import Draw, Session, Signup, User
from models.activities import ActivityState, SessionState, SignupMode
from models.signups import SignupState
from server.clock import iso
from server.errors import Conflict, NotFound
from server.services import activities_agenda as agenda
from server.services import activities_buttons as buttons
from server.services import signups_noshows as noshows
from server.services import signups_seats as seats


class AlreadySignedUp(Conflict):
    """`current` is the signup that stands."""

    code, message = "already_signed_up", "您已报名，无需重复报名"


class NotOpen(Conflict):
    """`opens_at` says when it will be."""

    code, message = "not_open", "报名尚未开始"


class Closed(Conflict):
    code, message = "closed", "报名已截止"


class Cancelled(Conflict):
    code, message = "cancelled", "活动已取消"


class NoSignupNeeded(Conflict):
    code, message = "no_signup_needed", "此活动无需报名，直接到场即可"


def is_cancelled(session: Session) -> bool:
    """Say whether the session or its whole activity was called off."""
    called_off = (SessionState.CANCELLED, ActivityState.CANCELLED)
    return session.state in called_off or session.activity.state in called_off


def is_undrawn(session: Session) -> bool:
    """Say whether places of the session are still to be drawn."""
    if session.activity.signup_mode != SignupMode.LOTTERY:
        return False
    drawn = Draw.select().where(Draw.session == session, Draw.drawn_at.is_null(False))
    return not drawn.exists()


def public_draw(session_id: int) -> tuple[Session, Draw]:
    """Return the lottery of a session anybody may look at, and the session. Raises NotFound where
    there is none, or the activity is not public."""
    session: Session | None = seats.sessions().where(Session.id == session_id).first()
    lottery = Draw.get_or_none(Draw.session == session_id)
    if session is None or lottery is None or not agenda.is_public(session.activity):
        raise NotFound
    return session, lottery


def require_open(user: User, session: Session, *, now: dt.datetime) -> None:
    """Let pass a session the person could sign up for now. Raises NotFound, Cancelled,
    AlreadySignedUp, NoSignupNeeded, NotOpen, Closed."""
    activity = session.activity
    if not agenda.is_public(activity):
        raise NotFound
    if is_cancelled(session):
        raise Cancelled
    standing = seats.live_signup(session, user.id)
    if standing is not None:
        raise AlreadySignedUp(current=_current(standing))
    if activity.signup_mode == SignupMode.NONE:
        raise NoSignupNeeded
    _require_begun(user, session, now=now)
    closes = buttons.closes_at(activity, session)
    if now >= closes and not may_wait_after_draw(session, user.id, now=now):
        raise Closed


def may_wait_after_draw(session: Session, user_id: int, *, now: dt.datetime) -> bool:
    """Say whether somebody the draw passed over may still queue: until the session starts."""
    lost = Signup.select().where(
        Signup.session == session, Signup.user_id == user_id, Signup.state == SignupState.LOST
    )
    return now < session.starts_at and lost.exists()


def _require_begun(user: User, session: Session, *, now: dt.datetime) -> None:
    opens = session.activity.signup_opens_at
    if opens is not None and now < opens:
        raise NotOpen(opens_at=iso(opens))
    marks = noshows.counts_of(user.id, now=now)
    release = noshows.release_of(session.activity, session, marks)
    if release is not None and now < release:
        raise NotOpen(noshows.reason_of(marks), opens_at=iso(release))


def _current(signup: Signup) -> dict[str, Any]:
    return {
        "id": str(signup.id),
        "state": signup.state,
        "position": seats.position_of(signup),
        "party_size": signup.party_size,
    }
