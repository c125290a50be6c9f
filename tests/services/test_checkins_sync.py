"""However a queue is handed in: present are the people who were scanned, each of them once."""

import datetime as dt
import random
from typing import Any

import models
from models.signups import SignupState
from server.clock import iso
from server.config import CheckinsConfig
from server.schemas.checkins_offline import SyncIn
from server.services import checkins_flags, checkins_passes, checkins_screen, checkins_sync
from server.services import staff_devices as devices
from server.services.audit import SYSTEM
from server.services.checkins_flags import Trace
from tests import factories
from tests.conftest import resources


def test_present_are_the_distinct_people(app: Any, now: dt.datetime) -> None:
    """Two phones, queues in any order, batches repeated in part and in whole."""
    vault = resources(app).vault
    for seed in range(6):
        chance = random.Random(seed)
        session = factories.make_session(starts_at=now - dt.timedelta(hours=1), capacity=None)
        expected = [
            factories.make_signup(session, factories.make_user(), party_size=chance.randint(1, 3))
            for _ in range(6)
        ]
        account = factories.make_staff()
        phones = [
            devices.add(account, session.space_id, f"门{number}", actor=SYSTEM, now=now)[0]
            for number in range(2)
        ]
        queues: dict[int, list[dict[str, Any]]] = {phone.id: [] for phone in phones}
        scanned: set[int] = set()
        for number in range(18):
            signup = chance.choice(expected[:5])
            at = now - dt.timedelta(minutes=chance.randint(1, 50))
            how = {"signup_id": str(signup.id)}
            if chance.random() < 0.6:
                key = checkins_passes.pass_key(session, signup.user_id, vault)
                slot = int(at.timestamp()) // 30
                how = {"code": checkins_passes.make(session.id, signup.user_id, key, slot)}
            scanned.add(signup.id)
            queues[chance.choice(phones).id].append(
                {"client_ref": f"{number}", "session_id": str(session.id), "occurred_at": iso(at)}
                | how
            )
        said: dict[tuple[int, str], checkins_sync.Verdict] = {}
        for _ in range(8):
            phone = chance.choice(phones)
            queue = queues[phone.id]
            part = chance.choices(queue, k=chance.randint(1, len(queue) + 2)) if queue else []
            _hand_in(phone, part, said, vault=vault, now=now)
        for phone in phones:
            _hand_in(phone, queues[phone.id], said, vault=vault, now=now)
        rows = list(models.Checkin.select().where(models.Checkin.session == session))
        assert {row.signup_id for row in rows} == scanned
        assert len(rows) == len(scanned)
        assert {verdict.result for verdict in said.values()} <= set(checkins_sync.IN)
        firsts = [verdict for verdict in said.values() if verdict.result == "checked_in"]
        assert {verdict.checkin_id for verdict in firsts} == {row.id for row in rows}
        present = checkins_screen.present(session)
        assert present.people == len(scanned)
        assert present.persons == sum(row.party_size for row in expected if row.id in scanned)
        states = {row.id: models.Signup.get_by_id(row.id).state for row in expected}
        assert {key for key, state in states.items() if state == SignupState.ATTENDED} == scanned


def _hand_in(
    phone: models.Device,
    items: list[dict[str, Any]],
    said: dict[tuple[int, str], checkins_sync.Verdict],
    *,
    vault: Any,
    now: dt.datetime,
) -> None:
    if not items:
        return
    batch = SyncIn.model_validate({"items": items, "sent_at": iso(now)})
    for verdict in checkins_sync.sync(batch, phone, vault=vault, actor=SYSTEM, now=now):
        assert said.setdefault((phone.id, verdict.client_ref), verdict) == verdict


def test_a_queue_in_the_venue_is_no_burst(app: Any, now: dt.datetime) -> None:
    session = factories.make_session()
    for is_venue in (True, False):
        seen = []
        for _ in range(3):
            row = factories.make_checkin(factories.make_signup(session))
            trace = Trace(ip_hash=f"net{is_venue}", is_venue=is_venue)
            seen.append(checkins_flags.look(session.id, row.user_id, trace, now=now))
            models.ScanLog.insert(
                at=now,
                session_id=session.id,
                user_id=row.user_id,
                method="self_qr",
                result="checked_in",
                raw_hash="",
                ip_hash=f"net{is_venue}",
                checkin_id=row.id,
            ).execute()
        assert [odd.flags for odd in seen] == [[], [], [] if is_venue else ["burst"]]
        checkins_flags.spread(seen[-1], row, now=now)
        assert len(checkins_flags.of_session(session)) == (0 if is_venue else 3)
    networks = {"venue_networks": ["203.0.113.0/24", "2001:db8::/32"], "screen_days": 1}
    settings = CheckinsConfig(
        slot_seconds=20, opens_before_minutes=1, closes_after_minutes=1, **networks
    )
    assert settings.is_venue("203.0.113.77")
    assert settings.is_venue("2001:db8::5")
    assert not settings.is_venue("203.0.114.1")
    assert not settings.is_venue("")
