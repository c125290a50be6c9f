"""Needs that belong together, and the activities held for them."""

from enum import StrEnum

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField

from models.activities import Activity
from models.base import ChoiceField, Record, UTCDateTimeField
from models.needs import Need, Solved
from models.spaces import Space


class ClusterState(StrEnum):
    OPEN = "open"
    PLANNED = "planned"
    CLOSED = "closed"


class NeedCluster(Record):
    """A theme several needs of a Space share. Each need stays a row of its own, with its state,
    owner and promise; `Need.cluster_id` says where it is grouped."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    title = CharField(max_length=60)
    note = CharField(max_length=300, default="")
    state = ChoiceField(ClusterState, default=ClusterState.OPEN)

    class Meta:
        indexes = ((("space", "state"), False),)


class NeedActivityLink(Record):
    """An activity that is to answer a need: whether a place is kept for its owner and until when,
    and what the owner said afterwards. `came` is known once they are asked."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    need = ForeignKeyField(Need, backref="+")
    need_id: int
    activity = ForeignKeyField(Activity, backref="+")
    activity_id: int
    wants_seat = BooleanField(default=False)
    invited_at = UTCDateTimeField(null=True)
    # Who was invited; the submitter, or the company's contact where nobody of the phone submitted.
    user_id = BigIntegerField(null=True, index=True)
    seats_held_until = UTCDateTimeField(null=True)
    asked_at = UTCDateTimeField(null=True)
    came = BooleanField(null=True)
    result = ChoiceField(Solved, null=True)
    comment = CharField(max_length=500, default="")
    answered_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = ((("need", "activity"), True), (("activity", "asked_at"), False))
