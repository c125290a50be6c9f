"""The WeChat sandbox as a program of its own, and its control calls."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from redis import Redis

from server.wechat import WeChat, WeChatError

_ROOT = Path(__file__).parents[2]
REMINDER = "sbx_reminder_".ljust(43, "A")
PAGE = "pages/index/index"
VALUES = {"thing1": "税务讲座", "time2": "2026年3月2日 14:00", "thing3": "一楼共享客厅"}
# Four ways an answer is lost after the request left: nobody can know whether it took effect.
LOST_ANSWERS: list[dict[str, Any]] = [
    {"truncate": True},
    {"reset_after_effect": True},
    {"status": 502},
    {"hang": True},
]
_READY = re.compile(rb"sandbox listening on (http://\S+)")


class Sandbox:
    """A running sandbox that plays one app; `url` is what the server takes for WeChat."""

    def __init__(self) -> None:
        self.appid = f"wxsandbox{secrets.token_hex(4)}"
        self.secret = secrets.token_hex(16)
        self.push_token = secrets.token_hex(8)
        self.aes_key = secrets.token_hex(22)[:42] + "A"
        self._http = urllib3.PoolManager()
        self._moved_s = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.sandbox", "--port", "0"],
            cwd=_ROOT,
            env=os.environ
            | {
                "WECHAT_APPID": self.appid,
                "WECHAT_SECRET": self.secret,
                "WECHAT_PUSH_TOKEN": self.push_token,
                "WECHAT_PUSH_AES_KEY": self.aes_key,
            },
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = _READY.match(line)
        if not found:
            self.stop()
            raise RuntimeError(f"the sandbox did not start: {line!r}")
        self.url = found[1].decode()

    def stop(self) -> None:
        """End the program."""
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._http.clear()

    def control(self, method: str, call: str, **body: Any) -> Any:
        """A control call; its JSON answer. Raises AssertionError if it is refused."""
        json = body if method == "POST" else None
        answer = self._http.request(method, f"{self.url}/_sandbox/{call}", json=json, timeout=10)
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    def user(self, **facts: Any) -> str:
        """A new WeChat user's openid."""
        return str(self.control("POST", "users", **facts)["openid"])

    def login_code(self, openid: str) -> str:
        return str(self.control("POST", f"users/{openid}/login")["code"])

    def phone_code(self, openid: str) -> str:
        return str(self.control("POST", f"users/{openid}/phone-code")["code"])

    def accept(self, openid: str, template_id: str) -> None:
        """The person allows one message of the template."""
        self.control("POST", f"users/{openid}/subscribe", template_id=template_id, status="accept")

    def messages(self, openid: str) -> list[dict[str, Any]]:
        answer = self.control("GET", f"messages?openid={openid}")
        return list(answer)

    def fault(self, path: str, **fault: Any) -> None:
        self.control("POST", "faults", path=path, **fault)

    def calls(self, path: str) -> int:
        """How often an endpoint was called since `forget`."""
        return int(self.control("GET", "calls").get(path, 0))

    def forget(self) -> None:
        """No faults, no counted calls."""
        self.control("DELETE", "faults")
        self.control("DELETE", "calls")

    def api(self, path: str, **body: Any) -> Any:
        """A call as another program with the same app would make it."""
        return self._http.request("POST", f"{self.url}/{path}", json=body, timeout=10).json()

    def advance(self, seconds: int) -> None:
        """Move the sandbox's clock; it never goes back, or its tokens would outlive ours."""
        self._moved_s += seconds
        self.control("POST", "clock", offset_s=self._moved_s)

    def now(self) -> datetime:
        """The sandbox's time."""
        return datetime.now(UTC) + timedelta(seconds=self._moved_s)

    def token(self, *, forced: bool = False) -> str:
        """The access token, as another program with the same app would get it."""
        answer = self.api(
            "cgi-bin/stable_token",
            grant_type="client_credential",
            appid=self.appid,
            secret=self.secret,
            force_refresh=forced,
        )
        return str(answer["access_token"])

    def revoke_token(self) -> None:
        """Kill the stable token at once, as after a leak."""
        before = self.token()
        self.advance(31)  # WeChat obeys a forced refresh only every 30 s
        assert self.token(forced=True) != before


def ask_once(redis_url: str, appid: str, secret: str, base_url: str) -> int:
    """In a process of its own: a cold worker that makes one call."""
    with Redis.from_url(redis_url) as redis:
        wechat = WeChat(appid=appid, secret=secret, redis=redis, base_url=base_url)
        return len(wechat.templates())


def failure(call: Callable[[], object]) -> WeChatError:
    """The error a call must end with."""
    with pytest.raises(WeChatError) as caught:
        call()
    return caught.value
