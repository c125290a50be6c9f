"""Message push: modes, formats, forgeries, retries, order, shapes."""

import hashlib
import time
from typing import Any
from xml.etree import ElementTree

import pytest

from scripts.sandbox import crypto

from .driver import AES_KEY, APPID, MENU, PUSH_TOKEN, REMINDER, Program, Received, Receiver


def push(sandbox: Program, event: str = "debug_demo", **more: Any) -> Any:
    """Push an event and return what became of it."""
    return sandbox.control("POST", "/push", {"event": event, **more})["pushes"]


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def envelope_of(received: Received) -> str:
    if "json" in received.content_type:
        return str(received.json["Encrypt"])
    return ElementTree.fromstring(received.body).findtext("Encrypt") or ""


def is_genuine(received: Received) -> bool:
    """Check a push as a careful app would."""
    query = received.query
    parts = [PUSH_TOKEN, query["timestamp"], query["nonce"]]
    if "encrypt_type" not in query:
        return query.get("signature") == signature(*parts)
    envelope = envelope_of(received)
    if query.get("msg_signature") != signature(*parts, envelope):
        return False
    try:
        return crypto.decrypt(AES_KEY, envelope)[1] == APPID
    except ValueError:
        return False


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_push_is_genuine_in_every_mode_and_format(
    sandbox: Program, receiver: Receiver, mode: str, form: str
) -> None:
    push(sandbox, mode=mode, format=form, fields={"debug_str": "]]> & <b>"})
    [received] = receiver.events(1)
    assert is_genuine(received)
    assert abs(int(received.query["timestamp"]) - time.time()) < 5
    assert received.content_type == ("application/json" if form == "json" else "text/xml")
    shown = received.body.decode()
    assert ("debug_demo" in shown) == (mode != "safe")
    assert ("Encrypt" in shown) == (mode != "plain")
    inner = shown if mode == "plain" else crypto.decrypt(AES_KEY, envelope_of(received))[0]
    if form == "xml":
        assert ElementTree.fromstring(inner).findtext("debug_str") == "]]> & <b>"
    else:
        assert '"debug_str":"]]> & <b>"' in inner


@pytest.mark.parametrize(
    ("mode", "forge"),
    [
        *[("plain", forge) for forge in ("signature", "token", "unsigned")],
        *[
            (mode, forge)
            for mode in ("safe", "compatible")
            for forge in ("msg_signature", "token", "unsigned", "appid", "key", "body")
        ],
    ],
)
def test_a_forged_push_is_not_genuine(
    sandbox: Program, receiver: Receiver, mode: str, forge: str
) -> None:
    push(sandbox, mode=mode, forge=forge)
    assert not is_genuine(receiver.events(1)[0])


def test_a_plain_signature_does_not_cover_the_body(sandbox: Program, receiver: Receiver) -> None:
    push(sandbox, forge="body")
    [received] = receiver.events(1)
    assert is_genuine(received)
    assert received.json["ToUserName"].startswith("gh-")


def test_the_query_signature_alone_is_valid_in_a_push_with_a_forged_body(
    sandbox: Program, receiver: Receiver
) -> None:
    push(sandbox, mode="safe", forge="msg_signature")
    query = receiver.events(1)[0].query
    parts = (PUSH_TOKEN, query["timestamp"], query["nonce"])
    assert query["signature"] == signature(*parts)


def test_a_push_can_be_replayed_and_doubled_to_the_byte(
    sandbox: Program, receiver: Receiver
) -> None:
    push(sandbox, mode="safe", copies=2, timestamp=1714112445, nonce="415670741")
    first, second = receiver.events(2)
    assert (first.body, first.query) == (second.body, second.query)
    assert first.query["timestamp"] == "1714112445"


def test_events_can_have_any_field_and_any_body(sandbox: Program, receiver: Receiver) -> None:
    push(sandbox, "never_heard_of", fields={"MsgType": "", "Depth": {"List": [1, 2]}})
    push(sandbox, raw="{not json", content_type="text/xml")
    first, second = receiver.events(2)
    assert first.json["MsgType"] == ""
    assert first.json["Depth"] == {"List": [1, 2]}
    assert (second.body, second.content_type) == (b"{not json", "text/xml")
    assert is_genuine(second)


@pytest.mark.parametrize(
    ("event", "wrapper"),
    [
        ("subscribe_msg_popup_event", "SubscribeMsgPopupEvent"),
        ("subscribe_msg_change_event", "SubscribeMsgChangeEvent"),
        ("subscribe_msg_sent_event", "SubscribeMsgSentEvent"),
    ],
)
def test_xml_wraps_the_list_and_json_does_not(
    sandbox: Program, receiver: Receiver, event: str, wrapper: str
) -> None:
    entries = [{"TemplateId": REMINDER}, {"TemplateId": MENU}]
    push(sandbox, event, format="xml", fields={"List": entries})
    push(sandbox, event, format="xml", fields={"List": entries[:1]})
    push(sandbox, event, fields={"List": entries})
    two, one, flat = receiver.events(3)
    found = ElementTree.fromstring(two.body).findall(f"{wrapper}/List/TemplateId")
    assert [each.text for each in found] == [REMINDER, MENU]
    assert len(ElementTree.fromstring(one.body).findall(f"{wrapper}/List")) == 1
    assert flat.json["List"] == entries


