"""Menus over HTTP: drafted by operators, published by keepers, read by everybody."""

import base64
import datetime as dt
import json
import threading
from typing import Any

import cv2
import numpy as np
import pytest
import requests

import models
from models import Campaign, MenuRevision
from models.staff import Role
from server.clock import month_of
from tests.conftest import Client, Sandbox
from tests.factories import (
    make_activity,
    make_session,
    make_space,
    make_staff,
    make_token,
    make_user,
)


def bound(role: Role, at: Any) -> tuple[models.Staff, str]:
    """A staff account on the phone of its member, and the bearer token."""
    user = make_user()
    return make_staff(role, at, user_id=user.id), make_token(user)


def staff_client(client: Client, token: str) -> Client:
    other = client.application.test_client()
    other.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    assert isinstance(other, Client)
    return other


@pytest.fixture
def month(now: dt.datetime) -> str:
    return month_of(now + dt.timedelta(hours=2))


def prepared(client: Client, space: models.Space, month: str, *, title: str = "本月菜单") -> Any:
    """A draft with one activity, written over HTTP; the answer."""
    activity = make_activity(space)
    make_session(activity)
    keeper = staff_client(client, bound(Role.KEEPER, space)[1])
    draft = keeper.post("/api/v1/staff/menus", json={"space_id": str(space.id), "month": month})
    assert draft.status_code == 200, draft.json
    body = {
        "title": title,
        "foreword": "欢迎",
        "items": [{"activity_id": str(activity.id), "blurb": "推荐"}],
        "version": draft.json["version"],
    }
    written = keeper.put(f"/api/v1/staff/menus/{draft.json['id']}", json=body)
    assert written.status_code == 200, written.json
    return keeper, written.json


def test_a_keeper_publishes_and_a_member_reads(client: Client, month: str) -> None:
    space = make_space()
    keeper, menu = prepared(client, space, month)
    assert menu["problems"] == []
    published = keeper.post(
        f"/api/v1/staff/menus/{menu['id']}/publish", json={"version": menu["version"]}
    )
    assert published.status_code == 200, published.json
    assert published.json["state"] == "published"
    member = client.as_user(make_user())
    answer = member.get(f"/api/v1/menus?space={space.id}&month={month}")
    assert answer.status_code == 200, answer.json
    assert answer.json["revision"] == 1
    (item,) = answer.json["items"]
    assert item["blurb"] == "推荐"
    assert item["activity"]["sessions"][0]["button"]["state"] == "sign_up"


