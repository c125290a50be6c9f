"""The machine of the database dies while people check in: the standby takes over, nothing acknowledged
is lost, and nobody restarts the app."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

import models
from scripts.backing.postgres import Postgres, start_postgres, start_standby
from server.services import checkins_codes, health
from tests.drills.conftest import Place, running_place
from tests.drills.phones import Phone
from tests.scripts.running import free_ports, wait_until

pytestmark = pytest.mark.timeout(120)

PATIENCE_S = 30.0


def _url(*servers: Postgres) -> str:
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://xinyi@{hosts}/postgres?target_session_attrs=read-write&connect_timeout=2"


def _acknowledge_with_standby(primary: Postgres) -> None:
    """From now on a commit is acknowledged once the standby has it on disk too."""
    with psycopg.connect(primary.url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
        asked = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        wait_until(lambda: connection.execute(asked).fetchone() == (1,), 20, "it follows")


def _scan(phone: Phone, session: models.Session) -> dict[str, Any]:
    """Return what the screen at the door shows just now."""
    slot = checkins_codes.slot_of(phone.place.now, 20)
    return {"token": checkins_codes.make(session.id, session.qr_key, slot)}


def _ask(
    phone: Phone, path: str, body: Callable[[], dict[str, Any]], **rest: Any
) -> tuple[dict[str, Any], int]:
    """Ask until it is acknowledged; return what was told, and how often the server was busy."""
    refused, ends = 0, time.monotonic() + PATIENCE_S
    while (answer := phone.try_once("POST", path, json=body(), **rest)).status_code not in (
        200,
        201,
    ):
        # 503 alone: whoever is refused is told that it is worth another try.
        assert (answer.status_code, answer.json()["code"]) == (503, "busy"), answer.text
        assert time.monotonic() < ends, "the standby never took over"
        refused += 1
        time.sleep(0.1)
    return dict(answer.json()), refused


def _busy_noon(phone: Phone, sessions: list[models.Session]) -> int:
    refused = 0
    for session in sessions:
        tap = {"Idempotency-Key": f"tap-{session.id}"}
        path = f"sessions/{session.id}/signups"
        told, one = _ask(phone, path, lambda: {"party_size": 1}, headers=tap)
        phone.signups[session.id] = int(told["id"]), 1
        told, two = _ask(phone, "checkins", partial(_scan, phone, session))
        phone.checkins[session.id] = int(told["checkin"]["id"])
        refused += one + two
    return refused


def _done(place: Place) -> int:
    return sum(len(phone.checkins) for phone in place.members)


def _require_all_there(place: Place) -> None:
    told = {
        (phone.user_id, session_id): checkin
        for phone in place.members
        for session_id, checkin in phone.checkins.items()
    }
    with place.tables():
        signed = {(row.user_id, row.session_id): row.id for row in models.Signup.select()}
        assert signed == {
            (phone.user_id, session_id): signup
            for phone in place.members
            for session_id, (signup, _) in phone.signups.items()
        }
        kept = {(row.user_id, row.session_id): row.id for row in models.Checkin.select()}
        assert kept == told
        assert health.broken() == []


def test_the_standby_takes_over_without_losing_a_checkin(tmp_path: Path) -> None:
    primary = start_postgres(port=free_ports(), is_durable=True)
    servers = [primary]
    try:
        standby = start_standby(primary, port=free_ports())
        servers.append(standby)
        _acknowledge_with_standby(primary)
        with running_place(tmp_path, _url(*servers)) as place:
            sessions = [each for _ in range(2) for each in place.offer(capacity=80)]
            pids = place.stack.pids
            with ThreadPoolExecutor(len(place.members)) as pool:
                going = [pool.submit(_busy_noon, phone, sessions) for phone in place.members]
                wait_until(
                    lambda: _done(place) >= 40 or any(each.done() for each in going), 30, "on"
                )
                assert not all(each.done() for each in going), "nobody was left to be disturbed"
                primary.kill()
                standby.promote()
                refused = sum(each.result(60) for each in going)
            assert refused > 0
            assert _done(place) == len(place.members) * len(sessions)
            assert place.stack.pids == pids, "something had to be restarted"
            _require_all_there(place)
    finally:
        for server in servers:
            server.stop()
