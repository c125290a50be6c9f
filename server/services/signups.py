"""A person's place in a session: taken, waited for, offered, accepted, given back."""

import datetime as dt
from typing import Any

from peewee import IntegrityError

from models import Session, Signup, User, db
from models.activities import SignupMode
from models.signups import LIVE, SignupSource, SignupState
from server.errors import Conflict, Invalid, NotFound
from server.schemas.signups import SignupIn
from server.services import activities_buttons as buttons
from server.services import activities_eligibility as eligibility
from server.services import activities_onces as onces
from server.services import activities_sessions as sessions
from server.services import signups_draws as draws
from server.services import signups_invites as invites
from server.services import signups_seats as seats
from server.services.signups_answers import require_valid
from server.services.signups_lists import Placed, of_session, of_user
from server.services.signups_rounds import (
    approve,
    cancel_all_of,
    decide_all,
    decline,
    expire_offers,
    mark_no_shows,
)
from server.services.signups_windows import (
    AlreadySignedUp,
    Cancelled,
    Closed,
    NoSignupNeeded,
    NotOpen,
    is_cancelled,
    is_undrawn,
    require_open,
)

__all__ = [
    "AlreadySignedUp",
    "Cancelled",
    "Closed",
    "Full",
    "NoSignupNeeded",
    "NotOpen",
    "Placed",
    "TooLate",
    "accept",
    "admit",
    "approve",
    "cancel",
    "cancel_all_of",
    "cancel_deadline",
    "decide_all",
    "decline",
    "expire_offers",
    "get_own",
    "mark_no_shows",
    "of_session",
    "of_user",
    "sign_up",
]


class Full(Conflict):
    """`can_join_waitlist` says whether asking again with `join_waitlist` makes sense."""

    code, message = "full", "名额已满"


class TooLate(Conflict):
    """`can_release` says whether asking again with `cannot_come` gives the place to others."""

    code, message = "too_late", "已过可以更改的时间，如有变化请联系工作人员"


def get_own(user: User, signup_id: int) -> Signup:
    """Return a signup of the person with session, activity, venues and zone. Raises NotFound for
    one that is not there or somebody else's."""
    signup: Signup | None = Signup.get_or_none(Signup.id == signup_id, Signup.user_id == user.id)
    if signup is None:
        raise NotFound
    return _with_session(signup)


def sign_up(
    user: User,
    session_id: int,
    form: SignupIn,
    *,
    source: SignupSource = SignupSource.SELF,
    now: dt.datetime,
) -> Signup:
    """Give a person and their party places, or one on the waiting list if they asked for that. Who
    was invited takes the place kept for them.

    Raises NotFound, Cancelled, AlreadySignedUp, NoSignupNeeded, NotOpen, Closed, NotEligible,
    OneSessionEach, Invalid, Full.
    """
    try:
        with db.atomic():
            session = seats.lock(session_id)
            kept = invites.find(session, user.id, now=now)
            if kept is None:
                signup = _newcomer(user, session, form, source, now=now)
            elif invites.take_up(user, session, kept, form, now=now):
                signup = kept
            else:
                raise Full("为您留了 1 个位置，没有更多名额带人", can_join_waitlist=False)
            # The head of the line may fit where this newcomer did not.
            seats.promote(session, now=now)
    except IntegrityError:
        raise AlreadySignedUp from None
    return _with_session(Signup.get_by_id(signup.id))


def _newcomer(
    user: User, session: Session, form: SignupIn, source: SignupSource, *, now: dt.datetime
) -> Signup:
    """Write the signup of somebody for whom nothing is kept."""
    require_open(user, session, now=now)
    someone = eligibility.person(user)
    eligibility.require(session.activity, someone)
    onces.require_none(user, session)
    require_valid(session.activity, form)
    return _add(
        user,
        session,
        **_placing(session, someone, form, now=now),
        enterprise_id=someone.enterprise_id,
        party_size=form.party_size,
        answers=form.answers,
        source=source,
        once_of=onces.key_of(session.activity),
        now=now,
    )


def admit(user: User, session: Session, *, party_size: int, now: dt.datetime) -> Signup:
    """Give somebody who stands at the door without a confirmed place one, while there are any, and
    return the confirmed signup. Belongs inside the transaction of the check-in. A place offered to
    them is theirs; a place in the line becomes a real one. Raises Cancelled, Full, NotEligible."""
    session = seats.lock(session.id)
    if is_cancelled(session):
        raise Cancelled
    someone = eligibility.person(user)
    eligibility.require(session.activity, someone)
    seats.promote(session, now=now)
    standing = seats.live_signup(session, user.id)
    if is_undrawn(session):
        raise Full("名额将由抽签决定，抽签前不能现场报名", can_join_waitlist=False)
    if standing and standing.state == SignupState.PENDING:
        raise Full("您的报名还在审核中，请联系现场工作人员", can_join_waitlist=False)
    party = standing.party_size if standing else party_size
    holds_place = standing is not None and seats.holds_places(standing)
    if not holds_place and not seats.take(session, party):
        raise Full(can_join_waitlist=False)
    if standing is None:
        return _add(
            user,
            session,
            state=SignupState.CONFIRMED,
            enterprise_id=someone.enterprise_id,
            party_size=party,
            answers={},
            source=SignupSource.WALK_IN,
            now=now,
        )
    seats.move(standing, SignupState.CONFIRMED, now=now)
    return standing


