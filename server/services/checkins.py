"""Who was there: check-in by the rotating code, once per person, every attempt on record."""

import datetime as dt
from dataclasses import dataclass

from peewee import IntegrityError

from models import Checkin, ScanLog, Session, Signup, User, db
from models.activities import ActivityState, SessionState, SignupMode
from models.checkins import CheckinMethod
from models.signups import SignupState
from server.clock import iso
from server.crypto import token_hash
from server.errors import Conflict, Invalid, ServiceError
from server.schemas.checkins import CheckinIn
from server.services import activities_eligibility as eligibility
from server.services import checkins_codes as codes
from server.services import checkins_tickets as tickets
from server.services import signups, staff
from server.services.checkins_codes import Code, TokenExpired, TokenInvalid
from server.services.checkins_lookup import find
from server.services.checkins_screen import (
    Arrival,
    Presence,
    ShownCode,
    latest_arrivals,
    new_key,
    present,
    qr,
    qr_svg,
)
from server.services.staff import Verb

__all__ = [
    "Arrival",
    "CheckedIn",
    "NotSignedUp",
    "Presence",
    "ShownCode",
    "TokenExpired",
    "TokenInvalid",
    "Trace",
    "check_in",
    "latest_arrivals",
    "new_key",
    "present",
    "qr",
    "qr_svg",
    "session_of",
]

_HERE = (SignupState.CONFIRMED, SignupState.ATTENDED)


class NotSignedUp(Conflict):
    """`can_walk_in` says whether asking again with `walk_in` would let the person in; `ticket` then
    stands in for the code, which will have changed before they have decided."""

    code, message = "not_signed_up", "您还没有报名本场活动"


@dataclass(frozen=True)
class Trace:
    """Where an attempt came from; `ip_hash` tells addresses apart without keeping them."""

    ip_hash: str = ""
    device: str = ""


@dataclass(frozen=True)
class CheckedIn:
    """The check-in that stands; `is_repeat` when it stood before this scan."""

    checkin: Checkin
    is_repeat: bool


@dataclass
class _Scan:
    """One attempt while it is worked on, for the record it leaves."""

    user: User
    form: CheckinIn
    trace: Trace
    now: dt.datetime
    code: Code | None = None
    session: Session | None = None

    def write(self, result: str) -> None:
        """Put the attempt on record."""
        ScanLog.insert(
            at=self.now,
            space_id=self.session.space_id if self.session else None,
            session_id=self.session.id if self.session else None,
            user_id=self.user.id,
            method=CheckinMethod.SELF_QR,
            result=result,
            raw_hash=token_hash(self.form.token),
            device=self.trace.device,
            ip_hash=self.trace.ip_hash,
        ).execute()


def check_in(
    user: User, form: CheckinIn, *, slot_seconds: int, trace: Trace, now: dt.datetime
) -> CheckedIn:
    """Note that the person is here and return the check-in, the first one when they scan again.

    Raises TokenInvalid, TokenExpired, Cancelled, NotOpen, Closed, NotSignedUp, and for walk-ins
    Full, NotEligible, Invalid. Whatever is answered, the attempt is on record.
    """
    scan = _Scan(user, form, trace, now)
    try:
        return _check_in(scan, slot_seconds)
    except ServiceError as refusal:
        # The transaction of the check-in is gone by now, and this record must not go with it.
        scan.write(refusal.code)
        raise


def session_of(token: str) -> Session | None:
    """Return the session a genuine code belongs to, even an old one, or None; for whoever opens
    the link in an ordinary browser. A rehearsal or a draft is told to nobody."""
    try:
        code = codes.read(token)
    except TokenInvalid:
        return None
    found = find(code.session_id, 0)
    session = found[0] if found else None
    if session is None or not code.is_signed_by(session.qr_key) or session.activity.is_rehearsal:
        return None
    return None if session.activity.state == ActivityState.DRAFT else session


def _check_in(scan: _Scan, slot_seconds: int) -> CheckedIn:
    scan.code = code = tickets.find(scan.form.token) or codes.read(scan.form.token)
    session, signup, standing = find(code.session_id, scan.user.id) or (None, None, None)
    if session is None or not code.is_signed_by(session.qr_key):
        raise TokenInvalid
    scan.session = session
    _require_for(scan.user, session, now=scan.now)
    if isinstance(code, tickets.Ticket):
        code.require_good(scan.user.id, now=scan.now)
    else:
        codes.require_current(code, slot_seconds=slot_seconds, now=scan.now)
    _require_not_cancelled(session)
    if standing is not None:
        return _repeat(scan, session, standing)
    _require_window(session, now=scan.now)
    try:
        with db.atomic():
            checkin = _write(scan, session, signup)
            scan.write("checked_in")
    except IntegrityError:
        # Two scans at once: the other was first, and its check-in is the one that counts.
        _, _, standing = find(session.id, scan.user.id) or (None, None, None)
        if standing is None:
            raise
        return _repeat(scan, session, standing)
    checkin.session = session
    return CheckedIn(checkin, is_repeat=False)


