"""Phones log in and out over HTTP; staff come in by phone or by console cookie."""

import datetime as dt
import threading
from typing import Any

import pytest
import requests
from flask import Flask
from structlog.testing import capture_logs

import models
from models.staff import Role
from models.users import UserStatus
from server import clock
from server.crypto import token_hash
from tests import factories
from tests.conftest import Client, Sandbox, resources


def log_in(client: Client, sandbox: Sandbox, openid: str = "demo-u1") -> Any:
    return client.post("/api/v1/auth/wechat", json={"code": sandbox.login_code(openid)})


def test_first_login_makes_an_account(client: Client, sandbox: Sandbox, now: dt.datetime) -> None:
    answer = log_in(client, sandbox)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json
    user = models.User.get_by_id(int(body["user"]["id"]))
    assert user.first_seen_at >= now
    assert "demo-u1" not in answer.text
    expires = dt.datetime.fromisoformat(body["expires_at"])
    assert dt.timedelta(days=29) < expires - now < dt.timedelta(days=31)
    assert len(body["token"]) >= 43
    assert (
        models.Token.select().where(models.Token.token_hash == token_hash(body["token"])).count()
        == 1
    )


def test_second_login_finds_the_same_person(client: Client, sandbox: Sandbox) -> None:
    first, other, second = (
        log_in(client, sandbox, who).json for who in ("demo-u1", "demo-u2", "demo-u1")
    )
    assert first["user"]["id"] == second["user"]["id"] != other["user"]["id"]
    assert first["token"] != second["token"]
    assert models.User.select().count() == 2


def test_a_code_works_once(client: Client, sandbox: Sandbox) -> None:
    code = sandbox.login_code("demo-u1")
    assert client.post("/api/v1/auth/wechat", json={"code": code}).status_code == 200
    again = client.post("/api/v1/auth/wechat", json={"code": code})
    assert (again.status_code, again.json["code"]) == (401, "login_again")


@pytest.mark.parametrize("code", ["", " ", "x" * 129, 5, None, ["a"], "码"])
def test_malformed_code_is_told(client: Client, sandbox: Sandbox, code: Any) -> None:
    answer = client.post("/api/v1/auth/wechat", json={"code": code})
    assert (answer.status_code, answer.json["code"]) == (422, "validation")


@pytest.mark.parametrize(
    ("errcode", "status", "code"),
    [
        (40029, 401, "login_again"),
        (40226, 403, "login_refused"),
        (-1, 503, "wechat_unavailable"),
        (40125, 503, "wechat_unavailable"),
        (45009, 503, "wechat_unavailable"),
    ],
)
def test_wechats_refusals_are_translated(
    client: Client, sandbox: Sandbox, errcode: int, status: int, code: str
) -> None:
    login = sandbox.login_code("demo-u1")
    sandbox.post("faults", path="/sns/jscode2session", errcode=errcode, times=1)
    answer = client.post("/api/v1/auth/wechat", json={"code": login})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert models.User.select().count() == 0


def test_set_up_mistakes_are_logged_as_errors(client: Client, sandbox: Sandbox) -> None:
    login = sandbox.login_code("demo-u1")
    sandbox.post("faults", path="/sns/jscode2session", errcode=40125, times=1)
    with capture_logs() as lines:
        client.post("/api/v1/auth/wechat", json={"code": login})
    [line] = [line for line in lines if line["event"] == "wechat_refused"]
    assert (line["log_level"], line["errcode"]) == ("error", 40125)
    assert login not in str(lines)


def test_broken_answer_asks_for_a_fresh_code(client: Client, sandbox: Sandbox) -> None:
    login = sandbox.login_code("demo-u1")
    sandbox.post("faults", path="/sns/jscode2session", reset_after_effect=True, times=1)
    answer = client.post("/api/v1/auth/wechat", json={"code": login})
    assert (answer.status_code, answer.json["code"]) == (401, "login_again")


def test_two_first_logins_at_once_make_one_person(live: str, sandbox: Sandbox) -> None:
    codes = [sandbox.login_code("demo-u3") for _ in range(6)]
    start = threading.Barrier(len(codes))
    answers: list[requests.Response] = []

    def go(code: str) -> None:
        start.wait()
        url = f"{live}/api/v1/auth/wechat"
        answers.append(requests.post(url, json={"code": code}, timeout=20))

    threads = [threading.Thread(target=go, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.json()["user"]["id"] for answer in answers}) == 1
    assert models.User.select().count() == 1
    assert models.UserOpenid.select().count() == 1


def test_unionid_is_kept_when_it_appears(client: Client, app: Flask, sandbox: Sandbox) -> None:
    sandbox.post("users", openid="o-without")
    sandbox.post("users", openid="o-with", unionid="union-1")
    without = log_in(client, sandbox, "o-without").json["user"]["id"]
    bound = log_in(client, sandbox, "o-with").json["user"]["id"]
    assert models.User.get_by_id(int(without)).unionid_enc is None
    sealed = models.User.get_by_id(int(bound)).unionid_enc
    assert resources(app).vault.open(sealed, place=f"user.unionid:{bound}") == "union-1"


