"""What people upload: the row; the bytes lie on disk under `key`."""

from enum import StrEnum

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField

from models.base import BaseModel, ChoiceField, UTCDateTimeField
from models.needs import ActorKind
from models.spaces import Space


class Subject(StrEnum):
    """What a file may hang on."""

    NEED = "need"
    NEED_EVENT = "need_event"
    ACTIVITY = "activity"
    VISIT = "visit"
    CASE = "case"


class MediaCheck(StrEnum):
    """Where WeChat's check of a picture stands."""

    PENDING = "pending"
    PASSED = "passed"
    REVIEW = "review"
    REFUSED = "refused"


class File(BaseModel):
    """An upload. It belongs to nothing until a need or a reply refers to it; then it has a subject
    and its Space. `deleted_at`: nobody sees it any more, and its bytes go with the next purge.

    `trace_id` ties WeChat's later verdict to the picture; `asked_at` is when WeChat was asked.
    """

    space = ForeignKeyField(Space, backref="+", null=True)
    space_id: int | None
    owner_kind = ChoiceField(ActorKind)
    owner_id = BigIntegerField()
    name = CharField(max_length=120)
    media_type = CharField(max_length=100)
    size = IntegerField()
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    sha256 = CharField(max_length=64)
    key = CharField(max_length=64, unique=True)
    subject_type = ChoiceField(Subject, null=True)
    subject_id = BigIntegerField(null=True)
    check_state = ChoiceField(MediaCheck, default=MediaCheck.PASSED)
    trace_id = CharField(max_length=80, null=True, index=True)
    asked_at = UTCDateTimeField(null=True)
    created_at = UTCDateTimeField(index=True)
    deleted_at = UTCDateTimeField(null=True, index=True)

    class Meta:
        indexes = (
            (("owner_kind", "owner_id", "created_at"), False),
            (("subject_type", "subject_id"), False),
        )
