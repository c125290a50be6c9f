"""我的: messages, reminders, company, profile, privacy and leaving for good."""

from typing import Any

import pytest
from playwright.sync_api import expect

import models
from models.enterprises import MemberStatus
from models.notifications import DeliveryState
from models.users import UserStatus
from server.clock import utcnow
from server.services import notifications
from server.services.notifications.kinds import FOR_STAFF
from server.wechat import KINDS
from tests import factories
from tests.conftest import Sandbox
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser


def _tell(user: models.User, page: str, **over: Any) -> None:
    values: dict[str, Any] = {
        "kind": "menu",
        "subject_type": "menu",
        "subject_id": 1,
        "dedupe_key": "one",
        "title": "菜单来了",
        "body": "十二个活动",
        "fields": {"space": "新意城", "month": utcnow(), "summary": "十二个", "count": 12},
    }
    notifications.tell(user.id, page=page, space_id=None, now=utcnow(), **values | over)


def test_shows_what_one_did(phone: Phone, space: models.Space, member: Member) -> None:
    sea = factories.make_series(name="心海", icon="water", color="#1F6F8B")
    activity = factories.make_activity(space, series=sea)
    factories.make_checkin(factories.make_signup(factories.make_session(activity), member()))
    phone.open("/pages/tabs/me/me")
    expect(phone.text("心海 1")).to_be_visible()
    expect(phone.text("次到场")).to_be_visible()


def test_a_message_is_read_and_leads_on(phone: Phone, member: Member) -> None:
    user = member()
    other = factories.make_space(name="万象汇")
    _tell(user, f"pages/tabs/home/home?space={other.id}&month=2020-02")
    for key, state in (("two", DeliveryState.DELIVERED), ("three", DeliveryState.SKIPPED_NO_QUOTA)):
        _tell(user, "", dedupe_key=key, title="上月菜单")
        message = models.Message.select().where(models.Message.dedupe_key == key)
        models.Delivery.update(state=state).where(models.Delivery.message.in_(message)).execute()
    # What one wants no WeChat message about is written into the inbox all the same.
    phone.open("/pages/users/profile/profile")
    kind = phone.here().locator(".line").filter(has_text="每月菜单通知")
    with phone.page.expect_response("**/api/v1/me"):
        kind.locator("[aria-role=switch]").tap()
    _tell(user, "", dedupe_key="four", title="关掉以后")
    phone.open("/pages/tabs/me/me")
    expect(phone.here().get_by_label("4 条未读")).to_be_visible()
    phone.tap("消息")
    expect(phone.text("十二个活动").first).to_be_visible()
    for mark in ("等待发送", "已送达", "未送达：提醒次数用完", "仅站内消息：这类微信提醒已关闭"):
        expect(phone.text(mark)).to_be_visible()
    expect(phone.here().get_by_label("未读", exact=True)).to_have_count(4)
    phone.picture("miniprogram-inbox-marks")
    phone.tap("关掉以后")
    expect(phone.here().get_by_label("未读", exact=True)).to_have_count(3)
    phone.tap("菜单来了")
    expect(phone.text("二月的菜单还没有出")).to_be_visible()
    expect(phone.text("万象汇").first).to_be_visible()
    phone.page.wait_for_timeout(300)
    read = models.Message.select().where(models.Message.read_at.is_null(False))
    assert {each.title for each in read} == {"菜单来了", "关掉以后"}


def test_tops_up_the_wallet_once_in_a_visit(phone: Phone, member: Member, sandbox: Sandbox) -> None:
    member()
    phone.open("/pages/notifications/wallet/wallet")
    expect(phone.text("加一次")).to_have_count(len(KINDS) - len(FOR_STAFF))
    phone.text("加一次").first.tap()
    phone.dialog("允许发送以下消息").get_by_role("button", name="允许").tap()
    expect(phone.text("会用微信告诉您：活动取消通知")).to_be_visible()
    expect(phone.text("本次已问过")).to_be_visible()
    expect(phone.text("加一次")).to_have_count(len(KINDS) - len(FOR_STAFF) - 1)
    left = {entry["kind"]: entry["remaining"] for entry in sandbox.get("users/demo-u1/wallet")}
    assert left["cancelled"] == 1


