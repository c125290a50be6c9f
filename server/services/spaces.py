"""The tree nation → city → district → town → Space, and the venues, zones and towers of a Space."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from peewee import IntegrityError, ModelSelect

from models import Building, Grant, OrgUnit, Space, SpaceBuilding, Staff, Venue, Zone, db, new_id
from models.spaces import OrgKind, SpaceType, VenueRole
from models.staff import Role
from server.clock import day_of
from server.errors import Conflict, Invalid, NotFound
from server.services import audit
from server.services.audit import Actor

_ORDER = list(OrgKind)


class MainVenueExists(Conflict):
    code, message = "main_venue_exists", "一个空间只能有一个主阵地"


class SpaceCodeTaken(Conflict):
    code, message = "space_code_taken", "这个空间代码已被使用"


@dataclass
class Knot:
    """One unit of the tree with what hangs below it; `space` for the leaves."""

    unit: OrgUnit
    space: Space | None = None
    below: list[Knot] = field(default_factory=list)


@dataclass(frozen=True)
class Rooms:
    """What a Space consists of."""

    venues: list[Venue]
    zones: list[Zone]
    buildings: list[Building]
    keepers: list[str]
    """Names of who runs it today."""


def get(space_id: int) -> Space:
    """Return an active Space. Raises NotFound."""
    found = find(space_id)
    if found is None:
        raise NotFound
    return found


def find(space_id: int) -> Space | None:
    """Return an active Space, or None."""
    found: Space | None = _active().where(Space.id == space_id).first()
    return found


def _active() -> ModelSelect[Space]:
    query: ModelSelect[Space] = (
        Space.select(Space, OrgUnit)
        .join(OrgUnit)
        .where(Space.active == True, OrgUnit.active == True)  # noqa: E712
    )
    return query


def named(space_ids: Iterable[int]) -> list[Space]:
    """Return the active Spaces among these, by name."""
    return list(_active().where(Space.id.in_(list(space_ids))).order_by(Space.name, Space.id))


def search(text: str = "") -> ModelSelect[Space]:
    """Return the active Spaces whose name or address, or one of whose towers, holds the text."""
    query = _active()
    if not text:
        return query
    towers = (
        SpaceBuilding.select(SpaceBuilding.space)
        .join(Building)
        .where(Building.name.contains(text) | Building.address.contains(text))
    )
    named = Space.name.contains(text) | Space.address.contains(text)
    return query.where(named | Space.id.in_(towers))


def buildings_of(space_ids: Iterable[int]) -> dict[int, list[Building]]:
    """Return the towers of each Space, in one query."""
    found: dict[int, list[Building]] = {space_id: [] for space_id in space_ids}
    rows: Any = (
        SpaceBuilding.select(SpaceBuilding, Building)
        .join(Building)
        .where(SpaceBuilding.space.in_(list(found)))
        .order_by(Building.name, Building.id)
    )
    for row in rows:
        found[row.space_id].append(row.building)
    return found


def rooms(space: Space, *, now: dt.datetime) -> Rooms:
    """Return the venues (main first), zones, towers and keepers of a Space."""
    today = day_of(now)
    venues = Venue.select().where(Venue.space == space, Venue.active == True)  # noqa: E712
    zones = Zone.select().where(Zone.space == space, Zone.active == True)  # noqa: E712
    running = Grant.select(Grant.staff).where(
        Grant.role == Role.KEEPER,
        Grant.org_unit == space.org_unit_id,
        Grant.revoked_at.is_null(),
        Grant.from_on <= today,
        Grant.to_on.is_null() | (Grant.to_on >= today),
    )
    keepers = Staff.select().where(Staff.id.in_(running), Staff.active == True)  # noqa: E712
    return Rooms(
        venues=sorted(venues, key=lambda venue: (venue.role != VenueRole.MAIN, venue.id)),
        zones=list(zones.order_by(Zone.order, Zone.id)),
        buildings=buildings_of([space.id])[space.id],
        keepers=[keeper.name for keeper in keepers.order_by(Staff.id)],
    )


def tree() -> list[Knot]:
    """Return the roots of the whole active tree, everything below them filled in."""
    spaces = {space.org_unit_id: space for space in _active()}
    units = OrgUnit.select().where(OrgUnit.active == True)  # noqa: E712
    knots = {unit.id: Knot(unit, spaces.get(unit.id)) for unit in units.order_by(OrgUnit.path)}
    roots: list[Knot] = []
    for knot in knots.values():
        parent = knots.get(knot.unit.parent_id or 0)
        (parent.below if parent else roots).append(knot)
    return roots


def unit_named(name: str) -> OrgUnit:
    """Return the unit of a Space's code, or the only unit of that name. Raises Invalid."""
    coded = Space.select(Space.org_unit).where(Space.code == name)
    found = list(OrgUnit.select().where(OrgUnit.id.in_(coded) | (OrgUnit.name == name)))
    if len(found) != 1:
        raise Invalid(fields={"unit": "没有这个单位" if not found else "有几个同名的单位"})
    return found[0]


