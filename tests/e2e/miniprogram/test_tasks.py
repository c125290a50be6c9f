"""待办 on the phone: what somebody was sent, taken on, given back, reported done; and their tasks."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import models
from models.needs import NeedState
from models.staff import Role
from server.clock import day_of, utcnow
from tests import factories
from tests.e2e.miniprogram.conftest import Member
from tests.e2e.miniprogram.door import make_steward
from tests.e2e.miniprogram.test_staff_looks import _like, _settled
from tests.e2e.miniprogram.test_trouble import CONTRAST, UNNAMED
from tests.preview.phone import PHONE, Phone

pytestmark = pytest.mark.browser


def _sent(space: models.Space, account: models.Staff, title: str, role: str) -> models.Dispatch:
    need = factories.make_need(space, title=title, state=NeedState.DISPATCHED, body="每天找半小时")
    return models.Dispatch.add(
        now=utcnow(), space=space, need=need, staff=account, role=role, note="请先打个电话",
        due_at=utcnow() - dt.timedelta(hours=1),
    )  # fmt: skip


def _agreed(space: models.Space, account: models.Staff) -> models.Task:
    common = {"now": utcnow(), "space": space}
    body = factories.make_partner(space)
    meeting = models.JointMeeting.add(
        **common, starts_at=utcnow(), united_front=body, party_branch=body, operator=body
    )
    resolution = models.Resolution.add(**common, meeting=meeting, order=0, text="联系停车场")
    return models.Task.add(
        **common, meeting=meeting, resolution=resolution, text="联系停车场", owner_staff=account,
        due_on=day_of(utcnow()),
    )  # fmt: skip


def test_a_handler_does_their_part_on_a_small_phone(
    chromium: Browser, base: str, space: models.Space, member: Member
) -> None:
    """With the largest letters: nothing runs over, every word can be read, every door has a name."""
    account = make_steward(member(), Role.OPERATOR, space)
    lead = _sent(space, account, "园区停车位不够用了" * 3, "lead")
    assist = _sent(space, account, "想办夜校", "assist")
    task = _agreed(space, account)
    options: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 700}}
    one = Phone(chromium, base, options)
    one.context.add_init_script(_like(23, "ios"))
    one.open("/pages/staff/today/today")
    one.tap("待办：派给我的诉求、会议任务")
    expect(one.title()).to_have_text("待办")
    _settled(one)
    one.tap("园区停车位不够用了" * 3)
    expect(one.text("每天找半小时")).to_be_visible()
    one.page.wait_for_timeout(250)
    one.picture("miniprogram-320-23-staff-tasks")
    assert one.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert one.evaluate(f"({CONTRAST})()") + one.evaluate(f"({UNNAMED})()") == []
    one.tap("接单")
    expect(one.here().get_by_text("接单", exact=True)).to_have_count(0)
    one.tap("办完了")
    _answer(one, "做了什么、结果怎样？", "已加 20 个车位", "办完了")
    expect(one.text("园区停车位不够用了" * 3)).to_have_count(0)
    one.tap("想办夜校")
    one.tap("退回")
    _answer(one, "为什么退回？", "不归我们管", "退回")
    expect(one.text("想办夜校")).to_have_count(0)
    one.tap("完成")
    _answer(one, "结果怎样？", "谈好了", "完成")
    expect(one.text("没有待办")).to_be_visible()
    one.context.close()
    assert one.complaints == []
    parts = {row.id: (row.state, row.result, row.reason) for row in models.Dispatch.select()}
    assert parts[lead.id] == ("done", "已加 20 个车位", "")
    assert parts[assist.id] == ("returned", "", "不归我们管")
    assert (models.Task.get_by_id(task.id).state, models.Task.get_by_id(task.id).result) == (
        "done", "谈好了",
    )  # fmt: skip


def _answer(one: Phone, title: str, text: str, button: str) -> None:
    dialog = one.dialog(title)
    dialog.get_by_role("textbox").fill(text)
    dialog.get_by_role("button", name=button).tap()
