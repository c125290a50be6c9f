"""The sandbox's pushes over HTTP into our receiving end: two independent readings of one page."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from server.wechat import (
    AuthorizationCancelled,
    Event,
    Push,
    PushMessage,
    PushRejected,
    SubscribeChange,
    SubscribePopup,
    SubscribeSent,
    WeChat,
)
from tests.wechat.bench import PAGE, REMINDER, VALUES, Sandbox

MODES = [(mode, form) for mode in ("plain", "compatible", "safe") for form in ("json", "xml")]


@dataclass
class Callback:
    """Our side of the push: what was understood and what was refused."""

    messages: list[PushMessage] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def events(self) -> list[Event]:
        return [event for message in self.messages for event in message.events]


def door(found: Callback, push: Push, sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    """A web server's handler that does what our callback does."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(push.verify_url)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))

            def take(args: dict[str, str]) -> str:
                found.messages.append(push.open(args, body, now=sandbox.now()))
                return "success"

            self.answer(take)

        def answer(self, make: Any) -> None:
            try:
                status, text = 200, make(dict(parse_qsl(urlsplit(self.path).query)))
            except PushRejected as error:
                found.refused.append(str(error))
                status, text = 403, "refused"
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Door


@pytest.fixture
def callback(sandbox: Sandbox) -> Iterator[Callback]:
    push = Push(sandbox.push_token, sandbox.aes_key, sandbox.appid, accept_plain=True)

    found = Callback()
    server = ThreadingHTTPServer(("127.0.0.1", 0), door(found, push, sandbox))
    url = f"http://127.0.0.1:{server.server_port}/wechat/callback"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        sandbox.control("POST", "config", callback=url)  # checks it with the signed GET
        yield found
    finally:
        sandbox.control("POST", "config", callback=None, mode="safe", format="json")
        server.shutdown()
        server.server_close()
        thread.join(5)


def arrived(sandbox: Sandbox) -> None:
    """Wait until no push is on its way."""
    sandbox.control("GET", "pushes?wait_s=10")


def first_sent(callback: Callback) -> SubscribeSent:
    """Return the first sent event. It is pushed after the answer to the send, so the answer says
    nothing about whether it is on its way yet."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        for event in callback.events():
            if isinstance(event, SubscribeSent):
                return event
        time.sleep(0.02)
    raise AssertionError("no sent event in ten seconds")


def test_the_console_s_check_passes(sandbox: Sandbox, callback: Callback) -> None:
    assert sandbox.control("POST", "verify")["ok"]
    assert callback.refused == []


@pytest.mark.parametrize(("mode", "form"), MODES)
def test_every_mode_and_format_says_the_same(
    sandbox: Sandbox, callback: Callback, mode: str, form: str
) -> None:
    entries = [
        {"TemplateId": REMINDER, "SubscribeStatusString": "accept", "PopupScene": "0"},
        {"TemplateId": "other", "SubscribeStatusString": "reject", "PopupScene": "0"},
    ]
    created = int(sandbox.now().timestamp())
    for count in (1, 2):
        sandbox.control(
            "POST",
            "push",
            event="subscribe_msg_popup_event",
            openid="o-1",
            fields={"List": entries[:count], "CreateTime": created},
            mode=mode,
            format=form,
        )
    moment = datetime.fromtimestamp(created, UTC)
    one = SubscribePopup("o-1", REMINDER, True, "0", moment)
    other = SubscribePopup("o-1", "other", False, "0", moment)
    assert callback.events() == [one, one, other]
    assert callback.refused == []


@pytest.mark.parametrize(("mode", "form"), MODES)
@pytest.mark.parametrize(
    "forge", ["signature", "msg_signature", "token", "appid", "key", "body", "unsigned"]
)
def test_forgeries_are_refused(
    sandbox: Sandbox, callback: Callback, mode: str, form: str, forge: str
) -> None:
    # The plain signature proves nothing in safe mode, and there is no other in plain mode.
    harmless = {"plain": {"msg_signature", "appid", "key", "body"}}.get(mode, {"signature"})
    sandbox.control(
        "POST",
        "push",
        event="user_authorization_cancellation",
        openid="o-victim",
        mode=mode,
        format=form,
        forge=forge,
    )
    assert bool(callback.messages) == (forge in harmless)
    assert bool(callback.refused) == (forge not in harmless)


def test_an_old_push_is_refused(sandbox: Sandbox, callback: Callback) -> None:
    stamp = int(sandbox.now().timestamp()) - 3600
    sandbox.control("POST", "push", event="debug_demo", timestamp=stamp)
    assert callback.messages == []
    assert set(callback.refused) == {"too old, or the clock is wrong"}


def test_copies_share_their_key(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("POST", "push", event="user_info_modified", openid="o-1", copies=3)
    sandbox.control("POST", "push", event="user_info_modified", openid="o-2")
    keys = [message.dedupe_key for message in callback.messages]
    assert len(keys) == 4
    assert len(set(keys)) == 2


def test_a_person_s_life_with_a_template(
    sandbox: Sandbox, callback: Callback, wechat: WeChat
) -> None:
    openid = sandbox.user()
    sandbox.accept(openid, REMINDER)
    wechat.send(openid, REMINDER, VALUES, PAGE)
    first_sent(callback)
    sandbox.control("POST", f"users/{openid}/settings", template_id=REMINDER, status="reject")
    arrived(sandbox)
    sandbox.control("POST", "push", event="user_authorization_cancellation", openid=openid)
    popup, sent, change, gone = callback.events()
    assert isinstance(popup, SubscribePopup)
    assert popup.accepted
    assert isinstance(sent, SubscribeSent)
    assert (sent.template_id, sent.errorcode, sent.status) == (REMINDER, 0, "success")
    assert isinstance(change, SubscribeChange)
    assert not change.accepted
    assert isinstance(gone, AuthorizationCancelled)
    assert {popup.openid, sent.openid, change.openid, gone.openid} == {openid}


def test_a_failed_delivery_is_told(sandbox: Sandbox, callback: Callback, wechat: WeChat) -> None:
    openid = sandbox.user()
    sandbox.accept(openid, REMINDER)
    sandbox.control("POST", "outcomes", openid=openid, error_code="1003")
    wechat.send(openid, REMINDER, VALUES, PAGE)
    sent = first_sent(callback)
    assert sent.errorcode == 1003
