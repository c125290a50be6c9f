"""统计: every figure by its published definition, with the rows it was counted from.

A figure is one select of rows with two columns, `amount` and `base`: its value is Σ amount, or
Σ amount ÷ Σ base for a rate. The drill-down shows that very select, so the two cannot disagree.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import fn

from server.clock import month_bounds
from server.errors import Invalid, NotFound
from server.paging import Page, keyset
from server.services.staff import Scope, Verb
from server.services.statistics_figures import FIGURES, Definition, coverage_of
from server.services.statistics_rows import Asked

FEWEST = 5
"""Above the Spaces, fewer persons than this are not told, so that nobody is recognised."""


@dataclass(frozen=True)
class Period:
    """From the first moment to before the last; a Shanghai month mostly."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    @classmethod
    def of_month(cls, month: str) -> "Period":
        """Return a Shanghai month, `2026-05`. Raises Invalid."""
        try:
            return cls(*month_bounds(month))
        except (ValueError, OverflowError):
            raise Invalid(fields={"month": "月份应写成 2026-05 这样"}) from None


@dataclass(frozen=True)
class Figure:
    """A number with all it needs to be believed.

    `value` is None where there is nothing to divide by, or where it may not be told (`is_hidden`).
    `coverage`: of how many the satisfaction was heard. `band`: a share shown beside the value, not
    in it (needs we call solved while the submitter has not spoken).
    """

    code: str
    name: str
    unit: str
    definition: str
    value: float | None
    numerator: float
    denominator: float | None
    as_of: dt.datetime
    coverage: float | None = None
    band: float | None = None
    is_hidden: bool = False

    @property
    def display(self) -> str:
        """The value as people read it."""
        if self.is_hidden:
            return f"<{FEWEST}"
        if self.value is None:
            return "—"
        return f"{self.value:.1%}" if self.unit == "%" else f"{self.value:g}"


@dataclass(frozen=True)
class Row:
    """One thing a figure was counted from, without anybody's name."""

    id: int
    space_id: int | None
    at: dt.datetime | None
    title: str
    detail: str
    amount: float
    base: float


def summary(space_ids: Iterable[int], period: Period, *, now: dt.datetime) -> list[Figure]:
    """Return every figure over these Spaces and this period, as of now."""
    asked = Asked(tuple(sorted(space_ids)), period.starts_at, period.ends_at, now)
    return [_figure(definition, asked) for definition in FIGURES.values()]


def by_space(
    space_ids: Iterable[int], period: Period, *, now: dt.datetime
) -> dict[int, list[Figure]]:
    """Return every figure of each Space apart, for the view of a town."""
    return {space_id: summary([space_id], period, now=now) for space_id in sorted(space_ids)}


def rows(
    code: str,
    space_ids: Iterable[int],
    period: Period,
    *,
    cursor: str | None,
    limit: int,
    now: dt.datetime,
) -> Page[Row]:
    """Return a page of the rows behind a figure, the newest first. Raises NotFound for a code there
    is no figure of."""
    definition = FIGURES.get(code)
    if definition is None:
        raise NotFound("没有这个指标")
    asked = Asked(tuple(sorted(space_ids)), period.starts_at, period.ends_at, now)
    query = definition.select(asked)
    page = keyset(query, by=definition.table.id, cursor=cursor, limit=limit)
    return Page([_row(definition, each) for each in page.items], page.next)


def spaces_for(scope: Scope, space_id: int | None = None) -> frozenset[int]:
    """Return the Spaces whose figures the staff may see one by one. Raises NotFound where they may
    not see the one asked for, or none at all."""
    allowed = scope.space_ids(Verb.STATISTICS)
    if space_id is not None:
        allowed &= {space_id}
    if not allowed:
        raise NotFound
    return allowed


def sums_for(scope: Scope, period: Period, *, now: dt.datetime) -> list[Figure]:
    """Return the figures of everything below a district or the platform, in one sum, with what
    concerns fewer than FEWEST persons hidden. Raises NotFound."""
    spaces = scope.space_ids(Verb.STATISTICS_SUMS)
    if not spaces:
        raise NotFound
    return [_hidden(figure) for figure in summary(spaces, period, now=now)]


def _figure(definition: Definition, asked: Asked) -> Figure:
    counted = definition.select(asked).alias("counted")
    total: Any = counted.select_from(
        fn.COALESCE(fn.SUM(counted.c.amount), 0),
        fn.COALESCE(fn.SUM(counted.c.base), 0),
        fn.COALESCE(fn.SUM(counted.c.band), 0),
    )
    amount, base, band = (float(value) for value in total.tuples().get())
    is_rate = definition.unit == "%"
    value = (amount / base if base else None) if is_rate else amount
    return Figure(
        definition.code,
        definition.name,
        definition.unit,
        definition.text,
        value,
        amount,
        base if is_rate else None,
        asked.as_of,
        coverage=coverage_of(definition, asked, base),
        band=band / base if definition.has_band and base else None,
    )


def _hidden(figure: Figure) -> Figure:
    definition = FIGURES[figure.code]
    persons = figure.denominator if figure.denominator is not None else figure.numerator
    if not definition.is_of_persons or persons >= FEWEST or persons == 0:
        return figure
    return Figure(
        figure.code,
        figure.name,
        figure.unit,
        figure.definition,
        None,
        0,
        None,
        figure.as_of,
        is_hidden=True,
    )


def _row(definition: Definition, found: Any) -> Row:
    space_id, at, title, detail = definition.describe(found)
    return Row(found.id, space_id, at, title, detail, float(found.amount), float(found.base))
