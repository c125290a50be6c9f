"""What phones without a network bring back: one last word on every check-in of the queue."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError
from pydantic import ValidationError

from models import Checkin, Device, ScanLog, Session, Signup, db
from models.activities import ActivityState, SignupMode
from models.checkins import CheckinMethod
from models.signups import LIVE, SignupState
from server.clock import iso
from server.crypto import Vault
from server.errors import Conflict, Invalid, NotFound, ServiceError
from server.schemas.base import field_errors
from server.schemas.checkins_offline import OfflineScan, SyncIn, SyncItemIn
from server.services import audit, signups, users
from server.services import checkins_passes as passes
from server.services.audit import Actor
from server.services.checkins_codes import TokenExpired, TokenInvalid, slot_of
from server.services.checkins_entry import (
    Attempt,
    NotSignedUp,
    enter,
    repeat,
    require_not_cancelled,
)
from server.services.checkins_flags import CLOCK_OFF, Trace
from server.services.checkins_lookup import find

IN = ("checked_in", "already_checked_in")

# One slot as at the door with a network, one more for what a slow line does to the clocks.
_OLDEST_SLOT, _NEWEST_SLOT = 2, -1
_WELL_AHEAD = dt.timedelta(minutes=1)
_ADMITTED = (SignupState.CONFIRMED, SignupState.ATTENDED, SignupState.NO_SHOW)
"""NO_SHOW too: a queue that comes hours later proves that the person was there."""


class NotConfirmed(Conflict):
    code, message = "not_confirmed", "报名还没有确认，请联网后为其办理现场报名"


@dataclass(frozen=True)
class Verdict:
    """The last word on one item. `result` is one of `IN`, else the code of the refusal."""

    client_ref: str
    result: str
    detail: str
    checkin_id: int | None


Known = dict[int, tuple[Checkin, str]]
"""Check-ins by their ids, each with the name of the person."""


@dataclass
class _Queued(Attempt):
    """One item while it is worked on; its line on record is its verdict."""

    verdict: Verdict | None = None
    detail: str = ""

    def line(self, result: str, checkin: Checkin | None = None) -> ScanLog:
        """Return the record, which is the verdict."""
        line = super().line(result, checkin)
        line.client_ref, line.detail = self.client_ref or "", self.detail
        self.verdict = Verdict(line.client_ref, line.result, self.detail, line.checkin_id)
        return line


@dataclass(frozen=True)
class _Batch:
    """What all items of a batch share. `offset` is how far the phone's clock is behind ours."""

    device: Device
    offset: dt.timedelta
    vault: Vault
    actor: Actor
    now: dt.datetime

    def attempt(self, item: SyncItemIn) -> _Queued:
        """Return the attempt an item is."""
        return _Queued(
            method=CheckinMethod.OFFLINE_SYNC,
            raw=item.code or item.signup_id or "",
            now=self.now,
            by=self.actor.id or 0,
            trace=Trace(device=str(self.device.id)),
            staff_id=self.actor.id,
            door=self.device.name[:30],
            client_ref=item.client_ref,
            states=_ADMITTED,
        )


def sync(
    batch: SyncIn, device: Device, *, vault: Vault, actor: Actor, now: dt.datetime
) -> list[Verdict]:
    """Return the verdict on each item, in their order. An item that was sent before gets the one it
    got then; each is settled by itself, and what is wrong with one holds up no other."""
    offset = now - batch.sent_at if batch.sent_at else dt.timedelta()
    shared = _Batch(device, offset, vault, actor, now)
    said = _said(device, {item.client_ref for item in batch.items})
    known = len(said)
    for item in batch.items:
        if item.client_ref not in said:
            said[item.client_ref] = _settle(item, shared)
    if len(said) > known:
        told = {"device": device.name, "items": len(said) - known}
        told["offset_s"] = round(offset.total_seconds())
        with db.atomic():
            audit.record(
                actor, "checkins.sync", device, now=now, org_unit_id=device.space_id, after=told
            )
    return [said[item.client_ref] for item in batch.items]


def checkins_of(verdicts: Iterable[Verdict]) -> Known:
    """Return the check-ins verdicts speak of, each with the name of the person."""
    ids = {verdict.checkin_id for verdict in verdicts if verdict.checkin_id}
    rows = list(Checkin.select().where(Checkin.id.in_(ids))) if ids else []
    people = users.of_ids([row.user_id for row in rows])
    return {row.id: (row, users.display_name(people[row.user_id])) for row in rows}


def _said(device: Device, refs: set[str]) -> dict[str, Verdict]:
    rows: Any = ScanLog.select().where(
        ScanLog.device == str(device.id), ScanLog.client_ref.in_(sorted(refs))
    )
    return {
        row.client_ref: Verdict(row.client_ref, row.result, row.detail, row.checkin_id)
        for row in rows
    }


