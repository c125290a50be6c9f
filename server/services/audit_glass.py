"""Break-glass: what people wrote or left, opened to a platform admin for a reason, one thing at a time,
for half an hour; the Space's keepers are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from models import BreakGlass, Need, Space, Staff, User, db
from models.staff import Opening
from server.crypto import Vault
from server.errors import Gone, Invalid, NotFound
from server.services import audit, notifications, staff, users
from server.services.audit import Actor
from server.services.staff import Scope, Verb

LASTS: Final = dt.timedelta(minutes=30)
_MOST: Final = 50


class OpeningOver(Gone):
    code, message = "opening_over", "应急查看的半小时已过，如仍需要请重新说明原因"


@dataclass(frozen=True)
class Shown:
    """What is behind the glass: a need's words, or a member's phone."""

    opening: BreakGlass
    need: Need | None = None
    phone: str | None = None


def open_need(no: str, reason: str, *, by: Scope, actor: Actor, now: dt.datetime) -> BreakGlass:
    """Open a need by its number and return the opening. Raises Forbidden, Invalid."""
    allowed = _allowed(by)
    need: Need | None = Need.get_or_none(Need.no == no.strip().upper())
    if need is None or need.space_id not in allowed:
        raise Invalid(fields={"number": "没有这个编号的诉求"})
    return _open(Opening.NEED, need, need.space_id, reason, actor=actor, now=now)


def open_phone(no: str, reason: str, *, by: Scope, actor: Actor, now: dt.datetime) -> BreakGlass:
    """Open the phone of who submitted a need, by the need's number, and return the opening. Raises
    Forbidden, Invalid."""
    allowed = _allowed(by)
    need: Need | None = Need.get_or_none(Need.no == no.strip().upper())
    if need is None or need.space_id not in allowed or need.user_id is None:
        raise Invalid(fields={"number": "没有这个编号的诉求，或提交人没有账号"})
    return _open(
        Opening.PHONE, users.get(need.user_id), need.space_id, reason, actor=actor, now=now
    )


def look(opening_id: int, *, by: Scope, vault: Vault, actor: Actor, now: dt.datetime) -> Shown:
    """Return what an opening of one's own shows; every look is written down. Raises NotFound,
    Forbidden, OpeningOver."""
    _allowed(by)
    row: BreakGlass | None = BreakGlass.get_or_none(
        BreakGlass.id == opening_id, BreakGlass.staff == by.staff_id
    )
    if row is None:
        raise NotFound
    if row.until_at <= now:
        raise OpeningOver
    with db.atomic():
        audit.record(actor, "audit.look", row, now=now, org_unit_id=row.space_id, reason=row.reason)
    if row.kind is Opening.NEED:
        return Shown(row, need=Need.get_by_id(row.object_id))
    return Shown(row, phone=users.phone_of(users.get(row.object_id), vault))


def recent(by: Scope) -> list[BreakGlass]:
    """Return the openings in the Spaces the reader sees the trail of, latest first. Raises Forbidden."""
    allowed = _allowed(by)
    rows: Any = (
        BreakGlass.select(BreakGlass, Staff, Space)
        .join(Staff)
        .switch(BreakGlass)
        .join(Space)
        .where(BreakGlass.space.in_(sorted(allowed)))
        .order_by(BreakGlass.opened_at.desc(), BreakGlass.id.desc())
        .limit(_MOST)
    )
    return list(rows)


def _allowed(by: Scope) -> frozenset[int]:
    allowed = by.space_ids(Verb.BREAK_GLASS)
    if not allowed:
        raise NotFound
    return allowed


def _open(
    kind: Opening,
    subject: Need | User,
    space_id: int,
    reason: str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> BreakGlass:
    reason = reason.strip()
    if not 5 <= len(reason) <= 200:
        raise Invalid(fields={"reason": "请写明为什么需要查看（5–200字），掌门人会看到"})
    with db.atomic():
        row = BreakGlass.create(
            staff=actor.id,
            space=space_id,
            kind=kind,
            object_id=subject.id,
            reason=reason,
            opened_at=now,
            until_at=now + LASTS,
        )
        audit.record(
            actor,
            "audit.break_glass",
            subject,
            now=now,
            org_unit_id=space_id,
            after={"kind": kind.value, "until": row.until_at.isoformat()},
            reason=reason,
        )
        _tell_keepers(row, actor, now)
    return row


def _tell_keepers(row: BreakGlass, actor: Actor, now: dt.datetime) -> None:
    """Tell the keepers whose accounts are bound; the others read it in the trail."""
    what = "一条诉求的内容" if row.kind is Opening.NEED else "一位会员的手机号"
    for keeper in staff.working_in(row.space_id, Verb.APPROVE_EXTENSION, now=now):
        if keeper.user_id is None:
            continue
        notifications.tell(
            keeper.user_id,
            kind="notice",
            subject_type="break_glass",
            subject_id=row.id,
            dedupe_key=f"break_glass:{row.id}",
            title="平台管理员应急查看",
            body=f"{actor.name}查看了{what}。原因：{row.reason}",
            page="",
            fields={},
            space_id=row.space_id,
            now=now,
        )
