"""Lists to take along: asked for with a reason, small ones written at once, long ones by the worker,
for the one who asked and for an hour."""

import datetime as dt
from itertools import chain
from typing import Any, Final

from models import ExportFile, ExportJob, Staff, db
from models.exports import ExportKind, ExportState
from server.crypto import Vault
from server.errors import Conflict, Gone, Invalid, NotFound
from server.services import audit, exports_lines, files_sheets, staff
from server.services.audit import Actor
from server.services.staff import Verb

AT_ONCE: Final = 500
"""Rows up to which nobody has to wait for the worker."""
KEPT: Final = dt.timedelta(hours=1)
_LONGEST: Final = dt.timedelta(days=3 * 366)
_ABANDONED: Final = dt.timedelta(minutes=10)
_MOST_OPEN: Final = 5
_LISTED: Final = dt.timedelta(days=90)


class ExportExpired(Gone):
    code, message = "export_expired", "导出的文件只保留一小时，请重新导出"


class ExportsOpen(Conflict):
    code, message = "exports_open", "还有几份导出没有完成，请等它们完成再试"


def request(
    space_id: int,
    kind: ExportKind,
    since: dt.date,
    until: dt.date,
    reason: str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> ExportJob:
    """Ask for a list and return it, not written yet; who takes what along and why is in the trail.
    Raises Invalid, ExportsOpen."""
    reason = audit.purpose(reason)
    if until < since or until - since > _LONGEST:
        raise Invalid(fields={"until": "结束日期不能早于开始日期，最长三年"})
    with db.atomic():
        if _of(actor.id).where(ExportJob.state.in_(_OPEN)).count() >= _MOST_OPEN:
            raise ExportsOpen
        job = ExportJob.add(
            now=now, by=actor.id, space=space_id, staff=actor.id, kind=kind,
            since=since, until=until, reason=reason,
        )  # fmt: skip
        total = exports_lines.select(job).count()
        job.change(now=now, by=actor.id, total=total)
        audit.record(
            actor,
            "exports.request",
            job,
            org_unit_id=space_id,
            now=now,
            after={"kind": exports_lines.COLUMNS[kind].title, "rows": total},
            reason=reason,
        )
    return job


_OPEN = (ExportState.WAITING, ExportState.RUNNING)


def _of(staff_id: int | None) -> Any:
    return ExportJob.select().where(ExportJob.staff == staff_id)


def latest(staff_id: int) -> list[ExportJob]:
    """Return the lists an account asked for last, the newest first."""
    return list(_of(staff_id).order_by(ExportJob.created_at.desc()).limit(20))


def go_on(vault: Vault, *, now: dt.datetime) -> dict[str, int]:
    """Write the lists that wait, also those a worker died over, and delete what is over; return how
    many of each."""
    waiting = ExportJob.select(ExportJob.id).where(ExportJob.state.in_(_OPEN))
    ids = [row.id for row in waiting.order_by(ExportJob.created_at)]
    return {"made": sum(make(id_, vault, now=now) for id_ in ids), "expired": expire(now=now)}


def make(export_id: int, vault: Vault, *, now: dt.datetime) -> bool:
    """Write a list nobody else is writing; say whether it was written. Interrupted, it is begun
    anew ten minutes later."""
    is_free = (ExportJob.state == ExportState.WAITING) | (
        (ExportJob.state == ExportState.RUNNING) & (ExportJob.touched_at < now - _ABANDONED)
    )
    mine = _set(export_id, is_free, now, state=ExportState.RUNNING, touched_at=now, done=0)
    if not mine:
        return False
    job = ExportJob.get_by_id(export_id)
    is_mine = (ExportJob.state == ExportState.RUNNING) & (ExportJob.touched_at == now)
    if not _may_still(job, now):
        _set(export_id, is_mine, now, state=ExportState.REFUSED)
        return False
    batches: list[list[list[Any]]] = []
    done = 0
    for batch in exports_lines.lines(job, vault):
        batches.append(batch)
        done += len(batch)
        _set(export_id, is_mine, now, done=done)
    columns = exports_lines.COLUMNS[job.kind]
    content = files_sheets.workbook(
        columns.title, columns.head, chain.from_iterable(batches), columns.widths
    )
    ready = {"state": ExportState.DONE, "done": done, "total": done, "expires_at": now + KEPT}
    with db.atomic():
        # Whoever took it over meanwhile writes it.
        written = _set(export_id, is_mine, now, **ready)
        if written:
            ExportFile.create(export=export_id, content=content)
    return written


def _set(export_id: int, condition: Any, now: dt.datetime, **values: Any) -> bool:
    changed = (
        ExportJob.update(updated_at=now, version=ExportJob.version + 1, **values)
        .where(ExportJob.id == export_id, condition)
        .execute()
    )
    return bool(changed)


def _may_still(job: ExportJob, now: dt.datetime) -> bool:
    account: Staff = job.staff
    if not account.active:
        return False
    return staff.scope_of(account, now=now).allows(Verb.EXPORT_PEOPLE, job.space_id)


def content(export_id: int, *, actor: Actor, now: dt.datetime) -> tuple[ExportJob, bytes]:
    """Return a list and its workbook for the one who asked for it, and leave it in the trail.
    Raises NotFound for anybody else, for a list not written yet and for who may no more,
    ExportExpired."""
    with db.atomic():
        job: ExportJob | None = _of(actor.id).where(ExportJob.id == export_id).first()
        if job is None or not _may_still(job, now):
            raise NotFound
        is_over = job.expires_at is not None and job.expires_at <= now
        if is_over or job.state == ExportState.EXPIRED:
            raise ExportExpired
        found = ExportFile.get_or_none(ExportFile.export == job)
        if found is None:
            raise NotFound
        after = {"kind": exports_lines.COLUMNS[job.kind].title, "rows": job.total}
        audit.record(
            actor, "exports.download", job, org_unit_id=job.space_id, now=now, after=after,
            reason=job.reason,
        )  # fmt: skip
    return job, bytes(found.content)


def expire(*, now: dt.datetime) -> int:
    """Delete the workbooks whose hour is over, and lists nobody looks at any more; return how many
    workbooks."""
    with db.atomic():
        over = ExportJob.select(ExportJob.id).where(
            ExportJob.state == ExportState.DONE, ExportJob.expires_at <= now
        )
        ids = [row.id for row in over]
        gone: int = ExportFile.delete().where(ExportFile.export.in_(ids)).execute()
        ExportJob.update(
            state=ExportState.EXPIRED, updated_at=now, version=ExportJob.version + 1
        ).where(ExportJob.id.in_(ids)).execute()
        ExportJob.delete().where(
            ExportJob.state.in_((ExportState.EXPIRED, ExportState.REFUSED)),
            ExportJob.created_at < now - _LISTED,
        ).execute()
    return gone
