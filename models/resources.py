"""Whom a Space can call on and what they bring: partners, experts, resources and their uses."""

from enum import StrEnum

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    Check,
    DateField,
    FloatField,
    ForeignKeyField,
    TextField,
)

from models.activities import Activity
from models.base import ChoiceField, Record
from models.enterprises import Enterprise
from models.needs import Need
from models.spaces import OrgUnit, Space


class PartnerType(StrEnum):
    OPERATOR = "operator"
    PARTY = "party"
    UNION = "union"
    YOUTH_LEAGUE = "youth_league"
    WOMEN = "women"
    SCIENCE = "science"
    UNITED_FRONT = "united_front"
    COMMUNITY_SCHOOL = "community_school"
    DEPARTMENT = "department"
    PROVIDER = "provider"


class Partner(Record):
    """A body that can take part, be asked or bring something.

    It belongs to a knot of the tree and can be used by every Space below it; `is_shared` opens
    a Space's own partner to the other Spaces of its town.
    """

    org_unit = ForeignKeyField(OrgUnit, backref="+")
    org_unit_id: int
    type = ChoiceField(PartnerType)
    name = CharField(max_length=60)
    contact_name = CharField(max_length=30, default="")
    phone_enc = BlobField(null=True)
    note = CharField(max_length=300, default="")
    is_shared = BooleanField(default=False)
    active = BooleanField(default=True)


# Entering a body twice would split what it did in two.
Partner.add_index(
    Partner.index(
        Partner.org_unit,
        Partner.name,
        unique=True,
        where=Partner.active,
        name="partner_one_name",
    )
)


class Expert(Record):
    """A person who can be asked: a lawyer, a doctor, a teacher. Scoped as a partner is."""

    org_unit = ForeignKeyField(OrgUnit, backref="+")
    org_unit_id: int
    partner = ForeignKeyField(Partner, null=True, backref="+")
    partner_id: int | None
    name = CharField(max_length=30)
    title = CharField(max_length=60, default="")
    skills = CharField(max_length=120, default="")
    bio = TextField(default="")
    availability = CharField(max_length=120, default="")
    phone_enc = BlobField(null=True)
    is_shared = BooleanField(default=False)
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("org_unit", "name"), False),)


class ResourceKind(StrEnum):
    FUND = "fund"
    VENUE = "venue"
    EXPERT = "expert"
    POLICY = "policy"
    OTHER = "other"


class Resource(Record):
    """Something that can be given: a fund, a room, a policy. Scoped as a partner is."""

    org_unit = ForeignKeyField(OrgUnit, backref="+")
    org_unit_id: int
    kind = ChoiceField(ResourceKind)
    name = CharField(max_length=60)
    partner = ForeignKeyField(Partner, null=True, backref="+")
    partner_id: int | None
    terms = TextField(default="")
    # The last Shanghai day it can be had; None: until further notice.
    valid_to = DateField(null=True)
    is_shared = BooleanField(default=False)
    active = BooleanField(default=True)


Resource.add_index(
    Resource.index(
        Resource.org_unit,
        Resource.name,
        unique=True,
        where=Resource.active,
        name="resource_one_name",
    )
)


class ResourceUse(Record):
    """A resource or an expert that reached somebody: one company, one need or one activity."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    resource = ForeignKeyField(Resource, null=True, backref="+")
    resource_id: int | None
    expert = ForeignKeyField(Expert, null=True, backref="+")
    expert_id: int | None
    enterprise = ForeignKeyField(Enterprise, null=True, backref="+")
    enterprise_id: int | None
    need = ForeignKeyField(Need, null=True, backref="+")
    need_id: int | None
    activity = ForeignKeyField(Activity, null=True, backref="+")
    activity_id: int | None
    used_on = DateField()
    amount = CharField(max_length=60, default="")
    hours = FloatField(null=True)
    outcome = CharField(max_length=300, default="")
    # A use entered by mistake counts no more; its row stays.
    voided_reason = CharField(max_length=120, default="")

    class Meta:
        indexes = ((("space", "used_on"), False),)
        constraints = (
            Check(
                "(CASE WHEN resource_id IS NULL THEN 0 ELSE 1 END)"
                " + (CASE WHEN expert_id IS NULL THEN 0 ELSE 1 END) = 1",
                name="resource_use_of_one_thing",
            ),
            Check(
                "(CASE WHEN enterprise_id IS NULL THEN 0 ELSE 1 END)"
                " + (CASE WHEN need_id IS NULL THEN 0 ELSE 1 END)"
                " + (CASE WHEN activity_id IS NULL THEN 0 ELSE 1 END) = 1",
                name="resource_use_for_one",
            ),
        )
