"""How much waits and when what last went well: numbers for an alarm, nothing about anybody."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models import Delivery, JobRun, PushEvent
from models.notifications import DeliveryState


@dataclass(frozen=True)
class Figures:
    """The state of the queues and of the timetable at one moment."""

    deliveries: dict[str, int]
    due: int
    """Deliveries whose time has come and which no worker has taken."""
    oldest_due_s: float
    """How long the oldest of them has waited, in seconds; 0 when there is none."""
    pushes: int
    """WeChat's pushes stored and not worked off."""
    succeeded: dict[str, dt.datetime]
    """When each job last finished, for those that have within the days kept."""
    failed: dict[str, int]
    """Runs of each job that failed and were not made up for yet."""


def figures(*, now: dt.datetime) -> Figures:
    """Return the figures. Reads indexes, never rows of people."""
    states = Delivery.select(Delivery.state, fn.COUNT(Delivery.id)).group_by(Delivery.state)
    due = Delivery.select(fn.COUNT(Delivery.id), fn.MIN(Delivery.not_before)).where(
        Delivery.state == DeliveryState.QUEUED, Delivery.not_before <= now
    )
    count, oldest = _pairs(due)[0]
    failed = JobRun.finished_at.is_null() & JobRun.result.startswith("failed:")
    return Figures(
        deliveries={str(state): 0 for state in DeliveryState} | dict(_pairs(states)),
        due=count,
        oldest_due_s=(now - oldest).total_seconds() if oldest else 0.0,
        pushes=PushEvent.select().where(PushEvent.done_at.is_null()).count(),
        succeeded=dict(
            _pairs(
                JobRun.select(JobRun.name, fn.MAX(JobRun.finished_at))
                .where(JobRun.finished_at.is_null(False))
                .group_by(JobRun.name)
            )
        ),
        failed=dict(
            _pairs(
                JobRun.select(JobRun.name, fn.COUNT(JobRun.slot))
                .where(failed)
                .group_by(JobRun.name)
            )
        ),
    )


def _pairs(query: Any) -> list[tuple[Any, Any]]:
    return list(query.tuples())
