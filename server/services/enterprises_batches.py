"""A read sheet kept until it is confirmed, and then written batch by batch, however often begun."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from peewee import IntegrityError, SqliteDatabase, fn

from models import Enterprise, EnterpriseImport, EnterpriseImportRow, Staff, db, new_id
from models.enterprises import ImportState, Verdict
from server.errors import Conflict, NotFound, ServiceError
from server.services import audit, enterprises, files_sheets, staff
from server.services import enterprises_imports as imports
from server.services import enterprises_register as register
from server.services.audit import Actor
from server.services.enterprises_imports import Judged
from server.services.staff import Verb

BATCH: Final = 500
_UNCONFIRMED: Final = dt.timedelta(days=1)
_KEPT: Final = dt.timedelta(days=90)
_TRIES: Final = 3
CREATED, CHANGED, SAME, LEFT = "created", "changed", "same", "left"
OUTCOMES: Final = {CREATED: "已新增", CHANGED: "已更新", SAME: "无变化", LEFT: "未导入"}


class ImportStarted(Conflict):
    code, message = "import_started", "这份表格已经开始导入"


def keep(
    content: bytes,
    file_name: str,
    space_ids: Iterable[int],
    *,
    actor: Actor,
    now: dt.datetime,
) -> EnterpriseImport:
    """Read a sheet and keep it with what each line means; no company is written. Raises Invalid."""
    spaces = sorted(space_ids)
    file_name = files_sheets.text_of(file_name)
    rows = imports.read(content, spaces)
    with db.atomic():
        sheet: EnterpriseImport = EnterpriseImport.add(
            now=now, by=actor.id, space_ids=spaces, file_name=file_name[-120:], total=len(rows)
        )
        _insert(sheet, rows)
    return sheet


def _insert(sheet: EnterpriseImport, rows: list[Judged]) -> None:
    told = [
        {
            "id": new_id(),
            "sheet": sheet,
            "number": row.number,
            "cells": row.cells,
            "verdict": row.verdict,
            "note": row.note,
            "enterprise_id": row.enterprise.id if row.enterprise else None,
            "outcome": None,
        }
        for row in rows
    ]
    for start in range(0, len(told), BATCH):
        EnterpriseImportRow.insert_many(told[start : start + BATCH]).execute()


def get(sheet_id: int, space_ids: frozenset[int]) -> EnterpriseImport:
    """Return a sheet that was read for these Spaces or some of them. Raises NotFound, also for one
    that concerns others."""
    found: EnterpriseImport | None = EnterpriseImport.get_or_none(EnterpriseImport.id == sheet_id)
    if found is None or not found.space_ids or not space_ids.issuperset(found.space_ids):
        raise NotFound
    return found


def latest(space_ids: frozenset[int]) -> list[EnterpriseImport]:
    """Return the last sheets of these Spaces that were confirmed."""
    rows = EnterpriseImport.select().where(EnterpriseImport.state != ImportState.READ)
    recent = rows.order_by(EnterpriseImport.id.desc()).limit(50)
    return [row for row in recent if space_ids.issuperset(row.space_ids)][:8]


def counts(sheet: EnterpriseImport) -> dict[str, int]:
    """Return how many lines there are of each verdict, and of each outcome so far."""
    found: Counter[str] = Counter()
    for column in (EnterpriseImportRow.verdict, EnterpriseImportRow.outcome):
        rows: Any = (
            EnterpriseImportRow.select(column, fn.COUNT(EnterpriseImportRow.id))
            .where(EnterpriseImportRow.sheet == sheet, column.is_null(False))
            .group_by(column)
            .tuples()
        )
        is_outcome = column is EnterpriseImportRow.outcome
        found.update({f"did_{name}" if is_outcome else str(name): n for name, n in rows})
    return dict(found)


def rows_of(sheet: EnterpriseImport, verdict: Verdict | None = None) -> Any:
    """Return the select of a sheet's lines, in its order."""
    query = EnterpriseImportRow.select().where(EnterpriseImportRow.sheet == sheet)
    query = query.where(EnterpriseImportRow.verdict == verdict) if verdict else query
    return query.order_by(EnterpriseImportRow.number)


def confirm(
    sheet: EnterpriseImport, *, takes_suspects: bool, actor: Actor, now: dt.datetime
) -> None:
    """Say that a sheet is to be written; `takes_suspects`: also lines that look like a company
    there is. Raises ImportStarted."""
    with db.atomic():
        written = (
            EnterpriseImport.update(
                state=ImportState.RUNNING,
                takes_suspects=takes_suspects,
                updated_at=now,
                updated_by=actor.id,
                version=EnterpriseImport.version + 1,
            )
            .where(EnterpriseImport.id == sheet.id, EnterpriseImport.state == ImportState.READ)
            .execute()
        )
        if not written:
            raise ImportStarted
        after = {"file": sheet.file_name, "rows": sheet.total}
        audit.record(actor, "enterprises.import", sheet, now=now, after=after)


def go_on(*, now: dt.datetime) -> int:
    """Write what is confirmed and not written yet, of all sheets; return how many lines. Whatever
    interrupts it, the next call goes on where it stopped."""
    running = EnterpriseImport.select().where(EnterpriseImport.state == ImportState.RUNNING)
    count = 0
    for sheet in list(running.order_by(EnterpriseImport.created_at)):
        while written := write_batch(sheet.id, now=now):
            count += written
    return count


def write_batch(sheet_id: int, *, now: dt.datetime) -> int:
    """Write the next lines of a confirmed sheet in one transaction; return how many, 0 when there
    are none left."""
    for left in reversed(range(_TRIES)):
        try:
            with db.atomic():
                return _write(sheet_id, now)
        except IntegrityError:
            # Somebody entered one of the credit codes meanwhile: the next look sees it.
            if not left:
                raise
    raise AssertionError


