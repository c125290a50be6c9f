"""A television in a lobby for days: the network goes, the server goes, the day goes; it stays true."""

import datetime as dt
import re
import threading

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

import models
from server.clock import move
from server.services import checkins_screens as screens
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import resources
from tests.e2e.conftest import Visitor, begin_slot

HOUR = dt.timedelta(hours=1)


class Lobby:
    """The server on a port of its own, which can be switched off and on."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.server: BaseWSGIServer | None = None
        self.port = 0
        self.on()

    def on(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def off(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None


def shown(page: Page) -> str:
    return page.locator("[data-picture]").first.get_attribute("src") or ""


def test_the_lobby_screen_outlives_outages_days_and_its_own_link(
    app: Flask, engine: str, chromium: Browser, now: dt.datetime
) -> None:
    if engine == "postgresql":
        pytest.skip("what a browser shows does not depend on the database")
    space = factories.make_space()
    venue = factories.make_venue(space, name="路演厅")
    talk = factories.make_session(
        factories.make_activity(space, title="税务讲座", venue=venue), starts_at=now - HOUR
    )
    factories.make_session(
        factories.make_activity(space, title="明天的集市"), starts_at=now + 26 * HOUR
    )
    screen = screens.make(space, days=30, actor=SYSTEM, now=now)
    link = screens.link(screen, key=resources(app).config.secrets.secret_key)
    lobby = Lobby(app)
    window = Visitor(
        chromium, f"http://127.0.0.1:{lobby.port}", viewport={"width": 1920, "height": 1080}
    )
    page = window.page
    begin_slot()
    page.clock.install()
    page.goto(f"/screen/{link}")
    expect(page.get_by_role("heading", name="税务讲座")).to_be_visible()
    page.clock.run_for(3_000)
    assert shown(page)
    factories.make_checkin(factories.make_signup(talk, factories.make_user(nickname="欧阳娜娜")))
    page.clock.run_for(3_000)
    expect(page.locator("[data-persons]")).to_have_text("1")
    expect(page.locator("[data-arrivals] span")).to_have_text("欧**")
    assert window.complaints == []

    # Forty seconds without a server: the codes of the slots to come are here already.
    lobby.off()
    codes = {shown(page)}
    for _ in range(20):
        page.clock.run_for(2_000)
        codes.add(shown(page))
        expect(page.locator("[data-veil]")).to_be_hidden()
    assert len(codes) == 3
    expect(page.locator("[data-state]")).to_contain_text("正在重连")
    page.clock.run_for(25_000)
    expect(page.locator("[data-veil]")).to_contain_text("签到码已用完")

    # It comes back by itself, to a second session beside the first.
    factories.make_session(
        factories.make_activity(space, title="午间瑜伽", venue=venue), starts_at=now - HOUR / 2
    )
    lobby.on()
    page.clock.run_for(6_000)
    expect(page.locator("[data-board]")).to_have_count(2)
    expect(page.locator("[data-veil]").first).to_be_hidden()
    expect(page.locator("[data-state]")).to_contain_text("自动更换")
    for width, height in ((1920, 1080), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        for box in page.locator(".code").all():
            place = box.bounding_box()
            assert place
            assert place["y"] + place["height"] <= height
            assert place["width"] >= 150

    # A new day, with nothing to scan.
    move(24 * HOUR)
    page.clock.run_for(3_000)
    expect(page.get_by_role("heading", name="今天接下来")).to_be_visible()
    expect(page.get_by_text("明天的集市")).to_be_visible()
    expect(page.locator("[data-picture]")).to_have_count(0)

    # Taken back: nothing of it stays on the wall.
    move(None)
    page.clock.run_for(3_000)
    expect(page.locator("[data-board]")).to_have_count(2)
    screens.revoke(space, actor=SYSTEM, now=now)
    page.clock.run_for(3_000)
    expect(page.get_by_role("heading", name="大屏链接已停用")).to_be_visible()
    expect(page.locator("[data-picture]")).to_have_count(0)
    window.context.close()
    lobby.off()
    expected = re.compile(r"ERR_CONNECTION|410|/news")
    assert [text for text in window.complaints if not expected.search(text)] == []
    assert models.Session.select().count() == 3