@pytest.mark.parametrize("status", [UserStatus.BLOCKED])
def test_blocked_person_stays_out(client: Client, sandbox: Sandbox, status: UserStatus) -> None:
    body = log_in(client, sandbox).json
    models.User.update(status=status).where(models.User.id == int(body["user"]["id"])).execute()
    answer = log_in(client, sandbox)
    assert (answer.status_code, answer.json["code"]) == (403, "login_refused")
    header = {"Authorization": f"Bearer {body['token']}"}
    assert client.get("/api/v1/me", headers=header).status_code == 401


def test_logging_out_ends_this_phone_only(client: Client, sandbox: Sandbox) -> None:
    here, there = log_in(client, sandbox).json["token"], log_in(client, sandbox).json["token"]
    ended = {"Authorization": f"Bearer {here}"}
    assert client.delete("/api/v1/auth/token", headers=ended).status_code == 204
    assert client.get("/api/v1/me", headers=ended).status_code == 401
    assert client.delete("/api/v1/auth/token", headers=ended).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {there}"}).status_code == 200


def test_a_token_runs_out(client: Client, sandbox: Sandbox, now: dt.datetime) -> None:
    token = log_in(client, sandbox).json["token"]
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=header).status_code == 200
    clock.move(dt.timedelta(days=30, seconds=5))
    assert client.get("/api/v1/me", headers=header).status_code == 401


def test_logins_are_limited_per_address(client: Client, sandbox: Sandbox) -> None:
    def attempt(address: str) -> Any:
        return client.post(
            "/api/v1/auth/wechat", json={"code": "nobody"}, environ_base={"REMOTE_ADDR": address}
        )

    assert {attempt("192.0.2.1").status_code for _ in range(20)} == {401}
    refused = attempt("192.0.2.1")
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.json["request_id"]
    assert attempt("192.0.2.2").status_code == 401


def test_staff_by_phone(client: Client) -> None:
    user, member = factories.make_user(), factories.make_user()
    space = factories.make_space()
    factories.make_space()
    factories.make_staff(Role.KEEPER, space)
    bound = factories.make_staff(Role.OPERATOR, space, user_id=user.id)
    answer = client.as_user(user).get("/api/v1/staff/me")
    assert answer.status_code == 200
    assert answer.json["id"] == str(bound.id)
    assert answer.json["roles"] == ["operator"]
    assert [each["id"] for each in answer.json["spaces"]] == [str(space.id)]
    assert "visit" in answer.json["spaces"][0]["verbs"]
    assert "publish_menu" not in answer.json["spaces"][0]["verbs"]
    assert client.as_user(member).get("/api/v1/staff/me").status_code == 401
    assert client.get("/api/v1/staff/me").status_code == 401


def test_staff_by_cookie(client: Client) -> None:
    staff = factories.make_staff(Role.KEEPER, factories.make_space())
    assert client.as_staff(staff).get("/api/v1/staff/me").json["name"] == staff.name
    client.set_cookie("xinyi_console", "made-up")
    assert client.get("/api/v1/staff/me").status_code == 401
    # The cookie opens the staff's door only; the member's door takes tokens.
    assert client.as_staff(staff).get("/api/v1/me").status_code == 401


def test_closed_account_is_out_by_cookie_and_by_phone(client: Client) -> None:
    user = factories.make_user()
    staff = factories.make_staff(Role.KEEPER, factories.make_space(), user_id=user.id)
    by_cookie, by_phone = client.as_staff(staff), client.as_user(user)
    models.Staff.update(active=False).where(models.Staff.id == staff.id).execute()
    assert by_cookie.get("/api/v1/staff/me").status_code == 401
    assert by_phone.get("/api/v1/staff/me").status_code == 401


@pytest.mark.parametrize("token", ["", "forged"])
def test_cookie_without_csrf_token_changes_nothing(client: Client, token: str) -> None:
    space = factories.make_space()
    user = factories.make_user(home_space=space)
    member = factories.make_member(user, factories.make_enterprise())
    keeper = factories.make_staff(Role.KEEPER, space)
    url, body = f"/api/v1/staff/enterprises/members/{member.id}/verify", {"role": "contact"}
    browser = client.as_staff(keeper)
    answer = browser.post(url, json=body, headers={"X-CSRFToken": token})
    assert (answer.status_code, answer.json["code"]) == (403, "csrf_failed")
    assert models.EnterpriseMember.get_by_id(member.id).status == "pending"
    assert browser.post(url, json=body).status_code == 200
    assert models.EnterpriseMember.get_by_id(member.id).status == "verified"
