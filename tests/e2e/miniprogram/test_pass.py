"""我的凭证: a code of one's own that staff can scan, also without a network."""

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

import models
from server.clock import utcnow
from server.services import checkins_passes as passes
from tests import factories
from tests.conftest import resources
from tests.e2e.miniprogram.conftest import Member, code_of, scanned_by_wechat
from tests.e2e.miniprogram.door import forgive_network, no_server, open_session
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser


def test_the_code_is_mine_and_bright_and_lasts(
    phone: Phone, app: Flask, space: models.Space, member: Member
) -> None:
    user = member()
    session = factories.make_session(
        factories.make_activity(space, title="税务讲座"), starts_at=utcnow()
    )
    factories.make_signup(session, user, party_size=3)
    phone.open(f"/pages/checkins/pass/pass?session={session.id}")
    expect(phone.text("税务讲座")).to_be_visible()
    expect(phone.text("连同行共 3 人")).to_be_visible()
    code = passes.read(phone.data()["text"])
    passes.verify(code, session, resources(app).vault, now=utcnow())
    assert code.user_id == user.id
    assert phone.evaluate("wx.getScreenBrightness().then((got) => got.value)") == 1
    phone.picture("miniprogram-pass-session")
    phone.tap("出示")
    shown = phone.here().locator(".challenge-card")
    expect(shown).to_have_attribute("aria-label", re.compile(r"^\S+ \S+$"))
    phone.picture("miniprogram-pass-challenge")
    with no_server(phone):
        phone.evaluate("void preview.top().instance.load()")
        expect(phone.text("码已存好")).to_be_visible()
        assert phone.data()["text"]
    forgive_network(phone)
    phone.open("/pages/tabs/me/me")
    phone.tap("我的凭证")
    expect(phone.text("到任何一场都可以出示")).to_be_visible()
    assert passes.read(phone.data()["text"]).session_id is None
    phone.picture("miniprogram-pass")
    phone.back()
    expect(phone.title()).to_have_text("我的")
    assert phone.evaluate("wx.getScreenBrightness().then((got) => got.value)") == 0.5


def test_leads_there_from_the_activity_and_from_the_signups(
    phone: Phone, space: models.Space, member: Member
) -> None:
    session = open_session(space)
    factories.make_signup(session, member())
    ways = (f"activities/detail/detail?id={session.activity_id}", "signups/mine/mine")
    for way in ways:
        phone.open(f"/pages/{way}")
        phone.tap("我的凭证", exact=False)
        expect(phone.title()).to_have_text("我的凭证")
        expect(phone.text("税务讲座")).to_be_visible()


def test_colour_and_word_after_a_check_in(
    phone: Phone, space: models.Space, member: Member
) -> None:
    """Whoever is asked shows them from the page that says they are in."""
    session = factories.make_session(factories.make_activity(space), starts_at=utcnow())
    factories.make_signup(session, member())
    phone.open(scanned_by_wechat(code_of(session)))
    expect(phone.text("签到成功")).to_be_visible()
    phone.tap("出示")
    expect(phone.here().locator(".challenge-card-word")).to_be_visible()
    phone.picture("miniprogram-checked-in-challenge")
    # The phone named itself, so that one phone for several people is noticed.
    assert models.ScanLog.get(models.ScanLog.result == "checked_in").device
