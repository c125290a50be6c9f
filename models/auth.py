"""Who is logged in: phones by token, the console by cookie."""

from peewee import BigIntegerField, CharField, ForeignKeyField

from models.base import BaseModel, UTCDateTimeField
from models.staff import Staff


class Token(BaseModel):
    """A logged-in phone. Only the SHA-256 of the token is kept."""

    token_hash = CharField(max_length=64, unique=True)
    user_id = BigIntegerField(index=True)
    device = CharField(max_length=120, default="")
    created_at = UTCDateTimeField()
    expires_at = UTCDateTimeField()
    revoked_at = UTCDateTimeField(null=True)


class ConsoleLogin(BaseModel):
    """A logged-in console. Only the SHA-256 of the cookie is kept."""

    cookie_hash = CharField(max_length=64, unique=True)
    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    ip = CharField(max_length=45, default="")
    agent = CharField(max_length=200, default="")
    created_at = UTCDateTimeField()
    seen_at = UTCDateTimeField()
    expires_at = UTCDateTimeField()
    revoked_at = UTCDateTimeField(null=True)
