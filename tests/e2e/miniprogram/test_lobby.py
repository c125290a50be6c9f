"""Two browsers at once: the television in the lobby, and the phone of somebody never seen before."""

import datetime as dt

import cv2
import numpy as np
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

import models
from server.services import checkins_screens as screens
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import resources
from tests.e2e.miniprogram.conftest import scanned_by_wechat
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser


def _read_code(television: Page) -> str:
    """Return what a phone's camera reads off the television."""
    picture = television.locator("[data-picture]").screenshot()
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    text, *_ = cv2.QRCodeDetector().detectAndDecode(pixels)
    return str(text)


def test_a_newcomer_scans_the_lobby_and_is_counted_there(
    app: Flask, base: str, chromium: Browser, phone: Phone, space: models.Space, now: dt.datetime
) -> None:
    factories.make_session(factories.make_activity(space, title="税务讲座"), starts_at=now)
    screen = screens.make(space, days=1, actor=SYSTEM, now=now)
    link = screens.link(screen, key=resources(app).config.secrets.secret_key)
    wall = chromium.new_context(base_url=base, viewport={"width": 1920, "height": 1080})
    television = wall.new_page()
    television.goto(f"/screen/{link}")
    expect(television.get_by_role("heading", name="税务讲座")).to_be_visible()
    expect(television.locator("[data-persons]")).to_have_text("0")

    phone.open(scanned_by_wechat(_read_code(television)), member="demo-u5")
    phone.tap("现场报名并签到")
    expect(phone.text("签到成功")).to_be_visible()

    expect(television.locator("[data-persons]")).to_have_text("1", timeout=15_000)
    wall.close()
    assert models.Checkin.select().count() == 1
