"""扫码签到: every answer to a scan has a page of its own."""

import datetime as dt

import pytest
from playwright.sync_api import expect

import models
from models.activities import ActivityState, SignupMode
from server import clock
from server.clock import utcnow
from tests import factories
from tests.e2e.miniprogram.conftest import Member, code_of, scan_inside, scanned_by_wechat
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser


def _going_on(space: models.Space, **activity: object) -> models.Session:
    return factories.make_session(
        factories.make_activity(space, title="税务讲座", **activity), starts_at=utcnow()
    )


def test_a_newcomer_is_in_after_one_tap(phone: Phone, space: models.Space) -> None:
    session = _going_on(space)
    phone.open(scanned_by_wechat(code_of(session)), member="demo-u5")
    expect(phone.text("您还没有报名")).to_be_visible()
    phone.tap("现场报名并签到")
    expect(phone.text("签到成功")).to_be_visible()
    expect(phone.text("税务讲座")).to_be_visible()
    assert models.Checkin.get().session_id == session.id


def test_where_no_signup_is_needed_no_tap_is(phone: Phone, space: models.Space) -> None:
    session = _going_on(space, signup_mode=SignupMode.NONE)
    phone.open(scanned_by_wechat(code_of(session)), member="demo-u5")
    expect(phone.text("签到成功")).to_be_visible()


def test_scans_inside_and_a_second_time(phone: Phone, space: models.Space, member: Member) -> None:
    session = _going_on(space)
    factories.make_signup(session, member())
    phone.open()
    phone.tab("扫一扫")
    scan_inside(phone, code_of(session))
    expect(phone.text("签到成功")).to_be_visible()
    phone.picture("miniprogram-checked-in")
    phone.tab("扫一扫")
    scan_inside(phone, code_of(session))
    expect(phone.text("您已签到")).to_be_visible()
    expect(phone.text("首次签到时间")).to_be_visible()
    assert models.Checkin.select().count() == 1


def test_not_yet(phone: Phone, space: models.Space) -> None:
    session = factories.make_session(
        factories.make_activity(space), starts_at=utcnow() + dt.timedelta(days=2)
    )
    phone.open(scanned_by_wechat(code_of(session)))
    expect(phone.text("签到还没开始")).to_be_visible()
    expect(phone.text("到时再扫一次")).to_be_visible()


def test_too_late(phone: Phone, space: models.Space) -> None:
    session = factories.make_session(
        factories.make_activity(space), starts_at=utcnow() - dt.timedelta(days=1)
    )
    phone.open(scanned_by_wechat(code_of(session)))
    expect(phone.text("签到已经结束")).to_be_visible()
    expect(phone.text("联系工作人员补签")).to_be_visible()


def test_an_old_code_asks_for_another_scan(phone: Phone, space: models.Space) -> None:
    session = _going_on(space, signup_mode=SignupMode.NONE)
    phone.open(scanned_by_wechat(code_of(session, age=3)))
    expect(phone.text("码已过期")).to_be_visible()
    phone.tap("再扫一次")
    scan_inside(phone, code_of(session))
    expect(phone.text("签到成功")).to_be_visible()


def test_there_is_time_to_decide(phone: Phone, space: models.Space) -> None:
    session = _going_on(space)
    phone.open(scanned_by_wechat(code_of(session)), member="demo-u5")
    expect(phone.text("您还没有报名")).to_be_visible()
    clock.move(dt.timedelta(minutes=5))
    phone.tap("现场报名并签到")
    expect(phone.text("签到成功")).to_be_visible()
    assert models.Checkin.get().session_id == session.id


def test_who_waited_too_long_is_not_asked_again(phone: Phone, space: models.Space) -> None:
    session = _going_on(space)
    phone.open(scanned_by_wechat(code_of(session)), member="demo-u5")
    expect(phone.text("您还没有报名")).to_be_visible()
    clock.move(dt.timedelta(minutes=12))
    phone.tap("现场报名并签到")
    expect(phone.text("码已过期")).to_be_visible()
    phone.tap("再扫一次")
    scan_inside(phone, code_of(session))
    expect(phone.text("签到成功")).to_be_visible()


def test_no_place_left_at_the_door(phone: Phone, space: models.Space) -> None:
    session = _going_on(space)
    factories.make_signup(session, party_size=20)
    phone.open(scanned_by_wechat(code_of(session)))
    expect(phone.text("您没有报名本场活动")).to_be_visible()
    expect(phone.text("请向工作人员说一声")).to_be_visible()


def test_called_off(phone: Phone, space: models.Space) -> None:
    session = _going_on(space, state=ActivityState.CANCELLED)
    phone.open(scanned_by_wechat(code_of(session)))
    expect(phone.text("活动已取消")).to_be_visible()


@pytest.mark.parametrize("content", ["https://example.org/poster", "hello", "/c/" + "A" * 48])
def test_not_a_check_in_code(phone: Phone, space: models.Space, content: str) -> None:
    phone.open("/pages/tabs/scan/scan")
    phone.tap("打开扫一扫")
    scan_inside(phone, content)
    expect(phone.text("这不是签到码")).to_be_visible()


def test_closing_the_camera_is_no_trouble(phone: Phone, space: models.Space) -> None:
    phone.open("/pages/tabs/scan/scan")
    phone.tap("打开扫一扫")
    phone.dialog("扫一扫").get_by_role("button", name="取消").tap()
    expect(phone.text("扫一扫，就签到")).to_be_visible()


def test_offline_keeps_the_code_for_another_try(phone: Phone, space: models.Space) -> None:
    session = _going_on(space, signup_mode=SignupMode.NONE)
    phone.open("/pages/tabs/me/me")
    phone.text("我的足迹").wait_for()
    phone.tab("扫一扫")
    phone.context.set_offline(True)
    scan_inside(phone, code_of(session))
    expect(phone.text("网络不通")).to_be_visible()
    phone.picture("miniprogram-offline")
    phone.context.set_offline(False)
    phone.tap("再试一次")
    expect(phone.text("签到成功")).to_be_visible()
    phone.complaints = [line for line in phone.complaints if "INTERNET_DISCONNECTED" not in line]
