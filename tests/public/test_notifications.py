"""WeChat's pushes over HTTP, genuine and forged, in every shape, as the sandbox sends them."""

import datetime as dt
import json
import threading
from typing import Any

import pytest
from flask import Flask

from models import PushEvent, User, UserOpenid, Wallet, db
from models.notifications import DeliveryState
from models.users import UserStatus
from scripts.sandbox.push.envelope import FORGERIES
from server import clock
from server.clock import utcnow
from server.context import Resources
from server.jobs import notifications_pushes as pushes
from tests.conftest import Client, Sandbox, resources
from tests.jobs.conftest import Person, fresh, it, until, working

__all__ = ["it"]
CHANGE = "subscribe_msg_change_event"


def work_off(it: Resources) -> int:
    return pushes.work_off(it, now=utcnow())


def popup(person: Person, it: Resources, status: str = "accept", kind: str = "reminder") -> None:
    """The person answers a pop-up; the event has arrived when this returns."""
    template = it.config.wechat.templates[kind]
    person.sandbox.post(f"users/{person.openid}/subscribe", template_id=template, status=status)
    arrived(person.sandbox)


def arrived(sandbox: Sandbox) -> list[dict[str, Any]]:
    """All pushes, once none is on its way."""
    found: list[dict[str, Any]] = sandbox.get("pushes", wait_s=10)
    return found


def push(sandbox: Sandbox, person: Person, **over: Any) -> dict[str, Any]:
    """Push an event and return what became of its last copy."""
    body = {"event": "unknown_event", "openid": person.openid} | over
    pushed: dict[str, Any] = sandbox.post("push", **body)["pushes"][-1]
    return pushed


def test_the_console_check_is_answered_in_plain_text(live: str, sandbox: Sandbox) -> None:
    checked = sandbox.post("verify")
    assert checked["ok"], checked


def test_a_forged_check_is_refused(client: Client) -> None:
    answer = client.get("/wechat/callback?signature=x&timestamp=1&nonce=2&echostr=3")
    assert answer.status_code == 403
    assert answer.json["code"] == "not_from_wechat"
    assert client.get("/wechat/callback").status_code == 403


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("shape", ["auto", "array"])
def test_an_accept_fills_the_wallet(
    form: str, shape: str, it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox)
    sandbox.post("config", format=form, entries_shape=shape)
    popup(person, it)
    popup(person, it, "reject", "menu")
    assert work_off(it) == 2
    assert person.balance() == 1
    assert person.balance("menu") == 0
    refused = Wallet.get(Wallet.user_id == person.user.id, Wallet.kind == "menu")
    assert refused.refused_at is not None


def test_several_templates_of_one_popup_count_each(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox)
    templates = it.config.wechat.templates
    results = {templates[kind]: "accept" for kind in ("reminder", "changed", "menu")}
    sandbox.post(f"users/{person.openid}/subscribe", results=results)
    arrived(sandbox)
    work_off(it)
    assert [person.balance(kind) for kind in ("reminder", "changed", "menu")] == [1, 1, 1]


def test_a_repeated_push_is_answered_and_counts_once(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox)
    entry = {"TemplateId": it.config.wechat.templates["reminder"], "PopupScene": "0"}
    fields = {"List": [entry | {"SubscribeStatusString": "accept"}]}
    body = {"event": "subscribe_msg_popup_event", "fields": fields, "copies": 3}
    pushed = push(sandbox, person, **body)
    assert pushed["tries"] == [pushed["tries"][0]]
    assert pushed["tries"][0]["answer"] == "success"
    assert PushEvent.select().count() == 1
    work_off(it)
    work_off(it)
    assert person.balance() == 1


def test_switching_off_in_the_settings_empties_the_wallet(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox)
    popup(person, it)
    work_off(it)
    template = it.config.wechat.templates["reminder"]
    sandbox.post("clock", offset_s=clock.offset().total_seconds() + 2)
    sandbox.post(f"users/{person.openid}/settings", template_id=template, status="reject")
    arrived(sandbox)
    work_off(it)
    assert person.balance() == 0


def test_wechats_sent_event_marks_the_message_delivered(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox).accept(it)
    row = person.tell()
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.DELIVERED)
    assert fresh(row).msgid


