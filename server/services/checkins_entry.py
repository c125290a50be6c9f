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
from models.statements import gap, insert_of, literal
from models.statements_chain import Chain
from server.clock import iso
from server.crypto import token_hash
from server.errors import Conflict, ServiceError
from server.services import checkins_flags as flags
from server.services import signups
from server.services.checkins_flags import Trace
from server.services.checkins_lookup import find

HERE = (SignupState.CONFIRMED, SignupState.ATTENDED)
"""States in which somebody may come in by their signup alone."""


_LATER = (
    *(Checkin.left_at, Checkin.voided_at, Checkin.voided_by),
    *(Checkin.challenged_at, Checkin.challenged_by),
)
"""What nobody knows yet when somebody comes in."""


class NotSignedUp(Conflict):
    """`can_walk_in` says whether asking again as a walk-in would let the person in. Who scanned by
    themselves get a `ticket` then, which stands in for the code: it will have changed before they
    have decided. Staff learn whom they scanned (`person`)."""

    code, message = "not_signed_up", "您还没有报名本场活动"


class RefReused(Conflict):
    code, message = "client_ref_reused", "这条记录的编号已用于另一次签到"


@dataclass(frozen=True)
class CheckedIn:
    """The check-in that stands; `is_repeat` when it stood before this attempt. `is_near_others`:
    `flags.look` might find something."""

    checkin: Checkin
    is_repeat: bool
    is_near_others: bool = False


@dataclass
class Attempt:
    """One try to check somebody in, while it is worked on, and for the record it leaves."""

    method: CheckinMethod
    raw: str
    """What was scanned or chosen; only its hash is kept."""
    now: dt.datetime
    by: int
    """Who acts: the member themselves, or the staff account."""
    trace: Trace = field(default_factory=Trace)
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
        insert_of(ScanLog).execute(db.obj, self.line(result, checkin).__data__)

    def line(self, result: str, checkin: Checkin | None = None) -> ScanLog:
        """Return the record of the attempt, not written yet."""
        return ScanLog.fresh(
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


def enter(attempt: Attempt, session: Session, place: Signup | Callable[[], Signup]) -> CheckedIn:
    """Check somebody in and return the check-in that stands. `place` is the signup by which they
    come in, or gives it; then it runs inside the transaction, so that a place taken goes with a
    check-in refused. Raises NotSignedUp when the signup is gone meanwhile, RefReused, and whatever
    `place` raises."""
    try:
        if isinstance(place, Signup):  # nothing else to write: a transaction by itself
            return _write(attempt, session, place)
        with db.atomic():
            return _write(attempt, session, place())
    except IntegrityError:
        # Two scans at once: the other was first, and its check-in is the one that counts.
        _, _, standing = find(session.id, attempt.user_id or 0) or (None, None, None)
        if standing is not None:
            return repeat(attempt, session, standing)
        if attempt.client_ref is not None:
            raise RefReused from None
        raise


def repeat(attempt: Attempt, session: Session, standing: Checkin) -> CheckedIn:
    """Return the check-in that stood before, which is good news, and leave a line about it."""
    attempt.log("already_checked_in", standing)
    standing.session = session
    return CheckedIn(standing, is_repeat=True)


@cache
def _attend_from(states: tuple[SignupState, ...]) -> Chain:
    """Return what brings a signup to attended and adds the check-in and the record."""
    return Chain(
        lambda: (
            Signup.update(
                state=literal(SignupState.ATTENDED),
                updated_at=gap("now", Signup.updated_at),
                updated_by=gap("by", Signup.updated_by),
                version=Signup.version + literal(1),
            )
            .where(Signup.id == gap("id", Signup.id), Signup.state.in_(states))
            .returning(flags.somebody_near().alias("is_near_others"))
        ),
        {Checkin: _LATER, ScanLog: ()},
    )


def _write(attempt: Attempt, session: Session, signup: Signup) -> CheckedIn:
    """Bring the signup to attended, write the check-in and the record, or nothing."""
    checkin = _checkin(attempt, session, signup)
    # Whom staff scan stands before them: nobody else's phone plays a part.
    trace = attempt.trace if attempt.staff_id is None else Trace()
    given = {"id": signup.id, "now": attempt.now, "by": attempt.by}
    given |= flags.nearness(session.id, attempt.user_id, trace, now=attempt.now)
    line = attempt.line("checked_in", checkin)
    written = _attend_from(attempt.states).execute(db.obj, given, checkin, line)
    if written is None:  # given back or called off since we looked
        raise NotSignedUp(can_walk_in=False)
    checkin.session = session
    return CheckedIn(checkin, is_repeat=False, is_near_others=bool(written[0]))


def _checkin(attempt: Attempt, session: Session, signup: Signup) -> Checkin:
    along = attempt.party_present
    return Checkin.fresh(
        **Checkin.stamped(now=attempt.now, by=attempt.by),
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
