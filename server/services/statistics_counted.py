"""Figures by the month and by the Space: one grouped select each, over the very rows of the figure.

What is counted once however often it was there (activities, people, companies) is counted once in
each month: months of these do not add up to the year.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from peewee import Case, fn

from server.clock import month_after, month_bounds, month_of
from server.services.statistics_asked import Asked
from server.services.statistics_figures import FIGURES, Definition


@dataclass(frozen=True)
class Sums:
    """What a figure adds up to in one group."""

    amount: float = 0
    base: float = 0
    band: float = 0

    def value(self, code: str) -> float | None:
        """Return the figure; None for a rate with nothing to divide by."""
        if FIGURES[code].unit != "%":
            return self.amount
        return self.amount / self.base if self.base else None

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.amount + other.amount, self.base + other.base, self.band + other.band)


NOTHING = Sums()
Trend = dict[str, Sums]
"""By month."""

MONTHLY: Final = (
    "sessions",
    "activities",
    "person_times",
    "counted_guests",
    "members",
    "enterprises",
    "show_rate",
    "satisfaction",
    "response_rate",
    "resolution_rate",
    "need_satisfaction",
)
"""The figures that can be told month by month; the others look at several months at once."""


def months_of(asked: Asked) -> list[str]:
    """Return the Shanghai months the question is about, the first first."""
    last = month_of(asked.ends_at - dt.timedelta(seconds=1))
    months = [month_of(asked.starts_at)]
    while months[-1] < last:
        months.append(month_after(months[-1]))
    return months


def by_month(codes: Iterable[str], asked: Asked) -> dict[str, Trend]:
    """Return these figures month by month, every month of the question filled."""
    months = months_of(asked)
    trends = {}
    for code in codes:
        definition = FIGURES[code]
        table = _source(definition, asked)
        found = _grouped(definition, table, bucket(table.c.moment, months))
        trends[code] = {month: found.get(month, NOTHING) for month in months}
    return trends


def by_place(asked: Asked) -> dict[int, dict[str, Sums]]:
    """Return every figure of each Space apart."""
    told: dict[int, dict[str, Sums]] = {
        space_id: dict.fromkeys(FIGURES, NOTHING) for space_id in asked.space_ids
    }
    for code, definition in FIGURES.items():
        table = _source(definition, asked)
        for space_id, sums in _grouped(definition, table, table.c.at_space).items():
            if space_id in told:
                told[space_id][code] = sums
    return told


def total(code: str, asked: Asked) -> Sums:
    """Return a figure over the whole question, in one select."""
    definition = FIGURES[code]
    if definition.facts is None:
        table = _source(definition, asked)
        return Sums(*next(iter(table.select_from(*_sums(table)).tuples())))
    facts: Any = definition.facts(asked).alias("facts")
    amount = facts.select_from(fn.COUNT(facts.c.thing.distinct())).scalar()
    return Sums(amount, amount)


def over(code: str, trend: Trend, asked: Asked) -> Sums:
    """Return a figure over all months of its trend, counted again where months do not add up."""
    if FIGURES[code].facts is not None and len(trend) > 1:
        return total(code, asked)
    return sum(trend.values(), NOTHING)


def _source(definition: Definition, asked: Asked) -> Any:
    return (definition.facts or definition.select)(asked).alias("counted")


def before(moment: Any, end: dt.datetime) -> Any:
    """Return the condition that a moment of a sub-select, which has lost its kind, lies before."""
    return moment < end.astimezone(dt.UTC).replace(tzinfo=None)


def bucket(moment: Any, months: list[str]) -> Any:
    """Say which month a moment falls into, the same way on both engines."""
    if len(months) == 1:
        return Case(None, ((moment.is_null(False), months[0]),), "")
    ends = tuple((before(moment, month_bounds(month)[1]), month) for month in months[:-1])
    return Case(None, ends, months[-1])


def _sums(table: Any) -> tuple[Any, ...]:
    return tuple(
        fn.COALESCE(fn.SUM(getattr(table.c, name)), 0) for name in ("amount", "base", "band")
    )


def _grouped(definition: Definition, table: Any, key: Any) -> dict[Any, Sums]:
    if definition.facts is not None:
        pairs: Any = table.select_from(key.alias("bucket"), table.c.thing).distinct()
        things = pairs.alias("things")
        query = things.select_from(things.c.bucket, fn.COUNT(things.c.thing))
        return {
            bucket: Sums(count, count) for bucket, count in query.group_by(things.c.bucket).tuples()
        }
    named: Any = table.select_from(
        key.alias("bucket"), table.c.amount, table.c.base, table.c.band
    ).alias("named")
    query = named.select_from(named.c.bucket, *_sums(named)).group_by(named.c.bucket)
    return {bucket: Sums(*map(float, sums)) for bucket, *sums in query.tuples()}
