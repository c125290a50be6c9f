"""A phone cannot send PATCH; it says so in a header."""

from typing import Any

import pytest

from tests.conftest import Client, Sandbox

MEANT = {"X-HTTP-Method-Override": "PATCH"}


@pytest.fixture
def bearer(client: Client, sandbox: Sandbox) -> dict[str, str]:
    code = {"code": sandbox.login_code("demo-u1")}
    token = client.post("/api/v1/auth/wechat", json=code).json["token"]
    return {"Authorization": f"Bearer {token}"}


def test_a_post_may_mean_patch(client: Client, bearer: dict[str, str]) -> None:
    wanted: Any = {"preferences": {"menu": False}}
    answer = client.post("/api/v1/me", json=wanted, headers=bearer | MEANT)
    assert answer.status_code == 200
    assert answer.json["preferences"] == {"menu": False}


def test_without_the_header_a_post_stays_one(client: Client, bearer: dict[str, str]) -> None:
    assert client.post("/api/v1/me", json={}, headers=bearer).status_code == 405


def test_no_other_method_can_be_smuggled_in(client: Client, bearer: dict[str, str]) -> None:
    other = {"X-HTTP-Method-Override": "DELETE"}
    assert client.post("/api/v1/me", json={}, headers=bearer | other).status_code == 405
    assert client.get("/api/v1/me", headers=bearer | MEANT).status_code == 200
