"""Activities over HTTP."""

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import ActivityState
from models.signups import SignupState
from models.staff import Role
from server.context import links_of
from server.services import activities_materials
from server.services.files_links import Reader
from tests import factories, file_samples
from tests.conftest import Client, resources

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


def test_colleagues_are_a_number_and_only_where_it_is_harmless(client: Client) -> None:
    space, company = factories.make_space(), factories.make_enterprise()
    merged = factories.make_enterprise(status="merged", merged_into=company)
    lecture = factories.make_session(factories.make_activity(space))
    slots = factories.make_series(mode="slots")
    consult = factories.make_session(factories.make_activity(space, series=slots))
    asking = factories.make_user()
    member = factories.make_member(asking, company, status="verified")
    asking_api = client.as_user(asking)

    def told(session: models.Session) -> int | None:
        answer = asking_api.get(f"/api/v1/activities/{session.activity_id}")
        assert answer.status_code == 200
        number: int | None = answer.json["colleagues"]
        return number

    def sign_up(company: models.Enterprise, **over: Any) -> None:
        user = over.pop("user", None) or factories.make_user(nickname="不该出现")
        for session in (lecture, consult):
            factories.make_signup(session, user, enterprise_id=company.id, **over)

    sign_up(company, user=asking)
    sign_up(company)
    sign_up(merged)
    sign_up(company, state=SignupState.WAITLISTED, position=1)
    sign_up(factories.make_enterprise())
    assert told(lecture) is None  # two are as good as named
    sign_up(company, state=SignupState.ATTENDED)
    assert told(lecture) == 3
    assert told(consult) is None
    assert "不该出现" not in asking_api.get(f"/api/v1/activities/{lecture.activity_id}").text
    listed = asking_api.get(f"/api/v1/activities?space={space.id}").json["items"]
    assert {each["colleagues"] for each in listed} == {None}
    models.Activity.update(eligibility={"rule": "tags", "tags": ["侨"]}).where(
        models.Activity.id == lecture.activity_id
    ).execute()
    assert told(lecture) is None
    models.Activity.update(eligibility={}).execute()
    models.EnterpriseMember.update(status="pending").where(
        models.EnterpriseMember.id == member.id
    ).execute()
    assert told(lecture) is None  # anybody could claim to work there


def test_material_is_for_those_who_came(client: Client, app: Flask, now: dt.datetime) -> None:
    space = factories.make_space()
    activity = factories.make_activity(space, state=ActivityState.ENDED)
    session = factories.make_session(activity, starts_at=now - 5 * HOUR)
    came, missed = factories.make_user(), factories.make_user()
    checkin = factories.make_checkin(factories.make_signup(session, came))
    factories.make_signup(session, missed, state=SignupState.NO_SHOW)
    staff, stranger = (
        factories.make_staff(Role.OPERATOR, at) for at in (space, factories.make_space())
    )
    data = file_samples.PDF
    form = {"file": (io.BytesIO(data), "讲义.pdf")}
    file_id = client.as_staff(staff).post("/api/v1/staff/files", data=form).json["id"]
    actor = factories.actor(id=staff.id)
    activities_materials.add(activity, [int(file_id)], actor=actor, now=now)

    path = f"/api/v1/activities/{activity.id}"
    [shown] = client.as_user(came).get(path).json["materials"]
    assert shown["name"] == "讲义.pdf"
    assert app.test_client().get(shown["url"]).data == data
    assert client.as_user(missed).get(path).json["materials"] == []
    assert client.as_user(missed).get(f"/api/v1/files/{file_id}").status_code == 404
    assert client.as_user(came).get(f"/api/v1/files/{file_id}").data == data

    # The link is theirs only as long as they were there, and the material's as long as it is up.
    models.Checkin.update(voided_at=now).where(models.Checkin.id == checkin.id).execute()
    assert app.test_client().get(shown["url"]).status_code == 404
    models.Checkin.update(voided_at=None).where(models.Checkin.id == checkin.id).execute()
    links = links_of(resources(app).config)
    file = models.File.get_by_id(int(file_id))
    for account, status in ((staff, 200), (stranger, 404)):
        reader = Reader.of(factories.actor(id=account.id))
        assert app.test_client().get(links.url(file, reader, now=now)).status_code == status
    activities_materials.remove(activity, int(file_id), actor=actor, now=now)
    assert app.test_client().get(shown["url"]).status_code == 404
    assert client.as_user(came).get(path).json["materials"] == []
