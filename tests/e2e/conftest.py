"""The real pages in Chromium against the real server. Without Chromium the tests say so aloud."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
)

import models
from server import clock
from server.clock import utcnow
from tests import factories


class Visitor:
    """A browser window and everything it complained about: CSP, scripts, missing files."""

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:
        self.base = base
        self.context: BrowserContext = browser.new_context(
            base_url=base, locale="zh-CN", timezone_id="Asia/Shanghai", **options
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.set_default_timeout(10_000)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _failed(self, request: Request) -> None:
        # Aborted: the page was left while it asked for something, which is nobody's fault.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def log_in(self, staff: models.Staff) -> "Visitor":
        """Carry a real console log-in of the account."""
        cookie = factories.make_console_login(staff)
        self.context.add_cookies([{"name": "xinyi_console", "value": cookie, "url": self.base}])
        return self


def begin_slot() -> None:
    """Move the clock to the start of a code's twenty seconds: late in them, the codes a screen holds
    would run out a moment before an outage of forty seconds does."""
    clock.move(clock.offset() + dt.timedelta(seconds=20 - utcnow().timestamp() % 20))


@pytest.fixture
def visitor(chromium: Browser, live: str) -> Iterator[Visitor]:
    """A window on the console at desk size. A test that ends with complaints fails."""
    one = Visitor(chromium, live, viewport={"width": 1280, "height": 800})
    yield one
    one.context.close()
    assert one.complaints == []
