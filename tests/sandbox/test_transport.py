"""What travels on the wire: bodies, methods, faults, and the control door."""

import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from .driver import APPID, REMINDER, REMINDER_DATA, SECRET, Program

STABLE = "/cgi-bin/stable_token"
SEND = "/cgi-bin/message/subscribe/send"
TOKEN_BODY = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}


def test_json_is_read_whatever_its_header_and_escapes(sandbox: Program) -> None:
    raw = json.dumps({"version": 2, "openid": "demo-u1", "scene": 2, "content": "违规测试词"})
    sandbox.login()
    token = sandbox.token()["access_token"]
    path = f"/wxa/msg_sec_check?access_token={token}"
    for body in (raw.encode(), raw.encode("ascii"), json.dumps(json.loads(raw)).encode("utf-8")):
        answer = sandbox.request("POST", path, body=body)
        assert answer.json()["result"]["suggest"] == "risky"
    plain = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    assert sandbox.request("POST", path, body=plain).json()["result"]["suggest"] == "risky"


@pytest.mark.parametrize(
    ("path", "code"), [("/wxa/msg_sec_check", 47001), ("/wxa/getwxacodeunlimit", 40169)]
)
def test_bodies_that_are_no_json_object_are_refused(sandbox: Program, path: str, code: int) -> None:
    token = sandbox.token()["access_token"]
    target = f"{path}?access_token={token}"
    form = sandbox.request("POST", target, fields={"scene": "1"}, encode_multipart=False)
    assert form.json()["errcode"] == code
    half = b'{"scene": "\\ud800"}'
    for body in (b"[1]", b"{", b'{"scene": "\xff"}', half, b"[" * 100_000):
        assert sandbox.request("POST", target, body=body).json()["errcode"] == code
    assert sandbox.request("POST", target, body=b"").json()["errcode"] == 44002
    assert sandbox.request("GET", target).json()["errcode"] == 43002


def test_an_unknown_address_is_an_invalid_url(sandbox: Program) -> None:
    assert sandbox.get("/cgi-bin/nothing")["errcode"] == 40066
    assert sandbox.request("PUT", STABLE, json=TOKEN_BODY).json()["errcode"] == 43002


def test_business_errors_come_with_status_200_and_the_marker(sandbox: Program) -> None:
    answer = sandbox.request("POST", SEND, json={})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; encoding=utf-8"
    assert answer.headers["X-WeChat-Sandbox"] == "1"
    assert answer.json()["errcode"] == 41001


