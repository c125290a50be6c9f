"""Work days and rest days, as the State Council's notice says."""

from enum import StrEnum

from peewee import BooleanField, CharField, DateField

from models.base import ChoiceField, Record


class DayKind(StrEnum):
    WORK = "work"
    REST = "rest"


class CalendarDay(Record):
    """One day. A day without a row is guessed from the week and makes promises provisional."""

    day = DateField(unique=True)
    kind = ChoiceField(DayKind)
    name = CharField(max_length=30, default="")
    source = CharField(max_length=60, default="")
    confirmed = BooleanField(default=True)
