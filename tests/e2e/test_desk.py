"""The desk at the door in a real browser: a scanner types, people are found, mistakes are undone."""

import datetime as dt

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import models
from models.staff import Role
from server.clock import utcnow
from server.services import checkins_passes as passes
from server.services.checkins_codes import slot_of
from tests import factories
from tests.conftest import resources
from tests.e2e.conftest import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session"),
]


def _code(app: Flask, session: models.Session, user: models.User) -> str:
    key = passes.pass_key(session, user.id, resources(app).vault)
    return passes.make(session.id, user.id, key, slot_of(utcnow(), passes.SLOT_SECONDS))


def _scan(page: Page, code: str) -> None:
    """What a keyboard-wedge scanner does: it types wherever the cursor is, and presses Enter."""
    page.keyboard.insert_text(code)
    page.keyboard.press("Enter")


def test_the_desk_at_the_door(app: Flask, visitor: Visitor) -> None:
    """Complaint: a hand-held scanner, which types and presses Enter, is of no use at the desk."""
    space = factories.make_space(name="新意城")
    activity = factories.make_activity(space, title="税收优惠一次讲清楚", max_party=4)
    starts = utcnow() + dt.timedelta(minutes=20)
    session = factories.make_session(activity, starts_at=starts, capacity=6)
    company = factories.make_enterprise(name="上海有空科技有限公司", initials="shykkj")
    lin, wang, zhao, zhou = (
        factories.make_user(nickname=name) for name in ("林晓", "王海", "赵明", "周宁")
    )
    factories.make_signup(session, lin, party_size=3, enterprise_id=company.id)
    factories.make_signup(session, wang, enterprise_id=company.id)
    visitor.log_in(factories.make_staff(Role.KEEPER, space))
    page = visitor.page
    page.goto(f"/console/sessions/{session.id}/desk")
    verdict = page.locator("#verdict")
    expect(page.locator("#code")).to_be_focused()

    # Three scans in a row, faster than the first is answered; none is lost.
    _scan(page, _code(app, session, lin))
    _scan(page, _code(app, session, lin).lower())
    _scan(page, _code(app, session, zhao))
    expect(verdict).to_contain_text("赵明没有报名本场")
    expect(page.locator("#persons")).to_have_text("3")
    expect(page.locator("#code")).to_be_focused()

    # The walk-in goes on by the person, however old the code is by now.
    verdict.get_by_role("button", name="现场报名并签到").click()
    expect(verdict).to_contain_text("签到成功")
    expect(page.locator("#persons")).to_have_text("4")

    # Who left the phone at home is found by the company; one press opens, the next confirms.
    page.locator("#q").fill("有")
    page.locator("#q").press_sequentially("空", delay=20)
    found = page.locator("#found")
    expect(found).to_contain_text("林晓")
    found.locator("summary", has_text="王海").click()
    found.locator("details[open]").get_by_label("带了几位？").fill("1")
    found.get_by_role("button", name="确认签到").locator("visible=true").click()
    expect(verdict).to_contain_text("连同行一共 2 人")
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator("#persons")).to_have_text("6")

    # Full: the keeper may go beyond, and says why.
    _scan(page, _code(app, session, zhou))
    verdict.get_by_label("为什么加座？").fill("站着听也愿意")
    verdict.get_by_role("button", name="加座并签到").click()
    expect(verdict).to_contain_text("超出名额")

    _scan(page, "https://any.example/c/AQAA")
    expect(verdict).to_contain_text("这是场次的签到码")
    page.context.set_offline(True)
    _scan(page, _code(app, session, lin))
    expect(verdict).to_contain_text("网络不通")
    page.context.set_offline(False)
    # What the browser says of the outage, and htmx after it, is the outage itself.
    assert all(said.startswith("htmx:") or "ERR_" in said for said in visitor.complaints)
    visitor.complaints.clear()

    page.locator("#live summary", has_text="王海").click()
    page.locator("#live details[open]").get_by_label("为什么撤销？").fill("点错了人")
    page.locator("#live details[open]").get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text("已撤销这次签到")).to_be_visible()
    expect(page.locator("#persons")).to_have_text("5")
    page.locator("#guests").fill("12")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#guests")).to_have_value("12")
    assert models.Session.get_by_id(session.id).counted_guests == 12
    page.set_viewport_size({"width": 768, "height": 1024})
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert models.Checkin.select().where(models.Checkin.voided_at.is_null()).count() == 3
