"""Making one of a company entered twice: what moves, the merge itself, and taking it back.

Rows of what people did keep the company they were done under and count for the root. Rewritten are
only the current memberships, what the source's own merges point at, and the gaps in the target's
facts; the merge remembers each, and an undo gives back exactly that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from peewee import IntegrityError, SqliteDatabase

from models import Enterprise, EnterpriseMember, EnterpriseMerge, db
from models.enterprises import EnterpriseStatus, MemberStatus
from server.errors import Conflict, NotFound, VersionConflict
from server.services import audit, enterprises_restated
from server.services import enterprises_compared as compared
from server.services import enterprises_register as register
from server.services.audit import Actor
from server.services.enterprises import CreditCodeTaken, EnterpriseMerged

UNDO_DAYS: Final = 30


class UndoTooLate(Conflict):
    code, message = "undo_too_late", f"合并已超过 {UNDO_DAYS} 天，不能再撤销"


class AlreadyUndone(Conflict):
    code, message = "already_undone", "这次合并已经撤销过了"


class MergedOn(Conflict):
    code, message = "merged_on", "合并后的企业又并入了另一家，请先撤销后一次合并"


def merge(
    source_id: int, target_id: int, reason: str, *, actor: Actor, now: dt.datetime
) -> EnterpriseMerge:
    """Let the source go into the target and return the merge, which can be taken back for thirty
    days. Raises NotFound, SameEnterprise, Invalid without a reason, EnterpriseMerged where one of
    the two already went into another (with two at once in both directions: the later one)."""
    reason = audit.purpose(reason)
    if source_id == target_id:
        raise compared.SameEnterprise
    try:
        with db.atomic():
            rows = _locked(source_id, target_id)
            source, target = rows[source_id], rows[target_id]
            compared.require_two(source, target)
            changes = enterprises_restated.foresee(source, target, now=now)
            moved = _move(source, target, actor=actor, now=now)
            done: EnterpriseMerge = EnterpriseMerge.add(
                now=now,
                by=actor.id,
                source=source,
                target=target,
                reason=reason,
                moved=moved,
                undo_until=now + dt.timedelta(days=UNDO_DAYS),
            )
            enterprises_restated.write(changes, "enterprises.merge", done.id, now=now)
            after = {"target": str(target.id), "name": target.name}
            before = {"name": source.name}
            audit.record(
                actor, "enterprises.merge", source, now=now, before=before, after=after,
                reason=reason,
            )  # fmt: skip
    except IntegrityError:
        raise EnterpriseMerged from None
    return done


def _locked(*ids: int) -> dict[int, Enterprise]:
    """Return the companies, nobody else's to change until the transaction ends, with what was merged
    into them. Taken in the order of their ids, so that two merges in both directions wait for one
    another instead of for ever."""
    family = Enterprise.id.in_(ids) | Enterprise.merged_into.in_(ids)
    query = Enterprise.select().where(family).order_by(Enterprise.id)
    if not isinstance(db.obj, SqliteDatabase):  # there a transaction has the file to itself
        query = query.for_update()
    rows = {row.id: row for row in query}
    if not set(ids) <= rows.keys():
        raise NotFound
    return rows


def _move(
    source: Enterprise, target: Enterprise, *, actor: Actor, now: dt.datetime
) -> dict[str, Any]:
    """Write the merge and return what was rewritten."""
    live = (EnterpriseMember.enterprise == source) & (EnterpriseMember.status != MemberStatus.ENDED)
    members = [row.id for row in EnterpriseMember.select(EnterpriseMember.id).where(live)]
    merged = [
        row.id for row in Enterprise.select(Enterprise.id).where(Enterprise.merged_into == source)
    ]
    _point(EnterpriseMember, "enterprise", members, source, target, now=now)
    _point(Enterprise, "merged_into", merged, source, target, now=now)
    gaps = compared.fills(source, target)
    before = {name: getattr(target, name) for name in gaps}
    status = source.status
    # The source first: a credit code is one company's at a time.
    gone = {"status": EnterpriseStatus.MERGED, "merged_into": target}
    if not source.change(now=now, by=actor.id, **gone):  # type: ignore[arg-type]
        raise VersionConflict
    if gaps and not target.change(now=now, by=actor.id, **gaps):
        raise VersionConflict
    filled = {name: [_plain(before[name]), _plain(value)] for name, value in gaps.items()}
    return {"members": members, "merged": merged, "status": status.value, "filled": filled}


def _point(
    table: Any, name: str, ids: list[int], old: Enterprise, new: Enterprise, *, now: dt.datetime
) -> None:
    """Let those of the rows that still point at the one point at the other."""
    table.update(**{name: new.id, "updated_at": now, "version": table.version + 1}).where(
        table.id.in_(ids), getattr(table, name) == old.id
    ).execute()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def undo(merge_id: int, *, actor: Actor, now: dt.datetime) -> EnterpriseMerge:
    """Take a merge back: exactly what it moved returns, what came since stays with the target.
    Raises NotFound, AlreadyUndone, UndoTooLate, MergedOn, CreditCodeTaken."""
    found = get(merge_id)
    try:
        with db.atomic():
            rows = _locked(found.source_id, found.target_id)
            found = get(merge_id)  # as it stands now that nobody else can change it
            source, target = rows[found.source_id], rows[found.target_id]
            _undoable(found, target, now=now)
            _give_back(found, source, target, actor=actor, now=now)
            changes = [
                change.back() for change in enterprises_restated.foresee(source, target, now=now)
            ]
            found.change(now=now, by=actor.id, undone_at=now, undone_by=actor.id)
            enterprises_restated.write(changes, "enterprises.undo_merge", found.id, now=now)
            audit.record(actor, "enterprises.undo_merge", source, now=now)
    except IntegrityError:
        raise CreditCodeTaken from None
    return found


def _undoable(found: EnterpriseMerge, target: Enterprise, *, now: dt.datetime) -> None:
    if found.undone_at is not None:
        raise AlreadyUndone
    if now > found.undo_until:
        raise UndoTooLate
    if target.status == EnterpriseStatus.MERGED:
        raise MergedOn


def _give_back(
    found: EnterpriseMerge,
    source: Enterprise,
    target: Enterprise,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    moved = found.moved
    # What somebody has changed since is theirs and stays.
    back = {
        name: _typed(name, before)
        for name, (before, after) in moved["filled"].items()
        if _plain(getattr(target, name)) == after
    }
    if back and not target.change(now=now, by=actor.id, **back):
        raise VersionConflict
    again: Any = {"status": EnterpriseStatus(moved["status"]), "merged_into": None}
    if not source.change(now=now, by=actor.id, **again):
        raise VersionConflict
    _point(EnterpriseMember, "enterprise", moved["members"], target, source, now=now)
    _point(Enterprise, "merged_into", moved["merged"], target, source, now=now)


def _typed(name: str, value: Any) -> Any:
    is_day = name.startswith("tenancy_") and value is not None
    return dt.date.fromisoformat(value) if is_day else value


def get(merge_id: int, space_ids: Iterable[int] | None = None) -> EnterpriseMerge:
    """Return a merge with both companies; with `space_ids` only one whose target these Spaces look
    after. Raises NotFound."""
    query = _with_both().where(EnterpriseMerge.id == merge_id)
    if space_ids is not None:
        query = query.where(EnterpriseMerge.target.in_(_kept(space_ids)))
    found: EnterpriseMerge | None = query.first()
    if found is None:
        raise NotFound
    return found


def search(space_ids: Iterable[int]) -> Any:
    """Return the merges into companies these Spaces look after, undone ones too."""
    return _with_both().where(EnterpriseMerge.target.in_(_kept(space_ids)))


def _kept(space_ids: Iterable[int]) -> Any:
    return Enterprise.select(Enterprise.id).where(register.is_kept_by(space_ids))


def _with_both() -> Any:
    source, target = Enterprise.alias("went"), Enterprise.alias("stayed")
    return (
        EnterpriseMerge.select(EnterpriseMerge, source, target)
        .join_from(EnterpriseMerge, source, on=(EnterpriseMerge.source == source.id))
        .join_from(EnterpriseMerge, target, on=(EnterpriseMerge.target == target.id))
    )