def cancel_deadline(signup: Signup) -> dt.datetime:
    """Return until when the person may give the place back by themselves. Waiting or undecided
    they may until the start; so they may when time or place changed after they signed up."""
    session = signup.session
    changed = session.changed_at is not None and session.changed_at >= signup.created_at
    if changed or signup.state != SignupState.CONFIRMED:
        return session.starts_at
    return session.starts_at - dt.timedelta(hours=session.activity.cancel_hours)


def cancel(user: User, signup_id: int, *, cannot_come: bool = False, now: dt.datetime) -> None:
    """Give a place back and let the line move up. Doing it twice changes nothing.

    After the deadline a place is not given back by mistake: whoever says that they cannot come
    (`cannot_come`) still passes it on until the session starts, which is better for everybody than
    an empty chair. Raises NotFound, TooLate."""
    session_id = get_own(user, signup_id).session_id
    with db.atomic():
        session = seats.lock(session_id)
        signup = Signup.get_by_id(signup_id)
        signup.session = session
        if signup.state not in LIVE:
            return
        if signup.state in (SignupState.ATTENDED, SignupState.NO_SHOW):
            raise TooLate
        has_begun = now >= session.starts_at
        if now > cancel_deadline(signup) and (has_begun or not cannot_come):
            raise TooLate(can_release=not has_begun)
        seats.give_back(session, signup, reason="", now=now)


def accept(user: User, signup_id: int, *, now: dt.datetime) -> Signup:
    """Take the place offered and return the confirmed signup; taking it twice changes nothing.
    Raises NotFound, Cancelled, TooLate when the offer has run out, Invalid where an invitation to
    an activity that asks something is to be taken by signing up."""
    session_id = get_own(user, signup_id).session_id
    with db.atomic():
        session = seats.lock(session_id)
        signup = Signup.get_by_id(signup_id)
        if is_cancelled(session):
            raise Cancelled
        is_held = signup.hold_until is not None and signup.hold_until > now
        if signup.state == SignupState.OFFERED and is_held:
            if invites.is_invitation(signup):
                # Nobody has asked them anything yet.
                require_valid(session.activity, SignupIn(party_size=signup.party_size))
            seats.move(signup, SignupState.CONFIRMED, now=now)
        elif signup.state not in (SignupState.CONFIRMED, SignupState.ATTENDED):
            raise TooLate("这个名额没有为您保留，或已过确认时间")
    return get_own(user, signup_id)


def _with_session(signup: Signup) -> Signup:
    signup.session = sessions.get(signup.session_id)
    return signup


def _placing(
    session: Session, someone: eligibility.Person, form: SignupIn, *, now: dt.datetime
) -> dict[str, Any]:
    """Return the state a newcomer gets and what goes with it. Raises Full, Invalid."""
    if not is_undrawn(session):
        return {"state": _allocate(session, someone, form, now=now)}
    cap = session.activity.per_enterprise_cap
    if cap is not None and someone.enterprise_id is not None and form.party_size > cap:
        raise Invalid(fields={"party_size": f"每家企业最多 {cap} 个名额"})
    lottery = draws.promise(session, now=now)
    return {
        "state": SignupState.PENDING,
        "draw_id": lottery.id,
        "would_wait": form.join_waitlist,
    }


def _allocate(
    session: Session, someone: eligibility.Person, form: SignupIn, *, now: dt.datetime
) -> SignupState:
    """Take the places and return the state that goes with them. Raises Full."""
    activity = session.activity
    # People in the line come first, unless it stands still for good.
    is_overtaking = seats.has_waiting(session) and not seats.is_frozen(session, now=now)
    refusal = None
    if seats.is_company_full(session, someone.enterprise_id, form.party_size):
        refusal = "您所在企业的名额已满"
    elif seats.is_share_full(session, someone.home_space_id, form.party_size):
        refusal = "留给其他空间的名额已满"
    if not is_overtaking and not refusal and seats.take(session, form.party_size):
        needs_approval = activity.signup_mode == SignupMode.APPROVAL
        return SignupState.PENDING if needs_approval else SignupState.CONFIRMED
    can_wait = buttons.takes_waiting(activity)
    if form.join_waitlist and can_wait:
        return SignupState.WAITLISTED
    raise Full(refusal, can_join_waitlist=can_wait)


def _add(
    user: User, session: Session, *, state: SignupState, now: dt.datetime, **values: Any
) -> Signup:
    is_waiting = state == SignupState.WAITLISTED
    return Signup.add(
        now=now,
        by=user.id,
        space=session.space_id,
        session=session,
        user_id=user.id,
        state=state,
        position=seats.last_position(session) if is_waiting else None,
        **values,
    )
