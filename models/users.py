"""People of the mini-program."""

from enum import StrEnum

from peewee import BigIntegerField, BlobField, CharField, ForeignKeyField, JSONField, Model

from models.base import ChoiceField, Record, UTCDateTimeField, db
from models.spaces import Space


class UserStatus(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"
    ERASED = "erased"


class User(Record):
    """A person. Openid, real name and phone are ciphertext here and never leave the server."""

    openid_enc = BlobField(null=True)
    unionid_enc = BlobField(null=True)
    nickname = CharField(max_length=30, default="")
    real_name_enc = BlobField(null=True)
    phone_enc = BlobField(null=True)
    phone_hash = CharField(max_length=64, null=True, index=True)
    status = ChoiceField(UserStatus, default=UserStatus.ACTIVE)
    home_space = ForeignKeyField(Space, null=True, backref="+")
    home_space_id: int | None
    consents = JSONField(default=list)
    self_tags = JSONField(default=list)
    preferences = JSONField(default=dict)
    first_seen_at = UTCDateTimeField()
    erased_at = UTCDateTimeField(null=True)


class UserOpenid(Model):
    """Which person an openid is: the blind index of the openid → user.

    A table of its own, because a globally unique value cannot be an index of a table that is
    spread over machines by user.
    """

    openid_hash = CharField(max_length=64, primary_key=True)
    user_id = BigIntegerField(index=True)

    class Meta:
        database = db
        legacy_table_names = False
