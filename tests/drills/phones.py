"""Members' phones: they ask, and ask again when the line breaks, as the mini-program does."""

from __future__ import annotations

import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import requests

import models
from server.services import checkins_codes

if TYPE_CHECKING:
    from tests.drills.conftest import Place

MENU = "sbx_menu_".ljust(43, "A")
PATIENCE_S = 40.0


class Phone:
    """One member. What the server has acknowledged stands in `signups` (session → id, party),
    `checkins` (session → id) and `needs` (id → title)."""

    def __init__(self, place: Place, openid: str) -> None:
        self.place, self.openid = place, openid
        self.http = requests.Session()
        self.user_id = 0
        self.signups: dict[int, tuple[int, int]] = {}
        self.checkins: dict[int, int] = {}
        self.needs: dict[int, str] = {}
        self.refused: set[int] = set()
        self.broken_lines = 0
        place.sandbox.post("users", openid=openid)

    def close(self) -> None:
        self.http.close()

    @property
    def acknowledged(self) -> int:
        """How many things this phone has been told are done."""
        return len(self.signups) + len(self.refused) + len(self.checkins) + len(self.needs)

    def ask(self, method: str, path: str, *statuses: int, **rest: Any) -> requests.Response:
        """Return the answer, which must be one of these. A broken line is tried again."""
        ends = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.try_once(method, path, **rest)
                break
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                self.broken_lines += 1
                assert time.monotonic() < ends, f"{method} {path}: nobody answers"
                time.sleep(0.1)
        assert answer.status_code in statuses, f"{method} {path}: {answer.text}"
        return answer

    def try_once(self, method: str, path: str, **rest: Any) -> requests.Response:
        """Return the answer, whatever it is."""
        url = f"{self.place.base}/api/v1/{path}"
        return self.http.request(method, url, timeout=30, **rest)

    def code(self) -> str:
        """A fresh code of wx.login."""
        return self.place.sandbox.login_code(self.openid)

    def log_in(self) -> None:
        told = self.ask("POST", "auth/wechat", 200, json={"code": self.code()}).json()
        self.http.headers["Authorization"] = f"Bearer {told['token']}"
        self.user_id = int(told["user"]["id"])

    def allow_menu(self) -> None:
        """Accept in WeChat's pop-up; WeChat tells the server."""
        quoted = urllib.parse.quote(self.openid)
        self.place.sandbox.post(f"users/{quoted}/subscribe", template_id=MENU, status="accept")

    def received(self) -> int:
        """How many menu messages are on the phone."""
        found = self.place.sandbox.get("messages", openid=self.openid, limit=1000)
        return sum(message["template_id"] == MENU for message in found)

    def sign_up(self, session: models.Session, party: int) -> bool:
        """Take places under one key, however often the line breaks; False when there are none."""
        answer = self.ask(
            "POST",
            f"sessions/{session.id}/signups",
            *(201, 409),
            json={"party_size": party},
            headers={"Idempotency-Key": f"tap-{session.id}"},
        )
        told = answer.json()
        if answer.status_code == 409:
            assert told["code"] == "full", told
            self.refused.add(session.id)
            return False
        self.signups[session.id] = int(told["id"]), told["party_size"]
        return True

    def check_in(self, session: models.Session) -> None:
        """Scan what the screen at the door shows, and what it shows next if that took too long."""
        while True:
            slot = checkins_codes.slot_of(self.place.now, 20)
            token = checkins_codes.make(session.id, session.qr_key, slot)
            answer = self.ask("POST", "checkins", 200, 410, json={"token": token})
            if answer.status_code == 200:
                self.checkins[session.id] = int(answer.json()["checkin"]["id"])
                return

    def need(self, title: str) -> dict[str, Any]:
        """Say what one needs. After a broken line look first whether it is there, as people do."""
        words = {"category": "policy", "title": title, "body": "想请教一下要准备什么"}
        while True:
            try:
                answer = self.try_once("POST", "needs", json=words)
                assert answer.status_code == 201, answer.text
                told = answer.json()
                break
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                self.broken_lines += 1
                mine = self.ask("GET", "needs?limit=50", 200).json()["items"]
                if there := [each for each in mine if each["title"] == title]:
                    [told] = there
                    break
        self.needs[int(told["id"])] = title
        return dict(told)