def add_unit(
    kind: OrgKind,
    name: str,
    parent: OrgUnit | None,
    *,
    actor: Actor,
    now: dt.datetime,
    **values: Any,
) -> OrgUnit:
    """Add a knot below its parent and return it: a city below the nation, … a Space below a town.
    Raises Invalid."""
    level = _ORDER.index(kind)
    if (parent.kind if parent else None) != (_ORDER[level - 1] if level else None):
        raise Invalid(fields={"parent": "上级单位的层级不对"})
    unit_id = new_id()
    path = f"{parent.path if parent else '/'}{unit_id}/"
    with db.atomic():
        unit = OrgUnit.add(
            now=now,
            by=actor.id,
            id=unit_id,
            kind=kind,
            parent=parent,
            path=path,
            name=name,
            **values,
        )
        audit.record(actor, "spaces.add_unit", unit, now=now, org_unit_id=unit.id)
    return unit


def add_space(
    town: OrgUnit,
    code: str,
    name: str,
    *,
    type: SpaceType,
    actor: Actor,
    now: dt.datetime,
    grid_code: str | None = None,
    **values: Any,
) -> Space:
    """Add a Space and its knot of the tree and return it; `values` are further columns. Raises
    Invalid, SpaceCodeTaken."""
    try:
        with db.atomic():
            unit = add_unit(OrgKind.SPACE, name, town, actor=actor, now=now, grid_code=grid_code)
            space = Space.add(
                now=now,
                by=actor.id,
                id=unit.id,
                org_unit=unit,
                code=code,
                name=name,
                type=type,
                **values,
            )
            audit.record(actor, "spaces.add_space", space, now=now, org_unit_id=unit.id)
    except IntegrityError:
        raise SpaceCodeTaken from None
    return space


def add_building(
    name: str, *, spaces: Iterable[Space], actor: Actor, now: dt.datetime, **values: Any
) -> Building:
    """Add a tower and the Spaces that look after it, and return it."""
    with db.atomic():
        building = Building.add(now=now, by=actor.id, name=name, **values)
        for space in spaces:
            look_after(space, building)
        audit.record(actor, "spaces.add_building", building, now=now, after={"name": name})
    return building


def look_after(space: Space, building: Building) -> None:
    """Let a Space look after a tower; a second time changes nothing."""
    with db.atomic():
        SpaceBuilding.insert(
            id=new_id(), space=space, building=building
        ).on_conflict_ignore().execute()


def add_venue(
    space: Space, role: VenueRole, name: str, *, actor: Actor, now: dt.datetime, **values: Any
) -> Venue:
    """Add a venue to a Space and return it. Raises MainVenueExists, Invalid for an online Space,
    which is in no place."""
    if space.type == SpaceType.ONLINE:
        raise Invalid(fields={"space": "线上空间没有场地"})
    try:
        with db.atomic():
            venue = Venue.add(now=now, by=actor.id, space=space, role=role, name=name, **values)
            audit.record(actor, "spaces.add_venue", venue, now=now, org_unit_id=space.id)
    except IntegrityError:
        raise MainVenueExists from None
    return venue


def add_zone(venue: Venue, name: str, *, actor: Actor, now: dt.datetime, **values: Any) -> Zone:
    """Add a theme zone to a venue, behind the ones it has, and return it."""
    with db.atomic():
        order = values.pop("order", Zone.select().where(Zone.venue == venue).count())
        zone = Zone.add(
            now=now,
            by=actor.id,
            space=venue.space_id,
            venue=venue,
            name=name,
            order=order,
            **values,
        )
        audit.record(actor, "spaces.add_zone", zone, now=now, org_unit_id=venue.space_id)
    return zone
