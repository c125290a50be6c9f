"""现场 on a staff member's phone: each page by one story."""

import datetime as dt

import pytest
from flask import Flask
from playwright.sync_api import expect

import models
from models.checkins import CheckinMethod
from models.signups import SignupState
from models.staff import Role
from server import clock
from server.clock import utcnow
from tests import factories
from tests.conftest import Sandbox
from tests.e2e.miniprogram.conftest import Member, code_of
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


def _guest(session: models.Session, name: str, **over: object) -> models.User:
    user = factories.make_user(nickname=name)
    factories.make_signup(session, user, **over)
    return user


def test_the_day_and_its_doors(
    phone: Phone, space: models.Space, member: Member, sandbox: Sandbox
) -> None:
    make_steward(member(), Role.OPERATOR, space)
    session = open_session(space)
    factories.make_checkin(factories.make_signup(session, party_size=3))
    _guest(session, "王小明")
    later = factories.make_activity(space, title="瑜伽课")
    factories.make_session(later, starts_at=utcnow() + dt.timedelta(seconds=1))
    factories.make_session(factories.make_activity(title="别处的"), starts_at=utcnow())
    phone.open("/pages/tabs/me/me")
    phone.tap("今日现场")
    expect(phone.title()).to_have_text("今日现场")
    card = phone.here().locator(".door", has_text="税务讲座")
    expect(card).to_contain_text("签到中")
    expect(card.locator(".door-n")).to_have_text("3")
    expect(card).to_contain_text("应到 4")
    expect(phone.text("别处的")).to_have_count(0)
    phone.tap("提醒我一次")
    phone.dialog("允许发送以下消息").get_by_role("button", name="允许").tap()
    expect(phone.text("好的，会用微信告诉您：工作待办提醒")).to_be_visible()
    left = {entry["kind"]: entry["remaining"] for entry in sandbox.get("users/demo-u1/wallet")}
    assert (left["duty"], left.get("reminder", 0)) == (1, 0)
    phone.picture("miniprogram-staff-today")
    factories.make_checkin(models.Signup.get(models.Signup.state == SignupState.CONFIRMED))
    phone.context.set_offline(True)
    phone.context.set_offline(False)
    expect(card.locator(".door-n")).to_have_text("4")
    forgive_network(phone)


def test_members_and_scanners_see_their_part(
    phone: Phone, space: models.Space, member: Member
) -> None:
    session = open_session(space)
    user = member()
    phone.open("/pages/tabs/me/me")
    expect(phone.text("我的足迹")).to_be_visible()
    expect(phone.text("今日现场")).to_have_count(0)
    phone.open(page_of("today", session))
    expect(phone.text("没有打开")).to_be_visible()
    make_steward(user, Role.SCANNER, space)
    phone.open("/pages/tabs/me/me")
    phone.tap("今日现场")
    expect(phone.text("扫人")).to_be_visible()
    expect(phone.text("查人")).to_have_count(0)
    expect(phone.text("快记诉求")).to_have_count(0)
    phone.tap("扫人")
    expect(phone.text("联网 · 名单刚刚更新")).to_be_visible()
    expect(phone.text("查人")).to_have_count(0)


def test_the_code_outlives_an_outage(phone: Phone, space: models.Space, member: Member) -> None:
    make_steward(member(), Role.OPERATOR, space)
    session = open_session(space)
    phone.open(page_of("code", session))
    expect(phone.text("秒后换新码")).to_be_visible()
    first = phone.data()["url"]
    assert "/c/" in first
    assert phone.evaluate("wx.getScreenBrightness().then((got) => got.value)") == 1
    phone.picture("miniprogram-staff-code")
    phone.tap("换码")
    phone.dialog("换一个码").get_by_role("button", name="换码").tap()
    expect(phone.page.get_by_text("已换成新码")).to_be_visible()
    assert phone.data()["url"] != first
    with no_server(phone):
        phone.evaluate("void preview.top().instance.load()")
        expect(phone.text("网络断开，存好的码还能用")).to_be_visible()
        assert phone.data()["url"]
        # What a phone's clock would show after the outage went on for too long.
        phone.evaluate("preview.top().instance.rotation.drop()")
        expect(phone.text("网络断得太久，码停了")).to_be_visible()
        phone.picture("miniprogram-staff-code-out")
    # It tries again by itself; here without the wait.
    phone.evaluate("void preview.top().instance.load()")
    expect(phone.text("秒后换新码")).to_be_visible()
    phone.open("/pages/tabs/me/me")
    assert phone.evaluate("wx.getScreenBrightness().then((got) => got.value)") == 0.5
    forgive_network(phone)


