"""The door without a network: the list taken along, the queue brought back, once and for all."""

import datetime as dt
from typing import Any

import pytest

import models
from models.checkins import CheckinMethod
from models.signups import SignupState
from models.staff import Role
from server.clock import iso
from server.crypto import Vault
from server.services import checkins_passes as passes
from tests import factories
from tests.conftest import Client, resources

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def session(client: Client, now: dt.datetime) -> models.Session:
    activity = factories.make_activity(max_party=4)
    return factories.make_session(activity, starts_at=now - HOUR, capacity=50)


@pytest.fixture
def vault(client: Client) -> Vault:
    return resources(client.application).vault


def near(told: str, moment: dt.datetime) -> bool:
    """The clocks are compared when the queue arrives, which is a moment after it was sent."""
    return abs(dt.datetime.fromisoformat(told) - moment) <= dt.timedelta(seconds=5)


class Door:
    """A phone of the door: its key, its clock (`slow` behind ours) and what it hands in."""

    def __init__(
        self, client: Client, space: models.Space, now: dt.datetime, *, slow: dt.timedelta
    ) -> None:
        self.http = client.as_staff(factories.make_staff(Role.SCANNER, space))
        made = self.http.post(
            "/api/v1/staff/devices", json={"space_id": str(space.id), "name": "一号门"}
        )
        assert made.status_code == 201, made.text
        self.id, self.key, self.slow, self.now = made.json["id"], made.json["key"], slow, now

    def item(self, ref: str, session: models.Session, **more: Any) -> dict[str, Any]:
        at = more.pop("at", self.now) - self.slow
        return {
            "client_ref": ref,
            "session_id": str(session.id),
            "occurred_at": iso(at),
        } | more

    def sync(self, *items: dict[str, Any]) -> Any:
        return self.http.post(
            "/api/v1/staff/checkins/sync",
            json={"items": list(items), "sent_at": iso(self.now - self.slow)},
            headers={"X-Device-Key": self.key},
        )

    def verdicts(self, *items: dict[str, Any]) -> list[tuple[str, str | None]]:
        answer = self.sync(*items)
        assert answer.status_code == 200, answer.text
        assert [each["client_ref"] for each in answer.json["verdicts"]] == [
            item["client_ref"] for item in items
        ]
        return [(each["verdict"], each["code"]) for each in answer.json["verdicts"]]


@pytest.fixture
def door(client: Client, session: models.Session, now: dt.datetime) -> Door:
    return Door(client, session.activity.space, now, slow=dt.timedelta())


def code_of(
    session: models.Session | None, user: models.User, vault: Vault, at: dt.datetime
) -> str:
    key = passes.pass_key(session, user.id, vault)
    slot = int(at.timestamp()) // passes.SLOT_SECONDS
    return passes.make(session.id if session else None, user.id, key, slot)


def test_the_list_goes_along_and_verifies_each_person(
    client: Client, session: models.Session, door: Door, vault: Vault, now: dt.datetime
) -> None:
    company = factories.make_enterprise()
    anna, ben = factories.make_user(), factories.make_user()
    in_ = factories.make_signup(session, anna, party_size=3, enterprise_id=company.id)
    factories.make_signup(session, ben, state=SignupState.WAITLISTED, position=1)
    gone = factories.make_signup(session, state=SignupState.CANCELLED)
    url = f"/api/v1/staff/sessions/{session.id}/roster-snapshot"
    assert door.http.get(url).json["code"] == "device_required"
    answer = door.http.get(url, headers={"X-Device-Key": door.key})
    assert answer.headers["Cache-Control"] == "no-store"
    first, second = answer.json["items"]
    assert (first["signup_id"], first["name"]) == (str(in_.id), anna.nickname)
    assert (first["enterprise"], first["party_size"]) == (company.name, 3)
    assert (first["state"], second["state"]) == ("confirmed", "waitlisted")
    assert str(gone.id) not in answer.text
    shown = client.as_user(anna).get(f"/api/v1/me/pass?session={session.id}").json["codes"][0]
    assert passes.read(shown["text"]).is_signed_by(first["pass_key"])
    assert not passes.read(shown["text"]).is_signed_by(second["pass_key"])
    (day,) = door.http.get("/api/v1/staff/sessions").json["items"]
    assert (day["id"], day["phase"], day["present"]["signed_up"]) == (str(session.id), "open", 3)
    assert door.http.get("/api/v1/staff/sessions?day=2020-01-01").json["items"] == []


