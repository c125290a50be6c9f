"""Answers already given, so that a repeated request gets the same one."""

from peewee import BigIntegerField, CharField, JSONField, SmallIntegerField

from models.base import BaseModel, UTCDateTimeField


class IdempotencyKey(BaseModel):
    """One `Idempotency-Key` of one person, with the request it belongs to and its answer."""

    user_id = BigIntegerField()
    key = CharField(max_length=80)
    request_hash = CharField(max_length=64)
    status = SmallIntegerField(null=True)
    answer = JSONField(null=True)
    created_at = UTCDateTimeField(index=True)

    class Meta:
        indexes = ((("user_id", "key"), True),)
