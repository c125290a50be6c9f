"""What staff put right about who was there: voided, counted anew, gone, counted without a name."""

import datetime as dt
from typing import Any

from models import Checkin, Session, Signup, db
from models.checkins import CheckinMethod
from models.signups import SignupState
from server.clock import iso
from server.errors import Conflict, Forbidden, Invalid, NotFound
from server.services import audit, signups
from server.services import signups_admission as admission
from server.services import signups_seats as seats
from server.services.audit import Actor
from server.services.checkins_stewards import OVER_CAPACITY, Steward, full
from server.services.signups_windows import is_cancelled


class AlreadyVoided(Conflict):
    """`current` says since when and why."""

    code, message = "already_voided", "这次签到已经撤销过了"


def get(checkin_id: int) -> Checkin:
    """Return a check-in, voided ones too. Raises NotFound. The face asks its scope about
    `checkin.space_id` before anything else."""
    found: Checkin | None = Checkin.get_or_none(Checkin.id == checkin_id)
    if found is None:
        raise NotFound
    return found


def void(checkin: Checkin, reason: str, *, actor: Actor, now: dt.datetime) -> None:
    """Say that a check-in does not count; the row stays, every count moves at once. The signup is
    confirmed again, and whoever came in as a walk-in loses the place, which passes on. The person
    may be scanned anew, and rate anew then. Raises Invalid without a reason, AlreadyVoided."""
    reason = reason.strip()
    if not reason:
        raise Invalid(fields={"reason": "请填写撤销的原因"})
    with db.atomic():
        # In the order of a check-in (session, signup, check-in), so that the two never embrace.
        session = seats.lock(checkin.session_id)
        signup = _locked_signup(checkin)
        written = (
            Checkin.update(
                voided_at=now,
                voided_by=actor.id,
                void_reason=reason,
                updated_at=now,
                updated_by=actor.id,
                version=Checkin.version + 1,
            )
            .where(Checkin.id == checkin.id, Checkin.voided_at.is_null())
            .execute()
        )
        if not written:
            raise AlreadyVoided(current=_voided(checkin.id))
        if signup is not None and signup.state == SignupState.ATTENDED:
            if checkin.method == CheckinMethod.WALK_IN:
                seats.give_back(session, signup, reason=f"签到撤销：{reason}"[:120], now=now)
            else:
                seats.move(signup, SignupState.CONFIRMED, now=now)
        audit.record(
            actor,
            "checkins.void",
            checkin,
            now=now,
            org_unit_id=checkin.space_id,
            before={"method": checkin.method, "party_present": checkin.party_present},
            reason=reason,
        )


def recount(
    checkin: Checkin, party_present: int, reason: str, *, steward: Steward, now: dt.datetime
) -> None:
    """Say how many really came along. More than signed up take places like anybody else. Raises
    AlreadyVoided, Forbidden for who may only scan, Full (`can_override`), Cancelled."""
    with db.atomic():
        seats.lock(checkin.session_id)
        signup = _locked_signup(checkin)
        values: dict[str, Any] = {"party_present": party_present}
        if signup is not None and party_present + 1 > signup.party_size:
            values |= _larger(checkin, signup, party_present + 1, reason, steward, now=now)
        _change(checkin, values, steward.actor, now=now)
        audit.record(
            steward.actor,
            "checkins.recount",
            checkin,
            now=now,
            org_unit_id=checkin.space_id,
            before={"party_present": checkin.party_present},
            after={"party_present": party_present},
            reason=reason,
        )


def check_out(checkin: Checkin, *, actor: Actor, now: dt.datetime) -> None:
    """Note when somebody left, where the time they stayed matters; the first time counts. Raises
    AlreadyVoided."""
    with db.atomic():
        if checkin.voided_at is not None:
            raise AlreadyVoided(current=_voided(checkin.id))
        gone = Checkin.update(
            left_at=now, updated_at=now, updated_by=actor.id, version=Checkin.version + 1
        ).where(Checkin.id == checkin.id, Checkin.left_at.is_null(), Checkin.voided_at.is_null())
        if gone.execute():
            audit.record(
                actor, "checkins.check_out", checkin, now=now, org_unit_id=checkin.space_id
            )


def count_guests(session: Session, count: int, *, actor: Actor, now: dt.datetime) -> None:
    """Say how many people without an account are there, all told; they are shown beside those with
    one and never added to them. Raises Cancelled."""
    with db.atomic():
        locked = seats.lock(session.id)
        if is_cancelled(locked):
            raise signups.Cancelled
        # Not a change of the session as its editor sees it: their version stays true.
        Session.update(counted_guests=count, updated_at=now, updated_by=actor.id).where(
            Session.id == session.id
        ).execute()
        audit.record(
            actor,
            "checkins.count_guests",
            session,
            now=now,
            org_unit_id=session.space_id,
            before={"guests": locked.counted_guests},
            after={"guests": count},
        )


def _larger(
    checkin: Checkin,
    signup: Signup,
    party: int,
    reason: str,
    steward: Steward,
    *,
    now: dt.datetime,
) -> dict[str, Any]:
    if not steward.can_admit:
        raise Forbidden(f"报名时共 {signup.party_size} 人，多带了人请找现场负责人")
    beyond = steward.can_override and bool(reason.strip())
    try:
        wider = admission.widen(
            signup, checkin.session_id, party, beyond=beyond, late=True, now=now
        )
    except admission.NoPlaces:
        raise full(steward) from None
    if wider.over_capacity == signup.over_capacity:
        return {}
    return {"flags": sorted({*checkin.flags, OVER_CAPACITY}), "reason": reason}


def _locked_signup(checkin: Checkin) -> Signup | None:
    query = Signup.select().where(Signup.id == checkin.signup_id)
    if db.for_update:
        query = query.for_update()
    signup: Signup | None = query.first()
    return signup


def _change(checkin: Checkin, values: dict[str, Any], actor: Actor, *, now: dt.datetime) -> None:
    stamps = {"updated_at": now, "updated_by": actor.id, "version": Checkin.version + 1}
    query = Checkin.update(**values, **stamps).where(
        Checkin.id == checkin.id, Checkin.voided_at.is_null()
    )
    if not query.execute():
        raise AlreadyVoided(current=_voided(checkin.id))


def _voided(checkin_id: int) -> dict[str, str | None]:
    row: Checkin = Checkin.get_by_id(checkin_id)
    return {
        "voided_at": iso(row.voided_at) if row.voided_at else None,
        "reason": row.void_reason,
    }