def test_each_item_gets_one_word_and_always_the_same(
    client: Client, session: models.Session, door: Door, vault: Vault, now: dt.datetime
) -> None:
    """A queue with everything in it, handed in twice because the first answer got lost, and by
    another phone that scanned the same people."""
    family, walker, waiter, quitter, absent = (factories.make_user() for _ in range(5))
    factories.make_signup(session, family, party_size=3)
    factories.make_signup(session, waiter, state=SignupState.WAITLISTED, position=1)
    named = factories.make_signup(session, quitter, state=SignupState.CANCELLED)
    late = factories.make_signup(session, absent, state=SignupState.NO_SHOW)
    foreign = factories.make_session(starts_at=now - HOUR)
    factories.make_signup(foreign, family)
    called_off = factories.make_session(session.activity, starts_at=now - HOUR, state="cancelled")
    factories.make_signup(called_off, family)
    scanned = now - dt.timedelta(minutes=20)
    family_code = code_of(session, family, vault, scanned)
    forged = family_code[:-4] + ("AAAA" if family_code[-4:] != "AAAA" else "BBBB")
    other_key = passes.make(session.id, family.id, "0" * 64, passes.read(family_code).slot)
    batch = [
        door.item("a", session, code=family_code, at=scanned, party_present=1),
        door.item("a", session, code=family_code, at=scanned),
        door.item("b", session, code=family_code, at=scanned + dt.timedelta(seconds=20)),
        door.item("c", session, code=code_of(session, walker, vault, scanned), at=scanned),
        door.item("d", session, code=code_of(None, waiter, vault, scanned), at=scanned),
        door.item("e", session, signup_id=str(named.id), at=scanned),
        door.item("f", session, signup_id=str(late.id), at=scanned),
        door.item("g", session, code=forged, at=scanned),
        door.item("h", session, code=other_key, at=scanned),
        door.item("i", session, code=family_code, at=now),
        door.item("j", foreign, code=code_of(foreign, family, vault, scanned), at=scanned),
        door.item("k", called_off, code=code_of(called_off, family, vault, scanned), at=scanned),
        door.item("l", session, code="<你好>", at=scanned) | {"occurred_at": "gestern"},
        door.item("m", session, code="garbage", at=scanned) | {"session_id": "x"},
        door.item("n", session, signup_id="4611686018427387904"),
        door.item("o", session),
    ]
    expected = [
        ("checked_in", None),
        ("checked_in", None),
        ("already_checked_in", None),
        ("refused", "not_signed_up"),
        ("refused", "not_confirmed"),
        ("refused", "not_signed_up"),
        ("checked_in", None),
        ("refused", "token_invalid"),
        ("refused", "token_invalid"),
        ("refused", "token_expired"),
        ("refused", "not_found"),
        ("refused", "cancelled"),
        ("refused", "validation"),
        ("refused", "validation"),
        ("refused", "not_found"),
        ("refused", "validation"),
    ]
    first = door.sync(*batch)
    assert [(each["verdict"], each["code"]) for each in first.json["verdicts"]] == expected
    kept = first.json["verdicts"][0]["checkin"]
    assert kept == first.json["verdicts"][1]["checkin"] == first.json["verdicts"][2]["checkin"]
    assert near(kept["checked_in_at"], scanned)
    assert kept["party_present"] == 1
    assert (kept["name"], kept["flags"]) == (family.nickname, [])
    rows = {row.user_id: row for row in models.Checkin.select()}
    assert set(rows) == {family.id, absent.id}
    assert rows[family.id].method == CheckinMethod.OFFLINE_SYNC
    assert rows[family.id].door == "一号门"
    before = models.Checkin.select().count(), models.ScanLog.select().count()
    # What became of them meanwhile changes no word already said.
    models.Checkin.update(voided_at=now).where(models.Checkin.user_id == absent.id).execute()
    models.Signup.update(state=SignupState.CONFIRMED).where(
        models.Signup.user_id == waiter.id
    ).execute()
    again = door.sync(*reversed(batch)).json["verdicts"]
    assert [(each["verdict"], each["code"]) for each in again] == expected[::-1]
    assert before == (models.Checkin.select().count(), models.ScanLog.select().count())
    other = Door(client, session.activity.space, now, slow=dt.timedelta())
    assert other.verdicts(
        other.item("a", session, code=family_code, at=scanned),
        other.item("b", session, code=code_of(None, waiter, vault, scanned), at=scanned),
    ) == [("already_checked_in", None), ("checked_in", None)]


