import base64
import datetime as dt
from typing import Any

import pytest

import models
from models.activities import SessionState
from models.staff import Role
from server.services import checkins_codes
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space()


@pytest.fixture
def scanner(client: Client, space: models.Space) -> Desk:
    return desk(client, factories.make_staff(Role.SCANNER, space))


def _session(space: models.Space, now: dt.datetime, **over: Any) -> models.Session:
    return factories.make_session(factories.make_activity(space), starts_at=now, **over)


def test_lists_the_sessions_of_today(scanner: Desk, space: models.Space, now: Any) -> None:
    today = _session(space, now)
    tomorrow = _session(space, now + dt.timedelta(days=2))
    off = _session(space, now, state=SessionState.CANCELLED)
    foreign = _session(factories.make_space(), now)
    page = scanner.see("/console/checkins")
    assert today.activity.title in page
    assert off.activity.title in page
    assert "已取消" in page
    assert tomorrow.activity.title not in page
    assert foreign.activity.title not in page


def test_counts_who_is_there_and_hides_their_names(
    scanner: Desk, space: models.Space, now: Any
) -> None:
    session = _session(space, now)
    user = factories.make_user(nickname="欧阳明月")
    factories.make_checkin(factories.make_signup(session, user, party_size=2))
    factories.make_signup(session)
    page = scanner.see(f"/console/sessions/{session.id}/checkins")
    assert "已到场 2 人" in page
    assert "应到（含同行） 3 人" in page
    assert "欧**" in page
    assert "欧阳" not in page
    assert scanner.see(f"/console/sessions/{session.id}/checkins/live") in page


def test_the_screen_shows_a_code_without_scripts(
    scanner: Desk, space: models.Space, now: Any
) -> None:
    session = _session(space, now)
    text = scanner.client.get(f"/console/sessions/{session.id}/screen").text
    picture = text.partition('src="data:image/svg+xml;base64,')[2].partition('"')[0]
    svg = base64.b64decode(picture).decode()
    assert svg.startswith("<svg")
    assert "xmlns" in svg
    assert 'http-equiv="refresh"' in text


def test_gives_the_codes_of_three_slots_and_the_numbers(
    scanner: Desk, space: models.Space, now: Any
) -> None:
    session = _session(space, now)
    factories.make_checkin(factories.make_signup(session))
    answer = scanner.client.get(f"/console/sessions/{session.id}/screen/codes")
    assert answer.headers["Cache-Control"] == "no-store"
    news = answer.json
    assert news
    (board,) = news["boards"]
    assert [code["until_ms"] - code["from_ms"] for code in board["codes"]] == [20_000] * 3
    assert board["codes"][0]["from_ms"] <= news["now_ms"] < board["codes"][0]["until_ms"]
    assert board["codes"][1]["from_ms"] == board["codes"][0]["until_ms"]
    assert len({code["picture"] for code in board["codes"]}) == 3
    assert (board["persons"], board["signed_up"], board["phase"]) == (1, 1, "open")


@pytest.mark.parametrize(
    ("hours", "state", "phase"),
    [
        (5, SessionState.SCHEDULED, "before"),
        (-5, SessionState.SCHEDULED, "over"),
        (0, SessionState.CANCELLED, "cancelled"),
    ],
)
def test_says_when_there_is_nothing_to_scan(
    scanner: Desk, space: models.Space, now: Any, hours: int, state: SessionState, phase: str
) -> None:
    session = _session(space, now + dt.timedelta(hours=hours), state=state)
    news = scanner.client.get(f"/console/sessions/{session.id}/screen/codes").json
    assert news
    assert news["boards"][0]["phase"] == phase
    scanner.see(f"/console/sessions/{session.id}/checkins")


def test_a_new_key_makes_old_codes_worthless(scanner: Desk, space: models.Space, now: Any) -> None:
    session = _session(space, now)
    path = f"/console/sessions/{session.id}/screen/codes"
    marks = {(scanner.client.get(path).json or {})["boards"][0]["mark"] for _ in range(2)}
    old = checkins_codes.read(checkins_codes.make(session.id, session.qr_key, 1))
    assert "已换码" in scanner.do(f"/console/sessions/{session.id}/screen/key")
    fresh = models.Session.get_by_id(session.id)
    assert old.is_signed_by(session.qr_key)
    assert not old.is_signed_by(fresh.qr_key)
    assert len(marks) == 1
    assert (scanner.client.get(path).json or {})["boards"][0]["mark"] not in marks
    assert models.AuditLog.select().where(models.AuditLog.object_id == session.id).count() == 1
