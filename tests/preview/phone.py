"""Drives the mini-program the way a person does: taps, drags, types; reads what is on the screen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, ConsoleMessage, Frame, Locator, Page

# A phone as WeChat has most of; real touches, so that what a finger cannot do fails.
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 375, "height": 760},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK: Mapping[str, Any] = {"viewport": {"width": 900, "height": 840}}
SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"


class Phone:
    """One preview in a window of its own, and everything the browser complained about."""

    def __init__(self, browser: Browser, base: str, options: Mapping[str, Any] = PHONE) -> None:
        self.base = base
        self.context = browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", base_url=base, **options
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.program = self.page.frame_locator(".program")

    def _said(self, message: ConsoleMessage) -> None:
        # A refusal of the API is an answer; the browser reports it as if it were a mistake.
        is_refusal = "/api/" in message.location.get("url", "") and "status of 4" in message.text
        if message.type == "error" and not is_refusal:
            self.complaints.append(message.text)

    def open(self, path: str = "", member: str = "demo-u1", *, is_bare: bool = True) -> "Phone":
        """Start the program, at its first page or at `path` (with query) as from a share card."""
        asked = {"member": member} | ({"page": path} if path else {})
        bare = "&bare" if is_bare else ""
        self.page.goto(f"{self.base}/preview/index.html?{urlencode(asked)}{bare}")
        self.here().wait_for()
        return self

    def frame(self) -> Frame:
        """The document of the program, for what only a script can ask."""
        return next(frame for frame in self.page.frames if "app.html" in frame.url)

    def evaluate(self, script: str) -> Any:
        """Return what a script says inside the program."""
        return self.frame().evaluate(script)

    def data(self) -> dict[str, Any]:
        """The data of the page on top."""
        data: dict[str, Any] = self.evaluate("preview.top().instance.data")
        return data

    def routes(self) -> list[str]:
        """The page stack, the page on top last."""
        routes: list[str] = self.evaluate("getCurrentPages().map((page) => page.route)")
        return routes

    def here(self) -> Locator:
        """The page on top."""
        return self.program.locator("wx-page:visible")

    def text(self, words: str, *, exact: bool = False) -> Locator:
        """Whatever on the page on top shows these words."""
        return self.here().get_by_text(words, exact=exact).locator("visible=true")

    def tap(self, words: str, *, exact: bool = True) -> None:
        """Put a finger on these words."""
        found = self.text(words, exact=exact).first
        found.wait_for()
        # A button's label lies below the button's own border.
        button = found.locator("xpath=ancestor::wx-button")
        (button.last if button.count() else found).tap()

    def fill(self, field: Locator, words: str) -> None:
        """Type into a field."""
        field.locator("input, textarea").first.fill(words)

    def drag(
        self, place: Locator, dx: float, dy: float, *, steps: int = 8, hold_ms: int = 0
    ) -> None:
        """Move a finger from the middle of a place; with no way to go it is a long press."""
        box = place.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = self.context.new_cdp_session(self.page)

        def touch(kind: str, *points: tuple[float, float]) -> None:
            at = [{"x": across, "y": down} for across, down in points]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

        touch("touchStart", (x, y))
        self.page.wait_for_timeout(hold_ms)
        for step in range(1, steps + 1 if dx or dy else 1):
            touch("touchMove", (x + dx * step / steps, y + dy * step / steps))
            self.page.wait_for_timeout(16)
        touch("touchEnd")
        session.detach()

    def title(self) -> Locator:
        """The navigation bar's title."""
        return self.page.locator(".nav-title")

    def back(self) -> None:
        """Tap the arrow of the navigation bar."""
        self.page.get_by_label("返回").click()

    def tab(self, words: str) -> None:
        """Tap a tab of the tab bar."""
        self.page.get_by_role("tab", name=words).click()

    def dialog(self, name: str) -> Locator:
        """A dialog over the page."""
        return self.page.get_by_role("dialog", name=name)

    def picture(self, name: str) -> None:
        """Keep a picture of the screen as an artefact."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
