"""The one allocator of places. Everything here happens under the lock of the session's row."""

import datetime as dt
from typing import Any

from peewee import JOIN, fn

from models import Activity, Enterprise, Series, Session, Signup, Space, User, Venue, Zone, db
from models.activities import SessionState
from models.signups import LIVE, SEATED, SignupState
from server.errors import NotFound
from server.services import signups_notices as notices

AUTO_BEFORE = dt.timedelta(hours=24)
"""Until so long before the start whoever moves up is simply in; after it they must accept."""
FROZEN_BEFORE = dt.timedelta(hours=1)
"""In this last while nobody moves up: people are on their way, places go to who is there."""
HOLD = dt.timedelta(hours=2)
"""How long an offered place waits for its answer."""

_ActivityVenue = Venue.alias("activity_venue")


def sessions() -> Any:
    """Return a select of sessions with their activity, series, Space, venues and zone joined."""
    return (
        Session.select(Session, Activity, Series, Space, _ActivityVenue, Venue, Zone)
        .join(Activity)
        .join(Series)
        .switch(Activity)
        .join(Space)
        .switch(Activity)
        .join(_ActivityVenue, JOIN.LEFT_OUTER, on=Activity.venue == _ActivityVenue.id, attr="venue")
        .switch(Session)
        .join(Venue, JOIN.LEFT_OUTER, on=Session.venue == Venue.id)
        .switch(Session)
        .join(Zone, JOIN.LEFT_OUTER, on=Session.zone == Zone.id)
    )


def lock(session_id: int) -> Session:
    """Return the session as it is now and keep everybody else's hands off its places until the
    transaction ends. Raises NotFound."""
    query = sessions().where(Session.id == session_id)
    if db.for_update:
        # NO KEY: a check-in that refers to this session need not wait for us. SQLite has no row
        # locks; there the transaction itself, begun IMMEDIATE, is the only one that writes.
        query = query.for_update("FOR NO KEY UPDATE", of=Session)
    session: Session | None = query.first()
    if session is None:
        raise NotFound
    return session


def live_signup(session: Session, user_id: int) -> Signup | None:
    """Return the signup of a person that still stands, if there is one."""
    found: Signup | None = Signup.get_or_none(
        Signup.session == session, Signup.user_id == user_id, Signup.state.in_(LIVE)
    )
    return found


def seated() -> Any:
    """Return the condition on `Signup` that it holds places. An entry of a lottery holds none
    until it is drawn."""
    is_entry = (Signup.state == SignupState.PENDING) & Signup.draw_id.is_null(False)
    return Signup.state.in_(SEATED) & ~is_entry


def holds_places(signup: Signup) -> bool:
    """Say the same of one signup."""
    is_entry = signup.state == SignupState.PENDING and signup.draw_id is not None
    return signup.state in SEATED and not is_entry


def take(session: Session, party: int) -> bool:
    """Take places for a party if there are that many. Returns whether they were taken."""
    free = Session.capacity.is_null() | (Session.seats_taken + party <= Session.capacity)
    taken = (
        Session.update(seats_taken=Session.seats_taken + party)
        .where(Session.id == session.id, Session.state == SessionState.SCHEDULED, free)
        .execute()
    )
    if taken:
        session.seats_taken += party
    return bool(taken)


def take_beyond(session: Session, party: int) -> int:
    """Take places for a party whatever the capacity, for staff who say why; return how many of
    them are beyond it (`over_capacity` of its signup)."""
    left = party if session.capacity is None else max(0, session.capacity - session.seats_taken)
    Session.update(seats_taken=Session.seats_taken + party).where(
        Session.id == session.id
    ).execute()
    session.seats_taken += party
    return max(0, party - left)


def free(session: Session, party: int) -> None:
    """Give the places of a party back."""
    Session.update(seats_taken=Session.seats_taken - party).where(
        Session.id == session.id
    ).execute()
    session.seats_taken -= party


def is_company_full(session: Session, enterprise_id: int | None, party: int) -> bool:
    """Say whether the party would exceed what one company may take of the session."""
    cap = session.activity.per_enterprise_cap
    if cap is None or enterprise_id is None:
        return False
    own = Enterprise.get_by_id(enterprise_id)
    root = own.merged_into_id or own.id
    family = Enterprise.select(Enterprise.id).where(
        (Enterprise.id == root) | (Enterprise.merged_into == root)
    )
    taken = (
        Signup.select(fn.COALESCE(fn.SUM(Signup.party_size), 0))
        .where(
            Signup.session == session,
            seated(),
            Signup.enterprise_id.in_(family),
        )
        .scalar()
    )
    return int(taken) + party > cap


