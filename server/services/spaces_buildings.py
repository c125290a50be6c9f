"""The towers of the town and their grids: reference data, kept by the town and the platform."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models import Building, Enterprise, Space, SpaceBuilding, db
from models.enterprises import EnterpriseStatus
from server.errors import Invalid, NotFound, VersionConflict
from server.services import audit, spaces
from server.services.audit import Actor


@dataclass(frozen=True)
class Tower:
    """A tower, the Spaces that look after it, and how many companies are there."""

    building: Building
    spaces: list[Space]
    companies: int


def search(space_ids: Iterable[int], text: str = "") -> list[Tower]:
    """Return the towers these Spaces look after, by name, in a town some dozens."""
    kept = SpaceBuilding.select(SpaceBuilding.building).where(
        SpaceBuilding.space.in_(list(space_ids))
    )
    query = Building.select().where(Building.id.in_(kept))
    if text:
        query = query.where(Building.name.contains(text) | (Building.grid_code == text))
    return _told(list(query.order_by(Building.name, Building.id)))


def _told(rows: list[Building]) -> list[Tower]:
    ids = [row.id for row in rows]
    links = (
        SpaceBuilding.select(SpaceBuilding, Space)
        .join(Space)
        .where(SpaceBuilding.building.in_(ids))
        .order_by(Space.name)
    )
    keepers: dict[int, list[Space]] = {}
    for link in links:
        keepers.setdefault(link.building_id, []).append(link.space)
    counted: Any = (
        Enterprise.select(Enterprise.building, fn.COUNT(Enterprise.id))
        .where(Enterprise.building.in_(ids), Enterprise.status == EnterpriseStatus.ACTIVE)
        .group_by(Enterprise.building)
        .tuples()
    )
    companies = {building_id: int(count) for building_id, count in counted}
    return [Tower(row, keepers.get(row.id, []), companies.get(row.id, 0)) for row in rows]


def get(building_id: int, space_ids: Iterable[int]) -> Tower:
    """Return one of the towers these Spaces look after. Raises NotFound."""
    kept = SpaceBuilding.select(SpaceBuilding.building).where(
        SpaceBuilding.space.in_(list(space_ids))
    )
    row = Building.get_or_none((Building.id == building_id) & Building.id.in_(kept))
    if row is None:
        raise NotFound
    return _told([row])[0]


def create(
    values: dict[str, Any],
    wanted: Iterable[int],
    space_ids: Iterable[int],
    *,
    actor: Actor,
    now: dt.datetime,
) -> Building:
    """Add a tower and return it; `wanted` of one's own Spaces (`space_ids`) look after it. Raises
    Invalid without any."""
    chosen = _chosen(wanted, space_ids)
    return spaces.add_building(spaces=chosen, actor=actor, now=now, **values)


def change(
    tower: Tower,
    values: dict[str, Any],
    wanted: Iterable[int],
    space_ids: Iterable[int],
    *,
    expected: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Write the columns, and which of one's own Spaces look after the tower; those of others stay
    as they are. Raises Invalid, VersionConflict."""
    own = set(space_ids)
    chosen = _chosen(wanted, own)
    building = tower.building
    before = {name: getattr(building, name) for name in values}
    with db.atomic():
        if not building.change(now=now, by=actor.id, expected=expected, **values):
            raise VersionConflict(current={"version": Building.get_by_id(building.id).version})
        gone = own - {space.id for space in chosen}
        SpaceBuilding.delete().where(
            SpaceBuilding.building == building, SpaceBuilding.space.in_(sorted(gone))
        ).execute()
        for space in chosen:
            spaces.look_after(space, building)
        after = values | {"spaces": [str(space.id) for space in chosen]}
        audit.record(actor, "spaces.change_building", building, now=now, before=before, after=after)


def _chosen(wanted: Iterable[int], space_ids: Iterable[int]) -> list[Space]:
    chosen = spaces.named(sorted(set(wanted) & set(space_ids)))
    if not chosen:
        raise Invalid(fields={"spaces": "请至少选择一个照看这栋楼的空间"})
    return chosen
