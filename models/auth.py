"""Who is logged in: phones by token, the console by cookie."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField

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
    """A logged-in console. Only the SHA-256 of the cookie is kept. `factor_due`: the second factor
    is still to come, until then the cookie opens nothing."""

    cookie_hash = CharField(max_length=64, unique=True)
    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    ip = CharField(max_length=45, default="")
    agent = CharField(max_length=200, default="")
    created_at = UTCDateTimeField()
    seen_at = UTCDateTimeField()
    expires_at = UTCDateTimeField()
    revoked_at = UTCDateTimeField(null=True)
    factor_due = BooleanField(default=False)
    # However busy the console is, the log-in ends then.
    ends_at = UTCDateTimeField(null=True)
    # Codes tried on this log-in: after a few the password is asked for again.
    tries = IntegerField(default=0)


class ScanLogin(BaseModel):
    """A console that waits for somebody's phone. The code on its screen and the browser that shows
    it are known by two different secrets, so that a photograph of the screen opens nothing."""

    code_hash = CharField(max_length=64, unique=True)
    browser_hash = CharField(max_length=64, unique=True)
    ip = CharField(max_length=45, default="")
    agent = CharField(max_length=200, default="")
    created_at = UTCDateTimeField()
    expires_at = UTCDateTimeField()
    staff = ForeignKeyField(Staff, null=True, backref="+")
    staff_id: int | None
    decided_at = UTCDateTimeField(null=True)
    used_at = UTCDateTimeField(null=True)
