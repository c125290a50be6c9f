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

from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
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


class Invitation(Record):
    """A link that works once: somebody new takes up a role by it, or (`staff` given) somebody known
    sets a password anew. Only the SHA-256 of its secret is kept."""

    secret_hash = CharField(max_length=64, unique=True)
    name = CharField(max_length=30)
    role = ChoiceField(Role, null=True)
    org_unit = ForeignKeyField(OrgUnit, null=True, backref="+")
    org_unit_id: int | None
    partner_id = BigIntegerField(null=True)
    from_on = DateField(null=True)
    to_on = DateField(null=True)
    staff = ForeignKeyField(Staff, null=True, backref="+")
    staff_id: int | None
    expires_at = UTCDateTimeField()
    used_at = UTCDateTimeField(null=True)
    revoked_at = UTCDateTimeField(null=True)


class RecoveryCode(BaseModel):
    """A way in, once, for who lost the phone that makes the codes. Only its SHA-256 is kept."""

    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    code_hash = CharField(max_length=64)
    used_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = ((("staff", "code_hash"), True),)


class Opening(StrEnum):
    """What can be opened to a platform admin for a reason."""

    NEED = "need"
    PHONE = "phone"


class BreakGlass(BaseModel):
    """One thing people wrote or left, opened to a platform admin for a reason and a short time."""

    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    space = ForeignKeyField(Space, backref="+")
    space_id: int
    kind = ChoiceField(Opening)
    object_id = BigIntegerField()
    reason = CharField(max_length=200)
    opened_at = UTCDateTimeField(index=True)
    until_at = UTCDateTimeField()
