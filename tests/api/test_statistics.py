"""统计 over HTTP: figures with their definition, and the rows behind them."""

import pytest
from flask import Flask

import models
from models.staff import Role
from tests import factories
from tests.conftest import Client
from tests.services.test_statistics import visitors


def staff(client: Client, role: Role, at: models.Space | models.OrgUnit) -> Client:
    user = factories.make_user()
    factories.make_staff(role, at, user_id=user.id)
    return client.as_user(user)


@pytest.fixture
def space(app: Flask) -> models.Space:
    space = factories.make_space()
    visitors(space, 3)
    visitors(factories.make_space(space.org_unit.parent), 1)
    visitors(factories.make_space(), 9)
    return space


def test_a_figure_and_its_rows(client: Client, space: models.Space) -> None:
    keeper = staff(client, Role.KEEPER, space)
    told = keeper.get("/api/v1/staff/statistics/summary?month=2026-05").json
    assert told["space_ids"] == [str(space.id)]
    figures = {figure["code"]: figure for figure in told["figures"]}
    assert figures["person_times"]["value"] == 3
    assert "同行" in figures["person_times"]["definition"]
    assert figures["person_times"]["as_of"].endswith("Z")
    assert figures["satisfaction"]["value"] is None
    assert figures["satisfaction"]["coverage"] == 0
    path = "/api/v1/staff/statistics/rows?figure=person_times&month=2026-05&limit=2"
    first = keeper.get(path).json
    second = keeper.get(f"{path}&cursor={first['next']}").json
    rows = first["items"] + second["items"]
    assert second["next"] is None
    assert sum(row["amount"] for row in rows) == 3
    assert {row["space_id"] for row in rows} == {str(space.id)}


def test_a_town_space_by_space(client: Client, space: models.Space) -> None:
    officer = staff(client, Role.TOWN_OFFICER, space.org_unit.parent)
    told = officer.get("/api/v1/staff/statistics/spaces?month=2026-05").json["items"]
    counts = {
        item["space_id"]: figure["value"]
        for item in told
        for figure in item["figures"]
        if figure["code"] == "members"
    }
    assert sorted(counts.values()) == [1, 3]
    assert counts[str(space.id)] == 3


def test_a_district_sees_sums_only(client: Client, space: models.Space) -> None:
    viewer = staff(client, Role.DISTRICT_VIEWER, space.org_unit.parent)
    sums = viewer.get("/api/v1/staff/statistics/sums?month=2026-05").json
    figures = {figure["code"]: figure for figure in sums["figures"]}
    assert figures["sessions"]["value"] == 2
    assert (figures["members"]["value"], figures["members"]["display"]) == (None, "<5")
    for path in ("summary?", "spaces?", "rows?figure=members&"):
        refused = viewer.get(f"/api/v1/staff/statistics/{path}month=2026-05")
        assert refused.status_code == 404


def test_another_space_is_not_there(client: Client, space: models.Space) -> None:
    keeper = staff(client, Role.KEEPER, factories.make_space())
    for path in ("summary?", "spaces?", "rows?figure=members&"):
        query = f"/api/v1/staff/statistics/{path}month=2026-05&space={space.id}"
        assert keeper.get(query).status_code == 404


def test_no_such_figure(client: Client, space: models.Space) -> None:
    keeper = staff(client, Role.KEEPER, space)
    refused = keeper.get("/api/v1/staff/statistics/rows?month=2026-05&figure=weather")
    assert (refused.status_code, refused.json["detail"]) == (404, "没有这个指标")


def test_a_page_that_is_none(client: Client, space: models.Space) -> None:
    query = "rows?month=2026-05&figure=members&cursor=nonsense"
    refused = staff(client, Role.KEEPER, space).get(f"/api/v1/staff/statistics/{query}")
    assert (refused.status_code, refused.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "summary?month=2026-13",
        "summary?month=x",
        "summary",
        "rows?month=2026-05&figure=members&limit=1000",
    ],
)
def test_bad_input(client: Client, space: models.Space, query: str) -> None:
    keeper = staff(client, Role.KEEPER, space)
    refused = keeper.get(f"/api/v1/staff/statistics/{query}")
    assert (refused.status_code, refused.json["code"]) == (422, "validation")