def test_scanning_people(phone: Phone, app: Flask, space: models.Space, member: Member) -> None:
    """In, again, a family, an old code, a code of the wall, somebody flagged."""
    make_steward(member(), Role.OPERATOR, space)
    session = open_session(space)
    wang = _guest(session, "王小明")
    family = _guest(session, "陈一家", party_size=3)
    phone.open(page_of("scan", session))
    expect(phone.text("名单刚刚更新")).to_be_visible()
    phone.picture("miniprogram-staff-scan")
    scan(phone, pass_of(app, wang, session))
    expect(phone.text("请进")).to_be_visible()
    expect(phone.text("王小明")).to_be_visible()
    phone.picture("miniprogram-staff-scan-in")
    scan(phone, pass_of(app, wang, session))
    expect(phone.text("已经签过到")).to_be_visible()
    scan(phone, pass_of(app, family, session))
    expect(phone.text("带了几位？")).to_be_visible()
    phone.picture("miniprogram-staff-scan-party")
    phone.here().get_by_label("少一位").tap()
    phone.tap("请进")
    expect(phone.text("连同行共 2 人")).to_be_visible()
    assert models.Checkin.get(models.Checkin.user_id == family.id).party_present == 1
    scan(phone, pass_of(app, _guest(session, "慢吞吞"), session, age=3))
    expect(phone.text("码过期了")).to_be_visible()
    scan(phone, code_of(session))
    expect(phone.text("这是场次的签到码")).to_be_visible()
    scan(phone, "https://example.org/")
    expect(phone.text("这不是入场码")).to_be_visible()
    models.Checkin.update(flags=["shared_device"]).where(
        models.Checkin.user_id == wang.id
    ).execute()
    scan(phone, pass_of(app, wang, session))
    expect(phone.text("对方手机上应当是")).to_be_visible()
    phone.picture("miniprogram-staff-challenge")
    phone.tap("对不上")
    phone.tap("不是本人")
    phone.tap("撤销这次签到")
    expect(phone.text("已撤销")).to_be_visible()
    assert models.Checkin.get(models.Checkin.user_id == wang.id).void_reason == "不是本人"
    assert models.Checkin.select().where(models.Checkin.voided_at.is_null()).count() == 1


def test_walk_ins_and_latecomers(
    phone: Phone, app: Flask, space: models.Space, member: Member
) -> None:
    make_steward(member(), Role.KEEPER, space)
    session = open_session(space, capacity=2)
    passer_by, late = factories.make_user(nickname="路过的"), _guest(session, "来晚了")
    phone.open(page_of("scan", session))
    scan(phone, pass_of(app, passer_by, None))
    expect(phone.text("没有报名", exact=True)).to_be_visible()
    expect(phone.text("现场还有名额")).to_be_visible()
    phone.picture("miniprogram-staff-walk-in")
    phone.tap("现场报名")
    phone.tap("报名并签到")
    expect(phone.text("请进")).to_be_visible()
    scan(phone, pass_of(app, factories.make_user(nickname="第三位"), None))
    expect(phone.text("名额已满")).to_be_visible()
    phone.tap("加座")
    phone.picture("miniprogram-staff-over")
    phone.tap("加座并签到")
    expect(phone.text("请写一句原因")).to_be_visible()
    phone.tap("受邀嘉宾")
    phone.tap("加座并签到")
    expect(phone.text("请进")).to_be_visible()
    assert (
        models.Checkin.select().where(models.Checkin.method == CheckinMethod.WALK_IN).count() == 2
    )
    assert models.Checkin.get(models.Checkin.reason == "受邀嘉宾").flags == ["over_capacity"]
    clock.move(dt.timedelta(hours=4))
    scan(phone, pass_of(app, late, session))
    expect(phone.text("签到已经结束")).to_be_visible()
    phone.tap("补签")
    phone.tap("手机没电")
    phone.picture("miniprogram-staff-late")
    phone.here().locator("wx-button", has_text="补签").tap()
    expect(phone.text("请进")).to_be_visible()
    assert models.Checkin.get(models.Checkin.user_id == late.id).reason == "手机没电"


