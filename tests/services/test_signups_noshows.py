"""A mark is soft: seen, open to appeal, gone in 90 days, undone by a late correction."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import SignupMode
from models.signups import SignupState
from models.staff import Role
from server.schemas.signups import SignupIn
from server.services import signups, signups_noshows, signups_reminders
from tests import factories
from tests.conftest import Client, Sandbox, resources

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def absent(user: models.User, now: dt.datetime, **over: Any) -> models.Signup:
    session = factories.make_session(starts_at=now - 9 * HOUR, ends_at=now - 7 * HOUR, **over)
    return factories.make_signup(session, user)


def marks(user: models.User) -> list[models.NoShowMark]:
    return signups_noshows.of_user(user, cursor=None, limit=50).items


def test_two_marks_wait_for_the_general_release(app: Flask, client: Client) -> None:
    """Complaint: marks for not coming never end, cannot be put right, and shut people out."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    user = factories.make_user()
    rows = [absent(user, now) for _ in range(2)]
    assert signups.mark_no_shows(now) == 2
    assert signups.mark_no_shows(now) == 0
    activity = factories.make_activity(signup_opens_at=now - HOUR, signup_closes_at=now + 9 * DAY)
    session = factories.make_session(activity, starts_at=now + 10 * DAY)
    with pytest.raises(signups.NotOpen) as refusal:
        signups.sign_up(user, session.id, SignupIn(), now=now)
    assert "2 次报名未到场" in refusal.value.detail
    member = client.as_user(user)
    seen = member.get(f"/api/v1/activities/{activity.id}").get_json()
    button = seen["sessions"][0]["button"]
    assert button["state"] == "not_open"
    assert button["at"] == (now + 23 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "未到场" in button["reason"]
    told = member.get("/api/v1/me/no-shows").get_json()
    assert (told["counting"], [item["can_appeal"] for item in told["items"]]) == (2, [True, True])

    # Never a ban: a day later it is open, and half way through a shorter window.
    release = signups_noshows.release_of(activity, session, 2)
    assert release == now + 23 * HOUR
    assert signups.sign_up(user, session.id, SignupIn(), now=now + 23 * HOUR).state == "confirmed"
    activity.signup_closes_at = now + HOUR
    assert signups_noshows.release_of(activity, session, 2) == now
    activity.signup_mode = SignupMode.LOTTERY
    assert signups_noshows.release_of(activity, session, 9) == activity.signup_opens_at

    # A late correction lifts a mark by itself; so do 90 days.
    models.Signup.update(state=SignupState.ATTENDED).where(models.Signup.id == rows[0].id).execute()
    assert signups_noshows.counts_of(user.id, now=now) == 1
    assert signups_noshows.counts_of(user.id, now=now + 91 * DAY) == 0
    models.Signup.update(state=SignupState.CONFIRMED).where(
        models.Signup.id == rows[0].id
    ).execute()
    assert signups.mark_no_shows(now) == 1  # the check-in was void: one mark, not two
    assert [len(marks(user)), signups_noshows.counts_of(user.id, now=now)] == [2, 2]


def test_an_appeal_is_heard_once(client: Client, sandbox: Sandbox, now: dt.datetime) -> None:
    """Complaint: nobody can say that a mark is wrong."""
    vault = resources(client.application).vault
    openid = sandbox.post("users", openid="appeals")["openid"]
    sandbox.login_code(openid)
    user, other = factories.make_user(), factories.make_user()
    sealed = vault.seal(openid, place=f"user.openid:{user.id}")
    models.User.update(openid_enc=sealed).where(models.User.id == user.id).execute()
    space = factories.make_space()
    signup = absent(user, now, activity=factories.make_activity(space))
    signups.mark_no_shows(now)
    [mark] = marks(user)
    path, body = f"/api/v1/me/no-shows/{mark.id}/appeal", {"text": "电梯停了，我在楼下"}
    assert client.as_user(other).post(path, json=body).status_code == 404
    member = client.as_user(models.User.get_by_id(user.id))
    assert member.post(path, json={"text": "  "}).status_code == 422
    harsh = member.post(path, json={"text": "辱骂测试词"})
    assert (harsh.status_code, harsh.get_json()["code"]) == (422, "content_refused")
    answer = member.post(path, json=body)
    assert (answer.status_code, answer.get_json()["appeal_state"]) == (200, "open")
    assert member.post(path, json=body).get_json()["code"] == "cannot_appeal"

    keeper = client.as_staff(factories.make_staff(Role.KEEPER, space))
    [item] = keeper.get(f"/api/v1/staff/no-shows?space_id={space.id}").get_json()["items"]
    assert (item["id"], item["text"]) == (str(mark.id), body["text"])
    refuse, grant = (f"/api/v1/staff/no-shows/{mark.id}/{verb}" for verb in ("refuse", "grant"))
    assert keeper.post(refuse, json={}).status_code == 422
    assert keeper.post(grant, json={}).status_code == 200
    assert keeper.post(refuse, json={"reason": "晚了"}).get_json()["code"] == "not_appealed"
    assert signups_noshows.counts_of(user.id, now=now) == 0
    assert models.Signup.get_by_id(signup.id).state == SignupState.NO_SHOW  # still nobody came
    told = models.Message.get(models.Message.user_id == user.id)
    assert "申诉通过" in told.title


def test_every_appeal_is_on_some_page(client: Client, now: dt.datetime) -> None:
    space = factories.make_space()
    activity, expected = factories.make_activity(space), []
    for _ in range(5):
        user = factories.make_user()
        absent(user, now, activity=activity)
        signups.mark_no_shows(now)
        [mark] = marks(user)
        # Two at the same moment: the page ends between them.
        at = now + len(expected) // 2 * HOUR
        expected.append(signups_noshows.appeal(user, mark.id, "我在楼下", now=at))
    keeper = client.as_staff(factories.make_staff(Role.KEEPER, space))

    def read(state: str) -> list[str]:
        ids, cursor = [], ""
        while cursor is not None:
            url = f"/api/v1/staff/no-shows?space_id={space.id}&state={state}&limit=1{cursor}"
            page = keeper.get(url).get_json()
            assert len(page["items"]) <= 1
            ids += [item["id"] for item in page["items"]]
            cursor = page["next"] and f"&cursor={page['next']}"
        return ids

    oldest_first = sorted(expected, key=lambda mark: (mark.appealed_at, mark.id))
    assert read("open") == [str(mark.id) for mark in oldest_first]
    assert read("decided") == []
    for mark in oldest_first:
        assert keeper.post(f"/api/v1/staff/no-shows/{mark.id}/grant", json={}).status_code == 200
    assert sorted(read("decided")) == sorted(str(mark.id) for mark in oldest_first)
    assert read("open") == []


@pytest.mark.usefixtures("app")
def test_the_reminder_comes_once_and_the_place_is_passed_on(now: dt.datetime) -> None:
    """Complaint: places of people who do not come stay empty."""
    session = factories.make_session(starts_at=now + 25 * HOUR, capacity=1)
    user, next_one = factories.make_user(), factories.make_user()
    signup = signups.sign_up(user, session.id, SignupIn(), now=now - 9 * HOUR)
    signups.sign_up(next_one, session.id, SignupIn(join_waitlist=True), now=now - 9 * HOUR)
    assert signups_reminders.remind(now) == 0
    assert [signups_reminders.remind(now + 2 * HOUR) for _ in range(2)] == [1, 0]
    late = session.starts_at - 90 * dt.timedelta(minutes=1)
    with pytest.raises(signups.TooLate) as refusal:
        signups.cancel(user, signup.id, now=late)
    assert refusal.value.facts["can_release"] is True
    signups.cancel(user, signup.id, cannot_come=True, now=late)
    own = models.Signup.get(models.Signup.user_id == next_one.id)
    assert own.state == SignupState.OFFERED
    held = factories.make_signup(session, user)
    with pytest.raises(signups.TooLate):
        signups.cancel(user, held.id, cannot_come=True, now=session.starts_at)
