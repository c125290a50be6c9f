"""What staff do to a session's places: more or fewer of them, and somebody on the list by hand."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import IntegrityError

from models import Enterprise, Session, Signup, User, db
from models.activities import SignupMode
from models.enterprises import EnterpriseStatus
from models.signups import SignupSource, SignupState
from models.users import UserStatus
from server.crypto import Vault
from server.errors import Invalid, NotFound
from server.services import activities_buttons as buttons
from server.services import activities_eligibility as eligibility
from server.services import activities_sessions as sessions
from server.services import audit, users
from server.services import signups_draws as draws
from server.services import signups_seats as seats
from server.services.audit import Actor
from server.services.signups import Full
from server.services.signups_windows import (
    AlreadySignedUp,
    Cancelled,
    Closed,
    NoSignupNeeded,
    is_cancelled,
    is_undrawn,
)


class WhenFull(StrEnum):
    """What becomes of somebody staff add when there is no place: nothing, a place in the line, or
    one place more than there are."""

    REFUSE = "refuse"
    WAIT = "wait"
    BEYOND = "beyond"


@dataclass(frozen=True)
class Guest:
    """Somebody as staff write them down. A phone number finds the member it belongs to."""

    name: str
    phone: str = ""
    enterprise_id: int | None = None
    party_size: int = 1


def change_capacity(
    session: Session, capacity: int | None, reason: str, *, actor: Actor, now: dt.datetime
) -> Session:
    """Set how many places a session has, fewer than are taken too, and return it. More places let
    people move up, each told; with fewer, nobody loses a place and nobody moves up until enough
    are given back. Raises NotFound, Invalid without a reason, SessionOver."""
    reason = _reason_of(reason)
    with db.atomic():
        locked = seats.lock(session.id)
        if is_cancelled(locked) or locked.ends_at <= now:
            raise sessions.SessionOver
        before = {"capacity": locked.capacity, "extra_seats": locked.extra_seats}
        over = 0 if capacity is None else max(0, locked.seats_taken - capacity)
        after = {"capacity": capacity, "extra_seats": over}
        locked.change(now=now, by=actor.id, **after)
        audit.record(
            actor,
            "sessions.capacity",
            locked,
            org_unit_id=locked.space_id,
            now=now,
            before=before,
            after=after,
            reason=reason,
        )
        seats.promote(locked, now=now)
    return sessions.get(session.id)


def add(
    session: Session,
    guest: Guest,
    *,
    when_full: WhenFull = WhenFull.REFUSE,
    reason: str = "",
    source: SignupSource = SignupSource.STAFF,
    vault: Vault,
    actor: Actor,
    now: dt.datetime,
) -> Signup:
    """Put somebody on the list and return their signup, confirmed or waiting; in a lottery not yet
    drawn, an entry like everybody's. Whom the activity is for, what it asks and when signing up
    opens is for staff to judge; places are not: `BEYOND` needs a reason, and is shown apart.

    Raises NotFound, Invalid, Cancelled, Closed, NoSignupNeeded, AlreadySignedUp, Full.
    """
    if when_full == WhenFull.BEYOND:
        reason = _reason_of(reason)
    try:
        with db.atomic():
            locked = seats.lock(session.id)
            _require_addable(locked, now=now)
            user = _person(guest, vault=vault, actor=actor, now=now)
            signup = _seat(locked, user, guest, when_full, source=source, by=actor.id, now=now)
            seats.promote(locked, now=now)
            _record(actor, "signups.add", signup, reason=reason, now=now)
    except IntegrityError:
        raise AlreadySignedUp(f"{guest.name}已在名单上") from None
    fresh: Signup = Signup.get_by_id(signup.id)
    fresh.session = sessions.get(session.id)
    return fresh


def _seat(
    session: Session,
    user: User,
    guest: Guest,
    when_full: WhenFull,
    *,
    source: SignupSource,
    by: int | None,
    now: dt.datetime,
) -> Signup:
    if seats.live_signup(session, user.id):
        raise AlreadySignedUp(f"{guest.name}已在名单上")
    company = guest.enterprise_id or eligibility.person(user).enterprise_id
    placed = _place(session, guest.party_size, company, when_full=when_full, now=now)
    return Signup.add(
        now=now,
        by=by,
        space=session.space_id,
        session=session,
        user_id=user.id,
        enterprise_id=company,
        party_size=guest.party_size,
        source=source,
        **placed,
    )


def _record(actor: Actor, action: str, signup: Signup, *, reason: str, now: dt.datetime) -> None:
    after = {"state": signup.state, "party_size": signup.party_size}
    audit.record(
        actor, action, signup, org_unit_id=signup.space_id, now=now, after=after, reason=reason
    )


def _reason_of(text: str) -> str:
    reason = text.strip()
    if not 1 <= len(reason) <= 60:
        raise Invalid(fields={"reason": "请写明原因（60字以内），会记入审计"})
    return reason


def _require_addable(session: Session, *, now: dt.datetime) -> None:
    if is_cancelled(session):
        raise Cancelled
    if session.activity.signup_mode == SignupMode.NONE:
        raise NoSignupNeeded
    if session.ends_at <= now:
        raise Closed("场次已结束，不能再加人；到过场的请在“现场”补签")
    if is_undrawn(session) and now >= buttons.closes_at(session.activity, session):
        raise Closed("报名已截止，抽签之前不能再加人")


def _person(guest: Guest, *, vault: Vault, actor: Actor, now: dt.datetime) -> User:
    """Return the member whose phone it is, else a new entry of somebody without an account. Raises
    Invalid for a company that is not there."""
    company = guest.enterprise_id
    is_known = (Enterprise.id == company) & (Enterprise.status != EnterpriseStatus.MERGED)
    if company is not None and not Enterprise.select().where(is_known).exists():
        raise Invalid(fields={"enterprise_id": "没有这家企业，请重新选择"})
    found = users.find_by_phone(guest.phone, vault) if guest.phone else None
    if found is not None and found.status == UserStatus.BLOCKED:
        raise NotFound("此人的账号已停用，请先联系管理员")
    return found or users.write_down(guest.name, guest.phone, vault=vault, by=actor.id, now=now)


def _place(
    session: Session, party: int, company: int | None, *, when_full: WhenFull, now: dt.datetime
) -> dict[str, Any]:
    """Take the places and return the columns that say what was got. Raises Full."""
    if is_undrawn(session):
        lottery = draws.promise(session, now=now)
        waits = when_full == WhenFull.WAIT
        return {"state": SignupState.PENDING, "draw_id": lottery.id, "would_wait": waits}
    is_overtaking = seats.has_waiting(session) and not seats.is_frozen(session, now=now)
    is_company_full = seats.is_company_full(session, company, party)
    if not is_overtaking and not is_company_full and seats.take(session, party):
        return {"state": SignupState.CONFIRMED}
    if when_full == WhenFull.BEYOND:
        over = seats.take_beyond(session, party)
        return {"state": SignupState.CONFIRMED, "over_capacity": over}
    can_wait = buttons.takes_waiting(session.activity)
    if when_full == WhenFull.WAIT and can_wait:
        return {"state": SignupState.WAITLISTED, "position": seats.last_position(session)}
    raise Full("该企业的名额已满" if is_company_full else None, can_join_waitlist=can_wait)
