"""走访 on a phone that has no signal: written, kept, handed in once."""

import pytest
from flask import Flask
from playwright.sync_api import Locator, expect

import models
from models.staff import Role
from models.visits import TargetState
from server.clock import day_of, utcnow
from server.schemas.visits import VisitCampaignIn, VisitIn
from server.services import staff, visits_records, visits_targets
from server.services.audit import Actor
from tests import factories
from tests.e2e.miniprogram.conftest import Member
from tests.e2e.miniprogram.door import forgive_network, make_steward, no_server
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser


def _season(space: models.Space, account: models.Staff) -> models.VisitCampaign:
    today = day_of(utcnow()).isoformat()
    wanted = VisitCampaignIn.model_validate(
        {
            "space_id": str(space.id), "kind": "research", "title": "大调研",
            "starts_on": today, "ends_on": today, "is_anonymous": True,
            "questions": [
                {"key": "q1", "label": "最大的困难", "kind": "choice", "options": ["用工", "资金"], "required": True},
                {"key": "q2", "label": "想要的服务", "kind": "multi", "options": ["政策", "法律"]},
                {"key": "q3", "label": "满意吗", "kind": "scale", "options": ["不满意", "很满意"]},
            ],
        }
    )  # fmt: skip
    scope = staff.scope_of(account, now=utcnow())
    actor = Actor("staff", account.id, account.name)
    return visits_targets.plan(scope, wanted, actor=actor, now=utcnow())[0]


def _field(phone: Phone, label: str) -> Locator:
    return phone.here().get_by_label(label, exact=True)


def test_a_visit_without_a_signal(
    phone: Phone, space: models.Space, member: Member, app: Flask
) -> None:
    account = make_steward(member(), Role.OPERATOR, space)
    tower = factories.make_building(space, name="A 座")
    first = factories.make_enterprise(name="上海云梯有限公司", building=tower, room="1203")
    second = factories.make_enterprise(name="上海茶舍有限公司", building=tower, room="302")
    factories.make_category(name="停车")
    campaign = _season(space, account)
    phone.open("/pages/staff/today/today")
    phone.tap("走访")
    expect(phone.title()).to_have_text("走访")
    expect(phone.text("A 座 · 12 层")).to_be_visible()
    phone.picture("miniprogram-staff-visits")
    with no_server(phone):
        phone.tap("上海云梯有限公司")
        phone.fill(_field(phone, "见到了谁"), "王经理")
        phone.fill(_field(phone, "谈了什么"), "想扩租，缺停车位")
        phone.tap("资金")
        phone.tap("政策")
        phone.tap("法律")
        phone.tap("4")
        phone.tap("记一件诉求")
        phone.tap("停车")
        phone.fill(_field(phone, "一句话"), "缺停车位")
        phone.fill(_field(phone, "原话"), "每天找半小时")
        phone.tap("记下这件")
        expect(phone.here().locator(".foot-note")).to_have_text("草稿已存")
        phone.picture("miniprogram-staff-visit")
        phone.tap("记下")
        expect(phone.text("1 条走访还在手机上")).to_be_visible()
        expect(phone.text("待上传")).to_be_visible()
        phone.tap("上海茶舍有限公司")
        phone.tap("谢绝走访")
        phone.fill(_field(phone, "为什么"), "在盘点")
        phone.tap("记下")
        expect(phone.text("2 条走访还在手机上")).to_be_visible()
        assert not models.VisitRecord.select().exists()
        # Meanwhile a colleague was there too: the phone's word is refused, and not lost.
        colleague = factories.make_staff(Role.KEEPER, space)
        [target] = [
            row for row in visits_targets.of_campaign(campaign) if row.enterprise_id == second.id
        ]
        visits_records.record(
            staff.scope_of(colleague, now=utcnow()),
            target.id,
            VisitIn.model_validate({"visited_at": utcnow()}),
            actor=Actor("staff", colleague.id, colleague.name),
            now=utcnow(),
        )
    # Whoever opens the list with a signal hands in what waits.
    phone.back()
    phone.tap("走访")
    expect(phone.text("1 条走访已上传")).to_be_visible()
    expect(phone.text("上海茶舍有限公司：没有收下")).to_be_visible()
    expect(phone.text("已经有记录")).to_be_visible()
    expect(phone.text("已走访 2 / 2")).to_be_visible()
    expect(phone.text("没有网络")).to_have_count(0)
    phone.picture("miniprogram-staff-visits-synced")
    forgive_network(phone)
    record = models.VisitRecord.get(models.VisitRecord.enterprise == first)
    assert (record.met, record.has_answers) == ("王经理", True)
    [answer] = models.VisitAnswer.select()
    assert answer.record_id is None
    assert answer.answers == {"q1": "资金", "q2": "政策\n法律", "q3": "4"}
    [need] = models.Need.select()
    assert (need.source, need.enterprise_id) == ("visit", first.id)
    states = {row.enterprise_id: row.state for row in visits_targets.of_campaign(campaign)}
    assert states == {first.id: TargetState.DONE, second.id: TargetState.DONE}
