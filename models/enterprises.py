"""Companies of the towers, and who works in them."""

from enum import StrEnum

from peewee import BigIntegerField, CharField, DateField, ForeignKeyField, JSONField

from models.base import ChoiceField, Record
from models.spaces import Building


class EnterpriseStatus(StrEnum):
    ACTIVE = "active"
    MOVED_OUT = "moved_out"
    MERGED = "merged"


class Enterprise(Record):
    """A company. Town-wide reference data: two Spaces may look after its tower."""

    name = CharField(max_length=100, index=True)
    short_name = CharField(max_length=40, default="")
    pinyin = CharField(max_length=400, default="")
    initials = CharField(max_length=100, default="", index=True)
    credit_code = CharField(max_length=18, null=True)
    building = ForeignKeyField(Building, null=True, backref="+")
    building_id: int | None
    room = CharField(max_length=40, default="")
    industry = CharField(max_length=40, default="")
    size_band = CharField(max_length=20, default="")
    tenancy_from = DateField(null=True)
    tenancy_to = DateField(null=True)
    status = ChoiceField(EnterpriseStatus, default=EnterpriseStatus.ACTIVE)
    merged_into = ForeignKeyField("self", null=True, backref="+")
    merged_into_id: int | None
    tags = JSONField(default=list)


Enterprise.add_index(
    Enterprise.index(
        Enterprise.credit_code,
        unique=True,
        where=Enterprise.status != EnterpriseStatus.MERGED,
        name="enterprise_credit_code",
    )
)


class MemberRole(StrEnum):
    STAFF = "staff"
    CONTACT = "contact"


class MemberStatus(StrEnum):
    PENDING = "pending"
    VERIFIED = "verified"
    ENDED = "ended"


class EnterpriseMember(Record):
    """A person's time with a company; at most one current company each."""

    user_id = BigIntegerField(index=True)
    enterprise = ForeignKeyField(Enterprise, backref="+")
    enterprise_id: int
    role = ChoiceField(MemberRole, default=MemberRole.STAFF)
    status = ChoiceField(MemberStatus, default=MemberStatus.PENDING)
    from_on = DateField()
    to_on = DateField(null=True)


EnterpriseMember.add_index(
    EnterpriseMember.index(
        EnterpriseMember.user_id,
        unique=True,
        where=EnterpriseMember.status != MemberStatus.ENDED,
        name="enterprise_member_one_current",
    )
)
