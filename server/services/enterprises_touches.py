"""When a company was last in touch with a Space, and which ones were long silent.

One line of TOUCHES per way of being in touch: another one is another line.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import DateField, fn

from models import Checkin, Enterprise, EnterpriseCare, Need, ResourceUse, VisitRecord
from server.clock import at_shanghai, day_of, month_after
from server.errors import Invalid

LONGEST_MONTHS = 120


@dataclass(frozen=True)
class Touch:
    """Rows that show a company was in touch: of which company, when, and which of them count."""

    company: Any
    at: Any
    counts: Any = None

    def rows(self, space_ids: Iterable[int], *columns: Any) -> Any:
        """Return a select over what counts in these Spaces."""
        table = self.at.model
        query = table.select(*columns).where(
            table.space.in_(list(space_ids)), self.company.is_null(False)
        )
        return query if self.counts is None else query.where(self.counts)

    def bound(self, moment: dt.datetime) -> dt.datetime | dt.date:
        """Return a moment as the column tells time."""
        return day_of(moment) if isinstance(self.at, DateField) else moment


TOUCHES = (
    Touch(Checkin.enterprise_id, Checkin.occurred_at, Checkin.voided_at.is_null()),
    Touch(Need.enterprise_id, Need.received_at),
    Touch(VisitRecord.enterprise, VisitRecord.visited_at),
    Touch(EnterpriseCare.enterprise, EnterpriseCare.on_day),
    Touch(ResourceUse.enterprise, ResourceUse.used_on, ResourceUse.voided_reason == ""),
)


def since(space_ids: Iterable[int], moment: dt.datetime) -> list[Any]:
    """Return selects of the companies (as the rows tell them, merged or not) in touch with these
    Spaces since then."""
    spaces = list(space_ids)
    return [
        touch.rows(spaces, touch.company).where(touch.at >= touch.bound(moment))
        for touch in TOUCHES
    ]


def silent(space_ids: Iterable[int], moment: dt.datetime) -> Any:
    """Return the condition on `Enterprise` that it was known before then and neither it nor one
    merged into it was in touch with these Spaces since."""
    merged = Enterprise.alias()
    quiet = Enterprise.created_at < moment
    for ids in since(space_ids, moment):
        roots = merged.select(merged.merged_into).where(
            merged.merged_into.is_null(False), merged.id.in_(ids)
        )
        quiet &= Enterprise.id.not_in(ids) & Enterprise.id.not_in(roots)
    return quiet


def last(space_ids: Iterable[int], enterprise_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """Return when each of these companies, with those merged into it, was last in touch with the
    Spaces; one that never was is left out."""
    wanted, spaces = list(enterprise_ids), list(space_ids)
    merged = Enterprise.select(Enterprise.id, Enterprise.merged_into).where(
        Enterprise.merged_into.in_(wanted)
    )
    root: dict[int, Any] = {row.id: row.merged_into_id for row in merged}
    root |= {each: each for each in wanted}
    found: dict[int, dt.datetime] = {}
    for touch in TOUCHES:
        query = touch.rows(spaces, touch.company, fn.MAX(touch.at)).where(
            touch.company.in_(list(root))
        )
        for company, at in query.group_by(touch.company).tuples():
            moment = touch.at.python_value(at)
            if isinstance(touch.at, DateField):
                moment = at_shanghai(moment, dt.time())
            own = root[company]
            found[own] = max(found.get(own, moment), moment)
    return found


def months_ago(months: int, *, now: dt.datetime) -> dt.datetime:
    """Return the beginning of the Shanghai day so many months before today. Raises Invalid."""
    if not 1 <= months <= LONGEST_MONTHS:
        raise Invalid(fields={"silent": f"请填写 1–{LONGEST_MONTHS} 个月"})
    return at_shanghai(months_from(day_of(now), -months), dt.time())


def months_from(day: dt.date, months: int) -> dt.date:
    """Return the day so many months later (or earlier); the last of a shorter month."""
    year, number = (int(part) for part in month_after(f"{day:%Y-%m}", months).split("-"))
    return dt.date(year, number, min(day.day, monthrange(year, number)[1]))
