"""More days for a need (延期): asked for with a reason, decided by the keeper, told to the submitter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from peewee import IntegrityError

from models import Extension, Need, db
from models.needs_dispatches import ExtensionState
from server.errors import Conflict, Invalid, NotFound
from server.services import needs_clock
from server.services.calendar_days import moment_label
from server.services.needs_acts import Desk, Duty, act, taken, tell_staff
from server.services.needs_states import TABLE, Act, Move
from server.services.staff import Scope, Verb, working_in

MOST_DAYS = 30


class AlreadyAsked(Conflict):
    code, message = "extension_asked", "已有一份延期申请等待批准"


class AlreadyDecided(Conflict):
    code, message = "extension_decided", "这份延期申请已经处理过了"


def of_need(need: Need) -> list[Extension]:
    """Return what was asked for a need, the latest first."""
    return list(Extension.select().where(Extension.need == need).order_by(Extension.id.desc()))


def waiting(scope: Scope) -> list[Extension]:
    """Return what the account may decide on now, with its need, the oldest first."""
    places = sorted(scope.space_ids(Verb.APPROVE_EXTENSION))
    rows = (
        Extension.select(Extension, Need)
        .join(Need)
        .where(
            Extension.space.in_(places),
            Extension.state == ExtensionState.ASKED,
            Need.state.in_([state.value for state in TABLE[Act.EXTEND]]),
        )
    )
    return list(rows.order_by(Extension.id))


def later(need: Need, days: int) -> dict[str, Any]:
    """Return the columns of a clock that runs so many working days longer."""
    return needs_clock.restarted(need, need.clock_days + days, since=need.clock_from)


def ask(desk: Desk, days: int, reason: str, *, now: dt.datetime) -> Need:
    """Ask for more working days and why; the keepers are told. Raises NotFound, VersionConflict,
    WrongState, AlreadyAsked, Invalid."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(fields={"days": f"请填写 1 至 {MOST_DAYS} 个工作日"})
    try:
        with db.atomic():
            need = taken(desk)
            wanted = later(need, days)["due_resolve"]
            if wanted <= now:
                raise Invalid(fields={"days": "加上这些天仍早于现在，请多填几天"})
            Extension.add(
                now=now,
                by=desk.actor.id,
                space=need.space_id,
                need=need,
                days=days,
                reason=reason,
                due_before=need.due_resolve,
            )
            text = f"申请延长 {days} 个工作日（至{moment_label(wanted)}）：{reason}"
            asked = act(desk, need, Move(Act.EXTEND_ASK, text, is_public=False), now=now)
            _tell_keepers(asked, text, desk.actor.id, now)
            return asked
    except IntegrityError:
        raise AlreadyAsked from None


def _tell_keepers(need: Need, text: str, but: int | None, now: dt.datetime) -> None:
    keepers = working_in(need.space_id, Verb.APPROVE_EXTENSION, now=now)
    duty = Duty(
        f"extension:{need.id}:{need.version}",
        "有延期申请等您批准",
        f"{need.title}（{need.no}）：{text}",
        need.due_resolve,
    )
    tell_staff(need, [row.user_id for row in keepers if row.id != but], duty, now=now)


def decide(
    desk: Desk, extension_id: int, *, is_approved: bool, words: str = "", now: dt.datetime
) -> Need:
    """Grant the days, which moves the promise and tells the submitter until when and why, or refuse
    them. Raises NotFound, Forbidden, VersionConflict, WrongState, AlreadyDecided, Invalid."""
    if not is_approved and not words.strip():
        raise Invalid(fields={"words": "请说明为什么不批准"})
    with db.atomic():
        need = taken(desk)
        desk.scope.require(Verb.APPROVE_EXTENSION, need.space_id)
        row: Extension | None = Extension.get_or_none(
            Extension.id == extension_id, Extension.need == need
        )
        if row is None:
            raise NotFound
        if row.state is not ExtensionState.ASKED:
            raise AlreadyDecided
        changes = later(need, row.days) if is_approved else {}
        if is_approved and changes["due_resolve"] <= now:
            raise Invalid("加上这些天仍早于现在，请退回申请，让同事重新填写天数")
        row.change(
            now=now,
            by=desk.actor.id,
            state=ExtensionState.APPROVED if is_approved else ExtensionState.REFUSED,
            decision=words,
            decided_at=now,
            decided_by=desk.actor.id,
            due_after=changes.get("due_resolve"),
        )
        return act(desk, need, _decided(row, changes, words), now=now)


def _decided(row: Extension, changes: dict[str, Any], words: str) -> Move:
    if not changes:
        return Move(Act.EXTEND_ASK, f"没有批准延期：{words}", is_public=False)
    due = moment_label(changes["due_resolve"])
    text = f"办理需要更长时间，延长 {row.days} 个工作日，新的答复时间是{due}。原因：{row.reason}"
    return Move(Act.EXTEND, text, changes=changes)


def due_if(need: Need, days: int) -> dt.datetime:
    """Return until when so many more working days would last, for the page that asks."""
    due: dt.datetime = later(need, days)["due_resolve"]
    return due
