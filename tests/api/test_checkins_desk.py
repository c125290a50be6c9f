"""The staff's side of the door over HTTP: who may, what is answered, what stays hidden."""

import datetime as dt
from typing import Any

import pytest

import models
from models.staff import Role
from server.clock import SHANGHAI, day_of
from tests import factories
from tests.api.test_checkins import open_session, scan, token_of
from tests.conftest import Client


class Team:
    """The staff of one session's Space, each as a client."""

    def __init__(self, client: Client, session: models.Session) -> None:
        self.client, self.session = client, session
        space = models.Space.get_by_id(session.space_id)
        self.scanner = client.as_staff(factories.make_staff(Role.SCANNER, space))
        self.operator = client.as_staff(factories.make_staff(Role.OPERATOR, space))
        self.keeper = client.as_staff(factories.make_staff(Role.KEEPER, space))
        self.foreign = client.as_staff(factories.make_staff(Role.KEEPER, factories.make_space()))

    def code_of(self, user: models.User, session: models.Session | None) -> str:
        query = f"?session={session.id}" if session else ""
        answer = self.client.as_user(user).get(f"/api/v1/me/pass{query}")
        assert answer.status_code == 200
        return str((answer.json or {})["codes"][0]["text"])

    def post(self, who: Client, path: str, **body: Any) -> Any:
        if path in ("checkins", "walkins"):
            body = {"session_id": str(self.session.id)} | body
        return who.post(f"/api/v1/staff/{path}", json=body)


def told(who: Client, path: str) -> Any:
    """Return what an address answers."""
    return who.get(f"/api/v1/{path}").json


@pytest.fixture
def team(client: Client) -> Team:
    return Team(client, open_session(max_party=3))


def test_my_pass(client: Client, team: Team) -> None:
    user = factories.make_user(nickname="小林")
    factories.make_signup(team.session, user, party_size=2)
    me = client.as_user(user)
    answer = me.get(f"/api/v1/me/pass?session={team.session.id}")
    body = answer.json or {}
    assert answer.headers["Cache-Control"] == "no-store"
    assert (body["name"], body["party_size"], body["slot_seconds"]) == ("小林", 2, 30)
    assert body["session"]["id"] == str(team.session.id)
    assert len(body["codes"]) == 3
    assert body["codes"][0]["valid_from"] <= body["server_time"] < body["codes"][0]["valid_to"]
    plain = me.get("/api/v1/me/pass").json or {}
    assert (plain["session"], plain["activity"], plain["party_size"]) == (None, None, None)
    assert me.get("/api/v1/me/pass?session=1").status_code == 404
    assert me.get("/api/v1/me/pass?session=x").status_code == 422


def test_a_family_is_scanned_searched_counted_and_voided(client: Client, team: Team) -> None:
    company = factories.make_enterprise(name="上海有空科技有限公司")
    user = factories.make_user(nickname="欧阳明月")
    signup = factories.make_signup(team.session, user, party_size=2, enterprise_id=company.id)
    code = team.code_of(user, team.session)
    done = team.post(team.scanner, "checkins", code=code, door="东门")
    assert (done.status_code, done.json["result"]) == (200, "checked_in")
    checkin = done.json["checkin"]
    assert checkin["person"] == {
        "user_id": str(user.id),
        "name": "欧阳明月",
        "phone_masked": None,
        "enterprise": company.name,
    }
    assert (checkin["method"], checkin["party_present"], checkin["door"]) == (
        "staff_scan",
        1,
        "东门",
    )
    again = team.post(team.scanner, "checkins", code=code)
    assert (again.status_code, again.json["result"]) == (200, "already_checked_in")
    assert again.json["checkin"] == checkin
    mine = scan(client, user, token_of(team.session))
    assert (mine.status_code, mine.json["result"]) == (200, "already_checked_in")
    people = f"staff/sessions/{team.session.id}/people"
    assert told(team.operator, f"{people}?q=欧") == {"items": [], "next": None, "has_more": False}
    (found,) = told(team.operator, f"{people}?q=有空")["items"]
    assert found["signup_id"] == str(signup.id)
    assert found["checkin"]["id"] == checkin["id"]
    signups = told(client.as_user(user), "me/signups")["items"]
    assert (signups[0]["checkin_id"], signups[0]["rated"]) == (checkin["id"], False)
    client.as_user(user).post(f"/api/v1/checkins/{checkin['id']}/rating", json={"score": 3})
    assert told(client.as_user(user), "me/signups")["items"][0]["rated"] is True
    path = f"checkins/{checkin['id']}"
    assert team.post(team.scanner, f"{path}/party", party_present=0).json["party_present"] == 0
    assert team.post(team.scanner, f"{path}/checkout").json["left_at"] is not None
    guests = team.post(team.operator, f"sessions/{team.session.id}/guests", count=7).json
    assert (guests["persons"], guests["guests"], guests["over_capacity"]) == (1, 7, 0)
    assert guests["by_door"] == [{"door": "东门", "persons": 1}]
    assert team.post(team.operator, f"{path}/void", reason="").status_code == 422
    voided = team.post(team.operator, f"{path}/void", reason="扫错了人")
    assert voided.json["voided_at"] is not None
    twice = team.post(team.operator, f"{path}/void", reason="再来")
    assert (twice.status_code, twice.json["code"]) == (409, "already_voided")
    assert twice.json["current"]["reason"] == "扫错了人"
    assert told(client.as_user(user), "me/signups")["items"][0]["checkin_id"] is None
    here = told(team.scanner, f"staff/sessions/{team.session.id}/presence")
    assert (here["persons"], here["by_method"]) == (0, [])