def test_a_body_too_large_or_without_a_length_is_refused(sandbox: Program) -> None:
    parts = urlsplit(sandbox.url)
    for headers, status in (
        ({"Content-Length": "99999999"}, 413),
        ({"Content-Length": "-1"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
    ):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        connection.putrequest("POST", STABLE)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()


def fault(sandbox: Program, path: str, **kind: Any) -> None:
    sandbox.control("POST", "/faults", {"path": path, **kind})


def test_an_errcode_fault_lasts_so_many_times(sandbox: Program) -> None:
    fault(sandbox, STABLE, errcode=-1, times=2)
    codes = [sandbox.token().get("errcode") for _ in range(3)]
    assert codes == [-1, -1, None]
    fault(sandbox, "cgi-bin/stable_token", errcode=40164)
    answers = [sandbox.token() for _ in range(3)]
    assert {answer["errcode"] for answer in answers} == {40164}
    assert "not in whitelist" in answers[0]["errmsg"]
    assert sandbox.control("DELETE", "/faults") == {"deleted": 1}
    assert "access_token" in sandbox.token()


def test_a_fault_hits_only_its_endpoint_unless_it_is_for_all(sandbox: Program) -> None:
    fault(sandbox, SEND, errcode=45009)
    assert "access_token" in sandbox.token()
    assert sandbox.send()["errcode"] == 45009
    sandbox.control("DELETE", "/faults")
    fault(sandbox, "*", errcode=45011, errmsg="slower")
    answer = sandbox.token()
    assert answer["errcode"] == 45011
    assert answer["errmsg"].startswith("slower rid: ")


def test_an_errcode_fault_has_no_effect_unless_asked(sandbox: Program) -> None:
    sandbox.accept()
    fault(sandbox, SEND, errcode=-1, times=1)
    assert sandbox.send()["errcode"] == -1
    assert sandbox.remaining() == 1
    fault(sandbox, SEND, errcode=-1, after_effect=True, times=1)
    assert sandbox.send()["errcode"] == -1
    assert sandbox.remaining() == 0


def test_a_status_fault_is_no_json(sandbox: Program) -> None:
    fault(sandbox, STABLE, status=502, times=1)
    answer = sandbox.request("POST", STABLE, json=TOKEN_BODY)
    assert answer.status == 502
    assert answer.data.startswith(b"<html>")


def test_a_delay_fault_delays(sandbox: Program) -> None:
    fault(sandbox, STABLE, delay_ms=300, times=1)
    started = time.monotonic()
    assert "access_token" in sandbox.token()
    assert time.monotonic() - started >= 0.3


def test_a_hang_never_answers(sandbox: Program) -> None:
    fault(sandbox, STABLE, hang=True, times=1)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        sandbox.http.request("POST", sandbox.url + STABLE, json=TOKEN_BODY, timeout=0.3)
    assert "access_token" in sandbox.token()


def test_a_truncated_answer_breaks_off(sandbox: Program) -> None:
    sandbox.accept()
    token = sandbox.token()["access_token"]
    fault(sandbox, SEND, truncate=True, times=1)
    body = {"touser": "demo-u1", "template_id": REMINDER, "data": REMINDER_DATA}
    with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
        sandbox.request("POST", f"{SEND}?access_token={token}", json=body)
    assert sandbox.remaining() == 0


def test_a_reset_breaks_the_connection_after_the_effect(sandbox: Program) -> None:
    sandbox.accept()
    token = sandbox.token()["access_token"]
    fault(sandbox, SEND, reset_after_effect=True, times=1)
    body = {"touser": "demo-u1", "template_id": REMINDER, "data": REMINDER_DATA}
    parts = urlsplit(sandbox.url)
    text = json.dumps(body).encode()
    head = f"POST {SEND}?access_token={token} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(text)}"
    with socket.create_connection((parts.hostname or "", parts.port or 0), 5) as plain:
        plain.sendall(head.encode() + b"\r\n\r\n" + text)
        with pytest.raises(ConnectionResetError):
            plain.recv(1)
    assert sandbox.remaining() == 0
    assert len(sandbox.control("GET", "/messages")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"path": STABLE},
        {"path": "/nowhere", "errcode": 1},
        {"path": STABLE, "errcode": 0},
        {"path": STABLE, "errcode": "1"},
        {"path": STABLE, "errcode": True},
        {"path": STABLE, "status": 200},
        {"path": STABLE, "hang": "yes"},
        {"path": STABLE, "delay_ms": -1},
        {"path": STABLE, "errcode": 1, "status": 502},
        {"path": STABLE, "errcode": 1, "times": 0},
        {"path": STABLE, "errcode": 1, "colour": "red"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: Program, body: Any) -> None:
    assert sandbox.refused("/faults", body)
    assert sandbox.control("GET", "/faults") == {"faults": []}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/users", {"openid": "demo-u1"}, 409),
        ("/users", {"openid": "has space"}, 400),
        ("/users", {"phone": "none"}, 400),
        ("/users", {"name": "x"}, 400),
        ("/users", [1], 400),
        ("/users/nobody/login", {}, 404),
        ("/users/nobody/phone-code", {}, 404),
        ("/users/nobody/subscribe", {"template_id": REMINDER, "status": "accept"}, 404),
        ("/users/demo-u1/settings", {"template_id": REMINDER, "status": "ban"}, 400),
        ("/users/demo-u1/settings", {"main_switch": "off"}, 400),
        ("/config", {"colour": "red"}, 400),
        ("/config", {"mode": "secret"}, 400),
        ("/config", {"latency_ms": "5"}, 400),
        ("/config", {"published": 1}, 400),
        ("/config", {"limits": {"/nowhere": {"per_day": 1}}}, 400),
        ("/config", {"limits": {STABLE: {"per_year": 1}}}, 400),
        ("/config", {"qr_rules": [{"rule": "x"}]}, 400),
        ("/clock", {}, 400),
        ("/clock", {"offset_s": "x"}, 400),
        ("/push", {}, 400),
        ("/push", {"event": "x", "forge": "y"}, 400),
        ("/push", {"event": "x", "copies": 1.5}, 400),
        ("/push", {"event": "x", "fields": []}, 400),
        ("/outcomes", {"error_code": "0"}, 400),
        ("/scan", {"url": "http://["}, 400),
        ("/nothing", {}, 404),
        ("/messages", {}, 405),
    ],
)
def test_a_wrong_control_call_gets_a_clear_error(
    sandbox: Program, path: str, body: Any, status: int
) -> None:
    assert sandbox.refused(path, body, status)


def test_a_control_body_that_is_no_json_is_refused(sandbox: Program) -> None:
    answer = sandbox.request("POST", "/_sandbox/clock", body=b"{")
    assert answer.status == 400
    assert answer.json()["error"] == "invalid"
    assert sandbox.request("GET", "/_sandbox/messages?limit=x").status == 400


def test_control_calls_are_not_for_foreign_pages(sandbox: Program) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        answer = sandbox.request("GET", "/_sandbox/users", headers=headers)
        assert answer.status == 403, headers
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_page_of_this_machine_may_make_control_calls(sandbox: Program) -> None:
    headers = {"Origin": "http://127.0.0.1:5000"}
    asked = sandbox.request("OPTIONS", "/_sandbox/messages", headers=headers)
    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Origin"] == headers["Origin"]
    assert sandbox.request("GET", "/_sandbox/messages", headers=headers).json() == []


def test_users_are_made_and_listed(sandbox: Program) -> None:
    made = sandbox.control("POST", "/users", {"openid": "o-1", "unionid": "u-1"})
    assert made["openid"] == "o-1"
    users = sandbox.control("GET", "/users")
    demo = [f"demo-{name}" for name in ("u1", "u2", "u3", "u4", "u5")]
    demo += [f"demo-{name}" for name in ("keeper", "operator", "scanner")]
    assert [user["openid"] for user in users] == [*demo, "o-1"]
    sandbox.control("POST", "/reset")
    assert len(sandbox.control("GET", "/users")) == len(demo)


def test_the_clock_moves_and_comes_back(sandbox: Program) -> None:
    moved = sandbox.control("POST", "/clock", {"offset_s": 3600})
    assert moved["offset_s"] == 3600
    assert moved["now"].endswith("Z")
    assert sandbox.control("DELETE", "/clock")["offset_s"] == 0
    assert sandbox.control("GET", "/clock")["offset_s"] == 0
