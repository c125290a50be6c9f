"""Who was there: check-in by the rotating code, once per person, every attempt on record."""

import datetime as dt
from dataclasses import dataclass
from functools import partial

from models import Session, Signup, User
from models.activities import ActivityState, SignupMode
from models.checkins import CheckinMethod
from models.signups import SignupState
from server.errors import Invalid
from server.schemas.checkins import CheckinIn
from server.services import activities_eligibility as eligibility
from server.services import checkins_codes as codes
from server.services import checkins_entry as entry
from server.services import checkins_flags as flags
from server.services import checkins_tickets as tickets
from server.services import signups, staff
from server.services.checkins_codes import Code, TokenExpired, TokenInvalid
from server.services.checkins_entry import HERE, Attempt, CheckedIn, NotSignedUp
from server.services.checkins_flags import Trace
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


@dataclass(kw_only=True)
class _Scan(Attempt):
    """An attempt by the person themselves."""

    user: User
    form: CheckinIn
    code: Code | None = None


def check_in(
    user: User, form: CheckinIn, *, slot_seconds: int, trace: Trace, now: dt.datetime
) -> CheckedIn:
    """Note that the person is here and return the check-in, the first one when they scan again.

    Raises TokenInvalid, TokenExpired, Cancelled, NotOpen, Closed, NotSignedUp, and for walk-ins
    Full, NotEligible, Invalid. Whatever is answered, the attempt is on record.
    """
    scan = _Scan(
        method=CheckinMethod.SELF_QR,
        raw=form.token,
        now=now,
        by=user.id,
        trace=trace,
        user_id=user.id,
        party_present=form.party_present,
        user=user,
        form=form,
    )
    with entry.on_record(scan):
        done = _check_in(scan, slot_seconds)
    if done.is_near_others:
        odd = flags.look(done.checkin.session_id, user.id, trace, now=now)
        flags.spread(odd, done.checkin, now=now)
    return done


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
    scan.session, scan.token_slot = session, code.slot
    _require_for(scan.user, session, now=scan.now)
    if isinstance(code, tickets.Ticket):
        code.require_good(scan.user.id, now=scan.now)
    else:
        codes.require_current(code, slot_seconds=slot_seconds, now=scan.now)
    entry.require_not_cancelled(session)
    if standing is not None:
        return entry.repeat(scan, session, standing)
    entry.require_open(session, at=scan.now)
    if signup is not None and signup.state in HERE:
        _require_no_more(scan, signup)
        return entry.enter(scan, session, signup)
    return entry.enter(scan, session, partial(_walked_in, scan, session, signup))


def _require_for(user: User, session: Session, *, now: dt.datetime) -> None:
    """A draft's code means nothing yet; a rehearsal is for those who practise scanning."""
    if session.activity.state == ActivityState.DRAFT:
        raise TokenInvalid
    if session.activity.is_rehearsal:
        account = staff.find_of_user(user.id)
        scope = staff.scope_of(account, now=now) if account else None
        if scope is None or not scope.allows(Verb.SCAN, session.space_id):
            raise TokenInvalid("这是演练用的签到码，只供工作人员练习")


def _require_no_more(scan: _Scan, signup: Signup) -> None:
    """Let pass who brings no more people than were signed up. Raises Invalid."""
    along = scan.party_present
    if along is not None and along >= signup.party_size:
        text = f"报名时共 {signup.party_size} 人，如多带了人请告诉现场工作人员"
        raise Invalid(fields={"party_present": text})


def _walked_in(scan: _Scan, session: Session, standing: Signup | None) -> Signup:
    """Return the signup made for who comes without one. Raises Invalid, and as `_walk_in`."""
    signup, scan.method = _walk_in(scan, session, standing), CheckinMethod.WALK_IN
    _require_no_more(scan, signup)
    return signup


def _walk_in(scan: _Scan, session: Session, standing: Signup | None) -> Signup:
    """Return the signup of somebody who comes without a confirmed one: where no signup is needed
    at once, else when they asked for it. Raises NotSignedUp, Full, NotEligible, Invalid."""
    activity = session.activity
    is_open_door = activity.signup_mode == SignupMode.NONE or activity.is_rehearsal
    is_asked = scan.form.walk_in and activity.signup_mode != SignupMode.APPROVAL
    if not is_asked and not is_open_door:
        raise _not_signed_up(scan, session, standing)
    party = 1 + (scan.party_present or 0)
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
