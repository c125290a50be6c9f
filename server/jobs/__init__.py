"""FACE 3: the clock. Runs what the timetable says, each turn once however many processes look."""

import datetime as dt
import time

from server import logs
from server.clock import utcnow
from server.context import Resources
from server.errors import NotFound
from server.jobs.timetable import TIMETABLE, Daily, Every, Job, Turn, turns
from server.services import jobs

__all__ = [
    "TIMETABLE",
    "Clockwork",
    "Daily",
    "Every",
    "Job",
    "JobUnknown",
    "Turn",
    "run_job",
    "turns",
]


class JobUnknown(NotFound):
    code, message = "job_unknown", "没有这个定时任务"


def run_job(resources: Resources, name: str, *, now: dt.datetime) -> str:
    """Run a job at once, whatever the timetable says, and return what it brought about. Raises
    JobUnknown."""
    job = next((each for each in TIMETABLE if each.name == name), None)
    if job is None:
        raise JobUnknown
    return str(job.run(resources, now))


class Clockwork:
    """The timetable of one process, which meets the others' in the database."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._looked: dict[str, tuple[str, float]] = {}

    def run_due(self, *, now: dt.datetime) -> list[str]:
        """Run every job whose turn has come and which nobody else has; return their names. A job
        that fails is logged and keeps no other from running."""
        return [job.name for job in TIMETABLE if self._run(job, now)]

    def _run(self, job: Job, now: dt.datetime) -> bool:
        slot = job.when.slot(now)
        if slot is None or self._has_looked(job.name, slot):
            return False
        run = jobs.take(job.name, slot, now=now)
        if run is None:
            return False
        try:
            result = str(job.run(self._resources, now))
        except Exception as error:
            logs.get().error("job failed", job=job.name, exc_info=error)
            jobs.fail(run, type(error).__name__)
        else:
            jobs.finish(run, result, now=utcnow())
        return True

    def _has_looked(self, name: str, slot: str) -> bool:
        """Whether this turn was looked at lately: saves a write a second and still takes over
        what another process left unfinished."""
        before, at = self._looked.get(name, ("", 0.0))
        if before == slot and time.monotonic() - at < jobs.STALE_AFTER.total_seconds():
            return True
        self._looked[name] = (slot, time.monotonic())
        return False