def test_promise_9_a_walk_in_takes_two_calls(client: Client, team: Team) -> None:
    models.Session.update(capacity=1).execute()
    user, extra = factories.make_user(), factories.make_user()
    refused = team.post(team.operator, "checkins", code=team.code_of(user, team.session))
    assert (refused.status_code, refused.json["code"]) == (409, "not_signed_up")
    assert refused.json["can_walk_in"] is True
    assert refused.mimetype == "application/problem+json"
    who = refused.json["person"]["user_id"]
    done = team.post(team.operator, "walkins", user_id=who, party_present=0)
    assert (done.status_code, done.json["checkin"]["method"]) == (200, "walk_in")
    code = team.code_of(extra, None)
    full = team.post(team.operator, "walkins", code=code, reason="领导同意")
    assert (full.status_code, full.json["code"], full.json["can_override"]) == (409, "full", False)
    beyond = team.post(team.keeper, "walkins", code=code, reason="站着听也愿意")
    assert beyond.json["checkin"]["flags"] == ["over_capacity"]
    assert told(client.as_user(extra), "me/signups")["items"][0]["source"] == "walk_in"


def test_promise_7_and_18_who_may_only_scan_and_who_may_nothing(client: Client, team: Team) -> None:
    """Complaints: helpers who scan may search and void; staff of elsewhere read other people's
    lists."""
    user = factories.make_user()
    signup = factories.make_signup(team.session, user)
    checkin = factories.make_checkin(factories.make_signup(team.session))
    people = f"/api/v1/staff/sessions/{team.session.id}/people?q=会员"
    code = team.code_of(user, team.session)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("checkins", {"signup_id": str(signup.id)}),
        ("walkins", {"code": code}),
        (f"checkins/{checkin.id}/void", {"reason": "x"}),
        (f"sessions/{team.session.id}/guests", {"count": 1}),
    ]
    for path, body in acts:
        assert team.post(team.scanner, path, **body).status_code == 403, path
        assert team.post(team.foreign, path, **body).status_code == 404, path
        assert team.post(client.as_user(user), path, **body).status_code == 401, path
    assert team.scanner.get(people).status_code == 403
    assert team.foreign.get(people).status_code == 404
    assert team.post(team.foreign, "checkins", code=code).status_code == 404
    for path in (f"checkins/{checkin.id}/party", f"checkins/{checkin.id}/checkout"):
        body = {"party_present": 0} if path.endswith("party") else {}
        assert team.post(team.foreign, path, **body).status_code == 404
    assert models.Checkin.select().count() == 1
    seen = team.post(team.scanner, f"checkins/{checkin.id}/checkout").json["person"]
    assert (seen["name"], seen["enterprise"]) == ("会**", None)  # somebody else let them in


def test_bad_input_is_told_and_nothing_written(team: Team) -> None:
    user = factories.make_user()
    code = team.code_of(user, team.session)
    other = team.code_of(user, open_session())
    for body, status, reason in (
        ({}, 422, "validation"),
        ({"code": code, "signup_id": "1"}, 422, "validation"),
        ({"code": "x" * 601}, 422, "validation"),
        ({"code": code, "party_present": 20}, 422, "validation"),
        ({"code": code, "door": "x" * 31}, 422, "validation"),
        ({"code": "garbage"}, 400, "token_invalid"),
        ({"code": "https://a.example/c/AQAA"}, 400, "token_invalid"),
        ({"code": other}, 409, "wrong_session"),
        ({"signup_id": "1"}, 404, "not_found"),
    ):
        answer = team.post(team.keeper, "checkins", **body)
        assert (answer.status_code, answer.json["code"]) == (status, reason), body
    assert team.post(team.keeper, "walkins", user_id=str(user.id)).status_code == 404
    assert models.Checkin.select().count() == 0
    late = "/api/v1/staff/checkins/1/void"
    assert team.keeper.post(late, json={"reason": "x"}).status_code == 404
    for count in (-1, 100_001, "3", None):
        path = f"/api/v1/staff/sessions/{team.session.id}/guests"
        assert team.keeper.post(path, json={"count": count}).status_code == 422


