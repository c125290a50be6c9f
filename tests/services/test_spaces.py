"""The tree, and what hangs in it."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.spaces import OrgKind, SpaceType, VenueRole
from models.staff import Role
from server.clock import day_of
from server.errors import Invalid, NotFound
from server.services import audit, spaces
from tests import factories

BY = audit.SYSTEM


@pytest.fixture
def town(app: Flask, now: dt.datetime) -> models.OrgUnit:
    parent = None
    for kind in (OrgKind.NATION, OrgKind.CITY, OrgKind.DISTRICT, OrgKind.TOWN):
        parent = spaces.add_unit(kind, f"某{kind}", parent, actor=BY, now=now)
    assert parent
    return parent


def add_space(town: models.OrgUnit, code: str, now: dt.datetime, **over: object) -> models.Space:
    kind = over.pop("type", SpaceType.PARK)
    assert isinstance(kind, SpaceType)
    return spaces.add_space(town, code, f"空间{code}", type=kind, actor=BY, now=now, **over)


def test_tree_hangs_together(town: models.OrgUnit, now: dt.datetime) -> None:
    first, second = add_space(town, "A", now), add_space(town, "B", now, grid_code="G7")
    closed = add_space(town, "C", now)
    models.Space.update(active=False).where(models.Space.id == closed.id).execute()
    [root] = spaces.tree()
    path = [root]
    while path[-1].below and path[-1].unit.kind != OrgKind.TOWN:
        [below] = path[-1].below
        path.append(below)
    leaves = path[-1].below
    assert [knot.unit.kind for knot in path] == ["nation", "city", "district", "town"]
    assert [leaf.space for leaf in leaves] == [first, second, None]
    assert first.id == first.org_unit_id
    assert models.OrgUnit.get_by_id(second.id).grid_code == "G7"
    assert models.OrgUnit.get_by_id(first.id).path == f"{town.path}{first.id}/"


@pytest.mark.parametrize("kind", [OrgKind.NATION, OrgKind.CITY, OrgKind.TOWN])
def test_levels_are_not_skipped(town: models.OrgUnit, now: dt.datetime, kind: OrgKind) -> None:
    with pytest.raises(Invalid):
        spaces.add_unit(kind, "错位", town, actor=BY, now=now)


def test_space_codes_are_unique(town: models.OrgUnit, now: dt.datetime) -> None:
    add_space(town, "A", now)
    before = models.OrgUnit.select().count()
    with pytest.raises(spaces.SpaceCodeTaken):
        add_space(town, "A", now)
    assert models.OrgUnit.select().count() == before


def test_one_main_venue(town: models.OrgUnit, now: dt.datetime) -> None:
    space, other = add_space(town, "A", now), add_space(town, "B", now)
    spaces.add_venue(space, VenueRole.MAIN, "主阵地", actor=BY, now=now)
    for name in ("大堂", "咖啡吧"):
        spaces.add_venue(space, VenueRole.AUXILIARY, name, actor=BY, now=now)
    spaces.add_venue(other, VenueRole.MAIN, "主阵地", actor=BY, now=now)
    with pytest.raises(spaces.MainVenueExists):
        spaces.add_venue(space, VenueRole.MAIN, "又一个", actor=BY, now=now)
    assert models.Venue.select().where(models.Venue.space == space).count() == 3


def test_online_space_is_in_no_place(town: models.OrgUnit, now: dt.datetime) -> None:
    space = add_space(town, "A", now, type=SpaceType.ONLINE)
    with pytest.raises(Invalid):
        spaces.add_venue(space, VenueRole.MAIN, "云上", actor=BY, now=now)


def test_rooms_of_a_space(town: models.OrgUnit, now: dt.datetime) -> None:
    space, other = add_space(town, "A", now), add_space(town, "B", now)
    side = spaces.add_venue(space, VenueRole.AUXILIARY, "大堂", actor=BY, now=now)
    main = spaces.add_venue(space, VenueRole.MAIN, "主阵地", actor=BY, now=now)
    spaces.add_venue(space, VenueRole.AUXILIARY, "已撤", actor=BY, now=now, active=False)
    noise = spaces.add_venue(other, VenueRole.MAIN, "别处", actor=BY, now=now)
    zones = [spaces.add_zone(main, name, actor=BY, now=now) for name in ("书吧", "茶席")]
    spaces.add_zone(noise, "别处的分区", actor=BY, now=now)
    tower = spaces.add_building("i 座", spaces=[space, other], actor=BY, now=now)
    spaces.look_after(space, tower)
    spaces.add_building("别的楼", spaces=[other], actor=BY, now=now)
    keeper = factories.make_staff(Role.KEEPER, space)
    factories.make_staff(Role.OPERATOR, space)
    factories.make_staff(Role.KEEPER, other)
    former = factories.make_staff(Role.KEEPER, space)
    models.Grant.update(to_on=day_of(now) - dt.timedelta(days=1)).where(
        models.Grant.staff == former
    ).execute()
    rooms = spaces.rooms(space, now=now)
    assert rooms.venues == [main, side]
    assert rooms.zones == zones
    assert rooms.buildings == [tower]
    assert rooms.keepers == [keeper.name]


def test_search_by_name_address_and_tower(town: models.OrgUnit, now: dt.datetime) -> None:
    first = add_space(town, "A", now, address="合川路 100 号")
    second = add_space(town, "B", now)
    spaces.add_building("锦绣大厦", spaces=[second], actor=BY, now=now)
    closed = add_space(town, "C", now, address="合川路 300 号")
    models.OrgUnit.update(active=False).where(models.OrgUnit.id == closed.id).execute()
    assert list(spaces.search("合川")) == [first]
    assert list(spaces.search("锦绣")) == [second]
    assert list(spaces.search("空间B")) == [second]
    assert list(spaces.search("100%")) == []
    assert len(spaces.search()) == 2


def test_closed_spaces_are_not_there(town: models.OrgUnit, now: dt.datetime) -> None:
    space = add_space(town, "A", now)
    assert spaces.get(space.id) == space
    models.Space.update(active=False).where(models.Space.id == space.id).execute()
    assert spaces.find(space.id) is None
    with pytest.raises(NotFound):
        spaces.get(space.id)


def test_units_by_code_and_name(town: models.OrgUnit, now: dt.datetime) -> None:
    space = add_space(town, "A", now)
    assert spaces.unit_named("A").id == space.id
    assert spaces.unit_named("某town") == town
    for name in ("没有", "同名"):
        if name == "同名":
            factories.make_org_unit(name=name)
            factories.make_org_unit(name=name)
        with pytest.raises(Invalid):
            spaces.unit_named(name)


def test_keepers_in_the_trail(town: models.OrgUnit, now: dt.datetime) -> None:
    space = add_space(town, "A", now)
    trail = models.AuditLog.get(models.AuditLog.action == "spaces.add_space")
    assert (trail.object_id, trail.org_unit_id) == (space.id, space.id)