def _settle(item: SyncItemIn, batch: _Batch) -> Verdict:
    """Return the verdict on an item that has none."""
    attempt = batch.attempt(item)
    try:
        try:
            _admit(attempt, item, batch)
        except ServiceError as refusal:
            attempt.detail = refusal.detail[:120]
            attempt.log(refusal.code)
    except IntegrityError:
        # The same batch, sent twice at the same moment: the other gave the verdict.
        said = _said(batch.device, {item.client_ref})
        if not said:
            raise
        return said[item.client_ref]
    assert attempt.verdict  # both ways above leave one
    return attempt.verdict


def _admit(attempt: _Queued, item: SyncItemIn, batch: _Batch) -> None:
    form = _read(item)
    attempt.user_id, code = _person(form)
    session, signup, standing = find(form.session_id, attempt.user_id) or (None, None, None)
    is_ours = session is not None and session.space_id == batch.device.space_id
    if session is None or not is_ours or session.activity.state == ActivityState.DRAFT:
        raise NotFound("没有这场活动，可能已被移除")
    attempt.session = session
    require_not_cancelled(session)
    claimed = form.occurred_at + batch.offset
    if code is not None:
        _require_genuine(code, session, batch.vault, claimed)
        attempt.token_slot = code.slot
    if standing is not None:
        repeat(attempt, session, standing)
        return
    attempt.occurred_at = _within(session, claimed, attempt)
    enter(attempt, session, lambda: _place(attempt, session, signup, form.party_present))


def _read(item: SyncItemIn) -> OfflineScan:
    try:
        return OfflineScan.model_validate(item.model_dump())
    except ValidationError as error:
        raise Invalid(fields=field_errors(error)) from None


def _person(form: OfflineScan) -> tuple[int, passes.PassCode | None]:
    """Return who it is about, and the code if one was scanned. Raises NotFound, TokenInvalid."""
    if form.code:
        code = passes.read(form.code)
        return code.user_id, code
    signup: Signup | None = Signup.get_or_none(
        Signup.id == form.signup_id, Signup.session == form.session_id
    )
    if signup is None:
        raise NotFound("名单上没有这个人")
    return signup.user_id, None


def _require_genuine(
    code: passes.PassCode, session: Session, vault: Vault, claimed: dt.datetime
) -> None:
    """Let pass a code that was this person's when it was scanned, as far as the clocks tell."""
    if code.session_id not in (None, session.id):
        raise passes.WrongSession
    key = passes.pass_key(session if code.session_id else None, code.user_id, vault)
    if not code.is_signed_by(key):
        raise TokenInvalid("这不是有效的凭证")
    age = slot_of(claimed, passes.SLOT_SECONDS) - code.slot
    if age > _OLDEST_SLOT:
        raise TokenExpired("扫到的是过期的凭证")
    if age < _NEWEST_SLOT:
        raise TokenInvalid("凭证的时间与扫码时间不符")


def _within(session: Session, claimed: dt.datetime, attempt: _Queued) -> dt.datetime:
    """Return when the person came: what the phone claims, brought into the time of the check-in
    when it lies outside, and then flagged. Raises NotOpen while that time has not begun."""
    opens, closes = session.checkin_opens_at, session.checkin_closes_at
    if attempt.now < opens:
        raise signups.NotOpen("签到尚未开始", opens_at=iso(opens))
    if claimed > attempt.now + _WELL_AHEAD or not opens <= claimed <= closes:
        attempt.flags.append(CLOCK_OFF)
    return min(max(claimed, opens), closes, attempt.now)


def _place(attempt: _Queued, session: Session, signup: Signup | None, along: int | None) -> Signup:
    """Return the signup by which the person came in; of whoever it did not count on, nobody is
    counted without a word. Raises NotSignedUp, NotConfirmed, Full, NotEligible."""
    if signup is None or signup.state not in _ADMITTED:
        signup = _without_place(attempt, session, signup, along)
    expected = signup.party_size - 1
    attempt.party_present = expected if along is None else min(along, expected)
    if along is not None and along > expected:
        attempt.detail = f"报名时共 {signup.party_size} 人，按此记录；多来的人请另行登记"
    return signup


def _without_place(
    attempt: _Queued, session: Session, signup: Signup | None, along: int | None
) -> Signup:
    activity = session.activity
    if signup is not None:
        raise NotConfirmed
    if activity.signup_mode == SignupMode.NONE or activity.is_rehearsal:
        party = min(1 + (along or 0), activity.max_party)
        user = users.get(attempt.user_id or 0)
        return signups.admit(user, session, party_size=party, now=attempt.now)
    gave_up = Signup.select().where(
        Signup.session == session, Signup.user_id == attempt.user_id, Signup.state.not_in(LIVE)
    )
    text = "这个报名已经取消" if gave_up.exists() else "没有报名本场活动"
    raise NotSignedUp(f"{text}，请联网后为其办理现场报名", can_walk_in=False)
