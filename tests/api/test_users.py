"""A member's own pages over HTTP."""

import datetime as dt
from typing import Any

import pytest

import models
from models.signups import SignupState
from tests import factories
from tests.conftest import Client, Sandbox


@pytest.fixture
def me(client: Client, sandbox: Sandbox) -> Client:
    """A member whom WeChat knows, logged in by their phone."""
    code = sandbox.login_code("demo-u1")
    body = client.post("/api/v1/auth/wechat", json={"code": code}).json
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {body['token']}"
    return client


def my_id(me: Client) -> int:
    return int(me.get("/api/v1/me").json["id"])


def test_newcomer(me: Client) -> None:
    answer = me.get("/api/v1/me")
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    assert told["display_name"].startswith("新朋友")
    assert (told["nickname"], told["phone"], told["enterprise"]) == ("", None, None)
    assert (told["home_space"], told["is_staff"], told["has_real_name"]) == (None, False, False)


def test_profile_is_changed_in_part(me: Client) -> None:
    space = factories.make_space()
    factories.make_user(nickname="别人")
    consent = {"kind": "self_tags", "version": "2026-01"}
    answer = me.patch(
        "/api/v1/me",
        json={
            "nickname": " 小沈 ",
            "real_name": "沈一一",
            "home_space": str(space.id),
            "self_tags": ["侨"],
            "preferences": {"large_text": True},
            "consents": [consent],
        },
    )
    assert answer.status_code == 200
    assert "沈一一" not in answer.text
    told = me.get("/api/v1/me").json
    assert (told["nickname"], told["has_real_name"]) == ("小沈", True)
    assert told["home_space"] == {"id": str(space.id), "name": space.name}
    assert told["consents"][0]["kind"] == "self_tags"
    assert me.patch("/api/v1/me", json={"home_space": None}).json["home_space"] is None
    told = me.patch("/api/v1/me", json={"consents": [consent | {"given": False}]}).json
    assert (told["self_tags"], told["nickname"]) == ([], "小沈")
    assert me.patch("/api/v1/me", json={}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"nickname": ""},
        {"nickname": "  "},
        {"nickname": None},
        {"nickname": "x" * 31},
        {"nickname": "a\x00b"},
        {"nickname": 5},
        {"home_space": "abc"},
        {"home_space": "1"},
        {"self_tags": ["侨"]},
        {"self_tags": ["x" * 13]},
        {"self_tags": ["a"] * 11},
        {"preferences": {"Large": True}},
        {"preferences": {"large": "yes"}},
        {"consents": [{"kind": "other", "version": "1"}]},
        {"status": "active"},
        {"phone": "13800138000"},
    ],
)
def test_bad_profile_is_refused_whole(me: Client, body: dict[str, Any]) -> None:
    answer = me.patch("/api/v1/me", json={"real_name": "沈一一"} | body)
    assert (answer.status_code, answer.json["code"]) == (422, "validation")
    assert answer.json["errors"][0]["message"]
    assert me.get("/api/v1/me").json["has_real_name"] is False


def test_bad_words_are_refused(me: Client) -> None:
    answer = me.patch("/api/v1/me", json={"nickname": "违规测试词", "real_name": "沈一一"})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "nickname"
    assert me.get("/api/v1/me").json["has_real_name"] is False


def test_unchecked_nickname_waits(me: Client, sandbox: Sandbox) -> None:
    sandbox.post("faults", path="/wxa/msg_sec_check", errcode=-1, times=9)
    answer = me.patch("/api/v1/me", json={"nickname": "小沈"})
    assert (answer.status_code, answer.json["code"]) == (503, "wechat_unavailable")
    assert me.get("/api/v1/me").json["nickname"] == ""


def test_phone_by_code(me: Client, sandbox: Sandbox) -> None:
    sandbox.post("users", openid="o-p", phone="13812341234")
    code = sandbox.post("users/o-p/phone-code")["code"]
    answer = me.post("/api/v1/me/phone", json={"code": code})
    assert (answer.status_code, answer.json["phone"]) == (200, "138****1234")
    assert "13812341234" not in answer.text
    again = me.post("/api/v1/me/phone", json={"code": code})
    assert (again.status_code, again.json["code"]) == (409, "phone_code_used")


def test_company_joined_left_and_added(me: Client) -> None:
    company, other = factories.make_enterprise(name="一家公司"), factories.make_enterprise()
    joined = me.post("/api/v1/me/enterprise", json={"enterprise_id": str(company.id)})
    assert joined.status_code == 201
    assert joined.json == {
        "enterprise": {"id": str(company.id), "name": "一家公司"},
        "role": "staff",
        "status": "pending",
    }
    assert me.get("/api/v1/me").json["enterprise"] == joined.json
    taken = me.post("/api/v1/me/enterprise", json={"enterprise_id": str(other.id)})
    assert (taken.status_code, taken.json["code"]) == (409, "already_member")
    assert me.delete("/api/v1/me/enterprise").status_code == 204
    added = me.post("/api/v1/me/enterprise", json={"name": "新开的店"})
    assert (added.status_code, added.json["enterprise"]["name"]) == (201, "新开的店")
    assert models.EnterpriseMember.select().count() == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"enterprise_id": "1", "name": "x"}, 422),
        ({"building_id": "1"}, 422),
        ({"enterprise_id": None}, 422),
        ({"name": " "}, 422),
        ({"name": "公司", "building_id": "1"}, 404),
        ({"name": "违规测试词公司"}, 422),
        ({"enterprise_id": "1"}, 404),
    ],
)
def test_no_company(me: Client, body: dict[str, Any], status: int) -> None:
    factories.make_enterprise()
    assert me.post("/api/v1/me/enterprise", json=body).status_code == status
    assert models.EnterpriseMember.select().count() == 0
    assert models.Enterprise.select().count() == 1


def test_footprint(me: Client) -> None:
    user = models.User.get_by_id(my_id(me))
    factories.make_checkin(factories.make_signup(user=user, party_size=3))
    factories.make_checkin()
    told = me.get("/api/v1/me/footprint").json
    assert (told["attendances"], told["person_times"]) == (1, 3)
    assert [each["times"] for each in told["series"]] == [1]
    assert (told["series_offered"], told["needs_raised"], told["minutes"]) == (2, 0, 120)
    assert [each["times"] for each in told["to_come"]] == [0]


def test_copy_of_my_data(me: Client) -> None:
    me.patch("/api/v1/me", json={"real_name": "沈一一"})
    answer = me.get("/api/v1/me/export")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["profile"]["real_name"] == "沈一一"
    assert "demo-u1" not in answer.text


def test_being_forgotten(me: Client, sandbox: Sandbox, now: dt.datetime) -> None:
    gone = my_id(me)
    session = factories.make_session(starts_at=now + dt.timedelta(days=3))
    signup = factories.make_signup(session, models.User.get_by_id(gone))
    assert me.delete("/api/v1/me").status_code == 204
    assert me.get("/api/v1/me").status_code == 401
    assert models.Signup.get_by_id(signup.id).state == SignupState.CANCELLED
    code = sandbox.login_code("demo-u1")
    again = me.post("/api/v1/auth/wechat", json={"code": code}, headers={"Authorization": ""})
    assert int(again.json["user"]["id"]) != gone
