"""The staff's side of the door: scanning people, entering who was found, letting walk-ins in."""

import datetime as dt
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from models import Checkin, Session, Signup, User
from models.activities import SignupMode
from models.checkins import CheckinMethod
from models.signups import SignupState
from models.users import UserStatus
from server.clock import iso
from server.crypto import Vault
from server.errors import Invalid, NotFound
from server.schemas.checkins_desk import StaffCheckinIn, WalkInIn
from server.services import activities_eligibility as eligibility
from server.services import audit, enterprises, signups, users
from server.services import checkins_corrections as corrections
from server.services import checkins_entry as entry
from server.services import checkins_passes as passes
from server.services import checkins_people as people
from server.services import signups_admission as admission
from server.services.checkins_entry import Attempt, NotSignedUp
from server.services.checkins_lookup import find
from server.services.checkins_people import Entered
from server.services.checkins_stewards import OVER_CAPACITY, Steward, full, require_admitting


@dataclass(kw_only=True)
class _Entry(Attempt):
    """An attempt by staff."""

    steward: Steward
    vault: Vault
    user: User | None = None
    is_late: bool = False
    is_walk_in: bool = False

    @property
    def can_go_beyond(self) -> bool:
        return self.steward.can_override and bool(self.reason)


def scan(
    session: Session, form: StaffCheckinIn, steward: Steward, *, vault: Vault, now: dt.datetime
) -> Entered:
    """Check in whose personal code was scanned, or whose signup was found, with everybody they
    brought; return the check-in that stands. After the window it takes a reason, and brings a
    no-show back too. Scanning again changes nothing but the head count, if one is told. Whatever is
    answered, the attempt is on record.

    Raises TokenInvalid, TokenExpired, WrongSession, NotFound, Forbidden, Cancelled, NotOpen, Closed
    (`can_enter_late`), NotSignedUp (`can_walk_in`, `person`), Invalid, Full (`can_override`).
    """
    method = CheckinMethod.STAFF_SCAN if form.code else CheckinMethod.STAFF_SEARCH
    attempt = _attempt(session, form, steward, method, vault=vault, now=now)
    attempt.reason = form.late_reason or form.reason
    with entry.on_record(attempt):
        if form.code:
            user = _of_pass(attempt, form.code, session)
        else:
            user = _of_signup(attempt, form.signup_id or 0, session)
        return _enter(attempt, user, session, late_reason=form.late_reason)


def walk_in(
    session: Session, form: WalkInIn, steward: Steward, *, vault: Vault, now: dt.datetime
) -> Entered:
    """Sign somebody up on the spot and check them in, while there are places; beyond them, and
    after the window, only with a reason. Who has a place already simply comes in by it. Whatever is
    answered, the attempt is on record.

    Raises as `scan`, and NotEligible.
    """
    attempt = _attempt(session, form, steward, CheckinMethod.WALK_IN, vault=vault, now=now)
    attempt.reason, attempt.is_walk_in = form.reason, True
    with entry.on_record(attempt):
        require_admitting(steward)
        user = people.known_to(session, form.user_id) if form.user_id else None
        if form.code:
            user = _of_pass(attempt, form.code, session)
        if user is None:
            raise NotFound
        return _enter(attempt, user, session, late_reason=form.reason)


def _attempt(
    session: Session,
    form: StaffCheckinIn | WalkInIn,
    steward: Steward,
    method: CheckinMethod,
    *,
    vault: Vault,
    now: dt.datetime,
) -> _Entry:
    found = form.signup_id if isinstance(form, StaffCheckinIn) else form.user_id
    return _Entry(
        method=method,
        raw=form.code or str(found),
        now=now,
        by=steward.actor.id or 0,
        trace=steward.trace,
        staff_id=steward.actor.id,
        session=session,
        party_present=form.party_present,
        door=form.door.strip(),
        client_ref=form.client_ref,
        steward=steward,
        vault=vault,
    )


def _of_pass(attempt: _Entry, text: str, session: Session) -> User:
    code = passes.read(text)
    passes.verify(code, session, attempt.vault, now=attempt.now)
    attempt.user_id, attempt.token_slot = code.user_id, code.slot
    return _active(code.user_id)


def _of_signup(attempt: _Entry, signup_id: int, session: Session) -> User:
    require_admitting(attempt.steward)
    signup = Signup.get_or_none(Signup.id == signup_id, Signup.session == session)
    if signup is None:
        raise NotFound
    return _active(signup.user_id)


def _active(user_id: int) -> User:
    user = users.find(user_id)
    if user is None or user.status != UserStatus.ACTIVE:
        raise NotFound("没有找到这位会员，账号可能已停用或注销")
    return user


def _enter(attempt: _Entry, user: User, session: Session, *, late_reason: str) -> Entered:
    attempt.user, attempt.user_id = user, user.id
    entry.require_not_cancelled(session)
    _, signup, standing = find(session.id, user.id) or (None, None, None)
    if standing is not None:
        done = entry.repeat(attempt, session, standing)
        _count_anew(attempt, standing)
    else:
        try:
            _require_time(attempt, session, late_reason)
            done = entry.enter(attempt, session, partial(_place, attempt, session, signup))
        except (signups.Closed, signups.Full, NotSignedUp) as refusal:
            refusal.facts |= _whom(attempt, user, signup)
            raise
    told = people.entered(done.checkin.id, vault=attempt.vault)
    told.checkin.session = session
    return Entered(told.checkin, told.person, done.is_repeat)


