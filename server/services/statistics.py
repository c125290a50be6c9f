"""统计: every figure by its published definition, with the rows it was counted from.

A figure is one select of rows with two columns, `amount` and `base`: its value is Σ amount, or
Σ amount ÷ Σ base for a rate. The drill-down shows that very select, so the two cannot disagree.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import fn

from server.clock import at_shanghai, day_of, month_bounds
from server.errors import Invalid, NotFound
from server.paging import NumberedPage, Page, keyset, numbered
from server.services.staff import Scope, Verb
from server.services.statistics_asked import Asked, Only
from server.services.statistics_figures import FIGURES, Definition, coverage_of

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

    @classmethod
    def of_months(cls, first: str, last: str) -> "Period":
        """Return the Shanghai months from the first to the last, both with it; the other way round
        where they were mixed up. Raises Invalid."""
        first, last = sorted((first, last))
        return cls(cls.of_month(first).starts_at, cls.of_month(last).ends_at)


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
    return told(question(space_ids, period, now=now))


def question(
    space_ids: Iterable[int],
    period: Period,
    *,
    now: dt.datetime,
    on: dt.date | None = None,
    only: Only | None = None,
) -> Asked:
    """Return what is asked: as things stand now, or stood at the end of the Shanghai day `on`;
    today and later days mean now."""
    asked = Asked(tuple(sorted(space_ids)), period.starts_at, period.ends_at, now, only or Only())
    if on is None or on >= day_of(now):
        return asked
    return asked.at(at_shanghai(on + dt.timedelta(days=1), dt.time()))


def told(asked: Asked, codes: Iterable[str] = FIGURES) -> list[Figure]:
    """Return these figures (every one, if not said), each counted from its rows."""
    return [figure_of(FIGURES[code], asked, *_sums(FIGURES[code], asked)) for code in codes]


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
    definition = definition_of(code)
    query = definition.select(question(space_ids, period, now=now))
    page = keyset(query, by=definition.table.id, cursor=cursor, limit=limit)
    return Page([_row(definition, each) for each in page.items], page.next)


def definition_of(code: str) -> Definition:
    """Return a figure's definition. Raises NotFound for a code there is no figure of."""
    if code not in FIGURES:
        raise NotFound("没有这个指标")
    return FIGURES[code]


def rows_of(code: str, asked: Asked, *, number: int, size: int = 50) -> NumberedPage[Row]:
    """Return page `number` of the rows behind a figure, the newest first. Raises NotFound."""
    definition = definition_of(code)
    query = definition.select(asked).order_by(definition.table.id.desc())
    page = numbered(query, number=number, size=size)
    items = [_row(definition, each) for each in page.items]
    return NumberedPage(items, page.number, page.pages, page.total)


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


def _sums(definition: Definition, asked: Asked) -> tuple[float, float, float]:
    counted = definition.select(asked).alias("counted")
    total: Any = counted.select_from(
        fn.COALESCE(fn.SUM(counted.c.amount), 0),
        fn.COALESCE(fn.SUM(counted.c.base), 0),
        fn.COALESCE(fn.SUM(counted.c.band), 0),
    )
    amount, base, band = (float(value) for value in total.tuples().get())
    return amount, base, band


def figure_of(
    definition: Definition,
    asked: Asked,
    amount: float,
    base: float,
    band: float,
    *,
    could: float | None = None,
) -> Figure:
    """Return a figure from what it adds up to. `could`: of how many a satisfaction could have been
    heard, where that is known already."""
    is_rate = definition.unit == "%"
    if could is None:
        coverage = coverage_of(definition, asked, base)
    else:
        coverage = base / could if could else None
    return Figure(
        definition.code,
        definition.name,
        definition.unit,
        definition.text,
        (amount / base if base else None) if is_rate else amount,
        amount,
        base if is_rate else None,
        asked.as_of,
        coverage=coverage,
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
