"""The whole stack as `scripts/run` starts it, with what a story on it needs: its clock, its sandbox,
members over HTTP, an eye that reads the screen."""

import datetime as dt
import re
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import requests
from playwright.sync_api import Page

from tests.scripts.running import Running


class Place:
    """The running stack, its sandbox and its clock."""

    def __init__(self, stack: Running) -> None:
        self.base = f"http://127.0.0.1:{stack.port}"
        self.sandbox = f"http://127.0.0.1:{stack.port + 1}/_sandbox"
        logins = (stack.state / "demo-logins.txt").read_text(encoding="utf-8")
        self.passwords = dict(re.findall(r"^(\w+)\s+(\S+)", logins, re.M))

    def move(self, to: dt.datetime) -> None:
        """Set the clocks of all processes, ours and the sandbox's."""
        self.now = to
        offset = (to - dt.datetime.now(dt.UTC)).total_seconds()
        for url in (f"{self.base}/_dev/clock", f"{self.sandbox}/clock"):
            answer = requests.post(url, json={"offset_s": offset}, timeout=10)
            assert answer.ok, answer.text

    def job(self, name: str) -> None:
        answer = requests.post(f"{self.base}/_dev/jobs/{name}", timeout=30)
        assert answer.ok, answer.text

    def messages(self, openid: str, template: str) -> list[dict[str, Any]]:
        found = requests.get(f"{self.sandbox}/messages", params={"openid": openid}, timeout=10)
        return [message for message in found.json() if message["template_id"] == template]


class Member:
    """A member's phone."""

    def __init__(self, place: Place, openid: str) -> None:
        self.place, self.openid = place, openid
        self.http = requests.Session()
        code = self._sandbox("login").json()["code"]
        token = self.ask("POST", "auth/wechat", 200, json={"code": code})["token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def _sandbox(self, call: str, **body: Any) -> requests.Response:
        quoted = urllib.parse.quote(self.openid)
        url = f"{self.place.sandbox}/users/{quoted}/{call}"
        answer = requests.post(url, json=body, timeout=10)
        assert answer.ok, answer.text
        return answer

    def allow(self, template: str) -> None:
        """Accept in WeChat's pop-up; WeChat tells the server."""
        self._sandbox("subscribe", template_id=template, status="accept")

    def ask(self, method: str, path: str, status: int, **rest: Any) -> Any:
        url = f"{self.place.base}/api/v1/{path}"
        answer = self.http.request(method, url, timeout=15, **rest)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def balance(self, kind: str) -> int:
        kinds = self.ask("GET", "me/wallet", 200)["items"]
        [one] = [entry for entry in kinds if entry["kind"] == kind]
        return int(one["balance"])


def until(found: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Return what was found once it is there. Fails with what was waited for."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if result := found():
            return result
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s for {what}")


def read_code(page: Page) -> str:
    """Return the text of the code as a phone's camera would read it off the screen."""
    picture = page.locator("[data-picture]").first.screenshot()
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    text, *_ = cv2.QRCodeDetector().detectAndDecode(pixels)
    return str(text)
