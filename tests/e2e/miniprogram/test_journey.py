"""At the door: a big screen in one browser, somebody nobody ever saw in another."""

import datetime as dt
from typing import cast

import cv2
import numpy as np
import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, expect

import models
from models.staff import Role
from server.clock import utcnow
from server.services import checkins_screens as screens
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Sandbox, resources
from tests.e2e.conftest import Visitor
from tests.e2e.miniprogram.conftest import scanned_by_wechat
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser


def _read_screen(screen: Visitor) -> str:
    """Return what a camera reads off the big screen; it looks again while the code is being drawn."""
    for _ in range(20):
        picture = screen.page.locator("[data-picture]").screenshot()
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
        text, *_ = cv2.QRCodeDetector().detectAndDecode(cast(np.ndarray, pixels))
        if text:
            return text
        screen.page.wait_for_timeout(100)
    raise AssertionError("no code to be read on the screen")


def test_a_new_person_scans_the_big_screen_and_is_in(
    chromium: Browser, phone: Phone, base: str, sandbox: Sandbox, space: models.Space
) -> None:
    keeper = factories.make_staff(Role.KEEPER, space)
    activity = factories.make_activity(space, title="开放日")
    session = factories.make_session(activity, starts_at=utcnow())
    screen = Visitor(chromium, base, viewport={"width": 1280, "height": 800}).log_in(keeper)
    screen.page.goto(f"/console/sessions/{session.id}/screen")
    expect(screen.page.locator("[data-persons]")).to_have_text("0")
    link = _read_screen(screen)
    rule = {"rule": link[: link.index("/c/") + 3], "page": "pages/tabs/scan/scan"}
    sandbox.post("config", qr_rules=[rule])
    stranger = sandbox.post("users")["openid"]
    opened = requests.post(f"{sandbox.base}/_sandbox/scan", json={"url": link}, timeout=10).json()

    phone.open(f"/{opened['path']}", member=stranger)
    phone.tap("现场报名并签到")
    expect(phone.text("签到成功")).to_be_visible()
    expect(phone.text("开放日")).to_be_visible()

    expect(screen.page.locator("[data-persons]")).to_have_text("1", timeout=15_000)
    screen.context.close()
    assert screen.complaints == []


def test_a_newcomer_scans_the_lobby_and_is_counted_there(
    app: Flask, base: str, chromium: Browser, phone: Phone, space: models.Space, now: dt.datetime
) -> None:
    factories.make_session(factories.make_activity(space, title="税务讲座"), starts_at=now)
    link = screens.link(
        screens.make(space, days=1, actor=SYSTEM, now=now),
        key=resources(app).config.secrets.secret_key,
    )
    television = Visitor(chromium, base, viewport={"width": 1920, "height": 1080})
    television.page.goto(f"/screen/{link}")
    expect(television.page.get_by_role("heading", name="税务讲座")).to_be_visible()
    expect(television.page.locator("[data-persons]")).to_have_text("0")

    phone.open(scanned_by_wechat(_read_screen(television)), member="demo-u5")
    phone.tap("现场报名并签到")
    expect(phone.text("签到成功")).to_be_visible()

    expect(television.page.locator("[data-persons]")).to_have_text("1", timeout=15_000)
    television.context.close()
    assert television.complaints == []
    assert models.Checkin.select().count() == 1
