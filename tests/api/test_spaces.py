"""Spaces over HTTP."""

import pytest

import models
from models.spaces import VenueRole
from models.staff import Role
from server.clock import utcnow
from tests import factories
from tests.conftest import Client


@pytest.fixture
def me(client: Client) -> Client:
    return client.as_user(factories.make_user())


def test_list_goes_on_page_by_page(me: Client) -> None:
    made = [factories.make_space(code=f"Z{number}") for number in range(5)]
    factories.make_space(active=False)
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = me.get("/api/v1/spaces", query_string=query).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [str(space.id) for space in made]


def test_found_by_tower(me: Client) -> None:
    space = factories.make_space()
    factories.make_space()
    factories.make_building(space, name="锦绣大厦")
    [item] = me.get("/api/v1/spaces", query_string={"q": "锦绣"}).json["items"]
    assert item["id"] == str(space.id)
    assert [tower["name"] for tower in item["buildings"]] == ["锦绣大厦"]


def test_one_in_full(me: Client) -> None:
    space = factories.make_space(
        milestones=[{"on": "2016-05-18", "text": "成立"}], opening_hours="周一至周五"
    )
    now = utcnow()
    venue = models.Venue.add(now=now, space=space, role=VenueRole.MAIN, name="主阵地", area_m2=523)
    models.Zone.add(now=now, space=space, venue=venue, name="书吧", capacity=20)
    keeper = factories.make_staff(Role.KEEPER, space)
    told = me.get(f"/api/v1/spaces/{space.id}").json
    assert (told["name"], told["opening_hours"]) == (space.name, "周一至周五")
    assert told["milestones"] == [{"on": "2016-05-18", "text": "成立"}]
    assert told["keepers"] == [keeper.name]
    [room] = told["venues"]
    assert (room["role"], room["area_m2"]) == ("main", 523)
    assert [zone["name"] for zone in room["zones"]] == ["书吧"]


@pytest.mark.parametrize("path", ["1", "abc", "-1", "9" * 30])
def test_no_such_space(me: Client, path: str) -> None:
    factories.make_space()
    answer = me.get(f"/api/v1/spaces/{path}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_closed_space(me: Client) -> None:
    assert me.get(f"/api/v1/spaces/{factories.make_space(active=False).id}").status_code == 404
