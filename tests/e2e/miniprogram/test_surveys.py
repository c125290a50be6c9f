"""问卷 on the phone: found in the inbox, answered once, and a need that came of it."""

import datetime as dt

import pytest
from playwright.sync_api import expect

import models
from models.needs import NeedSource
from server.clock import day_of, utcnow
from server.services import surveys
from server.services.audit import SYSTEM
from server.services.notifications import campaigns
from tests import factories
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser

QUESTIONS = [
    {"key": "q1", "label": "您最想参加哪类活动", "kind": "multi", "options": ["讲座", "比赛", "义诊"], "required": True},
    {"key": "q2", "label": "我在这里有认识的人", "kind": "scale", "options": ["完全不同意", "完全同意"], "required": False},
    {"key": "q3", "label": "还想对我们说什么", "kind": "text", "options": [], "required": False},
]  # fmt: skip


def _survey(space: models.Space) -> models.Survey:
    now = utcnow()
    row = models.Survey.add(
        now=now,
        org_unit=space.org_unit_id,
        space=space,
        title="明年办什么，您来定",
        intro="结果用来排明年的菜单，三题，半分钟。",
        questions=QUESTIONS,
        starts_on=day_of(now),
        ends_on=day_of(now) + dt.timedelta(days=7),
    )
    surveys.publish(row, actor=SYSTEM, now=now)
    for campaign_id in campaigns.spreading():
        campaigns.spread(campaign_id, batch=50, now=now)
    return row


def test_answers_from_the_inbox_and_sends_a_need(
    phone: Phone, space: models.Space, member: Member
) -> None:
    user = member()
    factories.make_category(name="其他")
    row = _survey(space)
    phone.open("/pages/notifications/inbox/inbox")
    phone.tap("请您填写：明年办什么，您来定")
    expect(phone.text("谁也查不出")).to_be_visible()
    phone.tap("交上去")
    expect(phone.text("请回答这一题")).to_be_visible()
    phone.tap("讲座")
    phone.tap("义诊")
    phone.tap("4")
    field = phone.here().get_by_label("还想对我们说什么")
    phone.fill(field, "多办几场晚上的")
    phone.picture("miniprogram-surveys-answer")
    # The first try arrives and its answer is lost: the second one is told so, and that is well.
    phone.page.route("**/surveys/*/answers", lambda route: (route.fetch(), route.abort()), times=1)
    phone.tap("交上去")
    expect(phone.text("填好的内容已存在手机上")).to_be_visible()
    phone.tap("交上去")
    expect(phone.text("谢谢，已收到")).to_be_visible()
    phone.complaints = [line for line in phone.complaints if "ERR_FAILED" not in line]
    [kept] = models.SurveyAnswer.select()
    assert kept.user_id is None
    assert kept.answers == {"q1": "讲座\n义诊", "q2": "4", "q3": "多办几场晚上的"}
    phone.tap("有具体的事要办，提一条诉求")
    phone.tap("其他")
    phone.fill(phone.here().get_by_label("一句话说是什么事"), "停车位不够")
    phone.fill(phone.here().get_by_label("具体情况"), "晚上来没有地方停车")
    phone.tap("提交诉求")
    expect(phone.text("停车位不够").first).to_be_visible()
    need = models.Need.get()
    assert (need.source, need.user_id) == (NeedSource.SURVEY, user.id)
    phone.open("/pages/surveys/list/list")
    expect(phone.text("已填")).to_be_visible()
    surveys.close(models.Survey.get_by_id(row.id), actor=SYSTEM, now=utcnow())
    phone.open(f"/pages/surveys/answer/answer?id={row.id}")
    expect(phone.text("这份问卷已经结束")).to_be_visible()
