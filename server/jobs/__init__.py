"""FACE 3: the clock. The timetable as data; each job calls one service."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from server import logs
from server.clock import SHANGHAI, iso, utcnow
from server.context import Resources, links_of
from server.errors import NotFound
from server.jobs import notifications_pushes as pushes
from server.services import (
    activities,
    files_checks,
    files_retention,
    jobs,
    jobs_retention,
    needs_clock,
    needs_texts,
    signups_draws,
    signups_recount,
    signups_reminders,
    signups_rounds,
)
from server.services.files_disk import Disk
from server.services.notifications import campaigns, outbox, outcomes


class JobUnknown(NotFound):
    code, message = "job_unknown", "没有这个定时任务"


class When(Protocol):
    """When a job is due. `slot` names the turn that is due now; None: none yet."""

    def slot(self, now: dt.datetime) -> str | None: ...


@dataclass(frozen=True)
class Every:
    """Every so many minutes."""

    minutes: int

    def slot(self, now: dt.datetime) -> str:
        seconds = self.minutes * 60
        return iso(dt.datetime.fromtimestamp(now.timestamp() // seconds * seconds, dt.UTC))


@dataclass(frozen=True)
class Daily:
    """Once a Shanghai day, from a time of the wall clock on."""

    at: dt.time

    def slot(self, now: dt.datetime) -> str | None:
        local = now.astimezone(SHANGHAI)
        return local.date().isoformat() if local.time() >= self.at else None


@dataclass(frozen=True)
class Job:
    """A line of the timetable; `run` returns what to write down about it."""

    name: str
    when: When
    run: Callable[[Resources, dt.datetime], object]


def _check_pictures(it: Resources, now: dt.datetime) -> int:
    links, base_url = links_of(it.config), it.config.server.public_url
    return files_checks.ask(it.wechat, it.vault, links, base_url=base_url, now=now)


def _purge_files(it: Resources, now: dt.datetime) -> dict[str, int]:
    disk = Disk(it.config.files_dir)
    return files_retention.purge(disk, keep_days=it.config.files.keep_days, now=now)


TIMETABLE: Final = (
    Job("recover_outbox", Every(1), lambda _, now: outbox.recover(now=now)),
    Job("give_up_unknown", Every(1), lambda _, now: outcomes.give_up_unknown(now=now)),
    Job("finish_campaigns", Every(1), lambda _, now: campaigns.finish(now=now)),
    Job("settle_cancelled", Every(1), lambda _, now: campaigns.settle_cancelled(now=now)),
    Job("work_off_pushes", Every(1), lambda it, now: pushes.work_off(it, now=now)),
    Job("expire_offers", Every(1), lambda _, now: signups_rounds.expire_offers(now)),
    Job("draw_lotteries", Every(1), lambda _, now: signups_draws.draw_due(now)),
    Job("remind", Every(10), lambda _, now: signups_reminders.remind(now)),
    Job("finish_past", Every(5), lambda _, now: activities.finish_past(now)),
    Job("mark_no_shows", Every(10), lambda _, now: signups_rounds.mark_no_shows(now)),
    Job(
        "recheck_texts",
        Every(5),
        lambda it, now: needs_texts.recheck_texts(it.wechat, it.vault, now=now),
    ),
    Job("check_pictures", Every(1), _check_pictures),
    Job("purge_files", Every(60), _purge_files),
    Job("auto_close_needs", Every(60), lambda _, now: needs_clock.auto_close(now=now)),
    Job("check_seats", Daily(dt.time(3, 10)), lambda _, now: signups_recount.correct(now=now)),
    Job("purge", Daily(dt.time(3, 30)), lambda _, now: jobs_retention.purge(now=now)),
)


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