@pytest.mark.parametrize(
    "change", [{"events_before_reply": True}, {"push_order": "shuffled"}, {"sent_events": "twice"}]
)
def test_an_event_may_come_before_the_reply_late_or_twice(
    change: dict[str, Any], it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox).accept(it, times=3)
    sandbox.post("config", latency_ms=100, **change)
    rows = [person.tell() for _ in range(3)]
    with working(it):
        until(lambda: all(fresh(row).state == DeliveryState.DELIVERED for row in rows), 20)
    assert person.received() == 3


def test_a_send_without_an_answer_is_settled_by_the_event(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox).accept(it)
    sandbox.post("faults", path="/cgi-bin/message/subscribe/send", reset_after_effect=True, times=1)
    row = person.tell()
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.DELIVERED, 20)
    assert person.received() == 1


def test_a_delivery_that_failed_at_wechat_is_told(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox).accept(it)
    sandbox.post("outcomes", error_code="5", error_status="failed: user refused")
    row = person.tell()
    with working(it):
        until(lambda: fresh(row).state == DeliveryState.FAILED_REFUSED)


def test_who_cancels_the_authorisation_is_forgotten(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person, other = Person(it, sandbox), Person(it, sandbox)
    push(sandbox, person, event="user_authorization_cancellation")
    work_off(it)
    assert User.get_by_id(person.user.id).status == UserStatus.ERASED
    assert User.get_by_id(other.user.id).status == UserStatus.ACTIVE


def test_who_takes_back_the_nickname_loses_it(it: Resources, live: str, sandbox: Sandbox) -> None:
    person = Person(it, sandbox, nickname="小王")
    push(sandbox, person, event="user_authorization_revoke", fields={"RevokeInfo": "19"})
    work_off(it)
    assert User.get_by_id(person.user.id).nickname == ""


@pytest.mark.parametrize(
    "forged",
    [
        *({"forge": kind} for kind in FORGERIES if kind != "signature"),
        *({"mode": "plain", "forge": kind} for kind in ("signature", "token", "unsigned")),
        {"raw": "{}"},
        {"raw": "not json <"},
        {"raw": ""},
        {"timestamp": 1_000_000_000},
    ],
    ids=str,
)
def test_what_is_not_from_wechat_leaves_nothing(
    forged: dict[str, Any], it: Resources, live: str, sandbox: Sandbox
) -> None:
    pushed = push(sandbox, Person(it, sandbox), **forged)
    assert {tried["status"] for tried in pushed["tries"]} == {403}
    assert PushEvent.select().count() == 0


def test_an_unknown_event_is_answered_and_done(it: Resources, live: str, sandbox: Sandbox) -> None:
    pushed = push(sandbox, Person(it, sandbox), event="something_new")
    assert pushed["tries"][0]["answer"] == "success"
    assert work_off(it) == 1


def test_a_body_too_large_is_refused_unread(client: Client) -> None:
    answer = client.post("/wechat/callback", data=b"x" * 300_000)
    assert answer.status_code == 413
    assert PushEvent.select().count() == 0


def test_who_it_speaks_of_is_nowhere_in_the_clear(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox)
    popup(person, it)
    (row,) = PushEvent.select()
    assert person.openid not in json.dumps(row.__data__, default=str)


def test_an_event_about_a_stranger_is_tried_for_ten_minutes_and_holds_nobody_up(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    person = Person(it, sandbox)
    stranger = Person(it, sandbox)
    UserOpenid.delete().where(UserOpenid.user_id == stranger.user.id).execute()
    popup(stranger, it)
    popup(person, it)
    assert work_off(it) == 1
    assert person.balance() == 1
    clock.move(clock.offset() + dt.timedelta(minutes=11))
    work_off(it)
    assert PushEvent.select().where(PushEvent.done_at.is_null()).count() == 0
    assert PushEvent.select().where(PushEvent.error != "").count() == 1


def test_many_working_off_at_once_count_everything_once(
    it: Resources, live: str, sandbox: Sandbox
) -> None:
    people = [Person(it, sandbox) for _ in range(6)]
    for person in people:
        popup(person, it)
    gate = threading.Barrier(4)

    def go() -> None:
        with db.connection_context():
            gate.wait()
            work_off(it)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [person.balance() for person in people] == [1] * 6


def test_while_the_bench_has_moved_our_clock_pushes_still_arrive(
    app: Flask, live: str, sandbox: Sandbox
) -> None:
    clock.move(dt.timedelta(days=3))
    person = Person(resources(app), sandbox)
    popup(person, resources(app))
    work_off(resources(app))
    assert person.balance() == 1
