"""Shapes of the work calendar."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field

from models import CalendarDay
from models.calendar import DayKind
from server.schemas.base import In, OptionalLine, Out, Whole

Year = Annotated[int, Field(ge=2004, le=2100), Whole]


class YearQuery(In):
    year: Annotated[int, Field(ge=2004, le=2100)]


class YearIn(In):
    year: Year


class DayPath(In):
    day: Annotated[dt.date, Field(ge=dt.date(2004, 1, 1), le=dt.date(2100, 12, 31))]


class DayIn(In):
    kind: DayKind
    name: Annotated[OptionalLine, Field(max_length=30)] = ""


class DayOut(Out):
    """One day; `confirmed` false means that it may still change."""

    day: dt.date
    kind: DayKind
    name: str
    source: str
    confirmed: bool

    @classmethod
    def of(cls, row: CalendarDay) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class YearOut(Out):
    """The days that are known. Missing ones count as Monday to Friday, provisionally."""

    year: int
    items: list[DayOut]


class SeededOut(Out):
    year: int
    changed: int = Field(description="Days that are different now.")
