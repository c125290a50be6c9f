"""抽签, 预约时段, 班课, 足迹: what a member sees of fair chances and of several dates."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

import models
from models.activities import SeriesMode, SignupMode
from models.signups import SignupState
from server.clock import utcnow
from server.services import signups_draws, signups_noshows
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Sandbox
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser

HOUR = dt.timedelta(hours=1)


def _activity(space: models.Space, mode: SeriesMode = SeriesMode.OPEN, **over: Any) -> Any:
    series = factories.make_series(name="心海", icon="water", color="#1F6F8B", mode=mode)
    return factories.make_activity(space, series=series, title="中医义诊", **over)


def _detail(activity: models.Activity) -> str:
    return f"/pages/activities/detail/detail?id={activity.id}"


def test_a_draw_is_told_before_and_proved_after(
    phone: Phone, space: models.Space, member: Member
) -> None:
    user, closes = member(), utcnow() + HOUR
    lottery = {"signup_mode": SignupMode.LOTTERY, "signup_closes_at": closes}
    activity = _activity(space, **lottery)
    session = factories.make_session(activity, starts_at=utcnow() + 30 * HOUR, capacity=1)
    signups_draws.promise_all(activity, now=utcnow())
    phone.open(_detail(activity))
    phone.tap("参加抽签")
    phone.tap("参加抽签")
    expect(phone.text("已参加抽签")).to_be_visible()
    expect(phone.text("前抽签", exact=False)).to_be_visible()
    phone.tap("怎么抽的")
    expect(phone.text("还没有抽")).to_be_visible()
    commitment = models.Draw.get().commitment
    expect(phone.text(commitment)).to_be_visible()
    for _ in range(3):
        factories.make_signup(session, state=SignupState.PENDING)
    closed = utcnow() - HOUR
    models.Activity.update(signup_closes_at=closed).execute()
    signups_draws.draw(session.id, actor=SYSTEM, now=utcnow())
    won = models.Signup.get(models.Signup.user_id == user.id).state == SignupState.CONFIRMED
    phone.open("/pages/signups/mine/mine")
    expect(phone.text("已报名" if won else "未中签").first).to_be_visible()
    phone.tap("怎么抽的")
    expect(phone.text("您抽中了" if won else "这次没有抽中")).to_be_visible()
    expect(phone.text(models.Draw.get().secret)).to_be_visible()
    phone.tap("在手机上重算一遍")
    expect(phone.text("先后和结果都对得上", exact=False)).to_be_visible()
    expect(phone.here().locator(".mine-line")).to_have_count(1)
    phone.picture("miniprogram-draw")


def test_a_slot_is_chosen_by_day(phone: Phone, space: models.Space, member: Member) -> None:
    member()
    slots = {"slot_minutes": 20, "one_session_each": True}
    activity = _activity(space, SeriesMode.SLOTS, **slots)
    first = (utcnow() + 48 * HOUR).replace(hour=1, minute=0, second=0, microsecond=0)
    length = dt.timedelta(minutes=20)
    made = [
        factories.make_session(
            activity,
            starts_at=first + number * length,
            ends_at=first + (number + 1) * length,
            capacity=1,
        )
        for number in range(6)
    ]
    factories.make_signup(made[0])
    phone.open(_detail(activity))
    expect(phone.text("6 个时段，还能约 5 位")).to_be_visible()
    phone.tap("选时段")
    expect(phone.here().get_by_label("09:00，候补")).to_be_visible()
    phone.here().get_by_label("09:20，可约").tap()
    phone.tap("确认报名")
    expect(phone.text("报名成功")).to_be_visible()
    assert models.Signup.get(models.Signup.session == made[1]).state == SignupState.CONFIRMED
    phone.open(f"/pages/signups/slots/slots?activity={activity.id}")
    expect(phone.text("您约的是", exact=False)).to_contain_text("09:20–09:40")
    phone.here().get_by_label("09:40，可约").tap()
    expect(phone.page.get_by_text("每人约一个时段，要换请先取消原来的")).to_be_visible()
    phone.picture("miniprogram-slots")


def test_a_class_is_taken_whole_and_says_what_came_of_it(
    phone: Phone, space: models.Space, member: Member
) -> None:
    user = member()
    activity = _activity(space, SeriesMode.CLASS)
    weeks = [
        factories.make_session(activity, starts_at=utcnow() + dt.timedelta(weeks=week), capacity=1)
        for week in (1, 2, 3, 4)
    ]
    factories.make_signup(weeks[1])
    phone.open(_detail(activity))
    phone.tap("一次报多场")
    expect(phone.text("共 4 场，已选 3 场")).to_be_visible()
    phone.picture("miniprogram-class")
    # Somebody is faster while the person still looks.
    factories.make_signup(weeks[2])
    phone.tap("报名 3 场")
    expect(phone.text("已报名 2 场，没报上 1 场")).to_be_visible()
    expect(phone.text("名额已满", exact=False)).to_be_visible()
    phone.picture("miniprogram-class-outcome")
    mine = models.Signup.select().where(models.Signup.user_id == user.id)
    assert {each.session_id for each in mine} == {weeks[0].id, weeks[3].id}


def test_footprints_and_a_mark_that_was_a_mistake(
    phone: Phone, space: models.Space, member: Member
) -> None:
    user = member()
    activity = _activity(space)
    factories.make_checkin(factories.make_signup(factories.make_session(activity), user))
    factories.make_series(name="心语", icon="heart-pulse", color="#3C7552")
    past = factories.make_session(activity, starts_at=utcnow() - 26 * HOUR)
    missed = factories.make_signup(past, user, state=SignupState.NO_SHOW)
    signups_noshows.mark([missed], now=utcnow())
    phone.open("/pages/tabs/me/me")
    phone.tap("我的足迹")
    expect(phone.here().get_by_label("心语，还没有来过")).to_be_visible()
    expect(phone.text("小时")).to_be_visible()
    phone.picture("miniprogram-footprint")
    phone.tap("记错了，说明一下")
    phone.tap("提交")
    expect(phone.text("请写一下当时的情况")).to_be_visible()
    phone.fill(phone.here().get_by_label("当时的情况"), "我到了，坐在第二排")
    phone.tap("提交")
    expect(phone.text("申诉已提交，等待处理")).to_be_visible()
    assert models.NoShowMark.get().appeal_text == "我到了，坐在第二排"


def test_rates_on_another_phone(phone: Phone, space: models.Space, member: Member) -> None:
    session = factories.make_session(_activity(space), starts_at=utcnow() - 3 * HOUR)
    signup = factories.make_signup(session, member(), state=SignupState.ATTENDED)
    factories.make_checkin(signup)
    phone.open("/pages/signups/mine/mine")
    phone.tap("评一评")
    phone.tap("满意")
    phone.fill(phone.here().get_by_label("还想说点什么"), "讲得明白")
    phone.tap("提交")
    expect(phone.text("谢谢，已收到")).to_be_visible()
    assert models.Rating.get().text == "讲得明白"
    phone.tap("好的")
    phone.open("/pages/signups/mine/mine")
    expect(phone.text("改评价")).to_be_visible()


def test_a_place_is_passed_on_though_it_is_late(
    phone: Phone, sandbox: Sandbox, space: models.Space, member: Member
) -> None:
    session = factories.make_session(_activity(space, cancel_hours=24), starts_at=utcnow() + HOUR)
    signup = factories.make_signup(session, member())
    phone.open("/pages/signups/mine/mine")
    phone.tap("来不了，让出名额")
    phone.dialog("来不了了").get_by_role("button", name="让出名额").tap()
    expect(phone.text("已取消").first).to_be_visible()
    assert models.Signup.get_by_id(signup.id).state == SignupState.CANCELLED
