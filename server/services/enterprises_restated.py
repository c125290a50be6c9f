"""What a merge does to figures told before: companies counted as two count as one from now on.

Months keep no figures of their own, they are counted when they are asked for; so the change is
written down with its day, for whoever compares with a sheet of last month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from models import Checkin, Enterprise, Restatement, Session, Space
from server.clock import month_bounds, month_of
from server.services import enterprises, statistics_rows
from server.services.statistics_asked import Asked

FIGURE: Final = "enterprises"
_EVER: Final = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC))


@dataclass(frozen=True)
class Change:
    """企业数 of a Space and month, before the merge and after it."""

    space_id: int
    month: str
    before: int
    after: int

    def back(self) -> Change:
        """Return the change the other way."""
        return replace(self, before=self.after, after=self.before)


def foresee(source: Enterprise, target: Enterprise, *, now: dt.datetime) -> list[Change]:
    """Return where the two were both there in one month of one Space and will count once, the
    latest month first. They must not be merged at the moment."""
    both = _months(source, now) & _months(target, now)
    changes = []
    for month, space_id in sorted(both, reverse=True):
        asked = Asked((space_id,), *month_bounds(month), now)
        before = statistics_rows.enterprises(asked).count()
        changes.append(Change(space_id, month, before, before - 1))
    return changes


def _months(enterprise: Enterprise, now: dt.datetime) -> set[tuple[str, int]]:
    spaces = tuple(row.id for row in Space.select(Space.id))
    asked = Asked(spaces, *_EVER, now)
    there: Any = statistics_rows.attendances(asked, Session.space, Session.starts_at).where(
        Checkin.enterprise_id.in_(enterprises.family_of(enterprise))
    )
    return {(month_of(at), space_id) for space_id, at in there.distinct().tuples()}


def write(changes: list[Change], cause: str, cause_id: int, *, now: dt.datetime) -> None:
    """Keep the changes with their day and cause; belongs inside the transaction of the act."""
    for change in changes:
        Restatement.create(
            space=change.space_id,
            month=change.month,
            figure=FIGURE,
            before=change.before,
            after=change.after,
            at=now,
            cause=cause,
            cause_id=cause_id,
        )


def of_merge(merge_id: int) -> list[Restatement]:
    """Return what a merge and its undo restated, the latest first."""
    rows = Restatement.select(Restatement, Space).join(Space)
    return list(rows.where(Restatement.cause_id == merge_id).order_by(Restatement.id.desc()))


def of_month(space_ids: Iterable[int], month: str) -> list[Restatement]:
    """Return what of a month reads differently since, in these Spaces, the latest first."""
    rows = Restatement.select().where(
        Restatement.space.in_(list(space_ids)), Restatement.month == month
    )
    return list(rows.order_by(Restatement.id.desc()))
