"""The worker against the real sandbox: what WeChat answers decides what becomes of a message."""

import datetime as dt
import threading
import time
from typing import Any

import pytest

from models import Delivery, Wallet, WalletEntry
from models.notifications import DeliveryState, EntryReason
from server import clock
from server.clock import utcnow
from server.context import Resources
from server.services import health
from tests.conftest import Sandbox
from tests.jobs.conftest import Person, changed, fresh, until, working

SEND = "/cgi-bin/message/subscribe/send"
LONG_TERM = "sbx_longterm_".ljust(43, "A")


def settled(row: Delivery) -> Delivery:
    """The delivery after one try."""
    until(lambda: fresh(row).state not in ("reserved", "sending") and fresh(row).version > 1)
    return fresh(row)


def entries(person: Person) -> list[tuple[str, int]]:
    rows = WalletEntry.select().where(WalletEntry.user_id == person.user.id)
    return [(row.reason.value, row.change) for row in rows.order_by(WalletEntry.id)]


def test_a_message_arrives_once_with_its_words(it: Resources, sandbox: Sandbox) -> None:
    person, other = Person(it, sandbox).accept(it), Person(it, sandbox).accept(it)
    row = person.tell(fields={"activity": "茶会", "starts_at": utcnow(), "place": "一楼客厅"})
    with working(it):
        assert settled(row).state == DeliveryState.SENT
    (message,) = sandbox.get("messages", openid=person.openid)
    assert [line["value"] for line in message["rendered"]][::2] == ["茶会", "一楼客厅"]
    assert message["page"] == "pages/activities/detail/detail?id=7"
    assert person.balance() == 0
    assert entries(person) == [("accept", 1), ("reserve", -1), ("commit", 0)]
    assert other.received() == 0
    assert other.balance() == 1


def test_the_worker_is_woken_and_need_not_look(it: Resources, sandbox: Sandbox) -> None:
    slow = changed(it, jobs={"poll_seconds": 30.0})
    person = Person(it, sandbox).accept(it)
    with working(slow):
        until(lambda: bool(it.redis.pubsub_numsub("xinyi:wake")[0][1]))
        time.sleep(0.3)
        row = person.tell()
        until(lambda: fresh(row).state == DeliveryState.SENT, 5)


def test_without_redis_it_looks_by_itself(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox).accept(it)
    deaf = changed(it, redis={"url": "unix:///nowhere.sock"}, jobs={"poll_seconds": 0.2})
    with working(deaf):
        row = person.tell()
        until(lambda: fresh(row).state == DeliveryState.SENT)


def test_an_empty_wallet_is_not_knocked_at(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox)
    row = person.tell()
    sandbox.http.delete(f"{sandbox.base}/_sandbox/calls")
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.SKIPPED_NO_QUOTA)
    assert SEND not in sandbox.get("calls")


def test_a_reminder_that_comes_before_the_claim_counts(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox)
    row = person.tell()
    person.accept(it)
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.SENT)


def test_43101_empties_the_wallet_and_is_final(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox).accept(it, times=3)
    sandbox.post("faults", path=SEND, errcode=43101, times=1)
    row = person.tell()
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.FAILED_REFUSED)
    assert person.balance() == 0
    assert fresh(row).errcode == 43101
    assert entries(person)[-1] == (EntryReason.ZEROED.value, -2)


def test_a_long_term_reminder_is_sent_again_and_again_until_wechat_refuses(
    it: Resources, sandbox: Sandbox
) -> None:
    lasting = {"templates": {**it.config.wechat.templates, "need_answered": LONG_TERM}}
    it = changed(it, wechat=lasting | {"long_term": ["need_answered"]})
    person = Person(it, sandbox).accept(it, "need_answered")
    words = {"number": "XYC-1", "title": "停车", "summary": "加了十个", "answered_at": utcnow()}
    with working(it):
        for received in (1, 2):
            person.tell(kind="need_answered", fields=words)
            until(lambda: person.received() == received)  # noqa: B023  # called within the turn
        sandbox.post(
            f"users/{person.openid}/settings",
            template_id=LONG_TERM,
            status="reject",
            push=False,
        )
        row = person.tell(kind="need_answered", fields=words)
        until(lambda: fresh(row).state == DeliveryState.FAILED_REFUSED)
    assert person.received() == 2
    assert person.balance("need_answered") == 0
    assert not health.broken()


@pytest.mark.parametrize("errcode", [47003, 40037, 41030, 40003, 43107, 45168])
def test_what_lies_with_us_is_final_and_costs_nothing(
    errcode: int, it: Resources, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox).accept(it)
    sandbox.post("faults", path=SEND, errcode=errcode, times=1)
    row = person.tell()
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.FAILED_PARAM)
    assert fresh(row).errcode == errcode
    assert person.balance() == 1
    assert person.received() == 0


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"errcode": 45009}])
def test_a_busy_wechat_is_asked_again_after_1_5_and_30_minutes(
    fault: dict[str, int], it: Resources, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox).accept(it)
    row = person.tell()
    sandbox.post("faults", path=SEND, **fault)
    for minutes in (1, 5, 30):
        tried = fresh(row).attempts
        with working(it):
            until(lambda n=tried: fresh(row).attempts > n and fresh(row).state == "queued")
        now_row = fresh(row)
        pause = now_row.not_before - now_row.updated_at
        assert pause == dt.timedelta(minutes=minutes)
        assert person.balance() == 1
        clock.move(clock.offset() + pause)
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.FAILED_TEMP)
    assert person.balance() == 1
    assert person.received() == 0


