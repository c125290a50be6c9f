"""Figures that changed after they had been told."""

from peewee import BigIntegerField, CharField, FloatField, ForeignKeyField

from models.base import BaseModel, UTCDateTimeField
from models.spaces import Space


class Restatement(BaseModel):
    """A figure of a Space and month that reads differently since `at`, and what made it so."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    month = CharField(max_length=7)
    figure = CharField(max_length=30)
    before = FloatField()
    after = FloatField()
    at = UTCDateTimeField()
    # The act: `enterprises.merge` or `enterprises.undo_merge`, and its row.
    cause = CharField(max_length=40)
    cause_id = BigIntegerField(index=True)

    class Meta:
        indexes = ((("space", "month"), False),)
