"""Health is told truly."""

from tests.conftest import Client


def test_alive(client: Client) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": True, "redis": True})


def test_unknown_address_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "not_found"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
