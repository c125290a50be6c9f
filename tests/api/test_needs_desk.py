"""诉求 at the desk over HTTP, by a phone whose member a staff account is bound to."""

from typing import Any

import pytest
from flask import Flask

import models
from models.staff import Role
from server import clock
from tests import factories
from tests.conftest import Client, Sandbox
from tests.needs_bench import NOON, Bench, make_bench

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("triage", {"summary": "要贷款"}),
    ("dispatch", {"lead_unit": "区金融办"}),
    ("return", {"text": "转错了"}),
    ("reply", {"text": "您好"}),
    ("pause", {"text": "请补充"}),
    ("resume", {}),
    ("answer", {"outcome": "solved", "text": "好了"}),
]


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    clock.move(NOON - clock.utcnow())
    return make_bench(app, sandbox)


@pytest.fixture
def operator(client: Client, bench: Bench) -> Client:
    return staff(client, Role.OPERATOR, bench.space)


def staff(client: Client, role: Role, at: Any) -> Client:
    user = factories.make_user()
    factories.make_staff(role, at, user_id=user.id)
    return client.as_user(user)


def test_from_the_board_to_the_answer(operator: Client, bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    bench.submit(bench.member("demo-u2"), space_id=factories.make_space().id)
    board = operator.get("/api/v1/staff/needs").json
    assert [item["no"] for item in board["items"]] == [need.no]
    path = f"/api/v1/staff/needs/{need.id}"
    version = operator.get(path).json["version"]
    states = []
    for step, body in STEPS[:2] + STEPS[3:]:
        told = operator.post(f"{path}/{step}", json=body | {"version": version})
        assert told.status_code == 200, (step, told.json)
        version = told.json["version"]
        states.append(told.json["state"])
    assert states == [
        "triaged",
        "dispatched",
        "in_progress",
        "waiting_info",
        "in_progress",
        "answered",
    ]
    shown = operator.get(path).json
    assert (shown["outcome"], shown["lead_unit"], shown["staff_summary"]) == (
        "solved",
        "区金融办",
        "要贷款",
    )
    assert shown["actions"] == ["reply", "note"]


@pytest.mark.parametrize(("step", "body"), STEPS)
def test_two_at_one_need(operator: Client, bench: Bench, step: str, body: dict[str, Any]) -> None:
    need = bench.submit(bench.member("demo-u1"))
    path = f"/api/v1/staff/needs/{need.id}"
    assert operator.post(f"{path}/reply", json={"version": 1, "text": "先到"}).status_code == 200
    stale = operator.post(f"{path}/{step}", json=body | {"version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "version_conflict")
    assert stale.json["current"]["last_event"]["text"] == "先到"
    missing = operator.post(f"{path}/{step}", json=body)
    assert (missing.status_code, missing.json["errors"][0]["field"]) == (422, "version")


@pytest.mark.parametrize("role", [Role.SCANNER, Role.TOWN_OFFICER, Role.PLATFORM_ADMIN])
def test_who_does_not_work_on_needs_finds_none(client: Client, bench: Bench, role: Role) -> None:
    need = bench.submit(bench.member("demo-u1"))
    at = bench.space if role is Role.SCANNER else bench.space.org_unit.parent
    nobody = staff(client, role, at)
    assert nobody.get("/api/v1/staff/needs").json["items"] == []
    assert nobody.get(f"/api/v1/staff/needs/{need.id}").status_code == 404
    for step, body in STEPS:
        path = f"/api/v1/staff/needs/{need.id}/{step}"
        assert nobody.post(path, json=body | {"version": 1}).status_code == 404
    assert models.Need.get_by_id(need.id).version == 1


def test_members_have_no_desk(client: Client, bench: Bench) -> None:
    member = client.as_user(bench.member("demo-u1"))
    assert member.get("/api/v1/staff/needs").status_code == 401


def test_a_note_stays_inside(client: Client, operator: Client, bench: Bench) -> None:
    member = bench.member("demo-u1")
    need = bench.submit(member)
    body = {"version": 1, "text": "内部提醒", "public": False}
    noted = operator.post(f"/api/v1/staff/needs/{need.id}/reply", json=body)
    assert noted.json["timeline"][-1]["is_public"] is False
    assert noted.json["first_response_at"] is None
    assert "内部提醒" not in client.as_user(member).get(f"/api/v1/needs/{need.id}").text
    stale = client.as_user(member).patch(
        f"/api/v1/needs/{need.id}", json={"title": "改"}, headers={"If-Match": "1"}
    )
    assert stale.status_code == 409
    assert "内部提醒" not in stale.text


def test_filters_of_the_board(operator: Client, bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    found = {
        "state=submitted": 1,
        "state=closed": 0,
        "category=loan": 1,
        "category=tax": 0,
        "overdue=true": 0,
        "overdue=false": 1,
        f"space={bench.space.id}": 1,
        "space=1": 0,
        f"q={need.no}": 1,
    }
    for query, count in found.items():
        items = operator.get(f"/api/v1/staff/needs?{query}").json["items"]
        assert len(items) == count, query
    assert operator.get("/api/v1/staff/needs?state=lost").status_code == 422


def test_taken_in_for_somebody(client: Client, operator: Client, bench: Bench) -> None:
    enterprise = factories.make_enterprise()
    contact = client.as_user(bench.contact_of(enterprise, "demo-u1"))
    body = {
        "space_id": str(bench.space.id),
        "source": "visit",
        "category": "loan",
        "title": "走访所提",
        "body": "需要贷款",
        "enterprise_id": str(enterprise.id),
    }
    made = operator.post("/api/v1/staff/needs", json=body)
    assert (made.status_code, made.json["no"]) == (201, "XYC-2026-000001")
    listed = contact.get("/api/v1/needs?scope=company").json["items"]
    assert [item["id"] for item in listed] == [made.json["id"]]
    assert operator.post("/api/v1/staff/needs", json=body | {"source": "self"}).status_code == 422
    foreign = body | {"space_id": str(factories.make_space().id)}
    assert operator.post("/api/v1/staff/needs", json=foreign).status_code == 404
    scanner = staff(client, Role.SCANNER, bench.space)
    assert scanner.post("/api/v1/staff/needs", json=body).status_code == 403
    assert models.Need.select().count() == 1
