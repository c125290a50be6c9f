"""Places staff give at the door, to whoever stands there without a confirmed one."""

import datetime as dt

from models import Session, Signup, User
from models.signups import SignupSource, SignupState
from server.services import activities_eligibility as eligibility
from server.services import signups
from server.services import signups_seats as seats
from server.services.signups_windows import is_cancelled, is_undrawn


class NoPlaces(signups.Full):
    """Full at the door: `can_override` says whether the asking staff may let people in all the
    same, with a reason."""


def admit(
    user: User, session: Session, *, party_size: int, beyond: bool, late: bool, now: dt.datetime
) -> Signup:
    """Give somebody staff let in a place and return the confirmed signup. Belongs inside the
    transaction of the check-in.

    As `signups.admit`, but staff decide on the spot over a signup under review, count the party
    that stands before them, and may go `beyond` the capacity (the signup keeps by how many) or be
    `late`, after the end. Raises Cancelled, Full, NotEligible.
    """
    session = _locked(session.id)
    someone = eligibility.person(user)
    eligibility.require(session.activity, someone)
    seats.promote(session, now=now)
    standing = seats.live_signup(session, user.id)
    if is_undrawn(session):
        raise signups.Full("名额将由抽签决定，抽签前不能现场报名", can_join_waitlist=False)
    if standing is not None and seats.holds_places(standing):
        if standing.state != SignupState.ATTENDED:
            seats.move(standing, SignupState.CONFIRMED, now=now)
        return _widened(standing, session, party_size, beyond=beyond, late=late, now=now)
    over = _take(session, party_size, beyond=beyond, late=late)
    if standing is not None:
        values = {"party_size": party_size, "over_capacity": over}
        seats.move(standing, SignupState.CONFIRMED, now=now, **values)
        return standing
    return Signup.add(
        now=now,
        by=user.id,
        space=session.space_id,
        session=session,
        user_id=user.id,
        state=SignupState.CONFIRMED,
        enterprise_id=someone.enterprise_id,
        party_size=party_size,
        over_capacity=over,
        answers={},
        source=SignupSource.WALK_IN,
    )


def widen(
    signup: Signup, session_id: int, party_size: int, *, beyond: bool, late: bool, now: dt.datetime
) -> Signup:
    """Make a party that turned out larger than signed up for as large as it is, and return the
    whole signup. Belongs inside the transaction of the check-in. Raises Cancelled, NoPlaces."""
    session = _locked(session_id)
    fresh: Signup = Signup.get_by_id(signup.id)
    return _widened(fresh, session, party_size, beyond=beyond, late=late, now=now)


def has_room(session: Session, party: int) -> bool:
    """Say whether a party would find places as things stand, without taking any."""
    return session.capacity is None or session.seats_taken + party <= session.capacity


def _locked(session_id: int) -> Session:
    session = seats.lock(session_id)
    if is_cancelled(session):
        raise signups.Cancelled
    return session


def _widened(
    signup: Signup, session: Session, party_size: int, *, beyond: bool, late: bool, now: dt.datetime
) -> Signup:
    more = party_size - signup.party_size
    if more > 0 and seats.holds_places(signup):
        over = signup.over_capacity + _take(session, more, beyond=beyond, late=late)
        signup.change(now=now, party_size=party_size, over_capacity=over)
    return signup


def _take(session: Session, party: int, *, beyond: bool, late: bool) -> int:
    """Take places of a locked session and return how many of them there were not. Raises Full."""
    if seats.take(session, party):
        return 0
    over = 0
    if session.capacity is not None:
        over = min(party, max(0, session.seats_taken + party - session.capacity))
    if not (beyond if over else late):  # room and yet none taken: the session has ended
        raise NoPlaces(can_join_waitlist=False)
    Session.update(seats_taken=Session.seats_taken + party).where(
        Session.id == session.id
    ).execute()
    session.seats_taken += party
    return over
