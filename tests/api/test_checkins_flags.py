"""Odd check-ins are told to staff and refused to nobody; colour and word show who is there."""

import datetime as dt
import re

import pytest

import models
from models.signups import SignupState
from models.staff import Role
from server.clock import move, utcnow
from server.services import checkins_codes
from server.services.checkins_challenge import COLORS, WORDS
from tests import factories
from tests.conftest import Client

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def session(client: Client, now: dt.datetime) -> models.Session:
    return factories.make_session(starts_at=now - HOUR)


def come(
    client: Client, session: models.Session, user: models.User, *, phone: str, ip: str
) -> models.Checkin:
    slot = checkins_codes.slot_of(utcnow(), 20)
    token = checkins_codes.make(session.id, session.qr_key, slot)
    answer = client.as_user(user).post(
        "/api/v1/checkins",
        json={"token": token},
        headers={"X-Device-Id": phone},
        environ_overrides={"REMOTE_ADDR": ip},
    )
    assert answer.status_code == 200, answer.text
    return models.Checkin.get_by_id(int(answer.json["checkin"]["id"]))


def flags() -> dict[int, list[str]]:
    return {row.user_id: sorted(row.flags) for row in models.Checkin.select()}


def test_one_phone_for_two_and_three_at_once_are_flagged_and_in(
    client: Client, session: models.Session
) -> None:
    """Complaint: a code relayed by a live picture gets one phone in for many; it is noticed,
    nobody is refused."""
    one, two, three, four, alone, again = users = [factories.make_user() for _ in range(6)]
    for user in users:
        factories.make_signup(session, user)
    come(client, session, one, phone="a", ip="198.51.100.1")
    come(client, session, alone, phone="b", ip="198.51.100.9")
    assert flags() == {one.id: [], alone.id: []}
    # One account twice with one phone is nobody's business.
    come(client, session, one, phone="a", ip="198.51.100.1")
    come(client, session, two, phone="a", ip="198.51.100.1")
    assert flags() == {
        one.id: ["shared_device"],
        two.id: ["shared_device"],
        alone.id: [],
    }
    come(client, session, three, phone="", ip="198.51.100.1")
    # A header that is no installation's name is none.
    come(client, session, four, phone="two words", ip="198.51.100.1")
    assert flags() == {
        one.id: ["burst", "shared_device"],
        two.id: ["burst", "shared_device"],
        three.id: ["burst"],
        four.id: ["burst"],
        alone.id: [],
    }
    # Ten seconds later the network is quiet again; another session is another story.
    move(dt.timedelta(seconds=11))
    other = factories.make_session(session.activity, starts_at=session.starts_at)
    factories.make_signup(other, again)
    come(client, other, again, phone="a", ip="198.51.100.1")
    come(client, session, again, phone="z", ip="198.51.100.1")
    assert flags()[again.id] == []
    # Who is forgotten leaves no trace of phone and network either.
    assert client.as_user(one).delete("/api/v1/me").status_code == 204
    for row in (*models.ScanLog.select(), *models.Checkin.select()):
        if row.user_id == one.id:
            assert (row.device, getattr(row, "ip_hash", "")) == ("", "")


