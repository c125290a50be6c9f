"""Which run of a periodic job is whose: whoever inserts the row of a slot runs it."""

import datetime as dt
from typing import Final

from peewee import fn

from models import JobRun, db

STALE_AFTER: Final = dt.timedelta(minutes=10)
_KEEP: Final = dt.timedelta(days=7)


def take(name: str, slot: str, *, now: dt.datetime) -> JobRun | None:
    """Return the run to carry out; None when somebody else has it or it is done.

    A run that has not finished within ten minutes lost its process, or failed: it is taken over.
    Hence every job must bear being run twice.
    """
    own = (JobRun.name == name) & (JobRun.slot == slot)
    with db.atomic():
        fresh = (
            JobRun.insert(name=name, slot=slot, started_at=now)
            .on_conflict_ignore()
            .as_rowcount()
            .execute()
        )
        if not fresh:
            stale = JobRun.finished_at.is_null() & (JobRun.started_at <= now - STALE_AFTER)
            if not JobRun.update(started_at=now).where(own, stale).execute():
                return None
        run: JobRun = JobRun.get(own)
    return run


def finish(run: JobRun, result: str, *, now: dt.datetime) -> None:
    """Write down what a run brought about."""
    JobRun.update(finished_at=now, result=result[:2000]).where(JobRun.id == run.id).execute()


def fail(run: JobRun, reason: str) -> None:
    """Write down why a run failed; it stays unfinished and is taken over later."""
    JobRun.update(result=f"failed: {reason}"[:2000]).where(JobRun.id == run.id).execute()


def last_runs() -> dict[str, JobRun]:
    """Return the latest run of every job that has run within the days kept, by name."""
    latest = JobRun.select(JobRun.name, fn.MAX(JobRun.slot).alias("slot")).group_by(JobRun.name)
    rows = JobRun.select().join(
        latest, on=(JobRun.name == latest.c.name) & (JobRun.slot == latest.c.slot)
    )
    return {run.name: run for run in rows}


def forget_old(*, now: dt.datetime) -> int:
    """Delete runs older than a week; return how many."""
    return int(JobRun.delete().where(JobRun.started_at < now - _KEEP).execute())