def test_one_person_cannot_hammer_the_door_and_keeps_nobody_else_out(
    client: Client, team: Team
) -> None:
    me = client.as_user(factories.make_user())
    answers = [me.post("/api/v1/checkins", json={"token": "x"}).status_code for _ in range(61)]
    assert answers[:60] == [400] * 60
    last = me.post("/api/v1/checkins", json={"token": "x"})
    problem = last.json or {}
    assert (answers[60], last.status_code, problem["code"]) == (429, 429, "rate_limited")
    assert int(last.headers["Retry-After"]) >= 1
    neighbour = factories.make_user()
    factories.make_signup(team.session, neighbour)
    assert scan(client, neighbour, token_of(team.session)).status_code == 200


def test_a_host_knows_who_is_new_and_who_asked_and_nobody_else_does(
    client: Client, team: Team, now: dt.datetime
) -> None:
    space = models.Space.get_by_id(team.session.space_id)
    finance = factories.make_category(name="融资对接")
    user, regular = factories.make_user(), factories.make_user(preferences={"door_cues": False})
    long_ago = factories.make_session(
        factories.make_activity(space), starts_at=now - dt.timedelta(days=30)
    )
    for person in (user, regular):
        factories.make_signup(team.session, person)
        factories.make_need(space, user_id=person.id, category=finance, title="不能说出去的标题")
    factories.make_need(space, user_id=user.id, received_at=now - dt.timedelta(days=90))
    factories.make_need(user_id=user.id)  # another Space's, and nothing to these staff

    def cues(who: Client, person: models.User) -> list[str]:
        code = team.code_of(person, team.session)
        done = team.post(who, "checkins", code=code)
        assert "不能说出去的标题" not in done.text
        found: list[str] = done.json["checkin"]["cues"]
        return found

    asked = f"{now.astimezone(SHANGHAI).month}月问过“融资对接”"
    assert cues(team.operator, user) == ["第一次来", asked]
    assert cues(team.scanner, user) == ["第一次来"]  # who only scans has no business with needs
    assert cues(team.operator, regular) == []
    factories.make_checkin(factories.make_signup(long_ago, user))
    assert cues(team.operator, user) == [asked]
    assert "cues" not in scan(client, user, token_of(team.session)).text


def test_where_time_counts_people_are_seen_off_and_guests_counted(
    client: Client, team: Team, now: dt.datetime
) -> None:
    """Two hours of a cleaning-up: one is checked out after forty minutes, one is forgotten."""
    space = models.Space.get_by_id(team.session.space_id)
    activity = factories.make_activity(space, kind="volunteer", volunteer_hours=1.5)
    start = now - dt.timedelta(minutes=30)
    session = factories.make_session(activity, starts_at=start)
    left, stayed = factories.make_user(nickname="早走的人"), factories.make_user()
    for user in (left, stayed):
        factories.make_checkin(factories.make_signup(session, user), at=start)

    def counted(at: models.Session) -> tuple[bool, int]:
        day = told(team.scanner, f"staff/sessions?day={day_of(at.starts_at)}")["items"]
        [line] = [each for each in day if each["id"] == str(at.id)]
        return line["counts_time"], line["guests"]

    assert (counted(session), counted(team.session)) == ((True, 0), (False, 0))
    team.post(team.operator, f"sessions/{session.id}/guests", count=40)
    assert counted(session) == (True, 40)
    [checkin] = models.Checkin.select().where(models.Checkin.user_id == left.id)
    gone = team.post(team.scanner, f"checkins/{checkin.id}/checkout").json["left_at"]
    assert gone is not None
    models.Checkin.update(left_at=start + dt.timedelta(minutes=40)).where(
        models.Checkin.id == checkin.id
    ).execute()
    for user, minutes in ((left, 40), (stayed, 90)):
        assert told(client.as_user(user), "me/footprint")["volunteer_minutes"] == minutes
    lecture = factories.make_checkin(factories.make_signup(team.session))
    other = models.User.get_by_id(lecture.user_id)
    assert told(client.as_user(other), "me/footprint")["volunteer_minutes"] == 0
    [line] = told(team.operator, f"staff/sessions/{session.id}/people?q={left.nickname}")["items"]
    assert line["checkin"]["left_at"] is not None
