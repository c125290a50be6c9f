"""The door without a network: scanned, closed, opened again, and every one gets its verdict."""

import pytest
from flask import Flask
from playwright.sync_api import expect

import models
from models.checkins import CheckinMethod
from models.staff import Role
from server.clock import utcnow
from server.services import checkins_board as board
from tests import factories
from tests.e2e.miniprogram.conftest import Member
from tests.e2e.miniprogram.door import (
    forgive_network,
    make_steward,
    no_server,
    open_session,
    page_of,
    pass_of,
    scan,
)
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser

# Lays so much beside the program's own things that not one more letter fits.
FILL = """() => {
  let kept = ''
  for (let size = 2 ** 22; size >= 1; size /= 2) {
    try { localStorage.setItem('fill', kept + 'x'.repeat(size)); kept += 'x'.repeat(size) } catch { continue }
  }
}"""


def test_three_offline_one_twice_one_unknown(
    phone: Phone, app: Flask, space: models.Space, member: Member
) -> None:
    """What was scanned without a network survives the phone and is counted once."""
    make_steward(member(), Role.OPERATOR, space)
    session = open_session(space)
    people = [factories.make_user(nickname=name) for name in ("王小明", "陈一家", "赵后来")]
    sizes = dict(zip(people, (1, 3, 1), strict=True))
    for user, size in sizes.items():
        factories.make_signup(session, user, party_size=size)
    stranger = factories.make_user(nickname="路过的")
    phone.open("/pages/tabs/me/me")
    phone.tap("今日现场")
    phone.tap("扫人")
    expect(phone.text("联网 · 名单刚刚更新")).to_be_visible()

    phone.context.set_offline(True)
    expect(phone.text("离线核对")).to_be_visible()
    scan(phone, pass_of(app, people[0], session))
    expect(phone.text("请进")).to_be_visible()
    expect(phone.text("先记在手机上")).to_be_visible()
    expect(phone.text("1 条待上传")).to_be_visible()
    phone.picture("miniprogram-staff-offline")
    scan(phone, pass_of(app, people[1], session))
    phone.tap("请进")
    expect(phone.text("连同行共 3 人")).to_be_visible()
    scan(phone, pass_of(app, people[0], session))
    expect(phone.text("已经签过到")).to_be_visible()
    expect(phone.text("2 条待上传")).to_be_visible()
    scan(phone, pass_of(app, people[2], session)[:-2] + "AA")
    expect(phone.text("这个码不对")).to_be_visible()
    scan(phone, pass_of(app, people[2], session, age=4))
    expect(phone.text("码过期了")).to_be_visible()
    scan(phone, pass_of(app, people[2], session))
    expect(phone.text("请进")).to_be_visible()
    scan(phone, pass_of(app, stranger, session))
    expect(phone.text("名单里没有")).to_be_visible()
    expect(phone.text("4 条待上传")).to_be_visible()
    assert models.Checkin.select().count() == 0
    # Another phone let one of them in meanwhile.
    factories.make_checkin(models.Signup.get(models.Signup.user_id == people[2].id))

    phone.context.set_offline(False)
    with no_server(phone):
        phone.open("/pages/tabs/me/me")
        expect(phone.text("4 条离线签到待上传")).to_be_visible()
        phone.tap("今日现场")
        expect(phone.text("扫人照常能用")).to_be_visible()
        phone.picture("miniprogram-staff-today-offline")
        phone.tap("4 条签到还在手机上", exact=False)
        expect(phone.text("条还没上传")).to_be_visible()
        phone.picture("miniprogram-staff-queue-waiting")
    phone.context.set_offline(True)
    phone.context.set_offline(False)
    expect(phone.text("条都有结果了")).to_be_visible()
    lines = phone.here().locator(".queued")
    expect(lines.filter(has_text="王小明")).to_contain_text("已签到")
    expect(lines.filter(has_text="陈一家")).to_contain_text("连同行共 3 人")
    expect(lines.filter(has_text="赵后来")).to_contain_text("先前已签到")
    expect(lines.filter(has_text="名单外的人")).to_contain_text("没有报名本场活动")
    phone.picture("miniprogram-staff-queue-settled")
    here = board.present_in([session])[session.id]
    assert (here.people, here.persons) == (3, 5)
    by_sync = models.Checkin.method == CheckinMethod.OFFLINE_SYNC
    assert models.Checkin.select().where(by_sync).count() == 2
    phone.tap("清掉有结果的")
    phone.dialog("清掉有结果的").get_by_role("button", name="清掉").tap()
    expect(phone.text("手机里没有离线签到")).to_be_visible()
    forgive_network(phone)


def test_a_server_that_does_not_answer_is_waited_for_three_seconds(
    phone: Phone, app: Flask, space: models.Space, member: Member
) -> None:
    """Nobody switches anything: the list decides, and a full phone says that it kept nothing."""
    make_steward(member(), Role.SCANNER, space)
    session = open_session(space)
    user = factories.make_user(nickname="王小明")
    factories.make_signup(session, user)
    phone.open(page_of("scan", session))
    expect(phone.text("名单刚刚更新")).to_be_visible()
    phone.context.route("**/api/**", lambda route: None)
    phone.evaluate(f"({FILL})()")
    scan(phone, pass_of(app, user, session))
    expect(phone.text("没有记上")).to_be_visible()
    expect(phone.text("手机存储已满").first).to_be_visible()
    phone.picture("miniprogram-staff-full")
    phone.evaluate("localStorage.removeItem('fill')")
    phone.tap("再试一次")
    expect(phone.text("请进")).to_be_visible()
    expect(phone.text("1 条待上传")).to_be_visible()
    phone.context.unroute("**/api/**")
    forgive_network(phone)


def test_a_phone_that_was_sent_away_stays_away(
    phone: Phone, app: Flask, space: models.Space, member: Member
) -> None:
    make_steward(member(), Role.OPERATOR, space)
    session = open_session(space)
    phone.open(page_of("scan", session))
    expect(phone.text("名单刚刚更新")).to_be_visible()
    models.Device.update(revoked_at=utcnow()).execute()
    phone.open(page_of("scan", session))
    expect(phone.text("已被停用，请联系掌门人")).to_be_visible()
    assert models.Device.select().count() == 1