def _whom(attempt: _Entry, user: User, signup: Signup | None) -> dict[str, Any]:
    """Return whom a refusal is about, so that staff can go on when the code has long changed."""
    person = people.attendee(user, enterprises.enterprise_of(user.id), attempt.vault)
    told = asdict(person) | {"user_id": str(person.user_id)}
    return {"person": told, "signup_id": str(signup.id) if signup else None}


def _count_anew(attempt: _Entry, standing: Checkin) -> None:
    along = attempt.party_present
    if along is None or along == standing.party_present:
        return
    checkin = corrections.get(standing.id)
    corrections.recount(checkin, along, attempt.reason, steward=attempt.steward, now=attempt.now)


def _require_time(attempt: _Entry, session: Session, late_reason: str) -> None:
    """Let pass the window, and after it whoever may enter late and says why."""
    attempt.is_late = attempt.now > session.checkin_closes_at
    if not attempt.is_late:
        entry.require_open(session, at=attempt.now)
        return
    can_enter_late = attempt.steward.can_admit
    if not (can_enter_late and late_reason):
        told = "签到已结束，补签请填写原因" if can_enter_late else "签到已结束，补签请找现场负责人"
        closed_at = iso(session.checkin_closes_at)
        raise signups.Closed(told, closed_at=closed_at, can_enter_late=can_enter_late)
    attempt.states = (*entry.HERE, SignupState.NO_SHOW)


def _place(attempt: _Entry, session: Session, signup: Signup | None) -> Signup:
    """Return the signup by which the person comes in, inside the transaction of the check-in."""
    party = _party(attempt, signup)
    is_expected = signup is not None and signup.state in attempt.states
    try:
        if signup is not None and is_expected:
            placed = _as_large(attempt, session, signup, party)
        else:
            placed = _unexpected(attempt, session, signup, party)
    except admission.NoPlaces:
        raise full(attempt.steward) from None
    if placed.over_capacity:
        attempt.flags.append(OVER_CAPACITY)
    _audit(attempt, placed)
    return placed


def _party(attempt: _Entry, signup: Signup | None) -> int:
    """Return how many stand before the door: as told, else as signed up."""
    if attempt.party_present is not None:
        return 1 + attempt.party_present
    return signup.party_size if signup else 1


def _as_large(attempt: _Entry, session: Session, signup: Signup, party: int) -> Signup:
    """Return the signup, made larger when more came than signed up."""
    if party <= signup.party_size:
        return signup
    if not attempt.steward.can_admit:
        text = f"报名时共 {signup.party_size} 人，多带了人请找现场负责人"
        raise Invalid(fields={"party_present": text})
    return admission.widen(
        signup,
        session.id,
        party,
        beyond=attempt.can_go_beyond,
        late=attempt.is_late,
        now=attempt.now,
    )


def _unexpected(attempt: _Entry, session: Session, signup: Signup | None, party: int) -> Signup:
    """Return a place for who has none: where none is needed at once, else for walk-ins."""
    user = attempt.user
    is_open_door = session.activity.signup_mode == SignupMode.NONE or session.activity.is_rehearsal
    if user is None or not (attempt.is_walk_in or is_open_door):
        raise _not_signed_up(attempt, session, signup)
    attempt.method = CheckinMethod.WALK_IN
    return admission.admit(
        user,
        session,
        party_size=party,
        beyond=attempt.can_go_beyond,
        late=attempt.is_late,
        now=attempt.now,
    )


_STANDING = {
    SignupState.PENDING: "的报名还在审核",
    SignupState.WAITLISTED: "还在候补",
    SignupState.OFFERED: "还没有确认候补名额",
}


def _not_signed_up(attempt: _Entry, session: Session, signup: Signup | None) -> NotSignedUp:
    user, steward = attempt.user, attempt.steward
    if user is None:
        return NotSignedUp(can_walk_in=False)
    reason = eligibility.reason_against(session.activity, eligibility.person(user))
    holds_place = signup is not None and signup.state != SignupState.WAITLISTED
    has_room = holds_place or admission.has_room(session, _party(attempt, signup))
    is_welcome = reason is None and steward.can_admit
    how = _STANDING.get(signup.state, "没有报名本场") if signup else "没有报名本场"
    return NotSignedUp(
        users.display_name(user) + how + (f"，且不在参与范围内：{reason}" if reason else ""),
        can_walk_in=is_welcome and has_room,
        can_override=is_welcome and not has_room and steward.can_override,
        is_full=not has_room,
        state=signup.state if signup else None,
    )


def _audit(attempt: _Entry, signup: Signup) -> None:
    """Keep in the trail what staff answer for: entering late and going beyond the capacity."""
    if not attempt.is_late and OVER_CAPACITY not in attempt.flags:
        return
    audit.record(
        attempt.steward.actor,
        "checkins.enter_late" if attempt.is_late else "checkins.go_beyond",
        signup,
        now=attempt.now,
        org_unit_id=signup.space_id,
        before={"state": signup.state},
        after={"state": SignupState.ATTENDED, "over_capacity": signup.over_capacity},
        reason=attempt.reason,
    )