def test_joins_a_company_and_leaves_it(phone: Phone, member: Member) -> None:
    user = member()
    factories.make_enterprise(name="上海云帆智能科技有限公司", pinyin="shanghaiyunfan")
    phone.open("/pages/enterprises/mine/mine")
    phone.fill(phone.here().get_by_label("企业名称、简称或拼音首字母"), "云帆")
    phone.tap("上海云帆智能科技有限公司")
    phone.dialog("加入企业").get_by_role("button", name="加入").tap()
    expect(phone.text("待核实")).to_be_visible()
    assert models.EnterpriseMember.get().user_id == user.id
    phone.tap("退出这家企业")
    phone.dialog("退出企业").get_by_role("button", name="退出").tap()
    expect(phone.text("自由职业的朋友不用填", exact=False)).to_be_visible()
    assert models.EnterpriseMember.get().status == MemberStatus.ENDED


def test_adds_a_company_nobody_knew(phone: Phone, member: Member) -> None:
    member()
    phone.open("/pages/enterprises/mine/mine")
    phone.fill(phone.here().get_by_label("企业名称、简称或拼音首字母"), "上海新来的设计有限公司")
    phone.tap("新增")
    phone.dialog("新增企业").get_by_role("button", name="新增并加入").tap()
    expect(phone.text("待核实")).to_be_visible()
    assert models.Enterprise.get().name == "上海新来的设计有限公司"


def test_changes_the_profile(phone: Phone, member: Member) -> None:
    user = member()
    phone.open("/pages/users/profile/profile")
    phone.fill(phone.here().get_by_label("大家怎么称呼您"), "小王")
    phone.fill(phone.here().get_by_label("真实姓名"), "王明")
    phone.tap("保存")
    expect(phone.page.get_by_text("已保存")).to_be_visible()
    kind = phone.here().locator(".line").filter(has_text="每月菜单通知")
    kind.locator("[aria-role=switch]").tap()
    phone.page.wait_for_timeout(500)
    fresh = models.User.get_by_id(user.id)
    assert fresh.nickname == "小王"
    assert fresh.real_name_enc is not None
    assert fresh.preferences == {"menu": False}


def test_gives_a_phone_number_or_not(phone: Phone, member: Member) -> None:
    user = member()
    phone.open("/pages/users/profile/profile")
    phone.tap("用微信手机号")
    expect(phone.text("****", exact=False)).to_be_visible()
    assert models.User.get_by_id(user.id).phone_enc is not None


def test_takes_a_copy_and_leaves_for_good(
    phone: Phone, space: models.Space, member: Member
) -> None:
    user = member()
    factories.make_signup(factories.make_session(factories.make_activity(space)), user)
    phone.open("/pages/users/privacy/privacy")
    phone.tap("我已了解并同意")
    expect(phone.text("已同意")).to_be_visible()
    phone.tap("导出我的数据")
    expect(phone.text('"nickname": "王小明"')).to_be_visible()
    phone.tap("注销我的账号")
    phone.tap("确认注销")
    expect(phone.text("请在上面输入“注销”两个字")).to_be_visible()
    phone.fill(phone.here().get_by_label("输入“注销”确认"), "注销")
    phone.tap("确认注销")
    expect(phone.text("已经注销")).to_be_visible()
    assert models.User.get_by_id(user.id).status == UserStatus.ERASED
    phone.tap("回到首页")
    expect(phone.text("您好，欢迎来到心驿")).to_be_visible()


def test_looks_at_another_space(phone: Phone, space: models.Space, member: Member) -> None:
    member()
    other = factories.make_space(name="万象汇")
    phone.open("/pages/tabs/home/home")
    phone.here().get_by_label("切换空间").tap()
    phone.fill(phone.here().get_by_label("搜楼名或空间名"), "万象")
    expect(phone.text("新意城", exact=True)).to_have_count(0)
    phone.tap("万象汇")
    expect(phone.text("关于万象汇").or_(phone.text("万象汇")).first).to_be_visible()
    assert models.User.get().home_space_id == space.id != other.id


def test_a_space_tells_about_itself(phone: Phone, space: models.Space) -> None:
    phone.open(f"/pages/spaces/detail/detail?id={space.id}")
    expect(phone.text("新意城")).to_be_visible()
