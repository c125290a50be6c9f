"""诉求: saying what one needs, following it, judging the answer."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

import models
from models.enterprises import MemberRole, MemberStatus
from models.needs import NeedState, Outcome
from server.clock import utcnow
from tests import factories
from tests.conftest import Sandbox
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser

EDIT = "/pages/needs/edit/edit"
AMOUNT = {
    "key": "amount",
    "label": "大致需要多少？",
    "kind": "choice",
    "options": ["100 万以内", "先了解"],
    "required": True,
}


@pytest.fixture(autouse=True)
def categories(space: models.Space) -> None:
    factories.make_category(code="finance", name="融资对接", questions=[AMOUNT])
    factories.make_category(code="law", name="法律服务")


def _field(phone: Phone, label: str) -> Any:
    return phone.here().get_by_label(label, exact=True)


def _write(phone: Phone) -> None:
    phone.fill(_field(phone, "一句话说是什么事"), "想要一笔流动资金")
    phone.fill(_field(phone, "具体情况"), "订单翻了一倍，备料资金有缺口。")


def _detail(need: models.Need) -> str:
    return f"/pages/needs/detail/detail?id={need.id}"


def _answered(space: models.Space, user: models.User) -> models.Need:
    now = utcnow()
    return factories.make_need(
        space, user_id=user.id, state=NeedState.ANSWERED, outcome=Outcome.SOLVED, answered_at=now
    )


def test_sends_a_need_and_knows_what_was_promised(
    phone: Phone, member: Member, sandbox: Sandbox
) -> None:
    member()
    phone.open("/pages/tabs/needs/needs")
    expect(phone.text("还没有提过诉求")).to_be_visible()
    phone.tap("提诉求")
    phone.tap("提交诉求")
    expect(phone.text("请选一类，拿不准就选“其他”")).to_be_visible()
    expect(phone.text("请用一句话说是什么事")).to_be_visible()
    phone.tap("融资对接")
    expect(phone.text("提交后，我们这样答应您")).to_be_visible()
    _write(phone)
    phone.tap("提交诉求")
    expect(phone.text("请选择一项")).to_be_visible()
    phone.tap("先了解")
    phone.tap("比较急")
    phone.tap("提交诉求")
    expect(phone.text("已收到您的诉求")).to_be_visible()
    need = models.Need.get()
    assert (need.title, need.answers, need.urgency) == (
        "想要一笔流动资金",
        {"amount": "先了解"},
        "urgent",
    )
    expect(phone.text(need.no).first).to_be_visible()
    phone.tap("开启提醒")
    phone.dialog("允许发送以下消息").get_by_role("button", name="允许").tap()
    expect(phone.text("会用微信告诉您")).to_be_visible()
    left = {entry["kind"]: entry["remaining"] for entry in sandbox.get("users/demo-u1/wallet")}
    assert left["need_answered"] == 1
    phone.back()
    expect(phone.text("想要一笔流动资金")).to_be_visible()
    expect(phone.text("没有提交的草稿", exact=False)).to_have_count(0)


def test_a_draft_survives_leaving(phone: Phone, member: Member) -> None:
    member()
    phone.open("/pages/tabs/needs/needs")
    phone.tap("提诉求")
    phone.tap("融资对接")
    phone.tap("先了解")
    _write(phone)
    phone.back()
    expect(phone.text("没有提交的草稿", exact=False)).to_be_visible()
    phone.open(EDIT)
    expect(phone.text("已接着上次的草稿")).to_be_visible()
    expect(_field(phone, "具体情况").locator("textarea")).to_have_value(
        "订单翻了一倍，备料资金有缺口。"
    )
    phone.tap("提交诉求")
    expect(phone.text("已收到您的诉求")).to_be_visible()
    assert models.Need.get().answers == {"amount": "先了解"}


def test_nothing_typed_is_lost_when_the_server_is_away(phone: Phone, member: Member) -> None:
    member()
    phone.open(EDIT)
    phone.tap("法律服务")
    _write(phone)
    phone.context.route("**/api/v1/needs", lambda route: route.abort())
    phone.tap("提交诉求")
    expect(phone.text("写好的内容已存在手机上")).to_be_visible()
    phone.context.unroute("**/api/v1/needs")
    phone.tap("提交诉求")
    expect(phone.text("已收到您的诉求")).to_be_visible()
    phone.complaints = [line for line in phone.complaints if "ERR_FAILED" not in line]


def test_a_full_phone_is_told(phone: Phone, member: Member) -> None:
    member()
    phone.open(EDIT)
    phone.tap("法律服务")
    phone.evaluate("void (wx.setStorageSync = () => { throw new Error('exceed max size') })")
    _write(phone)
    expect(phone.text("草稿没有存上")).to_be_visible()


def test_words_that_may_not_stand_are_told(phone: Phone, member: Member) -> None:
    member()
    phone.open(EDIT)
    phone.tap("法律服务")
    phone.fill(_field(phone, "一句话说是什么事"), "想问问")
    phone.fill(_field(phone, "具体情况"), "违规测试词")
    phone.tap("提交诉求")
    expect(phone.here().locator("[aria-role=alert]")).to_be_visible()
    assert models.Need.select().count() == 0
    expect(_field(phone, "具体情况").locator("textarea")).to_have_value("违规测试词")


def test_supplements_and_withdraws(phone: Phone, space: models.Space, member: Member) -> None:
    need = factories.make_need(space, user_id=member().id)
    phone.open(_detail(need))
    phone.tap("补充说明")
    sheet = phone.here().locator(".t-popup").filter(visible=True)
    phone.fill(phone.here().get_by_label("补充新的情况，或回答工作人员的提问"), "下周三更方便")
    phone.tap("提交补充")
    expect(phone.page.get_by_text("已补充")).to_be_visible()
    expect(phone.text("下周三更方便")).to_be_visible()
    expect(sheet).to_have_count(0)
    phone.tap("撤回诉求")
    phone.tap("确认撤回")
    expect(phone.text("已撤回").first).to_be_visible()
    assert models.Need.get().state == NeedState.WITHDRAWN


def test_changes_the_words_and_meets_another_change(
    phone: Phone, space: models.Space, member: Member
) -> None:
    """Both texts are shown, and the person chooses; nothing typed is lost in between."""
    need = factories.make_need(space, user_id=member().id, title="想要贷款")
    phone.open(_detail(need))
    phone.tap("修改内容")
    phone.fill(_field(phone, "一句话说是什么事"), "想要一笔流动资金")
    phone.fill(_field(phone, "具体情况"), "订单翻了一倍。")
    phone.tap("比较急")
    phone.back()
    phone.tap("修改内容")
    expect(phone.text("已接着上次没有保存的修改")).to_be_visible()
    models.Need.get_by_id(need.id).change(now=utcnow(), title="想要一笔短期贷款")
    phone.tap("保存修改")
    expect(phone.text("您修改的时候，这件诉求在别处也改过", exact=False)).to_be_visible()
    expect(phone.text("想要一笔流动资金")).to_be_visible()
    phone.picture("miniprogram-need-clash")
    phone.tap("想要一笔短期贷款")
    phone.tap("按选的保存")
    expect(phone.text("订单翻了一倍。")).to_be_visible()
    expect(phone.text("修改内容").first).to_be_visible()
    fresh = models.Need.get_by_id(need.id)
    assert (fresh.title, fresh.body, fresh.urgency) == (
        "想要一笔短期贷款",
        "订单翻了一倍。",
        "urgent",
    )


def test_words_changed_too_late_become_a_supplement(
    phone: Phone, space: models.Space, member: Member
) -> None:
    need = factories.make_need(space, user_id=member().id)
    phone.open(_detail(need))
    phone.tap("修改内容")
    phone.fill(_field(phone, "具体情况"), "其实是下个月要用。")
    # What the desk writes: a new state, and with it a new version.
    models.Need.get_by_id(need.id).change(now=utcnow(), state=NeedState.TRIAGED)
    phone.tap("保存修改")
    expect(phone.text("已经有人在办这件事了")).to_be_visible()
    phone.tap("作为补充说明")
    phone.tap("提交补充")
    expect(phone.page.get_by_text("已补充")).to_be_visible()
    expect(phone.text("其实是下个月要用。", exact=False)).to_be_visible()


def test_judges_the_answer(phone: Phone, space: models.Space, member: Member) -> None:
    need = _answered(space, member())
    phone.open(_detail(need))
    phone.tap("评价")
    phone.tap("提交评价")
    expect(phone.text("请各选一项")).to_be_visible()
    phone.tap("基本满意")
    phone.tap("部分解决")
    phone.tap("提交评价")
    expect(phone.text("基本满意 · 部分解决")).to_be_visible()
    rating = models.NeedRating.get()
    assert (rating.satisfaction, rating.solved) == ("basic", "partly")


def test_asks_for_another_try(phone: Phone, space: models.Space, member: Member) -> None:
    need = _answered(space, member())
    phone.open(_detail(need))
    phone.tap("没有解决，请再办一次")
    phone.tap("要求重办")
    expect(phone.text("请写几句")).to_be_visible()
    phone.fill(phone.here().locator("wx-textarea"), "银行没有来联系")
    phone.tap("要求重办")
    expect(phone.page.get_by_text("已重新开始办理")).to_be_visible()
    expect(phone.text("银行没有来联系")).to_be_visible()
    assert models.Need.get_by_id(need.id).state == NeedState.IN_PROGRESS


def test_a_late_need_says_so(phone: Phone, space: models.Space, member: Member) -> None:
    past = utcnow() - dt.timedelta(days=3)
    factories.make_need(space, user_id=member().id, due_respond=past, due_resolve=past)
    phone.open("/pages/tabs/needs/needs")
    expect(phone.text("已超过承诺的时间，我们正在加紧办理")).to_be_visible()


def test_the_contact_sees_the_companys_needs(
    phone: Phone, space: models.Space, member: Member
) -> None:
    company = factories.make_enterprise(name="云帆")
    contact = {"role": MemberRole.CONTACT, "status": MemberStatus.VERIFIED}
    factories.make_member(member(), company, **contact)
    colleague = member("demo-u2")
    factories.make_need(space, user_id=colleague.id, enterprise_id=company.id, title="停车位不够")
    factories.make_need(space, user_id=colleague.id, title="只是我自己的事")
    phone.open("/pages/tabs/needs/needs")
    phone.tap("公司的")
    expect(phone.text("停车位不够")).to_be_visible()
    expect(phone.text("只是我自己的事")).to_have_count(0)
