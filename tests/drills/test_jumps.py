"""The machine's clock jumps an hour ahead and back while messages leave, codes turn and people come."""

import datetime as dt

import pytest

import models
from models.notifications import DeliveryState
from server.services import checkins_codes, health
from tests.drills.conftest import SEND_THREADS, Place
from tests.drills.test_drills import SEND, require_acknowledged, require_told_once

pytestmark = pytest.mark.timeout(240)

HOUR = dt.timedelta(hours=1)


def code_of(place: Place, session: models.Session) -> str:
    """What the screen at the door shows by the clock as it stands."""
    slot = checkins_codes.slot_of(place.now, 20)
    return checkins_codes.make(session.id, session.qr_key, slot)


def jump(place: Place, ahead: dt.timedelta) -> None:
    """Set the clock while a message is on its way, and let the jobs look that judge by time alone."""

    def sending() -> bool:
        rows = models.Delivery.select().where(models.Delivery.state == DeliveryState.SENDING)
        return bool(rows.exists())

    place.until(lambda: sending() or not place.has_left(), "a message is on its way")
    place.move(ahead)
    for job in ("recover_outbox", "give_up_unknown"):
        place.job(job)


def test_the_clock_may_jump(place: Place) -> None:
    true, sessions, later = place.ahead, place.offer(capacity=80), place.offer(1, capacity=80)
    (early, late, *others), allowing = place.members[:8], place.members[:8]
    assert early.sign_up(sessions[0], 1)
    assert late.sign_up(sessions[0], 1)
    place.let_all_allow(allowing)
    place.sandbox.post("faults", path=SEND, delay_ms=300)
    menu = place.publish_menu(sessions)

    before = code_of(place, sessions[0])
    jump(place, true + HOUR)
    early.ask("POST", "checkins", 410, json={"token": before})
    early.check_in(sessions[0])
    ahead, first = code_of(place, sessions[0]), dict(early.checkins)
    assert others[0].sign_up(later[0], 2)
    others[0].need("时钟快了一小时")

    jump(place, true)
    late.ask("POST", "checkins", 400, 410, json={"token": ahead})
    late.check_in(sessions[0])
    early.check_in(sessions[0])
    assert early.checkins == first, "who came in the hour that was not is in, once"
    assert others[1].sign_up(later[0], 2)
    others[1].need("时钟又慢了一小时")

    # What was put off in the hour that was not waits until that hour has come in truth.
    place.move(true + HOUR)
    place.until_all_met_their_end()
    for member in place.members:
        member.ask("GET", "me", 200)
    with place.tables():
        assert health.broken() == []
        require_acknowledged(place, sessions + later)
        require_told_once(place, menu, allowing, at_most_unknown=2 * SEND_THREADS)
