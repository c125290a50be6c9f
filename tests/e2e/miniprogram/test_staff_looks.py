"""现场 on phones and desks of every kind: it fits, it can be read, it has a name."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import models
from models.staff import Role
from tests import factories
from tests.e2e.miniprogram.conftest import Member
from tests.e2e.miniprogram.door import make_steward, open_session, page_of
from tests.e2e.miniprogram.test_trouble import CONTRAST, UNNAMED
from tests.preview.phone import PHONE, Phone

pytestmark = pytest.mark.browser

TOLD = {"lines": ["一个很长的公司名称" * 4], "checkinId": "1", "isFlagged": False, "userId": ""}
VERDICTS = [
    {"tone": "good", "icon": "check", "title": "请进", "name": "长长的名字" * 6, "remedy": ""},
    {
        "tone": "warn",
        "icon": "ticket",
        "title": "没有确认的名额",
        "name": "王",
        "remedy": "walk_in",
    },
    {"tone": "bad", "icon": "close", "title": "没有签上", "name": "", "remedy": "retry"},
]


def _like(letters: int, platform: str) -> str:
    """A phone with letters of this size, or WeChat on a desk: what it says of itself."""
    return f"""Object.defineProperty(window, "wx", {{ configurable: true,
        get() {{ return this.itsWx }},
        set(wx) {{ this.itsWx = wx; const base = wx.getAppBaseInfo, device = wx.getDeviceInfo
          wx.getAppBaseInfo = () => ({{ ...base(), fontSizeSetting: {letters} }})
          wx.getDeviceInfo = () => ({{ ...device(), platform: "{platform}" }}) }} }})"""


def _settled(one: Phone) -> None:
    one.frame().wait_for_function("preview.top().instance.data.state !== 'loading'")
    one.page.wait_for_timeout(250)


def test_the_door_fits_a_small_phone_with_large_letters(
    chromium: Browser, base: str, space: models.Space, member: Member
) -> None:
    """Nothing runs over, every word can be read, whatever can be touched has a name."""
    make_steward(member(), Role.KEEPER, space)
    session = open_session(space)
    factories.make_category(name="长长的类别名称")
    options: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 700}}
    one = Phone(chromium, base, options)
    one.context.add_init_script(_like(23, "ios"))
    found: dict[str, Any] = {}

    def look(name: str) -> None:
        one.page.wait_for_timeout(150)
        one.picture(f"miniprogram-320-23-{name}")
        over = one.evaluate("document.documentElement.scrollWidth - innerWidth")
        faults = one.evaluate(f"({CONTRAST})()") + one.evaluate(f"({UNNAMED})()")
        if over > 0 or faults:
            found[name] = (over, faults)

    for name in ("today", "code", "people", "queue", "need", "scan"):
        one.open(page_of(name, session))
        _settled(one)
        look(f"staff-{name}")
    for verdict in VERDICTS:
        one.evaluate(f"preview.top().instance.tell({json.dumps(verdict | TOLD)})")
        look(f"staff-{verdict['tone']}")
    one.tap("撤销这次签到")
    look("staff-form")
    one.open(f"/pages/checkins/pass/pass?session={session.id}")
    _settled(one)
    look("pass")
    one.context.close()
    assert found == {}
    assert one.complaints == []


def test_a_desk_without_a_camera_searches(
    chromium: Browser, base: str, space: models.Space, member: Member
) -> None:
    make_steward(member(), Role.OPERATOR, space)
    session = open_session(space)
    factories.make_signup(session, factories.make_user(nickname="王小明"))
    options: dict[str, Any] = {"viewport": {"width": 1100, "height": 800}}
    one = Phone(chromium, base, options)
    one.context.add_init_script(_like(16, "windows"))
    one.open(page_of("scan", session))
    expect(one.text("电脑上没有摄像头")).to_be_visible()
    expect(one.text("扫一扫")).to_have_count(0)
    one.picture("miniprogram-1100-staff-scan")
    one.here().locator("wx-button", has_text="查人").click()
    one.fill(one.here().get_by_label("查人"), "王小明")
    one.text("王小明").click()
    one.here().locator("wx-button", has_text="确认入场").click()
    expect(one.text("请进")).to_be_visible()
    assert models.Checkin.select().count() == 1
    for name in ("today", "code"):
        one.open(page_of(name, session))
        _settled(one)
        one.picture(f"miniprogram-1100-staff-{name}")
    one.context.close()
    assert one.complaints == []