def test_one_entry_is_an_object_unless_told_otherwise(sandbox: Program, receiver: Receiver) -> None:
    sandbox.accept()
    sandbox.control("POST", "/config", {"entries_shape": "array", "create_time": "string"})
    sandbox.accept()
    first, second = receiver.events(2)
    assert isinstance(first.json["List"], dict)
    assert isinstance(first.json["CreateTime"], int)
    assert isinstance(second.json["List"], list)
    assert isinstance(second.json["CreateTime"], str)


def test_revoked_authorisation_names_the_user_in_openid(
    sandbox: Program, receiver: Receiver
) -> None:
    push(sandbox, "user_authorization_revoke", openid="demo-u4", fields={"RevokeInfo": "8"})
    message = receiver.events(1)[0].json
    assert message["OpenID"] == "demo-u4"
    assert message["FromUserName"] != "demo-u4"
    assert message["AppID"] == APPID
    assert message["RevokeInfo"] == "8"


def test_a_refused_push_comes_again_with_the_same_body(
    sandbox: Program, receiver: Receiver
) -> None:
    receiver.behave = lambda request: (500, "") if len(receiver.received) < 3 else None
    [result] = push(sandbox, mode="safe")
    assert result["state"] == "delivered"
    assert [one["status"] for one in result["tries"]] == [500, 500, 200]
    received = receiver.events(3)
    assert len({(r.body, tuple(r.query.items())) for r in received}) == 1


def test_a_push_is_given_up_after_three_tries(sandbox: Program, receiver: Receiver) -> None:
    receiver.behave = lambda request: (503, "")
    [result] = push(sandbox)
    assert result["state"] == "failed"
    assert len(receiver.events(3)) == 3


def test_a_slow_callback_is_dropped_and_tried_again(sandbox: Program, receiver: Receiver) -> None:
    sandbox.control("POST", "/config", {"push_timeout_ms": 200})

    def slow_once(request: Received) -> None:
        if len(receiver.received) == 1:
            time.sleep(0.5)

    receiver.behave = slow_once
    [result] = push(sandbox)
    assert result["tries"][0]["status"] is None
    assert result["tries"][1]["status"] == 200
    assert len(receiver.events(2)) == 2


def test_a_callback_has_five_seconds_by_default(sandbox: Program) -> None:
    assert sandbox.control("GET", "/config")["push_timeout_ms"] == 5000


def test_events_of_one_user_keep_their_order(sandbox: Program, receiver: Receiver) -> None:
    receiver.behave = lambda request: time.sleep(0.02)
    for number in range(12):
        push(sandbox, fields={"n": number}, wait=False)
    assert [r.json["n"] for r in receiver.events(12)] == list(range(12))


def test_events_can_arrive_in_any_order(sandbox: Program, receiver: Receiver) -> None:
    sandbox.control("POST", "/config", {"push_order": "shuffled"})
    for number in range(12):
        push(sandbox, fields={"n": number}, wait=False)
    numbers = [r.json["n"] for r in receiver.events(12)]
    assert sorted(numbers) == list(range(12))
    assert numbers != list(range(12))


def test_an_event_normally_follows_the_reply_but_can_precede_it(
    sandbox: Program, receiver: Receiver
) -> None:
    sandbox.control("POST", "/config", {"events_before_reply": True})
    sandbox.accept(push=False)
    sandbox.send()
    assert len(receiver.events(1, timeout=0)) == 1


def test_the_callback_must_pass_the_get_check(sandbox: Program, receiver: Receiver) -> None:
    assert sandbox.control("POST", "/verify") == {
        "ok": True,
        "status": 200,
        "answer": receiver.received[-1].query["echostr"],
    }
    query = receiver.received[-1].query
    assert query["signature"] == signature(PUSH_TOKEN, query["timestamp"], query["nonce"])
    receiver.behave = lambda request: (200, '"' + request.query["echostr"] + '"')
    other = {"callback": receiver.url + "?x=1"}
    assert "did not pass" in sandbox.refused("/config", other, 409)
    assert sandbox.control("GET", "/config")["callback"] == receiver.url
    sandbox.control("POST", "/config", other | {"verify": False})
    push(sandbox)
    assert receiver.events(1)[0].query["x"] == "1"


def test_pushes_are_logged_also_without_a_callback(sandbox: Program) -> None:
    sandbox.accept()
    [logged] = sandbox.control("GET", "/pushes")
    assert logged["state"] == "skipped"
    assert logged["event"] == "subscribe_msg_popup_event"
    assert "callback" in sandbox.refused("/push", {"event": "x"})


@pytest.mark.parametrize(
    "callback", ["http://example.com/", "https://127.0.0.1/", "ftp://127.0.0.1/", "http://[", 5]
)
def test_nothing_is_ever_pushed_off_this_machine(sandbox: Program, callback: Any) -> None:
    assert "this machine" in sandbox.refused("/config", {"callback": callback})
    assert "this machine" in sandbox.refused("/push", {"event": "x", "callback": callback})
