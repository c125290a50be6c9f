"""Shapes of Spaces."""

import datetime as dt
from typing import Annotated, Any, Self

from pydantic import Field

from models import Building, Space, Venue, Zone
from models.spaces import SpaceType, VenueRole
from server.schemas.base import Id, In, Out, PageQuery, Plain


class SpacePath(In):
    space_id: Id


class SpacesQuery(PageQuery):
    q: Annotated[Plain, Field(max_length=40, description="Part of a name, address or tower.")] = ""


class SpaceRef(Out):
    """A Space where only its name is shown."""

    id: Id
    name: str

    @classmethod
    def of(cls, space: Space) -> Self:
        return cls(id=space.id, name=space.name)


class BuildingOut(Out):
    id: Id
    name: str
    address: str
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, building: Building) -> Self:
        return cls(
            id=building.id,
            name=building.name,
            address=building.address,
            latitude=building.latitude,
            longitude=building.longitude,
        )


class SpaceBrief(Out):
    """A Space in a list."""

    id: Id
    code: str
    name: str
    type: SpaceType
    address: str
    opening_hours: str
    buildings: list[BuildingOut]

    @classmethod
    def facts(cls, space: Space, buildings: list[Building]) -> dict[str, Any]:
        return {
            "id": space.id,
            "code": space.code,
            "name": space.name,
            "type": space.type,
            "address": space.address,
            "opening_hours": space.opening_hours,
            "buildings": [BuildingOut.of(each) for each in buildings],
        }

    @classmethod
    def of(cls, space: Space, buildings: list[Building]) -> Self:
        return cls(**cls.facts(space, buildings))


class ZoneOut(Out):
    id: Id
    name: str
    purpose: str
    capacity: int | None

    @classmethod
    def of(cls, zone: Zone) -> Self:
        return cls(id=zone.id, name=zone.name, purpose=zone.purpose, capacity=zone.capacity)


class VenueOut(Out):
    id: Id
    role: VenueRole
    name: str
    floor: str
    area_m2: int | None
    capacity: int | None
    address: str
    latitude: float | None
    longitude: float | None
    opening_hours: str
    building_id: Id | None
    zones: list[ZoneOut]

    @classmethod
    def of(cls, venue: Venue, zones: list[Zone]) -> Self:
        return cls(
            id=venue.id,
            role=venue.role,
            name=venue.name,
            floor=venue.floor,
            area_m2=venue.area_m2,
            capacity=venue.capacity,
            address=venue.address,
            latitude=venue.latitude,
            longitude=venue.longitude,
            opening_hours=venue.opening_hours,
            building_id=venue.building_id,
            zones=[ZoneOut.of(zone) for zone in zones if zone.venue_id == venue.id],
        )


class MilestoneOut(Out):
    on: dt.date
    text: str


class SpaceOut(SpaceBrief):
    """A Space told in full: venues (the main one first) with their zones, and its story."""

    founded_on: dt.date | None
    supervisor: str
    intro: str
    five_goals: list[str]
    phone: str
    keepers: list[str]
    milestones: list[MilestoneOut]
    venues: list[VenueOut]

    @classmethod
    def in_full(
        cls,
        space: Space,
        *,
        buildings: list[Building],
        venues: list[Venue],
        zones: list[Zone],
        keepers: list[str],
    ) -> Self:
        return cls(
            **cls.facts(space, buildings),
            founded_on=space.founded_on,
            supervisor=space.supervisor,
            intro=space.intro,
            five_goals=space.five_goals,
            phone=space.phone,
            keepers=keepers,
            milestones=[MilestoneOut(**each) for each in space.milestones],
            venues=[VenueOut.of(venue, zones) for venue in venues],
        )
