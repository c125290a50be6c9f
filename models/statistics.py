"""Figures that were told: brought along, closed by the month, and changed after that."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
)

from models.base import BaseModel, Record, UTCDateTimeField
from models.spaces import Space


class BaselineFigure(Record):
    """What a Space counted before it worked with Xinyi, from `starts_on` to `ends_on`, by whose
    word. It adds to running totals only, always with a mark."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    figure = CharField(max_length=30)
    starts_on = DateField()
    ends_on = DateField()
    value = IntegerField()
    source = CharField(max_length=120)
    unverified = BooleanField(default=True)

    class Meta:
        indexes = ((("space", "figure", "starts_on"), True),)


class MonthClose(BaseModel):
    """A month of a Space as it was told when it was closed: by figure its value (null: nothing to
    divide by)."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    month = CharField(max_length=7)
    closed_at = UTCDateTimeField()
    figures = JSONField()

    class Meta:
        indexes = ((("space", "month"), True),)


class Restatement(BaseModel):
    """A figure of a Space and month that reads differently since `at`, and what made it so."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    month = CharField(max_length=7)
    figure = CharField(max_length=30)
    # Null: there was nothing to divide by.
    before = FloatField(null=True)
    after = FloatField(null=True)
    at = UTCDateTimeField()
    # The act: `enterprises.merge` or `enterprises.undo_merge` and its row; `statistics.restate` is
    # what a count of a closed month found, its row the close.
    cause = CharField(max_length=40)
    cause_id = BigIntegerField(index=True)
    reason = CharField(max_length=120, default="")

    class Meta:
        indexes = ((("space", "month"), False),)