def _write(sheet_id: int, now: dt.datetime) -> int:
    query = EnterpriseImport.select().where(
        EnterpriseImport.id == sheet_id, EnterpriseImport.state == ImportState.RUNNING
    )
    if not isinstance(db.obj, SqliteDatabase):  # there a transaction has the file to itself
        query = query.for_update()
    sheet: EnterpriseImport | None = query.first()
    if sheet is None:
        return 0
    actor, spaces = _on_behalf(sheet, now)
    todo = rows_of(sheet).where(EnterpriseImportRow.outcome.is_null()).limit(BATCH)
    batch: list[EnterpriseImportRow] = list(todo)
    if batch:
        _settle(sheet, batch, spaces, actor=actor, now=now)
    sheet.done += len(batch)
    values: dict[str, Any] = {"done": sheet.done}
    if len(batch) < BATCH:
        values |= {"state": ImportState.DONE, "finished_at": now}
        after = {key: value for key, value in counts(sheet).items() if key.startswith("did_")}
        audit.record(actor, "enterprises.import_done", sheet, now=now, after=after)
    sheet.change(now=now, by=actor.id, **values)
    return len(batch)


def _on_behalf(sheet: EnterpriseImport, now: dt.datetime) -> tuple[Actor, frozenset[int]]:
    """Return who confirmed it and what they may write today."""
    account: Staff = staff.get(sheet.updated_by or 0)
    allowed = staff.scope_of(account, now=now).space_ids(Verb.KEEP_REGISTER)
    return Actor("staff", account.id, account.name), allowed & set(sheet.space_ids)


def _settle(
    sheet: EnterpriseImport,
    batch: list[EnterpriseImportRow],
    spaces: frozenset[int],
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Write the lines of a batch, each judged anew: the register may have changed since."""
    judged = {
        row.number: row
        for row in imports.judge(
            [(row.number, row.cells) for row in batch if row.verdict != Verdict.ERROR], spaces
        )
    }
    fresh: list[dict[str, Any]] = []
    for row in batch:
        found = judged.get(row.number)
        if found is None:
            row.outcome = LEFT
            continue
        row.verdict, row.note = found.verdict, found.note
        row.enterprise_id = found.enterprise.id if found.enterprise else None
        is_new = found.verdict == Verdict.NEW
        if is_new or (found.verdict == Verdict.SUSPECT and sheet.takes_suspects):
            fresh.append(_new(found, actor, now))
            row.outcome, row.enterprise_id = CREATED, fresh[-1]["id"]
        else:
            row.outcome = _change(row, found, actor=actor, now=now)
    if fresh:
        Enterprise.insert_many(fresh).execute()
    # Written anew in one statement: half a thousand updates would take longer than the companies.
    EnterpriseImportRow.delete().where(
        EnterpriseImportRow.id.in_([row.id for row in batch])
    ).execute()
    EnterpriseImportRow.insert_many([row.__data__ for row in batch]).execute()


def _new(found: Judged, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    values = dict(found.values)
    building = values.pop("building_id", None)
    name, short = values["name"], values.get("short_name", "")
    blank: dict[str, Any] = {
        "short_name": "", "credit_code": None, "room": "", "industry": "", "size_band": "",
        "tenancy_from": None, "tenancy_to": None, "tags": [],
    }  # fmt: skip
    stamp = {"created_at": now, "created_by": actor.id, "updated_at": now, "updated_by": actor.id}
    own = {"id": new_id(), "building": building, **enterprises.spelling(name, short)}
    return blank | values | own | stamp


def _change(row: EnterpriseImportRow, found: Judged, *, actor: Actor, now: dt.datetime) -> str:
    if found.verdict == Verdict.SAME:
        return SAME
    if found.verdict != Verdict.CHANGES or found.enterprise is None:
        return LEFT
    try:
        enterprises.change(found.enterprise, found.values, actor=actor, now=now)
    except ServiceError as refusal:
        row.note = refusal.detail
        return LEFT
    return CHANGED


def result(sheet: EnterpriseImport) -> bytes:
    """Return the sheet with what became of each line, as .xlsx."""
    words = {
        Verdict.NEW: "新企业", Verdict.SUSPECT: "疑似重复", Verdict.CHANGES: "有变化",
        Verdict.SAME: "无变化", Verdict.ERROR: "有误",
    }  # fmt: skip
    lines = [
        [
            row.number,
            OUTCOMES.get(row.outcome or "", words[row.verdict]),
            row.note,
            *(row.cells[column] for column in imports.COLUMNS),
        ]
        for row in rows_of(sheet)
    ]
    head = ("行", "结果", "说明", *register.HEAD)
    return files_sheets.workbook("导入结果", head, lines, (7, 12, 44, *register.WIDTHS))


def forget_old(*, now: dt.datetime) -> int:
    """Delete sheets nobody confirmed within a day, and written ones after 90 days with their lines
    (the companies and the trail stay); return how many."""
    old = ((EnterpriseImport.state == ImportState.READ) & (
        EnterpriseImport.created_at < now - _UNCONFIRMED
    )) | (
        (EnterpriseImport.state == ImportState.DONE)
        & (EnterpriseImport.finished_at < now - _KEPT)
    )  # fmt: skip
    with db.atomic():
        ids = [row.id for row in EnterpriseImport.select(EnterpriseImport.id).where(old)]
        EnterpriseImportRow.delete().where(EnterpriseImportRow.sheet.in_(ids)).execute()
        return int(EnterpriseImport.delete().where(EnterpriseImport.id.in_(ids)).execute())
