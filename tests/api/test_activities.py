"""Activities over HTTP."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import models
from models.activities import ActivityState
from models.signups import SignupState
from tests import factories
from tests.conftest import Client

HOUR = dt.timedelta(hours=1)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect every statement sent to the database meanwhile."""
    seen: list[str] = []
    hook = lambda sql, *_: seen.append(str(sql))  # noqa: E731
    models.db.obj.query_hooks.append(hook)
    try:
        yield seen
    finally:
        models.db.obj.query_hooks.remove(hook)


def fill(space: models.Space, user: models.User, count: int) -> None:
    for index in range(count):
        venue = factories.make_venue(space)
        activity = factories.make_activity(space, venue=venue)
        for _ in range(3):
            session = factories.make_session(activity)
            factories.make_signup(session, state=SignupState.WAITLISTED, position=index + 1)
        factories.make_signup(session, user)


def test_show(client: Client, now: dt.datetime) -> None:
    space = factories.make_space(name="新意城新空间")
    venue = factories.make_venue(space, name="八楼")
    zone = factories.make_zone(venue, name="茶吧")
    activity = factories.make_activity(space, theme="懂税", body="讲一讲", place="本楼")
    session = factories.make_session(activity, starts_at=now + 5 * HOUR, venue=venue, zone=zone)
    user = factories.make_user()
    answer = client.as_user(user).get(f"/api/v1/activities/{activity.id}")
    assert answer.status_code == 200
    body = answer.json
    assert body["id"] == str(activity.id)
    assert body["space"] == {"id": str(space.id), "name": "新意城新空间"}
    assert (body["theme"], body["body"], body["place"]) == ("懂税", "讲一讲", "本楼")
    (shown,) = body["sessions"]
    assert shown["place"] == "八楼 茶吧"
    assert shown["button"]["state"] == "sign_up"
    assert shown["starts_at"].endswith("Z")
    assert dt.datetime.fromisoformat(shown["starts_at"]) == session.starts_at
    assert session.qr_key not in answer.text


def test_show_what_is_hidden_or_not_there(client: Client) -> None:
    user = client.as_user(factories.make_user())
    draft = factories.make_activity(state=ActivityState.DRAFT)
    for bad in (draft.id, 1, "x"):
        answer = user.get(f"/api/v1/activities/{bad}")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_index_filters_and_pages(client: Client, now: dt.datetime) -> None:
    space, series = factories.make_space(), factories.make_series()
    wanted = [factories.make_activity(space, series=series) for _ in range(3)]
    for hours, activity in enumerate(wanted, start=1):
        factories.make_session(activity, starts_at=now + hours * HOUR)
    factories.make_session(factories.make_activity(space))
    factories.make_session(factories.make_activity(series=series))
    me = client.as_user(factories.make_user())
    query = {"space": str(space.id), "series": str(series.id), "limit": "2"}
    first = me.get("/api/v1/activities", query_string=query).json
    rest = me.get("/api/v1/activities", query_string=query | {"cursor": first["next"]}).json
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == [str(activity.id) for activity in wanted]
    assert rest["next"] is None


@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "space=x", "limit=0", "q=1"])
def test_index_refuses_nonsense(client: Client, query: str) -> None:
    answer = client.as_user(factories.make_user()).get(f"/api/v1/activities?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "validation")


def test_a_long_list_costs_as_many_queries_as_a_short_one(client: Client) -> None:
    user = factories.make_user()
    few, many = factories.make_space(), factories.make_space()
    fill(few, user, 1)
    fill(many, user, 8)
    me = client.as_user(user)

    def cost(space: models.Space, expected: int) -> int:
        with counted() as seen:
            answer: Any = me.get(f"/api/v1/activities?space={space.id}")
        assert len(answer.json["items"]) == expected
        return len(seen)

    short = cost(few, 1)
    assert short == cost(many, 8)
    assert short <= 7


def test_the_signups_list_costs_the_same_however_long(client: Client) -> None:
    user = factories.make_user()
    me = client.as_user(user)
    costs = []
    for count in (1, 6):
        for _ in range(count):
            factories.make_signup(user=user)
        with counted() as seen:
            assert me.get("/api/v1/me/signups").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
