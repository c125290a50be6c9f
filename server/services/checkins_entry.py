"""The one path on which somebody is checked in, whoever scans whom: written once, always on record."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from peewee import IntegrityError

from models import Checkin, ScanLog, Session, Signup, db
from models.activities import ActivityState, SessionState
from models.checkins import CheckinMethod
from models.signups import SignupState
from models.statements import Statement, gap
from server.clock import iso
from server.crypto import token_hash
from server.errors import Conflict, ServiceError
from server.services import signups
from server.services.checkins_lookup import find

HERE = (SignupState.CONFIRMED, SignupState.ATTENDED)
"""States in which somebody may come in by their signup alone."""


class NotSignedUp(Conflict):
    """`can_walk_in` says whether asking again as a walk-in would let the person in. Who scanned by
    themselves get a `ticket` then, which stands in for the code: it will have changed before they
    have decided. Staff learn whom they scanned (`person`)."""

    code, message = "not_signed_up", "您还没有报名本场活动"


class RefReused(Conflict):
    code, message = "client_ref_reused", "这条记录的编号已用于另一次签到"


@dataclass(frozen=True)
class Trace:
    """Where an attempt came from; `ip_hash` tells addresses apart without keeping them. `is_venue`:
    from the venue's own network, where many at once are no wonder."""

    ip_hash: str = ""
    device: str = ""
    is_venue: bool = False


@dataclass(frozen=True)
class CheckedIn:
    """The check-in that stands; `is_repeat` when it stood before this attempt."""

    checkin: Checkin
    is_repeat: bool


@dataclass
class Attempt:
    """One try to check somebody in, while it is worked on, and for the record it leaves."""

    method: CheckinMethod
    raw: str
    """What was scanned or chosen; only its hash is kept."""
    now: dt.datetime
    by: int
    """Who acts: the member themselves, or the staff account."""
    trace: Trace = Trace()
    user_id: int | None = None
    staff_id: int | None = None
    session: Session | None = None
    party_present: int | None = None
    """How many came along; None: as many as were signed up."""
    token_slot: int | None = None
    door: str = ""
    reason: str = ""
    client_ref: str | None = None
    occurred_at: dt.datetime | None = None
    """When it is said to have been; None: now."""
    flags: list[str] = field(default_factory=list)
    states: tuple[SignupState, ...] = HERE

    def log(self, result: str, checkin: Checkin | None = None) -> None:
        """Put the attempt on record, with the check-in that stands after it."""
        ScanLog.create(
            at=self.now,
            space_id=self.session.space_id if self.session else None,
            session_id=self.session.id if self.session else None,
            user_id=self.user_id,
            staff_id=self.staff_id,
            method=self.method,
            result=result[:30],
            raw_hash=token_hash(self.raw),
            device=self.trace.device,
            ip_hash=self.trace.ip_hash,
            checkin_id=checkin.id if checkin else None,
        )


@contextmanager
def on_record(attempt: Attempt) -> Iterator[None]:
    """Leave a line about an attempt that is refused inside."""
    try:
        yield
    except ServiceError as refusal:
        # The transaction of the check-in is gone by now, and this record must not go with it.
        attempt.log(refusal.code)
        raise


def require_not_cancelled(session: Session) -> None:
    """Let pass a session that takes place. Raises Cancelled."""
    is_off = session.state == SessionState.CANCELLED
    if is_off or session.activity.state == ActivityState.CANCELLED:
        raise signups.Cancelled


def require_open(session: Session, *, at: dt.datetime) -> None:
    """Let pass a moment in which the session takes check-ins. Raises NotOpen, Closed."""
    opens = session.checkin_opens_at
    if at < opens:
        raise signups.NotOpen("签到尚未开始", opens_at=iso(opens))
    if at > session.checkin_closes_at:
        raise signups.Closed("签到已结束", closed_at=iso(session.checkin_closes_at))


def enter(attempt: Attempt, session: Session, place: Callable[[], Signup]) -> CheckedIn:
    """Check somebody in and return the check-in that stands. `place` gives the signup by which they
    come in; it runs inside the transaction, so that a place taken goes with a check-in refused.
    Raises NotSignedUp when the signup is gone meanwhile, RefReused, and whatever `place` raises."""
    try:
        with db.atomic():
            checkin = _write(attempt, session, place())
            attempt.log("checked_in", checkin)
    except IntegrityError:
        # Two scans at once: the other was first, and its check-in is the one that counts.
        _, _, standing = find(session.id, attempt.user_id or 0) or (None, None, None)
        if standing is not None:
            return repeat(attempt, session, standing)
        if attempt.client_ref is not None:
            raise RefReused from None
        raise
    checkin.session = session
    return CheckedIn(checkin, is_repeat=False)


def repeat(attempt: Attempt, session: Session, standing: Checkin) -> CheckedIn:
    """Return the check-in that stood before, which is good news, and leave a line about it."""
    attempt.log("already_checked_in", standing)
    standing.session = session
    return CheckedIn(standing, is_repeat=True)


@cache
def _attend_from(states: tuple[SignupState, ...]) -> Statement:
    return Statement(
        lambda: Signup.update(
            state=SignupState.ATTENDED,
            updated_at=gap("now", Signup.updated_at),
            updated_by=gap("by", Signup.updated_by),
            version=Signup.version + 1,
        ).where(Signup.id == gap("id", Signup.id), Signup.state.in_(states))
    )


def _write(attempt: Attempt, session: Session, signup: Signup) -> Checkin:
    """Bring the signup to attended and write the check-in."""
    given = {"id": signup.id, "now": attempt.now, "by": attempt.by}
    if (
        not _attend_from(attempt.states).execute(db.obj, given).rowcount
    ):  # given back or called off since we looked
        raise NotSignedUp(can_walk_in=False)
    along = attempt.party_present
    return Checkin.add(
        now=attempt.now,
        by=attempt.by,
        space=session.space_id,
        session=session.id,
        signup=signup.id,
        user_id=attempt.user_id,
        enterprise_id=signup.enterprise_id,
        method=attempt.method,
        token_slot=attempt.token_slot,
        device=attempt.trace.device,
        door=attempt.door,
        staff_id=attempt.staff_id,
        reason=attempt.reason,
        party_present=signup.party_size - 1 if along is None else along,
        occurred_at=attempt.occurred_at or attempt.now,
        recorded_at=attempt.now,
        client_ref=attempt.client_ref,
        flags=attempt.flags,
    )
