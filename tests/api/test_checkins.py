"""Checking in over HTTP, from both sides of the code."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from peewee import SqliteDatabase

import models
from models.staff import Role
from server.clock import utcnow
from server.services import checkins_codes
from tests import factories
from tests.conftest import Client

HOUR = dt.timedelta(hours=1)


def open_session(**activity: Any) -> models.Session:
    row = factories.make_activity(**activity)
    return factories.make_session(row, starts_at=utcnow() + HOUR / 2)


def token_of(session: models.Session) -> str:
    return checkins_codes.make(session.id, session.qr_key, checkins_codes.slot_of(utcnow(), 20))


def scan(client: Client, user: models.User, token: Any, **body: Any) -> Any:
    return client.as_user(user).post("/api/v1/checkins", json={"token": token} | body)


def test_create_and_again(client: Client) -> None:
    session = open_session(max_party=2)
    user = factories.make_user()
    factories.make_signup(session, user, party_size=2)
    answer = scan(client, user, f"https://any.example/c/{token_of(session)}")
    assert answer.status_code == 200
    body = answer.json
    assert body["result"] == "checked_in"
    checkin = body["checkin"]
    assert checkin["session"]["id"] == str(session.id)
    assert checkin["activity"]["title"] == session.activity.title
    assert (checkin["method"], checkin["party_present"]) == ("self_qr", 1)
    again = scan(client, user, token_of(session))
    assert again.status_code == 200
    assert again.json["result"] == "already_checked_in"
    assert again.json["checkin"] == checkin
    assert models.Checkin.select().count() == 1


def test_refusals_carry_the_contracts_codes(client: Client) -> None:
    session = open_session()
    user = factories.make_user()
    old = checkins_codes.make(session.id, session.qr_key, checkins_codes.slot_of(utcnow(), 20) - 9)
    soon = factories.make_session(starts_at=utcnow() + 9 * HOUR)
    past = factories.make_session(starts_at=utcnow() - 9 * HOUR)
    off = open_session()
    models.Session.update(state="cancelled").where(models.Session.id == off.id).execute()
    for token, status, code in (
        ("garbage", 400, "token_invalid"),
        ("\x00" * 48, 400, "token_invalid"),
        (checkins_codes.make(1, "x", 1), 400, "token_invalid"),
        (old, 410, "token_expired"),
        (token_of(soon), 409, "not_open"),
        (token_of(past), 409, "closed"),
        (token_of(off), 409, "cancelled"),
        (token_of(session), 409, "not_signed_up"),
    ):
        answer = scan(client, user, token)
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert answer.mimetype == "application/problem+json"
    assert answer.json["can_walk_in"] is True
    assert models.ScanLog.select().count() == 8
    for bad in ("", 5, None, "x" * 601):
        assert scan(client, user, bad).status_code == 422
    assert models.Checkin.select().count() == 0


def test_half_a_character_is_no_code(client: Client) -> None:
    me = client.as_user(factories.make_user())
    body = '{"token": "\\ud800"}'
    answer = me.post("/api/v1/checkins", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "validation")


def test_walk_in(client: Client) -> None:
    session = open_session()
    answer = scan(client, factories.make_user(), token_of(session), walk_in=True)
    assert (answer.status_code, answer.json["result"]) == (200, "checked_in")
    assert answer.json["checkin"]["method"] == "walk_in"


def test_the_address_is_kept_only_as_a_hash(client: Client) -> None:
    scan(client, factories.make_user(), "garbage")
    line = models.ScanLog.get()
    assert len(line.ip_hash) == 64
    assert "127.0.0.1" not in str(line.__data__)


def test_many_at_once_each_once(live: str, client: Client) -> None:
    session = open_session()
    people = [factories.make_user() for _ in range(8)]
    for user in people:
        factories.make_signup(session, user)
    tokens = [factories.make_token(user) for user in people] * 3
    code = token_of(session)

    def ask(token: str) -> tuple[int, str]:
        answer = requests.post(
            f"{live}/api/v1/checkins",
            json={"token": code},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        return answer.status_code, answer.json().get("result")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, tokens))
    assert answers.count((200, "checked_in")) == 8
    assert answers.count((200, "already_checked_in")) == 16
    assert models.Checkin.select().count() == 8


def test_a_check_in_takes_few_round_trips(client: Client) -> None:
    from tests.api.test_activities import counted

    session = open_session()
    user = factories.make_user()
    factories.make_signup(session, user)
    with counted() as seen:
        assert scan(client, user, token_of(session)).status_code == 200
    # The test's own log-in; who asks, what is there, and signup, check-in and record in one. In a
    # file, which is no trip away, these are three.
    assert len(seen) <= (6 if isinstance(models.db.obj, SqliteDatabase) else 4), seen


def test_rating(client: Client) -> None:
    user = factories.make_user()
    checkin = factories.make_checkin(factories.make_signup(user=user))
    me = client.as_user(user)
    path = f"/api/v1/checkins/{checkin.id}/rating"
    answer = me.post(path, json={"score": 3})
    assert answer.status_code == 200
    assert (answer.json["score"], answer.json["text"]) == (3, "")
    assert me.post(path, json={"score": 1}).json["id"] == answer.json["id"]
    for bad in ({"score": 0}, {"score": 4}, {"score": "3"}, {}, {"score": 2, "text": "a\x00b"}):
        assert me.post(path, json=bad).status_code == 422
    stranger = client.as_user(factories.make_user())
    assert stranger.post(path, json={"score": 3}).status_code == 404


def test_a_rating_in_words_passes_wechats_check_first(client: Client, sandbox: Any) -> None:
    code = sandbox.login_code("demo-u1")
    token = client.post("/api/v1/auth/wechat", json={"code": code}).json["token"]
    user = models.User.get(
        models.User.id == models.Token.select(models.Token.user_id).order_by(-models.Token.id)
    )
    checkin = factories.make_checkin(factories.make_signup(user=user))
    path = f"/api/v1/checkins/{checkin.id}/rating"
    headers = {"Authorization": f"Bearer {token}"}
    refused = client.post(path, json={"score": 3, "text": "违规测试词"}, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (422, "content_refused")
    assert models.Rating.select().count() == 0
    # Only staff read it: what WeChat doubts, or cannot say, is kept.
    doubtful = client.post(path, json={"score": 3, "text": "待审测试词"}, headers=headers)
    assert (doubtful.status_code, doubtful.json["text"]) == (200, "待审测试词")
    sandbox.post("faults", path="/wxa/msg_sec_check", status=502, times=9)
    unsaid = client.post(path, json={"score": 3, "text": "很好"}, headers=headers)
    assert (unsaid.status_code, unsaid.json["text"]) == (200, "很好")


def test_staff_show_the_codes(client: Client) -> None:
    session = open_session()
    space = models.Space.get_by_id(session.space_id)
    scanner = client.as_staff(factories.make_staff(Role.SCANNER, space))
    factories.make_checkin(factories.make_signup(session))
    answer = scanner.get(f"/api/v1/staff/sessions/{session.id}/qr")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json
    assert len(body["codes"]) == 3
    assert body["slot_seconds"] == 20
    assert body["present"] == {"people": 1, "persons": 1, "signed_up": 1, "capacity": 20}
    user = factories.make_user()
    factories.make_signup(session, user)
    assert scan(client, user, body["codes"][0]["url"]).status_code == 200


def test_only_staff_of_the_space_see_the_codes(client: Client) -> None:
    session = open_session()
    path = f"/api/v1/staff/sessions/{session.id}/qr"
    keeper_b = client.as_staff(factories.make_staff(Role.KEEPER, factories.make_space()))
    assert keeper_b.get(path).status_code == 404
    town = models.OrgUnit.get_by_id(models.OrgUnit.get_by_id(session.space_id).parent_id)
    officer = client.as_staff(factories.make_staff(Role.TOWN_OFFICER, town))
    assert officer.get(path).status_code == 403
    assert client.as_user(factories.make_user()).get(path).status_code == 401
    assert client.get(path).status_code == 401
    space = models.Space.get_by_id(session.space_id)
    scanner = client.as_staff(factories.make_staff(Role.SCANNER, space))
    assert scanner.get("/api/v1/staff/sessions/1/qr").status_code == 404


def test_staff_make_all_codes_worthless(client: Client) -> None:
    session = open_session()
    space = models.Space.get_by_id(session.space_id)
    scanner = factories.make_user()
    factories.make_staff(Role.SCANNER, space, user_id=scanner.id)
    user = factories.make_user()
    factories.make_signup(session, user)
    old = token_of(session)
    answer = client.as_user(scanner).post(f"/api/v1/staff/sessions/{session.id}/qr/rotate")
    assert answer.status_code == 200
    assert scan(client, user, old).json["code"] == "token_invalid"
    assert scan(client, user, answer.json["codes"][0]["url"]).status_code == 200
