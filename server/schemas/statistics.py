"""Shapes of the statistics: figures that carry their definition, and the rows behind them."""

from typing import Annotated

from pydantic import Field

from server.schemas.base import Day, Id, In, Line, Moment, Out, PageQuery

Month = Annotated[
    str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", json_schema_extra={"example": "2026-05"})
]
FigureCode = Annotated[str, Field(pattern=r"^[a-z_]{1,30}$")]


class SummaryQuery(In):
    """Which month, and which Space; without a Space all that one may see."""

    month: Month
    space: Id | None = None


class SumsQuery(In):
    month: Month


class RowsQuery(PageQuery):
    figure: FigureCode
    month: Month
    space: Id | None = None


class BaselineIn(In):
    """What a Space counted by itself before it worked with Xinyi, and who says so."""

    figure: FigureCode
    starts_on: Day
    ends_on: Day
    value: Annotated[int, Field(gt=0, le=10_000_000)]
    source: Line


class FigureOut(Out):
    """A number with its definition. `value` of a rate is 0 to 1; null: nothing to divide by, or
    hidden because it concerns fewer than five persons. `band`: a share beside the value, not in
    it."""

    code: str
    name: str
    unit: str
    definition: str
    value: float | None
    display: str
    numerator: float
    denominator: float | None
    coverage: float | None
    band: float | None
    is_hidden: bool
    as_of: Moment


class RestatementOut(Out):
    """A figure of one Space that reads differently since `at`: companies were merged or parted (then
    `reason` is empty), or rows of a closed month changed. Null: there was nothing to divide by."""

    space_id: Id
    figure: str
    before: float | None
    after: float | None
    at: Moment
    reason: str


class SummaryOut(Out):
    """The figures of a month, and which of them changed after they could have been told."""

    month: str
    space_ids: list[Id]
    figures: list[FigureOut]
    restated: list[RestatementOut]


class SpaceFiguresOut(Out):
    space_id: Id
    figures: list[FigureOut]


class SpacesOut(Out):
    month: str
    items: list[SpaceFiguresOut]


class RowOut(Out):
    """A row a figure was counted from: its value is Σ amount, or Σ amount ÷ Σ base."""

    id: Id
    space_id: Id | None
    at: Moment | None
    title: str
    detail: str
    amount: float
    base: float