def test_finding_people(phone: Phone, space: models.Space, member: Member) -> None:
    """Nothing before two characters, a tap only asks, and what was wrong is taken back."""
    make_steward(member(), Role.OPERATOR, space)
    session = open_session(space)
    wang = _guest(session, "王小明")
    _guest(session, "王大明")
    phone.open("/pages/tabs/me/me")
    phone.tap("今日现场")
    phone.tap("查人")
    field = phone.here().get_by_label("查人")
    phone.fill(field, "王")
    expect(phone.text("再输一个字")).to_be_visible()
    phone.fill(field, "王小")
    expect(phone.text("王小明")).to_be_visible()
    expect(phone.text("王大明")).to_have_count(0)
    phone.picture("miniprogram-staff-people")
    phone.tap("王小明")
    assert models.Checkin.select().count() == 0
    phone.tap("确认入场", exact=True)
    phone.here().locator("wx-button", has_text="确认入场").tap()
    expect(phone.text("请进")).to_be_visible()
    checkin = models.Checkin.get()
    assert (checkin.user_id, checkin.method) == (wang.id, CheckinMethod.STAFF_SEARCH)
    phone.tap("撤销这次签到")
    phone.tap("扫错人了")
    phone.picture("miniprogram-staff-void")
    phone.here().locator("wx-button", has_text="撤销这次签到").tap()
    expect(phone.text("已撤销")).to_be_visible()
    assert models.Signup.get(models.Signup.user_id == wang.id).state == SignupState.CONFIRMED
    phone.tap("查下一位")
    phone.fill(phone.here().get_by_label("查人"), "不在的人")
    expect(phone.text("名单里没有找到")).to_be_visible()


def test_noting_a_need(phone: Phone, space: models.Space, member: Member) -> None:
    """A draft survives the phone; what was sent twice is one need."""
    make_steward(member(), Role.OPERATOR, space)
    factories.make_category(code="tax", name="税务")
    factories.make_enterprise(name="上海一号软件有限公司")
    page = f"/pages/staff/need/need?space={space.id}"
    phone.open(page)
    phone.tap("税务")
    phone.fill(phone.here().get_by_label("一句话", exact=True), "研发加计扣除怎么报")
    expect(phone.text("草稿已存")).to_be_visible()
    phone.open(page)
    expect(phone.text("已接着上次的草稿")).to_be_visible()
    phone.tap("记下并交办")
    expect(phone.text("请照对方的原话记几句")).to_be_visible()
    phone.fill(phone.here().get_by_label("原话", exact=True), "三家都问，财务说材料退了两次")
    phone.fill(phone.here().get_by_label("哪家公司", exact=True), "一号软件")
    phone.tap("上海一号软件有限公司")
    phone.picture("miniprogram-staff-need")
    phone.context.route("**/staff/needs", lambda route: (route.fetch(), route.abort()))
    phone.tap("记下并交办")
    expect(phone.text("记下的内容已存在手机上")).to_be_visible()
    phone.context.unroute("**/staff/needs")
    phone.tap("记下并交办")
    expect(phone.text("记下了")).to_be_visible()
    phone.picture("miniprogram-staff-need-done")
    need = models.Need.get()
    assert (need.source, need.user_id, need.title) == ("visit", None, "研发加计扣除怎么报")
    phone.tap("再记一件")
    expect(phone.text("已接着上次的草稿")).to_have_count(0)
    forgive_network(phone)


def test_guests_are_counted_and_a_volunteer_is_seen_off(
    phone: Phone, space: models.Space, member: Member
) -> None:
    make_steward(member(), Role.OPERATOR, space)
    activity = factories.make_activity(space, kind="volunteer", title="垃圾分类引导")
    session = factories.make_session(activity, starts_at=utcnow())
    checkin = factories.make_checkin(
        factories.make_signup(session, factories.make_user(nickname="王小明"))
    )
    phone.open("/pages/staff/today/today")
    phone.tap("登记")
    dialog = phone.dialog("没有账号的来宾，共几位？")
    dialog.get_by_role("textbox").fill("40")
    dialog.get_by_role("button", name="记下").tap()
    expect(phone.text("另有来宾 40 位，不计入人次")).to_be_visible()
    assert models.Session.get_by_id(session.id).counted_guests == 40
    phone.tap("签退")
    phone.fill(phone.here().get_by_label("查人"), "王小明")
    phone.tap("王小明")
    phone.tap("现在签退")
    expect(phone.text("已签退")).to_be_visible()
    assert models.Checkin.get_by_id(checkin.id).left_at is not None
