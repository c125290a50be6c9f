"""The tree nation → city → district → town → space, and the rooms a Space has."""

from enum import StrEnum

from peewee import (
    BooleanField,
    CharField,
    DateField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from models.base import BaseModel, ChoiceField, Record


class OrgKind(StrEnum):
    NATION = "nation"
    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"
    SPACE = "space"


class OrgUnit(Record):
    """One knot of the tree. `path` holds the ids from the root down: `/1/2/3/`."""

    kind = ChoiceField(OrgKind)
    parent = ForeignKeyField("self", null=True, backref="+")
    parent_id: int | None
    path = CharField(max_length=120, unique=True)
    name = CharField(max_length=60)
    grid_code = CharField(max_length=30, null=True)
    project_tag = CharField(max_length=30, null=True)
    active = BooleanField(default=True)


class SpaceType(StrEnum):
    COMMUNITY = "community"
    PARK = "park"
    BUILDING = "building"
    ONLINE = "online"


class Space(Record):
    """A New Space. It shares its id with its OrgUnit, so `space_id` names both."""

    org_unit = ForeignKeyField(OrgUnit, unique=True, backref="+")
    org_unit_id: int
    code = CharField(max_length=8, unique=True)
    name = CharField(max_length=40)
    type = ChoiceField(SpaceType)
    address = CharField(max_length=120, default="")
    founded_on = DateField(null=True)
    supervisor = CharField(max_length=60, default="")
    intro = TextField(default="")
    five_goals = JSONField(default=list)
    opening_hours = CharField(max_length=120, default="")
    milestones = JSONField(default=list)
    phone = CharField(max_length=30, default="")
    active = BooleanField(default=True)


class Building(Record):
    """An office tower. Reference data of the town, not of one Space."""

    name = CharField(max_length=60)
    address = CharField(max_length=120, default="")
    latitude = FloatField(null=True)
    longitude = FloatField(null=True)
    grid_code = CharField(max_length=30, null=True)
    floors = IntegerField(null=True)


class SpaceBuilding(BaseModel):
    """Which towers a Space looks after."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    building = ForeignKeyField(Building, backref="+")
    building_id: int

    class Meta:
        indexes = ((("space", "building"), True),)


class VenueRole(StrEnum):
    MAIN = "main"
    AUXILIARY = "auxiliary"
    EXTERNAL = "external"


class Venue(Record):
    """A place activities are held in."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    role = ChoiceField(VenueRole)
    name = CharField(max_length=40)
    building = ForeignKeyField(Building, null=True, backref="+")
    building_id: int | None
    floor = CharField(max_length=10, default="")
    area_m2 = IntegerField(null=True)
    capacity = IntegerField(null=True)
    address = CharField(max_length=120, default="")
    latitude = FloatField(null=True)
    longitude = FloatField(null=True)
    opening_hours = CharField(max_length=120, default="")
    # Other Spaces may book its zones.
    is_shared = BooleanField(default=False)
    active = BooleanField(default=True)


# Exactly one main venue per Space is a rule of the place (one main, four auxiliary).
Venue.add_index(
    Venue.index(
        Venue.space,
        unique=True,
        where=(Venue.role == VenueRole.MAIN) & Venue.active,  # both engines read a bare boolean
        name="venue_one_main",
    )
)


class Zone(Record):
    """A theme zone inside a venue."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    venue = ForeignKeyField(Venue, backref="+")
    venue_id: int
    name = CharField(max_length=40)
    purpose = CharField(max_length=120, default="")
    capacity = IntegerField(null=True)
    order = IntegerField(default=0)
    active = BooleanField(default=True)
