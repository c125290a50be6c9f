"""What becomes of files nobody needs, and whether rows and disk agree."""

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from models import File, Need, NeedEvent, VisitCampaign, VisitRecord
from models.files import MediaCheck, Subject
from server.services.files_disk import Disk
from server.services.health import Rule

UNUSED: Final = dt.timedelta(hours=24)
_REFUSED: Final = dt.timedelta(days=30)
_AT_ONCE: Final = 500


def purge(disk: Disk, *, keep_days: int, now: dt.datetime) -> dict[str, int]:
    """Delete files for good: what nobody referred to within 24 hours, what WeChat refused 30 days
    ago, what hangs on a need or a season of visits that ended `keep_days` ago, and what people let
    go. Return how many were let go now, how many are gone with their bytes, and how many lay on disk
    without a row."""
    return {
        "let_go": _let_go(keep_days, now),
        "deleted": _delete(disk),
        "leftovers": _sweep(disk, now),
    }


def _let_go(keep_days: int, now: dt.datetime) -> int:
    ended = Need.select(Need.id).where(Need.closed_at < now - dt.timedelta(days=keep_days))
    said = NeedEvent.select(NeedEvent.id).where(NeedEvent.need.in_(ended))
    over = VisitCampaign.closed_at < now - dt.timedelta(days=keep_days)
    seen = VisitRecord.select(VisitRecord.id).join(VisitCampaign).where(over)
    needless = (
        (File.subject_type.is_null() & (File.created_at < now - UNUSED))
        | ((File.check_state == MediaCheck.REFUSED) & (File.created_at < now - _REFUSED))
        | ((File.subject_type == Subject.NEED) & File.subject_id.in_(ended))
        | ((File.subject_type == Subject.NEED_EVENT) & File.subject_id.in_(said))
        | ((File.subject_type == Subject.VISIT) & File.subject_id.in_(seen))
    )
    return int(File.update(deleted_at=now).where(needless, File.deleted_at.is_null()).execute())


def _delete(disk: Disk) -> int:
    """Bytes first, then the row: whatever happens in between, the next run finishes it."""
    gone = 0
    while rows := list(File.select().where(File.deleted_at.is_null(False)).limit(_AT_ONCE)):
        for row in rows:
            disk.remove(row.key)
        gone += int(File.delete().where(File.id.in_([row.id for row in rows])).execute())
    return gone


def _sweep(disk: Disk, now: dt.datetime) -> int:
    """Delete what a crash between disk and database left behind."""
    found = 0
    for file in disk.older_than(now - UNUSED):
        if not File.select().where(File.key == disk.key_of(file)).exists():
            file.unlink(missing_ok=True)
            found += 1
    return found


def rules(disk: Disk, *, now: dt.datetime) -> tuple[Rule, ...]:
    """Return what must hold between the rows and the disk."""
    return (
        Rule(
            "every file has its bytes",
            partial(_lost, disk),
            "bring the files folder back from its backup; is [files] dir the same on all machines?",
        ),
        Rule(
            "nothing lies on disk that no row knows",
            partial(_unknown, disk, now),
            "flask --app server job purge_files (it runs every hour)",
        ),
    )


def _lost(disk: Disk) -> Iterable[str]:
    rows: Any = File.select(File.id, File.key, File.size).where(File.deleted_at.is_null())
    for file_id, key, size in rows.tuples():
        there = disk.size(key)
        # Looked at again, because a purge may have been quicker than we.
        still = File.select().where(File.id == file_id, File.deleted_at.is_null())
        if there != size and still.exists():
            told = "is gone" if there is None else f"has {there} bytes"
            yield f"file {file_id}: {told} on disk ({key}), should have {size}"


def _unknown(disk: Disk, now: dt.datetime) -> Iterable[str]:
    for file in disk.older_than(now - 2 * UNUSED):
        if not File.select().where(File.key == disk.key_of(file)).exists():
            yield f"{file}: belongs to no row"