def test_unreachable_is_certainly_not_sent(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox).accept(it)
    away = changed(it, wechat={"api_base": "http://127.0.0.1:9"})
    row = person.tell()
    with working(away):
        until(lambda: fresh(row).attempts == 1 and fresh(row).state == DeliveryState.QUEUED)
    assert person.balance() == 1


def test_a_collision_at_wechat_is_tried_again_soon(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox).accept(it)
    sandbox.post("faults", path=SEND, errcode=43108, times=1)
    row = person.tell()
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.SENT)
    assert person.received() == 1
    assert person.balance() == 0


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [({"reset_after_effect": True}, 1), ({"truncate": True}, 1), ({"status": 502}, 0)],
)
def test_nobody_knows_and_nobody_sends_again(
    fault: dict[str, Any], arrived: int, it: Resources, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox).accept(it, times=2)
    sandbox.post("faults", path=SEND, times=1, **fault)
    row = person.tell()
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.UNKNOWN)
        clock.move(clock.offset() + dt.timedelta(minutes=11))
        until(lambda: fresh(row).error == "no event", 15)
    assert fresh(row).state == DeliveryState.UNKNOWN
    assert person.received() == arrived
    assert person.balance() == 1


def test_a_hanging_wechat_costs_one_thread_not_the_worker(it: Resources, sandbox: Sandbox) -> None:
    quick = changed(it, wechat={"read_timeout": 1.0})
    stuck, other = Person(it, sandbox).accept(it), Person(it, sandbox).accept(it)
    sandbox.post("faults", path=SEND, hang=True, times=1)
    row = stuck.tell()
    with working(quick):
        until(lambda: fresh(row).state == DeliveryState.SENDING)
        began = time.monotonic()
        later = other.tell()
        until(lambda: fresh(later).state == DeliveryState.SENT)
        assert time.monotonic() - began < 1
        until(lambda: fresh(row).state == DeliveryState.UNKNOWN)
    sandbox.http.delete(f"{sandbox.base}/_sandbox/faults")


def test_one_person_gets_one_at_a_time_from_many_workers(it: Resources, sandbox: Sandbox) -> None:
    """The sandbox answers 43108 when two sends to one person overlap."""
    person = Person(it, sandbox).accept(it, times=12)
    sandbox.post("config", latency_ms=60)
    rows = [person.tell() for _ in range(12)]
    with working(it), working(it), working(it):
        until(lambda: all(fresh(row).state == DeliveryState.SENT for row in rows), 20)
    assert person.received() == 12
    assert {fresh(row).attempts for row in rows} == {1}
    assert person.balance() == 0


def test_several_workers_share_the_work_and_send_nothing_twice(
    it: Resources, sandbox: Sandbox
) -> None:
    people = [Person(it, sandbox).accept(it) for _ in range(60)]
    rows = [person.tell() for person in people]
    with working(it), working(it):
        until(lambda: all(fresh(row).state == DeliveryState.SENT for row in rows), 20)
    assert [person.received() for person in people] == [1] * 60
    assert Wallet.select().where(Wallet.balance != 0).count() == 0


def test_the_urgent_goes_first(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox).accept(it).accept(it, "cancelled")
    person.tell()
    fields = {"activity": "茶会", "starts_at": utcnow(), "reason": "下雨"}
    person.tell(kind="cancelled", fields=fields)
    with working(changed(it, jobs={"send_threads": 1})):
        until(lambda: person.received() == 2)
    kinds = [message["kind"] for message in sandbox.get("messages", openid=person.openid)]
    assert kinds == ["cancelled", "reminder"]


def test_at_night_only_the_urgent_goes(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox).accept(it).accept(it, "cancelled")
    waiting = person.tell()  # queued by day, still there in the evening
    clock.move(clock.offset() + dt.timedelta(hours=10))
    fields = {"activity": "茶会", "starts_at": utcnow(), "reason": "下雨"}
    urgent = person.tell(kind="cancelled", fields=fields)
    with working(it):
        until(lambda: fresh(urgent).state == DeliveryState.SENT)
    assert fresh(waiting).state == DeliveryState.QUEUED


def test_old_news_is_not_sent(it: Resources, sandbox: Sandbox) -> None:
    person = Person(it, sandbox).accept(it)
    row = person.tell()
    clock.move(clock.offset() + dt.timedelta(days=3))
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.EXPIRED)
    assert person.balance() == 1


def test_sends_can_be_held_to_a_pace(it: Resources, sandbox: Sandbox) -> None:
    people = [Person(it, sandbox).accept(it) for _ in range(6)]
    rows = [person.tell() for person in people]
    began = time.monotonic()
    with working(changed(it, jobs={"sends_per_second": 5})):
        until(lambda: all(fresh(row).state == DeliveryState.SENT for row in rows))
    assert time.monotonic() - began > 0.9


def test_stopping_finishes_what_flies_and_gives_the_rest_back(
    it: Resources, sandbox: Sandbox
) -> None:
    people = [Person(it, sandbox).accept(it) for _ in range(8)]
    rows = [person.tell() for person in people]
    sandbox.post("config", latency_ms=400)
    with working(changed(it, jobs={"send_threads": 2})):
        until(lambda: any(fresh(row).state == DeliveryState.SENDING for row in rows))
    states = [fresh(row).state for row in rows]
    assert set(states) == {DeliveryState.SENT, DeliveryState.QUEUED}
    for person, state in zip(people, states, strict=True):
        assert person.received() == (state == DeliveryState.SENT)
        assert person.balance() == (state == DeliveryState.QUEUED)


def test_a_worker_started_twice_in_one_process_leaves_no_thread(it: Resources) -> None:
    before = threading.active_count()
    with working(it):
        pass
    assert threading.active_count() == before
