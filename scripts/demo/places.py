"""The tree of the demo: nation → city → district → town, and sixteen Spaces with their rooms."""

import datetime as dt
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import Building, OrgUnit, Space, Venue, Zone
from models.spaces import OrgKind, SpaceType, VenueRole
from server.services import spaces
from server.services.audit import SYSTEM

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


def build(now: dt.datetime) -> Town:
    """Insert the tree and all Spaces; return them by name and by code."""
    told = read("places")
    units: dict[str, OrgUnit] = {}
    parent = None
    for kind, name in zip(OrgKind, told["tree"], strict=False):
        parent = units[name] = spaces.add_unit(kind, name, parent, actor=SYSTEM, now=now)
    assert parent is not None
    places = {item["code"]: _place(item, parent, now) for item in told["spaces"]}
    return Town(units, places)


def _place(item: dict[str, Any], town: OrgUnit, now: dt.datetime) -> Place:
    milestones = [
        {"on": m["on"].isoformat(), "text": m["text"]} for m in item.get("milestones", [])
    ]
    space = spaces.add_space(
        town,
        item["code"],
        item["name"],
        type=SpaceType(item["type"]),
        actor=SYSTEM,
        now=now,
        grid_code=item["grid_code"],
        address=item["address"],
        founded_on=item.get("founded_on"),
        supervisor=item.get("supervisor", "虹桥镇统战工作办公室"),
        intro=item.get("intro", "楼里的会客厅，欢迎来坐。"),
        five_goals=item.get("five_goals", []),
        opening_hours=item.get("opening_hours", "周一至周五 09:00–17:30"),
        milestones=milestones,
        phone=item.get("phone", ""),
    )
    add_building = functools.partial(
        spaces.add_building, spaces=[space], actor=SYSTEM, now=now, grid_code=item["grid_code"]
    )
    buildings = [add_building(name, floors=18) for name in item["buildings"]]
    venues = _venues(item, space, {b.name: b for b in buildings}, now)
    zones = [
        spaces.add_zone(venues[0], actor=SYSTEM, now=now, **zone) for zone in item.get("zones", [])
    ]
    return Place(space, venues, zones, buildings)


def _venues(
    item: dict[str, Any], space: Space, buildings: dict[str, Building], now: dt.datetime
) -> list[Venue]:
    """A Space that tells none has one main room; an online Space has none at all."""
    plain = {"role": "main", "name": "活动室", "area_m2": 180, "capacity": 60, "floor": "2F"}
    told = item.get("venues", [] if space.type == SpaceType.ONLINE else [plain])
    return [
        spaces.add_venue(
            space,
            VenueRole(venue["role"]),
            venue["name"],
            actor=SYSTEM,
            now=now,
            building=buildings.get(venue.get("building", "")),
            floor=venue["floor"],
            area_m2=venue["area_m2"],
            capacity=venue["capacity"],
        )
        for venue in told
    ]
