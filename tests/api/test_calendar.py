"""工作日历 over HTTP: everybody of the staff reads it, the platform changes it."""

from typing import Any

import pytest
from flask import Flask

import models
from models.staff import Role
from tests import factories
from tests.conftest import Client


def staff(client: Client, role: Role) -> Client:
    user = factories.make_user()
    factories.make_staff(role, factories.make_space().org_unit.parent, user_id=user.id)
    return client.as_user(user)


@pytest.fixture
def admin(app: Flask, client: Client) -> Client:
    return staff(client, Role.PLATFORM_ADMIN)


def test_fill_read_and_correct(client: Client, admin: Client) -> None:
    assert admin.get("/api/v1/staff/calendar?year=2026").json == {"year": 2026, "items": []}
    filled = admin.post("/api/v1/staff/calendar", json={"year": 2026})
    assert filled.json == {"year": 2026, "changed": 365}
    body = {"kind": "rest", "name": "台风停工"}
    changed = admin.put("/api/v1/staff/calendar/2026-05-15", json=body)
    assert changed.json == body | {"day": "2026-05-15", "source": "人工设置", "confirmed": True}
    items = staff(client, Role.OPERATOR).get("/api/v1/staff/calendar?year=2026").json["items"]
    assert len(items) == 365
    assert items[134] == changed.json


def test_a_year_nobody_announced(admin: Client) -> None:
    refused = admin.post("/api/v1/staff/calendar", json={"year": 2027})
    assert (refused.status_code, refused.json["code"]) == (422, "calendar_unknown")
    assert "2027" in refused.json["detail"]


def test_only_the_platform_changes_it(client: Client, app: Flask) -> None:
    keeper = staff(client, Role.KEEPER)
    assert keeper.post("/api/v1/staff/calendar", json={"year": 2026}).status_code == 403
    day = keeper.put("/api/v1/staff/calendar/2026-05-15", json={"kind": "rest"})
    assert (day.status_code, day.json["code"]) == (403, "forbidden")
    assert models.CalendarDay.select().count() == 0


@pytest.mark.parametrize("day", ["2026-02-30", "x", "0001-01-01", "2026-5-1", "9999-12-31"])
def test_no_such_day(admin: Client, day: str) -> None:
    assert admin.put(f"/api/v1/staff/calendar/{day}", json={"kind": "rest"}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"kind": "holiday"}, {"kind": "rest", "name": "长" * 31}])
def test_bad_input(admin: Client, body: dict[str, Any]) -> None:
    refused = admin.put("/api/v1/staff/calendar/2026-05-15", json=body)
    assert (refused.status_code, refused.json["code"]) == (422, "validation")
    assert models.CalendarDay.select().count() == 0