def is_share_full(session: Session, home_space_id: int | None, party: int) -> bool:
    """Say whether the party would exceed what people of other Spaces may take of the session. Who
    has chosen no Space yet counts as a guest."""
    quota = session.activity.share_quota
    if quota is None or home_space_id == session.space_id:
        return False
    is_guest = User.home_space.is_null() | (User.home_space != session.space_id)
    taken = (
        Signup.select(fn.COALESCE(fn.SUM(Signup.party_size), 0))
        .join(User, on=Signup.user_id == User.id)
        .where(Signup.session == session, seated(), is_guest)
        .scalar()
    )
    return int(taken) + party > quota


def has_waiting(session: Session) -> bool:
    """Say whether anybody stands on the waiting list."""
    return bool(_waiting(session).exists())


def last_position(session: Session) -> int:
    """Return the key that puts a signup at the end of the waiting list."""
    highest = Signup.select(fn.MAX(Signup.position)).where(Signup.session == session).scalar()
    return int(highest or 0) + 1


def is_frozen(session: Session, *, now: dt.datetime) -> bool:
    """Say whether the waiting list stands still because the session begins within the hour."""
    return session.starts_at - now < FROZEN_BEFORE


def promote(
    session: Session, *, now: dt.datetime, passing_over: frozenset[int] = frozenset()
) -> list[Signup]:
    """Let people move up while there are places; return those who did, all told.

    First come, first served: nobody overtakes a larger party that does not fit yet. Only those
    whose company, or all other Spaces together, have used up their share, and those in
    `passing_over`, are passed over.
    """
    if session.state != SessionState.SCHEDULED or is_frozen(session, now=now):
        return []
    if session.capacity is not None and session.seats_taken >= session.capacity:
        return []
    moved = []
    for signup in list(_waiting(session).order_by(Signup.position, Signup.id)):
        if signup.id in passing_over:
            continue
        if is_company_full(session, signup.enterprise_id, signup.party_size):
            continue
        home_space_id = User.get_by_id(signup.user_id).home_space_id
        if is_share_full(session, home_space_id, signup.party_size):
            continue
        if not take(session, signup.party_size):
            break
        _seat(session, signup, now=now)
        moved.append(signup)
    return moved


def _waiting(session: Session) -> Any:
    return Signup.select().where(Signup.session == session, Signup.state == SignupState.WAITLISTED)


def _seat(session: Session, signup: Signup, *, now: dt.datetime) -> None:
    is_certain = session.starts_at - now >= AUTO_BEFORE
    hold_until = None if is_certain else min(now + HOLD, session.starts_at)
    ref = f"{signup.id}:{signup.version}"
    state = SignupState.CONFIRMED if is_certain else SignupState.OFFERED
    move(signup, state, now=now, hold_until=hold_until)
    notices.tell_promoted(signup.user_id, session, ref=ref, hold_until=hold_until, now=now)


def rank() -> Any:
    """Return the expression that counts, beside a selected `Signup`, who stands in the line up to
    and including it: its position from 1 if it is waitlisted."""
    ahead = Signup.alias()
    return ahead.select(fn.COUNT(ahead.id)).where(
        ahead.session == Signup.session,
        ahead.state == SignupState.WAITLISTED,
        ahead.position <= Signup.position,
    )


def position_of(signup: Signup) -> int | None:
    """Return the place of a waitlisted signup in the line, from 1; None for any other."""
    if signup.state != SignupState.WAITLISTED:
        return None
    count = Signup.select(rank()).where(Signup.id == signup.id).scalar()
    return int(count)


def move(signup: Signup, state: SignupState, *, now: dt.datetime, **values: Any) -> None:
    """Bring a signup into another state; only a waitlisted one keeps a position."""
    signup.change(now=now, **({"position": None, "hold_until": None} | values), state=state)


def give_back(
    session: Session,
    signup: Signup,
    *,
    state: SignupState = SignupState.CANCELLED,
    reason: str,
    now: dt.datetime,
) -> None:
    """End a signup, free what it held, and let the line move up."""
    held = holds_places(signup)
    move(signup, state, now=now, ended_at=now, end_reason=reason)
    if held:
        free(session, signup.party_size)
    promote(session, now=now)