def test_a_menu_that_has_not_changed_is_not_sent_again(client: Client, month: str) -> None:
    space = make_space()
    keeper, menu = prepared(client, space, month)
    keeper.post(f"/api/v1/staff/menus/{menu['id']}/publish", json={"version": menu["version"]})
    member = client.as_user(make_user())
    url = f"/api/v1/menus?space={space.id}&month={month}"
    tag = member.get(url).headers["ETag"]
    again = member.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    models.Session.update(seats_taken=3).execute()
    assert member.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_no_menu_is_said_plainly(client: Client, month: str) -> None:
    space = make_space()
    prepared(client, space, month)
    answer = client.as_user(make_user()).get(f"/api/v1/menus?space={space.id}&month={month}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("query", ["space=1", "month=2026-11", "space=1&month=2026-13"])
def test_a_question_that_makes_no_sense_is_refused(client: Client, query: str) -> None:
    answer = client.as_user(make_user()).get(f"/api/v1/menus?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "validation")


def test_what_is_not_ready_lists_everything_in_the_way(client: Client, month: str) -> None:
    space = make_space()
    keeper, menu = prepared(client, space, month, title="")
    models.Activity.update(theme="").execute()
    answer = keeper.post(
        f"/api/v1/staff/menus/{menu['id']}/publish", json={"version": menu["version"]}
    )
    assert (answer.status_code, answer.json["code"]) == (409, "not_ready")
    assert len(answer.json["problems"]) == 2


def test_publishing_again_is_refused(client: Client, month: str) -> None:
    keeper, menu = prepared(client, make_space(), month)
    url, body = f"/api/v1/staff/menus/{menu['id']}/publish", {"version": menu["version"]}
    assert keeper.post(url, json=body).status_code == 200
    again = keeper.post(url, json=body)
    assert (again.status_code, again.json["code"]) == (409, "already_published")
    assert Campaign.select().count() == 1


def test_a_stale_editor_gets_what_stands_now(client: Client, month: str) -> None:
    keeper, menu = prepared(client, make_space(), month)
    body = {"title": "旧", "items": [], "version": menu["version"] - 1}
    answer = keeper.put(f"/api/v1/staff/menus/{menu['id']}", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, "version_conflict")
    assert answer.json["current"]["title"] == "本月菜单"


def test_roles_and_spaces_keep_to_their_own(client: Client, month: str) -> None:
    space, elsewhere = make_space(), make_space()
    _, menu = prepared(client, space, month)
    url, body = f"/api/v1/staff/menus/{menu['id']}", {"version": menu["version"]}
    operator = staff_client(client, bound(Role.OPERATOR, space)[1])
    scanner = staff_client(client, bound(Role.SCANNER, space)[1])
    stranger = staff_client(client, bound(Role.KEEPER, elsewhere)[1])
    edit = {"title": "改", "items": [], "version": menu["version"]}
    assert operator.get(url).status_code == 200
    assert operator.post(f"{url}/publish", json=body).status_code == 403
    assert scanner.put(url, json=edit).status_code == 403
    for method, path in (("get", url), ("put", url), ("post", f"{url}/publish")):
        sent = {} if method == "get" else {"json": edit if method == "put" else body}
        assert getattr(stranger, method)(path, **sent).status_code == 404
    begun = {"space_id": str(space.id), "month": month}
    assert stranger.post("/api/v1/staff/menus", json=begun).status_code == 404
    assert client.as_user(make_user()).get(url).status_code == 401
    board = stranger.get(f"/api/v1/staff/menus?month={month}").json
    assert board["items"] == []
    assert [each["id"] for each in board["unpublished"]] == [str(elsewhere.id)]
    assert MenuRevision.get_by_id(int(menu["id"])).title == "本月菜单"


def test_two_keepers_at_once_over_http(client: Client, live: str, month: str) -> None:
    space = make_space()
    _, menu = prepared(client, space, month)
    tokens = [bound(Role.KEEPER, space)[1] for _ in range(4)]
    gate, answers = threading.Barrier(4), []

    def publish(token: str) -> None:
        gate.wait()
        answer = requests.post(
            f"{live}/api/v1/staff/menus/{menu['id']}/publish",
            json={"version": menu["version"]},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        answers.append(answer.status_code)

    threads = [threading.Thread(target=publish, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]
    assert Campaign.select().count() == 1


def said_by(picture: str) -> Any:
    """What a code of the sandbox says; a real one is drawn so that only WeChat can read it."""
    raw = np.frombuffer(base64.b64decode(picture.partition(";base64,")[2]), np.uint8)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.imdecode(raw, cv2.IMREAD_COLOR))
    said = json.loads(text)
    return said["page"], said["scene"]


def test_codes_lead_to_a_menu_and_to_an_activity(
    client: Client, sandbox: Sandbox, month: str
) -> None:
    space = make_space()
    keeper, menu = prepared(client, space, month)
    activity_id = menu["items"][0]["activity_id"]
    member = staff_client(client, make_token(make_user()))
    of_menu = f"/api/v1/menus/code?space={space.id}&month={month}"
    of_activity = f"/api/v1/activities/{activity_id}/code"
    assert member.get(of_menu).status_code == 404, "a draft is nobody's business"
    publish = f"/api/v1/staff/menus/{menu['id']}/publish"
    assert keeper.post(publish, json={"version": menu["version"]}).status_code == 200
    sandbox.post("faults", path="/wxa/getwxacodeunlimit", errcode=41030, times=1)
    refused = member.get(of_menu)
    assert (refused.status_code, refused.json["code"]) == (503, "no_code")
    first = member.get(of_menu).json["picture"]
    scene = f"s={space.id}&m={month.replace('-', '')}"
    assert said_by(first) == ("pages/tabs/home/home", scene)
    drawn = sandbox.get("calls")["/wxa/getwxacodeunlimit"]
    assert member.get(of_menu).json["picture"] == first
    assert sandbox.get("calls")["/wxa/getwxacodeunlimit"] == drawn, "a code drawn once is kept"
    picture = member.get(of_activity).json["picture"]
    assert said_by(picture) == ("pages/activities/detail/detail", f"a={activity_id}")
