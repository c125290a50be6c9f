"""Places kept for whoever asked for the activity: held for a while, taken up, let go."""

import datetime as dt

from peewee import IntegrityError

from models import Session, Signup, User, db
from models.activities import SignupMode
from models.signups import SignupSource, SignupState
from server.schemas.signups import SignupIn
from server.services import activities_buttons as buttons
from server.services import activities_eligibility as eligibility
from server.services import activities_onces as onces
from server.services import signups_seats as seats
from server.services.signups_answers import require_valid

HOLD = dt.timedelta(hours=48)
"""How long a place waits for somebody who was invited."""
_HELD_IN = (SignupMode.FCFS, SignupMode.APPROVAL)
"""In a lottery everybody has the same chance; where nobody signs up there is nothing to hold."""


def hold(session: Session, user: User, *, by: int | None, now: dt.datetime) -> Signup | None:
    """Keep one place of a locked session for somebody, and return the offer that stands for it.

    None where none can be kept: they are in already, are not meant, their share is used up, nothing
    is free, people wait for it, or it would end before anybody could take it. Belongs inside the
    transaction that holds the session's lock."""
    until = min(
        now + HOLD,
        session.starts_at - seats.FROZEN_BEFORE,
        buttons.closes_at(session.activity, session),
    )
    someone = eligibility.person(user)
    if until <= now or not _may_hold(session, someone, user):
        return None
    before = session.seats_taken
    try:
        with db.atomic():
            if not seats.take(session, 1):
                return None
            return Signup.add(
                now=now,
                by=by,
                space=session.space_id,
                session=session,
                user_id=user.id,
                enterprise_id=someone.enterprise_id,
                state=SignupState.OFFERED,
                source=SignupSource.NEED_INVITE,
                hold_until=until,
                once_of=onces.key_of(session.activity),
            )
    except IntegrityError:
        # Meanwhile they took another session of an activity that allows one each.
        session.seats_taken = before
        return None


def _may_hold(session: Session, someone: eligibility.Person, user: User) -> bool:
    activity = session.activity
    return not (
        activity.signup_mode not in _HELD_IN
        or seats.live_signup(session, user.id)
        or onces.held_by(user, [activity])
        or eligibility.reason_against(activity, someone)
        or seats.has_waiting(session)
        or seats.is_company_full(session, someone.enterprise_id, 1)
        or seats.is_share_full(session, someone.home_space_id, 1)
    )


def find(session: Session, user_id: int, *, now: dt.datetime) -> Signup | None:
    """Return the place of a locked session kept for the person. One whose time is over is let go
    here: its person may sign up like everybody else without waiting for the timetable."""
    standing = seats.live_signup(session, user_id)
    if standing is None or not is_invitation(standing):
        return None
    if standing.hold_until is not None and standing.hold_until > now:
        return standing
    let_go(session, standing, now=now)
    return None


def is_invitation(signup: Signup) -> bool:
    """Say whether the signup is a place kept for somebody who has not answered yet."""
    return signup.state == SignupState.OFFERED and signup.source == SignupSource.NEED_INVITE


def take_up(
    user: User, session: Session, kept: Signup, form: SignupIn, *, now: dt.datetime
) -> bool:
    """Turn the kept place into a confirmed signup for the whole party, whatever the opening and
    without approval; return False, changing nothing, when there is no room for those who come
    along. Raises Invalid."""
    require_valid(session.activity, form)
    extra = form.party_size - kept.party_size
    if extra > 0 and not _takes_more(user, session, extra, now=now):
        return False
    seats.move(
        kept, SignupState.CONFIRMED, now=now, party_size=form.party_size, answers=form.answers
    )
    return True


def _takes_more(user: User, session: Session, extra: int, *, now: dt.datetime) -> bool:
    someone = eligibility.person(user)
    if seats.has_waiting(session) and not seats.is_frozen(session, now=now):
        return False
    if seats.is_company_full(session, someone.enterprise_id, extra):
        return False
    return not seats.is_share_full(session, someone.home_space_id, extra) and seats.take(
        session, extra
    )


def let_go(session: Session, kept: Signup, *, now: dt.datetime) -> None:
    """End a kept place nobody took up and free it; the caller lets the line move up."""
    reason = "邀请的保留时间已过"
    seats.move(kept, SignupState.CANCELLED, now=now, ended_at=now, end_reason=reason)
    seats.free(session, kept.party_size)
