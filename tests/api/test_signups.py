"""Signing up over HTTP, one at a time and all at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

import models
from models.signups import SignupState
from tests import factories
from tests.conftest import Client

HOUR = dt.timedelta(hours=1)


def post(client: Client, session: models.Session, key: str | None = None, **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/sessions/{session.id}/signups", json=body, headers=headers)


def test_create(client: Client, now: dt.datetime) -> None:
    activity = factories.make_activity(max_party=2, place="多功能厅", cancel_hours=3)
    session = factories.make_session(activity, starts_at=now + 48 * HOUR)
    answer = post(client.as_user(factories.make_user()), session, party_size=2)
    assert answer.status_code == 201
    body = answer.json
    assert body["state"] == "confirmed"
    assert body["position"] is None
    assert body["party_size"] == 2
    assert body["session"]["id"] == str(session.id)
    assert body["session"]["place"] == "多功能厅"
    assert body["activity"] == {"id": str(activity.id), "title": activity.title}
    cancel_until = dt.datetime.fromisoformat(body["cancel_until"])
    assert cancel_until == (now + 45 * HOUR)


def test_create_full_says_whether_waiting_helps(client: Client, now: dt.datetime) -> None:
    session = factories.make_session(capacity=1, starts_at=now + 48 * HOUR)
    factories.make_signup(session)
    waiter = client.as_user(factories.make_user())
    answer = post(waiter, session)
    assert (answer.status_code, answer.json["code"]) == (409, "full")
    assert answer.json["can_join_waitlist"] is True
    answer = post(waiter, session, join_waitlist=True)
    assert (answer.status_code, answer.json["state"]) == (201, "waitlisted")
    assert answer.json["position"] == 1


def test_create_twice_shows_what_stands(client: Client) -> None:
    session = factories.make_session()
    user = client.as_user(factories.make_user())
    first = post(user, session)
    again = post(user, session)
    assert (again.status_code, again.json["code"]) == (409, "already_signed_up")
    assert again.json["current"]["id"] == first.json["id"]


def test_create_says_which_field_is_wrong(client: Client) -> None:
    questions = [{"key": "diet", "label": "饮食", "kind": "text", "options": [], "required": True}]
    session = factories.make_session(factories.make_activity(questions=questions))
    user = client.as_user(factories.make_user())
    answer = post(user, session, party_size=2)
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"party_size", "answers.diet"}
    assert post(user, session, party_size=0).status_code == 422
    assert post(user, session, nonsense=1).status_code == 422


def test_create_tells_when_it_opens(client: Client, now: dt.datetime) -> None:
    session = factories.make_session(factories.make_activity(signup_opens_at=now + HOUR))
    answer = post(client.as_user(factories.make_user()), session)
    assert (answer.status_code, answer.json["code"]) == (409, "not_open")
    assert dt.datetime.fromisoformat(answer.json["opens_at"]) == now + HOUR


def test_create_not_eligible(client: Client) -> None:
    activity = factories.make_activity(
        eligibility={"rule": "members", "ids": [1]}, eligibility_reason="仅限理事"
    )
    answer = post(client.as_user(factories.make_user()), factories.make_session(activity))
    assert (answer.status_code, answer.json["code"]) == (403, "not_eligible")
    assert answer.json["detail"] == "仅限理事"


def test_create_unknown_session(client: Client) -> None:
    user = client.as_user(factories.make_user())
    for bad in ("1", "x", "99999999999999999999"):
        assert user.post(f"/api/v1/sessions/{bad}/signups", json={}).status_code == 404


def test_fifty_at_once_for_one_place(live: str, client: Client, now: dt.datetime) -> None:
    """Complaint: the last place is given away more than once when everybody taps at once."""
    session = factories.make_session(capacity=1, starts_at=now + 48 * HOUR)
    tokens = [factories.make_token(factories.make_user()) for _ in range(50)]

    def ask(token: str) -> tuple[int, str]:
        answer = requests.post(
            f"{live}/api/v1/sessions/{session.id}/signups",
            json={"party_size": 1, "answers": {}},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        body = answer.json()
        return answer.status_code, body.get("code") or body["state"]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, tokens))
    assert answers.count((201, "confirmed")) == 1
    assert answers.count((409, "full")) == 49
    assert models.Session.get_by_id(session.id).seats_taken == 1
    assert models.Signup.select().count() == 1


def test_a_double_tap_with_one_key_signs_up_once(live: str, client: Client) -> None:
    session = factories.make_session()
    token = factories.make_token(factories.make_user())

    def tap(_: int) -> tuple[int, Any]:
        answer = requests.post(
            f"{live}/api/v1/sessions/{session.id}/signups",
            json={"party_size": 1},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "tap-1"},
            timeout=60,
        )
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(tap, range(4)))
    assert [status for status, _ in answers] == [201] * 4
    assert all(body == answers[0][1] for _, body in answers)
    assert models.Signup.select().count() == 1


def test_a_key_belongs_to_one_request(client: Client) -> None:
    session = factories.make_session(factories.make_activity(max_party=2))
    user = client.as_user(factories.make_user())
    assert post(user, session, key="k", party_size=1).status_code == 201
    answer = post(user, session, key="k", party_size=2)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    answer = post(user, session, key="x" * 81)
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_invalid")


def test_delete_and_accept(client: Client, now: dt.datetime) -> None:
    session = factories.make_session(starts_at=now + 5 * HOUR, capacity=1)
    holder, waiter = factories.make_user(), factories.make_user()
    held = post(client.as_user(holder), session).json
    waiting = post(client.as_user(waiter), session, join_waitlist=True).json
    stranger = client.as_user(waiter).delete(f"/api/v1/signups/{held['id']}")
    assert stranger.status_code == 404
    assert client.as_user(holder).delete(f"/api/v1/signups/{held['id']}").status_code == 204
    answer = client.as_user(waiter).post(f"/api/v1/signups/{waiting['id']}/accept")
    assert (answer.status_code, answer.json["state"]) == (200, "confirmed")


def test_delete_too_late(client: Client, now: dt.datetime) -> None:
    session = factories.make_session(starts_at=now + HOUR)
    user = factories.make_user()
    signup = factories.make_signup(session, user)
    answer = client.as_user(user).delete(f"/api/v1/signups/{signup.id}")
    assert (answer.status_code, answer.json["code"]) == (409, "too_late")


def test_index_is_mine_newest_first_page_by_page(client: Client) -> None:
    user = factories.make_user()
    mine = [factories.make_signup(user=user) for _ in range(3)]
    models.Signup.update(state=SignupState.CANCELLED).where(
        models.Signup.id == mine[0].id
    ).execute()
    factories.make_signup()
    me = client.as_user(user)
    first = me.get("/api/v1/me/signups?limit=2").json
    rest = me.get("/api/v1/me/signups", query_string={"limit": 2, "cursor": first["next"]}).json
    found = [item["id"] for item in first["items"] + rest["items"]]
    assert found == [str(signup.id) for signup in reversed(mine)]
    assert rest["items"][0]["state"] == "cancelled"
    assert rest["next"] is None


def test_free_words_are_checked_by_wechat_before_anything_is_written(
    client: Client, sandbox: Any
) -> None:
    questions = [{"key": "note", "label": "备注", "kind": "text", "options": [], "required": False}]
    session = factories.make_session(factories.make_activity(questions=questions))
    code = sandbox.login_code("demo-u1")
    token = client.post("/api/v1/auth/wechat", json={"code": code}).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/sessions/{session.id}/signups"
    answer = client.post(path, json={"answers": {"note": "违规测试词"}}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "content_refused")
    assert models.Signup.select().count() == 0
    # A place is not lost because WeChat is away: only staff read the note.
    sandbox.post("faults", path="/wxa/msg_sec_check", status=502, times=9)
    answer = client.post(path, json={"answers": {"note": "吃素"}}, headers=headers)
    assert answer.status_code == 201
    assert answer.json["answers"] == {"note": "吃素"}