def test_colour_and_word_are_the_persons_of_this_minute(
    client: Client, session: models.Session, now: dt.datetime
) -> None:
    anna, ben, *more = [factories.make_user() for _ in range(5)]
    for user in (anna, ben, *more):
        factories.make_signup(session, user)
    come(client, session, anna, phone="a", ip="198.51.100.1")
    for number, user in enumerate(more):
        come(client, session, user, phone=f"of {number}", ip=f"198.51.100.{10 + number}")
    suspect = come(client, session, ben, phone="a", ip="198.51.100.2")
    staff = client.as_staff(factories.make_staff(Role.OPERATOR, session.activity.space))
    scanner = client.as_staff(factories.make_staff(Role.SCANNER, session.activity.space))
    due_url = f"/api/v1/staff/checkins/{suspect.id}/challenge"
    url = f"/api/v1/me/challenge?session={session.id}"
    due, shown = staff.get(due_url).json, client.as_user(ben).get(url).json
    assert shown in (due["current"], due["before"])
    assert (due["name"], due["flags"]) == (ben.nickname, ["shared_device"])
    assert scanner.get(due_url).json["name"] == f"{ben.nickname[:1]}**"
    assert client.as_user(ben).get(f"/api/v1/me/pass?session={session.id}").json["challenge"] in (
        due["current"],
        staff.get(due_url).json["current"],
    )
    assert dict(COLORS)[shown["color_name"]] == shown["color"]
    assert shown["word"] in WORDS
    # One other may have the same by chance, not four.
    assert any(client.as_user(each).get(url).json != shown for each in (anna, *more))
    # The next minutes bring others; what was is still known for one more.
    seen = set()
    for minute in range(1, 4):
        move(dt.timedelta(minutes=minute))
        later = staff.get(due_url).json
        seen.add((later["current"]["color"], later["current"]["word"]))
        assert later["before"]["valid_to"] < later["current"]["valid_to"]
    assert len(seen) == 3
    # Nobody else learns it.
    assert client.as_user(factories.make_user()).get(url).status_code == 404
    assert client.as_user(ben).get("/api/v1/me/challenge?session=1").status_code == 404
    stranger = client.as_staff(factories.make_staff(Role.KEEPER, factories.make_space()))
    assert stranger.get(due_url).status_code == 404
    assert stranger.post(due_url, json={"shown": True}).status_code == 404


def test_who_shows_it_is_settled_for_good_and_who_cannot_is_voided(
    client: Client, session: models.Session
) -> None:
    anna, ben, carl = (factories.make_user() for _ in range(3))
    for user in (anna, ben, carl):
        factories.make_signup(session, user)
    true = come(client, session, anna, phone="a", ip="198.51.100.1")
    false = come(client, session, ben, phone="a", ip="198.51.100.2")
    space = session.activity.space
    scanner = client.as_staff(factories.make_staff(Role.SCANNER, space))
    operator = client.as_staff(factories.make_staff(Role.OPERATOR, space))
    told = scanner.post(f"/api/v1/staff/checkins/{true.id}/challenge", json={"shown": True})
    assert (told.status_code, told.json["flags"]) == (200, [])
    assert told.json["challenged_at"]
    url = f"/api/v1/staff/checkins/{false.id}/challenge"
    assert scanner.post(url, json={"shown": False, "reason": "x"}).status_code == 403
    assert operator.post(url, json={"shown": False}).status_code == 422
    told = operator.post(url, json={"shown": False, "reason": "手机里没有"})
    assert told.json["is_voided"]
    signup = models.Signup.get(models.Signup.user_id == ben.id)
    assert signup.state == SignupState.CONFIRMED
    # A third one with the same phone is flagged; who has shown the word is left in peace.
    come(client, session, carl, phone="a", ip="198.51.100.3")
    assert flags()[carl.id] == ["shared_device"]
    assert flags()[anna.id] == []
    actions = {row.action for row in models.AuditLog.select()}
    assert {"checkins.settle", "checkins.void"} <= actions


def test_the_console_shows_whom_to_look_at(client: Client, session: models.Session) -> None:
    users = [factories.make_user(nickname=name) for name in ("张安娜", "李本")]
    for user in users:
        factories.make_signup(session, user)
        come(client, session, user, phone="a", ip="198.51.100.1")
    desk = client.as_staff(factories.make_staff(Role.OPERATOR, session.activity.space))
    page = desk.get(f"/console/sessions/{session.id}/checkins").text
    part = desk.get(f"/console/sessions/{session.id}/checkins/flags").text
    for text in (page, part):
        assert "请留意 2 人" in text
        assert "同一部手机签了多人" in text
        assert re.search(r'fill="#[0-9A-F]{6}"', text)
    row = models.Checkin.get(models.Checkin.user_id == users[0].id)
    path = f"/console/checkins/{row.id}/challenge"
    token = desk.environ_base["HTTP_X_CSRFTOKEN"]
    desk.post(path, data={"shown": "yes", "csrf_token": token})
    other = models.Checkin.get(models.Checkin.user_id == users[1].id)
    gone = desk.post(
        f"/console/checkins/{other.id}/challenge", data={"shown": "no", "csrf_token": token}
    )
    assert gone.status_code == 303
    assert "请留意" not in desk.get(f"/console/sessions/{session.id}/checkins/flags").text
    assert models.Checkin.get_by_id(other.id).voided_at is not None
