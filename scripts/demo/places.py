"""The tree of the demo: nation → city → district → town, and sixteen Spaces with their rooms."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import Building, OrgUnit, Space, SpaceBuilding, Venue, Zone, new_id
from models.spaces import OrgKind, SpaceType, VenueRole

HERE = Path(__file__).parent


def read(name: str) -> dict[str, Any]:
    """Return one of the demo's data files."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Place:
    """A Space with what activities need of it."""

    space: Space
    venues: list[Venue]
    zones: list[Zone]
    buildings: list[Building]


@dataclass(frozen=True)
class Town:
    """Everything there is to stand on."""

    units: dict[str, OrgUnit]
    places: dict[str, Place]


def _unit(
    kind: OrgKind, name: str, parent: OrgUnit | None, now: dt.datetime, **more: Any
) -> OrgUnit:
    unit_id = new_id()
    path = f"{parent.path if parent else '/'}{unit_id}/"
    return OrgUnit.add(now=now, id=unit_id, kind=kind, name=name, parent=parent, path=path, **more)


def build(now: dt.datetime) -> Town:
    """Insert the tree and all Spaces; return them by name and by code."""
    told = read("places")
    units: dict[str, OrgUnit] = {}
    parent = None
    for kind, name in zip(OrgKind, told["tree"], strict=False):
        parent = units[name] = _unit(kind, name, parent, now)
    assert parent is not None
    places = {item["code"]: _place(item, parent, now) for item in told["spaces"]}
    return Town(units, places)


def _place(item: dict[str, Any], town: OrgUnit, now: dt.datetime) -> Place:
    unit = _unit(OrgKind.SPACE, item["name"], town, now, grid_code=item["grid_code"])
    milestones = [
        {"on": m["on"].isoformat(), "text": m["text"]} for m in item.get("milestones", [])
    ]
    space = Space.add(
        now=now,
        id=unit.id,
        org_unit=unit,
        code=item["code"],
        name=item["name"],
        type=SpaceType(item["type"]),
        address=item["address"],
        founded_on=item.get("founded_on"),
        supervisor=item.get("supervisor", "虹桥镇统战工作办公室"),
        intro=item.get("intro", "楼里的会客厅，欢迎来坐。"),
        five_goals=item.get("five_goals", []),
        opening_hours=item.get("opening_hours", "周一至周五 09:00–17:30"),
        milestones=milestones,
        phone=item.get("phone", ""),
    )
    buildings = []
    for name in item["buildings"]:
        building = Building.add(now=now, name=name, grid_code=item["grid_code"], floors=18)
        SpaceBuilding.create(space=space, building=building)
        buildings.append(building)
    venues = _venues(item, space, {b.name: b for b in buildings}, now)
    zones = [
        Zone.add(now=now, space=space, venue=venues[0], order=order, **zone)
        for order, zone in enumerate(item.get("zones", []))
    ]
    return Place(space, venues, zones, buildings)


def _venues(
    item: dict[str, Any], space: Space, buildings: dict[str, Building], now: dt.datetime
) -> list[Venue]:
    """A Space that tells none has one main room; an online Space has none at all."""
    plain = {"role": "main", "name": "活动室", "area_m2": 180, "capacity": 60, "floor": "2F"}
    told = item.get("venues", [] if space.type == SpaceType.ONLINE else [plain])
    return [
        Venue.add(
            now=now,
            space=space,
            role=VenueRole(venue["role"]),
            name=venue["name"],
            building=buildings.get(venue.get("building", "")),
            floor=venue["floor"],
            area_m2=venue["area_m2"],
            capacity=venue["capacity"],
        )
        for venue in told
    ]
