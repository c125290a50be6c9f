"""Companies over HTTP: the search of members, the verification by staff."""

import pytest

import models
from models.staff import Role
from server.services import enterprises
from tests import factories
from tests.conftest import Client


@pytest.fixture
def me(client: Client) -> Client:
    return client.as_user(factories.make_user())


def test_search_tells_name_and_tower_only(me: Client) -> None:
    tower = factories.make_building(name="i 座")
    name = "上海新意科技"
    company = factories.make_enterprise(
        name=name, building=tower, credit_code="91110000600037341L", **enterprises.spelling(name)
    )
    factories.make_enterprise(name="别家")
    answer = me.get("/api/v1/enterprises", query_string={"q": "shxy"})
    assert answer.json["items"] == [{"id": str(company.id), "name": name, "building": "i 座"}]


@pytest.mark.parametrize("q", ["", "a", "  ", "x" * 61])
def test_search_wants_two_characters(me: Client, q: str) -> None:
    answer = me.get("/api/v1/enterprises", query_string={"q": q})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "q")


def test_search_is_limited_per_person(client: Client, me: Client) -> None:
    query = {"q": "公司"}
    codes = {me.get("/api/v1/enterprises", query_string=query).status_code for _ in range(60)}
    assert codes == {200}
    assert me.get("/api/v1/enterprises", query_string=query).status_code == 429
    other = client.as_user(factories.make_user())
    assert other.get("/api/v1/enterprises", query_string=query).status_code == 200


def test_staff_verify_members_of_their_towers(client: Client) -> None:
    space, other = factories.make_space(), factories.make_space()
    keeper = client.as_staff(factories.make_staff(Role.KEEPER, space))
    stranger = client.as_staff(factories.make_staff(Role.KEEPER, other))
    company = factories.make_enterprise(building=factories.make_building(space))
    user = factories.make_user(nickname="小沈")
    member = factories.make_member(user, company)
    url = f"/api/v1/staff/enterprises/members/{member.id}/verify"
    pending = {"status": "pending"}

    [item] = keeper.get("/api/v1/staff/enterprises/members", query_string=pending).json["items"]
    assert (item["id"], item["nickname"]) == (str(member.id), "小沈")
    assert stranger.get("/api/v1/staff/enterprises/members").json["items"] == []
    assert stranger.post(url, json={"role": "contact"}).status_code == 404
    done = keeper.post(url, json={"role": "contact"})
    assert (done.status_code, done.json["status"], done.json["role"]) == (
        200,
        "verified",
        "contact",
    )
    trail = models.AuditLog.get(models.AuditLog.action == "enterprises.verify")
    assert (trail.actor_kind, trail.ip) == ("staff", "127.0.0.1")
    assert keeper.post(url, json={"role": "boss"}).status_code == 422


def test_scanner_verifies_nobody(client: Client) -> None:
    space = factories.make_space()
    member = factories.make_member(
        factories.make_user(home_space=space), factories.make_enterprise()
    )
    scanner = client.as_staff(factories.make_staff(Role.SCANNER, space))
    url = f"/api/v1/staff/enterprises/members/{member.id}/verify"
    assert scanner.post(url, json={"role": "contact"}).status_code == 404
    assert models.EnterpriseMember.get_by_id(member.id).status == "pending"
