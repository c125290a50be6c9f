"""Who did what to whom, append-only."""

from peewee import BigIntegerField, CharField, JSONField

from models.base import BaseModel, UTCDateTimeField


class AuditLog(BaseModel):
    """One act of a person or of the system that leaves a trace."""

    at = UTCDateTimeField(index=True)
    actor_kind = CharField(max_length=20)
    actor_id = BigIntegerField(null=True)
    actor_name = CharField(max_length=40, default="")
    action = CharField(max_length=40)
    object_type = CharField(max_length=30)
    object_id = BigIntegerField(null=True)
    org_unit_id = BigIntegerField(null=True, index=True)
    before = JSONField(default=dict)
    after = JSONField(default=dict)
    reason = CharField(max_length=200, default="")
    ip = CharField(max_length=45, default="")
    request_id = CharField(max_length=40, default="")

    class Meta:
        indexes = ((("object_type", "object_id"), False), (("actor_id", "at"), False))
