"""The sandbox as a program, and a tiny server that receives what it pushes."""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3

ROOT = Path(__file__).parents[2]
READY = re.compile(r"sandbox listening on (http://127\.0\.0\.1:\d+)\n")
APPID, SECRET = "wxsandboxtest", "0123456789abcdef"
# The published vectors' token and key, so that they can be replayed over HTTP.
PUSH_TOKEN, AES_KEY_TEXT = "AAAAA", "A" * 43
AES_KEY = base64.b64decode(AES_KEY_TEXT + "=")
ENVIRONMENT = {
    "WECHAT_APPID": APPID,
    "WECHAT_SECRET": SECRET,
    "WECHAT_PUSH_TOKEN": PUSH_TOKEN,
    "WECHAT_PUSH_AES_KEY": AES_KEY_TEXT,
}
REMINDER = "sbx_reminder_".ljust(43, "A")
MENU = "sbx_menu_".ljust(43, "A")
LONGTERM = "sbx_longterm_".ljust(43, "A")
REMINDER_DATA = {
    "thing1": {"value": "手冲咖啡体验"},
    "time2": {"value": "2026年11月20日 12:00"},
    "thing3": {"value": "一楼共享客厅"},
}


def start(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """Start the program on a free port with further arguments and environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.sandbox", "--port", "0", *arguments],
        cwd=ROOT,
        env=os.environ | ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(*arguments: str, **environment: str) -> str:
    """Start the program in a way it must refuse; return what it says, all of it on stderr."""
    process = start(*arguments, **environment)
    try:
        output, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 2
    assert output == ""
    assert errors.startswith("sandbox: ")
    assert "Traceback" not in errors
    return errors


class Program:
    """A running sandbox."""

    def __init__(self, *arguments: str) -> None:
        self.process = start(*arguments)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = READY.fullmatch(line)
        if found is None:
            raise RuntimeError(f"did not start: {line!r} {self.process.communicate()}")
        self.url = found[1]
        self.http = urllib3.PoolManager(maxsize=80, retries=False)

    def stop(self) -> float:
        """Stop the program as the supervisor does; return how long it took."""
        started = time.monotonic()
        self.process.terminate()
        self.process.communicate(timeout=10)
        self.http.clear()
        return time.monotonic() - started

    def request(self, method: str, path: str, **options: Any) -> urllib3.BaseHTTPResponse:
        """Make any HTTP call."""
        return self.http.request(method, self.url + path, timeout=20, **options)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Make a control call that must succeed; return its JSON."""
        answer = self.request(method, "/_sandbox" + path, json=body)
        assert answer.status == 200, answer.data.decode()
        return answer.json()

    def refused(self, path: str, body: Any, status: int = 400) -> str:
        """Make a control call that must be refused; return the explanation."""
        answer = self.request("POST", "/_sandbox" + path, json=body)
        assert answer.status == status, answer.data.decode()
        return str(answer.json()["detail"])

    def get(self, path: str, **query: str) -> Any:
        """Call the platform with GET; return its JSON."""
        return self.request("GET", f"{path}?{urlencode(query)}").json()

    def token(self, **more: Any) -> Any:
        """Call stable_token; return its JSON."""
        body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET, **more}
        return self.request("POST", "/cgi-bin/stable_token", json=body).json()

    def post(self, path: str, body: Any, token: str | None = None) -> Any:
        """Call the platform with POST and a token; return its JSON, or its bytes if it is an image."""
        value = self.token()["access_token"] if token is None else token
        answer = self.request("POST", f"{path}?access_token={value}", json=body)
        return answer.json() if answer.data[:1] == b"{" else answer.data

    def errcode(self, path: str, body: Any) -> int:
        """Call the platform with POST and a token; return the errcode of its JSON."""
        return int(self.post(path, body)["errcode"])

    def login(self, openid: str = "demo-u1") -> Any:
        """Log a user in and exchange the code; return the session."""
        code = self.control("POST", f"/users/{openid}/login")["code"]
        return self.exchange(code)

    def exchange(self, code: str, **more: str) -> Any:
        """Call jscode2session; return its JSON."""
        query = {
            "appid": APPID,
            "secret": SECRET,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return self.get("/sns/jscode2session", **(query | more))

    def accept(self, template_id: str = REMINDER, openid: str = "demo-u1", **more: Any) -> Any:
        """Let a user accept a template."""
        body = {"template_id": template_id, "status": "accept", **more}
        return self.control("POST", f"/users/{openid}/subscribe", body)

    def send(self, openid: str = "demo-u1", **more: Any) -> Any:
        """Send the reminder template to a user; return the JSON."""
        body = {"touser": openid, "template_id": REMINDER, "data": REMINDER_DATA, **more}
        return self.post("/cgi-bin/message/subscribe/send", body)

    def remaining(self, template_id: str = REMINDER, openid: str = "demo-u1") -> int:
        """Return how many sends a template has left."""
        wallet = self.control("GET", f"/users/{openid}/wallet")
        return next(int(w["remaining"]) for w in wallet if w["template_id"] == template_id)

    def move_clock(self, seconds: float) -> None:
        """Set the sandbox's clock ahead."""
        self.control("POST", "/clock", {"offset_s": seconds})


@dataclass
class Received:
    """One request that reached the receiver."""

    method: str
    query: dict[str, str]
    body: bytes
    content_type: str
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """The app's callback. `behave` may delay or return another (status, body)."""

    received: list[Received] = field(default_factory=list)
    behave: Callable[[Received], tuple[int, str] | None] | None = None
    arrived: threading.Condition = field(default_factory=threading.Condition)
    files: dict[str, bytes] = field(default_factory=dict)
    url: str = ""

    def clear(self) -> None:
        """Forget everything, behave well again."""
        with self.arrived:
            self.received.clear()
            self.files.clear()
            self.behave = None

    def events(self, count: int, timeout: float = 5) -> list[Received]:
        """Wait for so many pushes and return them all."""
        with self.arrived:
            pushed = [r for r in self.received if r.method == "POST"]
            if not self.arrived.wait_for(lambda: self._count() >= count, timeout):
                raise AssertionError(f"{len(pushed)} pushes of {count} arrived")
            return [r for r in self.received if r.method == "POST"]

    def _count(self) -> int:
        return sum(r.method == "POST" for r in self.received)

    def answer(self, request: Received) -> tuple[int, str]:
        """Note a request and decide on the answer."""
        with self.arrived:
            self.received.append(request)
            self.arrived.notify_all()
        told = self.behave(request) if self.behave else None
        return told or (200, request.query.get("echostr", "success"))


def serve(receiver: Receiver) -> ThreadingHTTPServer:
    """Start the receiver on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path in receiver.files:
                return self.reply(200, receiver.files[parts.path])
            query = dict(parse_qsl(parts.query))
            length = int(self.headers.get("Content-Length", 0))
            kind = self.headers.get("Content-Type", "")
            request = Received(self.command, query, self.rfile.read(length), kind, time.time())
            status, text = receiver.answer(request)
            return self.reply(status, text.encode())

        do_POST = do_GET  # noqa: N815

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Stay quiet: tests let the sandbox hang up on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/callback"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
