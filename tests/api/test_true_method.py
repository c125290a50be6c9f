"""A phone cannot send PATCH; it says so in a header."""

from tests import factories
from tests.conftest import Client

MEANT = {"X-HTTP-Method-Override": "PATCH"}


def test_a_post_may_mean_patch(client: Client) -> None:
    me = client.as_user(factories.make_user())
    answer = me.post("/api/v1/me", json={"preferences": {"menu": False}}, headers=MEANT)
    assert answer.status_code == 200
    assert answer.json["preferences"] == {"menu": False}


def test_without_the_header_a_post_stays_one(client: Client) -> None:
    me = client.as_user(factories.make_user())
    assert me.post("/api/v1/me", json={}).status_code == 405


def test_no_other_method_can_be_smuggled_in(client: Client) -> None:
    user = factories.make_user()
    me = client.as_user(user)
    answer = me.post("/api/v1/me", json={}, headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 405
    assert me.get("/api/v1/me", headers=MEANT).status_code == 200