def test_a_wrong_clock_is_put_right_or_flagged(
    client: Client, session: models.Session, vault: Vault, now: dt.datetime
) -> None:
    """The code tells when it was shown: a phone two days slow must still prove it."""
    slow = Door(client, session.activity.space, now, slow=dt.timedelta(days=2))
    users = [factories.make_user() for _ in range(4)]
    for user in users:
        factories.make_signup(session, user)
    scanned = now - dt.timedelta(minutes=30)
    early = session.checkin_opens_at - HOUR
    signups = {row.user_id: str(row.id) for row in models.Signup.select()}
    answer = slow.sync(
        slow.item("1", session, code=code_of(session, users[0], vault, scanned), at=scanned),
        slow.item("2", session, signup_id=signups[users[1].id], at=early),
        slow.item("3", session, signup_id=signups[users[2].id], at=now + HOUR),
    ).json["verdicts"]
    (first, early_one, ahead) = (each["checkin"] for each in answer)
    assert near(first["checked_in_at"], scanned)
    assert early_one["checked_in_at"] == iso(session.checkin_opens_at)
    assert near(ahead["checked_in_at"], now)
    assert [row["flags"] for row in (first, early_one, ahead)] == [[], ["clock_off"], ["clock_off"]]
    tomorrow = factories.make_session(session.activity, starts_at=now + 24 * HOUR)
    to_come = factories.make_signup(tomorrow, users[3])
    assert slow.verdicts(slow.item("4", tomorrow, signup_id=str(to_come.id))) == [
        ("refused", "not_open")
    ]


def test_families_come_as_many_as_signed_up_and_open_doors_take_everybody(
    session: models.Session, door: Door, vault: Vault, now: dt.datetime
) -> None:
    pair = factories.make_signup(session, factories.make_user(), party_size=2)
    (verdict,) = door.sync(door.item("1", session, signup_id=str(pair.id), party_present=5)).json[
        "verdicts"
    ]
    assert (verdict["verdict"], verdict["checkin"]["party_present"]) == ("checked_in", 1)
    assert "2 人" in verdict["detail"]
    fair = factories.make_session(
        factories.make_activity(session.activity.space, signup_mode="none", max_party=3),
        starts_at=now - HOUR,
    )
    stranger = factories.make_user()
    code = code_of(None, stranger, vault, now)
    assert door.verdicts(door.item("2", fair, code=code, party_present=2)) == [("checked_in", None)]
    assert models.Checkin.get(models.Checkin.user_id == stranger.id).party_present == 2


def test_a_device_sent_away_hands_in_nothing(
    client: Client, session: models.Session, door: Door, now: dt.datetime
) -> None:
    space = session.activity.space
    stranger = client.as_staff(factories.make_staff(Role.KEEPER, factories.make_space()))
    assert stranger.post(f"/api/v1/staff/devices/{door.id}/revoke").status_code == 404
    assert stranger.get(f"/api/v1/staff/devices?space={space.id}").status_code == 404
    scanner = client.as_staff(factories.make_staff(Role.SCANNER, space))
    assert scanner.post(f"/api/v1/staff/devices/{door.id}/revoke").status_code == 403
    # A key of another Space opens nothing here, and this key nothing without its staff.
    elsewhere = Door(client, factories.make_space(), now, slow=dt.timedelta())
    url = f"/api/v1/staff/sessions/{session.id}/roster-snapshot"
    headers = {"X-Device-Key": elsewhere.key}
    assert door.http.get(url, headers=headers).json["code"] == "device_required"
    headers = {"X-Device-Key": door.key}
    assert elsewhere.http.get(url, headers=headers).status_code == 404
    keeper = client.as_staff(factories.make_staff(Role.KEEPER, space))
    for _ in range(2):
        gone = keeper.post(f"/api/v1/staff/devices/{door.id}/revoke")
        assert (gone.status_code, gone.json["is_revoked"]) == (200, True)
    refused = door.sync(door.item("1", session, signup_id="1"))
    assert (refused.status_code, refused.json["code"]) == (403, "device_revoked")
    (listed,) = keeper.get(f"/api/v1/staff/devices?space={space.id}").json["items"]
    assert listed["is_revoked"]
    assert "key" not in listed


def test_two_hundred_go_at_once_and_no_more(
    session: models.Session, door: Door, now: dt.datetime
) -> None:
    models.Session.update(capacity=None).execute()
    ids = [factories.make_signup(session, factories.make_user()).id for _ in range(200)]
    batch = [door.item(f"r{row}", session, signup_id=str(row)) for row in ids]
    assert set(door.verdicts(*batch)) == {("checked_in", None)}
    assert models.Checkin.select().count() == 200
    assert door.sync(*batch, door.item("more", session, signup_id="1")).status_code == 422
    assert door.sync().status_code == 422
