"""Telling one thing to many: all of them once, from where it stood, and not on against a wall."""

import datetime as dt
import threading
from typing import Any

import pytest

from models import Campaign, Delivery, Message, Space, db
from models.notifications import CampaignState, DeliveryState
from server import clock
from server.clock import utcnow
from server.context import Resources
from server.services.audit import SYSTEM
from server.services.notifications import audience, campaigns, ledger
from tests.conftest import Sandbox
from tests.factories import make_space, make_user
from tests.jobs.conftest import Person, changed, until, working

SEND = "/cgi-bin/message/subscribe/send"


def start(space: Space, key: str = "menu:1", **over: Any) -> Campaign:
    values: dict[str, Any] = {
        "kind": "menu",
        "subject_type": "menu",
        "subject_id": 1,
        "title": "十一月菜单来了",
        "body": "茶会、讲座",
        "page": "pages/menus/detail/detail?space=1",
        "fields": {"space": "新意城", "month": "2026年11月", "summary": "茶会", "count": "2"},
        "activity_ids": None,
        "now": utcnow(),
    }
    campaigns.start(space.id, dedupe_key=key, **values | over)
    campaign: Campaign = Campaign.get(Campaign.space == space, Campaign.dedupe_key == key)
    return campaign


def state(campaign: Campaign) -> CampaignState:
    now_row: Campaign = Campaign.get_by_id(campaign.id)
    return now_row.state


def spread_all(campaign: Campaign, batch: int = 3) -> int:
    total = 0
    while reached := campaigns.spread(campaign.id, batch=batch, now=utcnow()):
        total += reached
    return total


@pytest.mark.usefixtures("app")
def test_everybody_is_told_once_whatever_the_batch() -> None:
    space = make_space()
    people = {make_user(home_space=space).id for _ in range(7)}
    make_user(home_space=make_space())
    muted = make_user(home_space=space, preferences={"menu": False})
    campaign = start(space)
    assert spread_all(campaign) == 8
    assert {row.user_id for row in Message.select()} == people | {muted.id}
    muted_row = Delivery.get(Delivery.user_id == muted.id)
    assert muted_row.state == DeliveryState.MUTED
    waiting = Delivery.select().where(Delivery.state == DeliveryState.QUEUED)
    assert {row.user_id for row in waiting} == people
    assert Campaign.get_by_id(campaign.id).total == 8
    assert state(campaign) == CampaignState.RUNNING


@pytest.mark.usefixtures("app")
def test_the_same_thing_is_started_once() -> None:
    space = make_space()
    assert start(space).id == start(space).id
    assert start(space, key="menu:2").id != start(space).id


@pytest.mark.usefixtures("app")
def test_spread_goes_on_where_it_stood_and_repeats_nobody() -> None:
    space = make_space()
    people = [make_user(home_space=space) for _ in range(5)]
    campaign = start(space)
    campaigns.spread(campaign.id, batch=2, now=utcnow())
    # As after a crash between two batches, or a cursor restored from an old backup.
    Campaign.update(cursor=0).where(Campaign.id == campaign.id).execute()
    spread_all(campaign, 2)
    assert sorted(row.user_id for row in Message.select()) == sorted(p.id for p in people)
    assert Delivery.select().count() == 5


@pytest.mark.usefixtures("app")
def test_two_workers_that_spread_at_once_meet_in_the_database() -> None:
    space = make_space()
    for _ in range(20):
        make_user(home_space=space)
    campaign = start(space)
    gate = threading.Barrier(3)

    def go() -> None:
        with db.connection_context():
            gate.wait()
            spread_all(campaign)

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.select().count() == 20
    assert Campaign.get_by_id(campaign.id).total == 20


def test_a_campaign_runs_to_its_end(it: Resources, sandbox: Sandbox) -> None:
    space = make_space()
    reachable = [Person(it, sandbox, home_space=space).accept(it, "menu") for _ in range(5)]
    silent = Person(it, sandbox, home_space=space)
    campaign = start(space)
    with working(it):
        until(lambda: [person.received() for person in reachable] == [1] * 5)
        until(lambda: Delivery.select().where(Delivery.state == "skipped_no_quota").count() == 1)
    campaigns.finish(now=utcnow())
    assert state(campaign) == CampaignState.DONE
    assert silent.received() == 0
    expected = audience.before(space.id, "menu")
    assert (expected.members, expected.reached) == (6, 0)


@pytest.mark.parametrize("errcode", [47003, 40037, 43107, 45009])
def test_a_campaign_stops_at_the_wall_and_can_go_on_later(
    errcode: int, it: Resources, sandbox: Sandbox
) -> None:
    space = make_space()
    people = [Person(it, sandbox, home_space=space).accept(it, "menu") for _ in range(12)]
    other = Person(it, sandbox).accept(it)
    campaign = start(space)
    sandbox.post("faults", path=SEND, errcode=errcode)
    one_thread = changed(it, jobs={"send_threads": 1})
    with working(one_thread):
        until(lambda: state(campaign) == CampaignState.STOPPED)
    assert str(errcode) in Campaign.get_by_id(campaign.id).stop_reason
    assert sandbox.get("calls")[SEND] == 1, "it was burned through"
    sandbox.http.delete(f"{sandbox.base}/_sandbox/faults")
    with working(it):  # what is not of the campaign goes on
        other.tell()
        until(lambda: other.received() == 1)
        assert sum(person.received() for person in people) == 0
    ledger.resume(ledger.get_campaign(campaign.id), actor=SYSTEM, now=utcnow())
    clock.move(clock.offset() + dt.timedelta(minutes=2))
    with working(it):
        reached = 12 if errcode == 45009 else 11  # the one that met the wall is lost for good
        until(lambda: sum(person.received() for person in people) == reached)
    with pytest.raises(campaigns.NotStopped):
        ledger.resume(ledger.get_campaign(campaign.id), actor=SYSTEM, now=utcnow())


def test_staff_may_send_again_what_nobody_knows_of(it: Resources, sandbox: Sandbox) -> None:
    space = make_space()
    person = Person(it, sandbox, home_space=space).accept(it, "menu", times=2)
    start(space)
    sandbox.post("faults", path=SEND, reset_after_effect=True, times=1)
    unknown = Delivery.select().where(Delivery.state == DeliveryState.UNKNOWN)
    with working(it):
        until(unknown.exists)
    assert ledger.troubles([space.id])[DeliveryState.UNKNOWN] == 1
    (line,) = ledger.of_spaces([space.id], state=DeliveryState.UNKNOWN, cursor=None, limit=5).items
    ledger.resend(line, actor=SYSTEM, now=utcnow())
    with working(it):
        until(lambda: person.received() == 2)
        until(lambda: Delivery.get_by_id(line.delivery.id).state == DeliveryState.SENT)
    with pytest.raises(ledger.CannotResend):
        ledger.resend(ledger.get(line.delivery.id), actor=SYSTEM, now=utcnow())