def _repeat(scan: _Scan, session: Session, standing: Checkin) -> CheckedIn:
    scan.write("already_checked_in")
    standing.session = session
    return CheckedIn(standing, is_repeat=True)


def _require_for(user: User, session: Session, *, now: dt.datetime) -> None:
    """A draft's code means nothing yet; a rehearsal is for those who practise scanning."""
    if session.activity.state == ActivityState.DRAFT:
        raise TokenInvalid
    if session.activity.is_rehearsal:
        account = staff.find_of_user(user.id)
        scope = staff.scope_of(account, now=now) if account else None
        if scope is None or not scope.allows(Verb.SCAN, session.space_id):
            raise TokenInvalid("这是演练用的签到码，只供工作人员练习")


def _require_not_cancelled(session: Session) -> None:
    is_off = session.state == SessionState.CANCELLED
    if is_off or session.activity.state == ActivityState.CANCELLED:
        raise signups.Cancelled


def _require_window(session: Session, *, now: dt.datetime) -> None:
    opens = session.checkin_opens_at
    if now < opens:
        raise signups.NotOpen("签到尚未开始", opens_at=iso(opens))
    if now > session.checkin_closes_at:
        raise signups.Closed("签到已结束", closed_at=iso(session.checkin_closes_at))


def _write(scan: _Scan, session: Session, signup: Signup | None) -> Checkin:
    """Bring the signup to attended and write the check-in, inside the caller's transaction."""
    method = CheckinMethod.SELF_QR
    if signup is None or signup.state not in _HERE:
        signup, method = _walk_in(scan, session, signup), CheckinMethod.WALK_IN
    along = scan.form.party_present
    if along is not None and along >= signup.party_size:
        text = f"报名时共 {signup.party_size} 人，如多带了人请告诉现场工作人员"
        raise Invalid(fields={"party_present": text})
    attended = (
        Signup.update(
            state=SignupState.ATTENDED,
            updated_at=scan.now,
            updated_by=scan.user.id,
            version=Signup.version + 1,
        )
        .where(Signup.id == signup.id, Signup.state.in_(_HERE))
        .execute()
    )
    if not attended:  # given back or called off since we looked
        raise NotSignedUp(can_walk_in=False)
    return Checkin.add(
        now=scan.now,
        by=scan.user.id,
        space=session.space_id,
        session=session.id,
        signup=signup.id,
        user_id=scan.user.id,
        enterprise_id=signup.enterprise_id,
        method=method,
        token_slot=scan.code.slot if scan.code else None,
        device=scan.trace.device,
        party_present=signup.party_size - 1 if along is None else along,
        occurred_at=scan.now,
        recorded_at=scan.now,
    )


def _walk_in(scan: _Scan, session: Session, standing: Signup | None) -> Signup:
    """Return the signup of somebody who comes without a confirmed one: where no signup is needed
    at once, else when they asked for it. Raises NotSignedUp, Full, NotEligible, Invalid."""
    activity = session.activity
    is_open_door = activity.signup_mode == SignupMode.NONE or activity.is_rehearsal
    is_asked = scan.form.walk_in and activity.signup_mode != SignupMode.APPROVAL
    if not is_asked and not is_open_door:
        raise _not_signed_up(scan, session, standing)
    party = 1 + (scan.form.party_present or 0)
    if party > activity.max_party:
        raise Invalid(fields={"party_present": f"每次最多可来 {activity.max_party} 人（含本人）"})
    return signups.admit(scan.user, session, party_size=party, now=scan.now)


def _not_signed_up(scan: _Scan, session: Session, standing: Signup | None) -> NotSignedUp:
    if not _can_walk_in(scan.user, session, standing):
        return NotSignedUp(can_walk_in=False)
    if scan.code is None or isinstance(scan.code, tickets.Ticket):  # no ticket prolongs another
        return NotSignedUp(can_walk_in=True)
    ticket = tickets.make(scan.code, session.qr_key, user_id=scan.user.id, now=scan.now)
    return NotSignedUp(can_walk_in=True, ticket=ticket)


def _can_walk_in(user: User, session: Session, standing: Signup | None) -> bool:
    """Say whether asking again with `walk_in` would let the person in as things stand."""
    activity = session.activity
    party = standing.party_size if standing else 1
    holds_place = standing is not None and standing.state == SignupState.OFFERED
    has_room = session.capacity is None or session.seats_taken + party <= session.capacity
    if activity.signup_mode == SignupMode.APPROVAL or not (has_room or holds_place):
        return False
    return eligibility.reason_against(activity, eligibility.person(user)) is None
