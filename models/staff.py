"""Console accounts, what they may do and where."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
)

from models.base import ChoiceField, Record, UTCDateTimeField
from models.spaces import OrgUnit, Space


class Role(StrEnum):
    SCANNER = "scanner"
    OPERATOR = "operator"
    KEEPER = "keeper"
    PARTNER_HANDLER = "partner_handler"
    TOWN_OFFICER = "town_officer"
    DISTRICT_VIEWER = "district_viewer"
    PLATFORM_ADMIN = "platform_admin"


class Staff(Record):
    """A staff account; `user_id` binds it to the person's WeChat for the phone."""

    login = CharField(max_length=40, unique=True)
    name = CharField(max_length=30)
    password_hash = CharField(max_length=200)
    totp_enc = BlobField(null=True)
    totp_last_used = IntegerField(null=True)
    user_id = BigIntegerField(null=True, unique=True)
    active = BooleanField(default=True)
    last_login_at = UTCDateTimeField(null=True)


class Grant(Record):
    """A role at one knot of the tree, for a time. Revoked, never deleted."""

    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    role = ChoiceField(Role)
    org_unit = ForeignKeyField(OrgUnit, backref="+")
    org_unit_id: int
    from_on = DateField()
    to_on = DateField(null=True)
    granted_by = BigIntegerField(null=True)
    # Whose dispatches a partner handler works on.
    partner_id = BigIntegerField(null=True)
    revoked_at = UTCDateTimeField(null=True)


class Device(Record):
    """A phone or tablet used at the door."""

    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    space = ForeignKeyField(Space, backref="+")
    space_id: int
    name = CharField(max_length=40)
    key_hash = CharField(max_length=64, unique=True)
    last_seen_at = UTCDateTimeField(null=True)
    revoked_at = UTCDateTimeField(null=True)
