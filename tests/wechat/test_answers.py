"""Answers WeChat never promised: they are unknown outcomes, not crashes and not successes."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from redis import Redis

from server.wechat import WeChat, WeChatError

APPID = "wx0123456789abcdef"
GOOD_TOKEN = {"access_token": "tok", "expires_in": 7200}


class Odd:
    """A platform that gives one token and then says `answer` to everything."""

    answer: bytes = b"{}"
    token: Any = GOOD_TOKEN
    url: str = ""


@pytest.fixture
def odd() -> Iterator[Odd]:
    told = Odd()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say(told.answer)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            is_token = self.path == "/cgi-bin/stable_token"
            self.say(json.dumps(told.token).encode() if is_token else told.answer)

        def say(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def client(odd: Odd, redis: Redis) -> WeChat:
    return WeChat(appid=APPID, secret="a-secret", redis=redis, base_url=odd.url)


CALLS: dict[str, Callable[[WeChat], object]] = {
    "openid": lambda wechat: wechat.openid("c"),
    "phone": lambda wechat: wechat.phone("c"),
    "check_text": lambda wechat: wechat.check_text("o", 3, "x"),
    "check_media": lambda wechat: wechat.check_media("o", "https://x/y.jpg", 3),
    "send": lambda wechat: wechat.send("o", "t", {}, "p"),
    "qr_code": lambda wechat: wechat.qr_code("a", "p"),
    "templates": lambda wechat: wechat.templates(),
}


def kind_of(call: Callable[[], object]) -> str:
    with pytest.raises(WeChatError) as caught:
        call()
    return caught.value.kind


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "answer",
    [b"", b"[]", b"7", b"null", b'"ok"', b"<html>", b'{"errcode": "many"}', b'{"errcode": null}'],
    ids=str,
)
def test_no_object_no_success(odd: Odd, client: WeChat, name: str, answer: bytes) -> None:
    odd.answer = answer
    lost = "login_again" if name in ("openid", "phone") else "unknown_outcome"
    assert kind_of(lambda: CALLS[name](client)) == lost


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("openid", {"session_key": "k"}),
        ("openid", {"openid": ""}),
        ("openid", {"openid": ["o"]}),
        ("phone", {"errcode": 0}),
        ("phone", {"phone_info": {"purePhoneNumber": "1", "countryCode": "86"}}),
        ("check_text", {"errcode": 0}),
        ("check_text", {"result": {"suggest": "pass", "label": "x"}, "trace_id": "t"}),
        ("check_text", {"result": {"suggest": "pass", "label": 100}}),
        ("check_media", {"errcode": 0}),
        ("qr_code", {"errcode": 0}),
        ("templates", {"errcode": 0}),
        ("templates", {"data": [{}]}),
        ("templates", {"data": ["t"]}),
        ("templates", {"data": 3}),
    ],
)
def test_what_was_promised_must_be_there(
    odd: Odd, client: WeChat, name: str, answer: dict[str, Any]
) -> None:
    odd.answer = json.dumps(answer).encode()
    lost = "login_again" if name in ("openid", "phone") else "unknown_outcome"
    assert kind_of(lambda: CALLS[name](client)) == lost


def test_a_phone_number_for_another_app_is_not_taken(odd: Odd, client: WeChat) -> None:
    info = {"purePhoneNumber": "13800138000", "countryCode": 86, "watermark": {"appid": "wxother"}}
    odd.answer = json.dumps({"phone_info": info}).encode()
    assert kind_of(lambda: client.phone("c")) == "config"


@pytest.mark.parametrize("suggest", ["block", "", None, "PASS"])
def test_a_verdict_in_new_words_goes_to_a_person(odd: Odd, client: WeChat, suggest: Any) -> None:
    result = {"suggest": suggest, "label": "100"}
    odd.answer = json.dumps({"errcode": 0, "result": result, "trace_id": "t"}).encode()
    verdict = client.check_text("o", 3, "x")
    assert (verdict.suggest, verdict.label) == ("review", 100)


@pytest.mark.parametrize(
    "token",
    [{}, [], {"access_token": "t"}, {"access_token": "", "expires_in": 1}, {**GOOD_TOKEN, "expires_in": "soon"}],
    ids=str,
)  # fmt: skip
def test_a_token_answer_without_a_token(odd: Odd, client: WeChat, token: Any) -> None:
    odd.token = token
    assert kind_of(client.templates) == "unreachable"


def test_an_errcode_as_text_is_one(odd: Odd, client: WeChat) -> None:
    odd.answer = b'{"errcode": "43101", "errmsg": "user refuse hints: [ req_id: Ab-1 ]"}'
    with pytest.raises(WeChatError) as caught:
        client.send("o", "t", {}, "p")
    assert (caught.value.kind, caught.value.errcode, caught.value.rid) == ("refused", 43101, "Ab-1")
