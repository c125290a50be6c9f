"""走访 at the console: from the season the calendar proposes to the coded result."""

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from flask import Flask

import models
from models.staff import Role
from server import clock
from server.clock import at_shanghai, utcnow
from server.services import calendar
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Client, resources
from tests.console.conftest import Desk, desk, words

WHEN = "2026-02-25T10:30"


@pytest.fixture
def space(app: Flask) -> models.Space:
    return factories.make_space()


@pytest.fixture
def keeper(client: Client, space: models.Space) -> Desk:
    clock.move(at_shanghai(dt.date(2026, 2, 26), dt.time(9)) - utcnow())
    calendar.seed_year(SYSTEM, 2026, now=utcnow())
    return desk(client, factories.make_staff(Role.KEEPER, space, name="掌门人小沈"))


def _season(space: models.Space) -> models.VisitCampaign:
    found: models.VisitCampaign = models.VisitCampaign.get(models.VisitCampaign.space == space)
    return found


def test_spring_from_proposal_to_route(
    keeper: Desk, space: models.Space, client: Client, app: Flask
) -> None:
    tower = factories.make_building(space, name="甲楼")
    company = factories.make_enterprise(name="上海新客有限公司", building=tower, room="1203")
    factories.make_enterprise(name="上海旧友有限公司", building=tower, room="302")
    vault = resources(app).vault
    contact = factories.make_user(nickname="李经理")
    sealed = vault.seal("13812345678", place=f"user.phone:{contact.id}")
    models.User.update(phone_enc=sealed).where(models.User.id == contact.id).execute()
    factories.make_member(contact, company, role="contact", status="verified")
    need = factories.make_need(space, enterprise_id=company.id, title="灯坏了")
    assert "节后第一个工作日是2月24日（周二）" in keeper.see("/console/visits")
    assert "新春走访" in keeper.see("/console/")
    page = keeper.client.get(f"/console/visits/new?space={space.id}&spring=2026").text
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    assert (fields["starts_on"], fields["ends_on"]) == ("2026-02-24", "2026-03-20")
    fields |= {"kind": "spring", "o0": "open_needs", "o1": "never", "o2": ""}
    fields.pop("csrf_token")
    said = keeper.do("/console/visits", **fields)
    assert "列出 2 家企业" in said
    assert said.index("新客") < said.index("旧友"), "an open need counts first"
    assert "有 1 件诉求未办结" in said
    assert "节后第一个工作日" not in keeper.see("/console/visits"), "it is planned"
    campaign = _season(space)
    path = f"/console/visits/{campaign.id}"
    other = factories.make_staff(Role.OPERATOR, space, name="小王")
    assert "已分配 1 家" in keeper.do(
        f"{path}/assign?floor=12", assignee_id=str(other.id), which="all"
    )
    assert models.VisitTarget.select().where(models.VisitTarget.assignee == other).count() == 1
    refused = keeper.send(f"{path}/assign", assignee_id="", which="all")
    assert refused.status_code == 422
    assert "请选择分配给谁" in words(refused)
    route = keeper.see(f"{path}/route")
    assert route.index("3 层") < route.index("12 层")
    assert "李经理 138****5678" in route
    assert f"未办结：灯坏了（{need.no}" in route
    guest = factories.make_enterprise(name="上海来宾有限公司")
    assert "来宾" in keeper.see(f"{path}?add=来宾")
    assert "已加入名单" in keeper.do(f"{path}/targets", enterprise_id=str(guest.id))
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent))
    assert "旧友" in officer.see(path)
    officer.see(f"{path}/route", 403)
    assert officer.send(f"{path}/fill").status_code == 403
    assert "重新打开这一季" in keeper.do(f"{path}/close", over="yes")
    assert keeper.send(f"{path}/fill").status_code == 409


def test_research_from_questions_to_numbers(
    keeper: Desk, space: models.Space, client: Client
) -> None:
    tower = factories.make_building(space)
    for number in range(2):
        factories.make_enterprise(name=f"上海调研{number}号有限公司", building=tower)
    category = factories.make_category(
        name="停车", questions=[{"key": "how", "label": "几辆车", "kind": "text", "required": True}]
    )
    form: dict[str, Any] = {
        "space_id": str(space.id), "kind": "research", "title": "大调研",
        "starts_on": "2026-02-24", "ends_on": "2026-04-24", "o0": "never",
        "silent_months": "6", "new_months": "6", "lease_months": "6",
    }  # fmt: skip
    refused = keeper.send("/console/visits", **form)
    assert "大调研需要至少一个问题" in words(refused)
    keeper.do(
        "/console/visits",
        **form,
        q0_label="最大的困难", q0_kind="choice", q0_options="用工\n资金", q0_required="on",
        q1_label="满意吗", q1_kind="scale", q1_options="不满意\n很满意",
        q2_label="还想说", q2_kind="text",
    )  # fmt: skip
    campaign = _season(space)
    first, second = models.VisitTarget.select().order_by(models.VisitTarget.rank)
    path = f"/console/visits/targets/{first.id}"
    visit = {"visited_at": WHEN, "met": "王总", "summary": "聊得很好", "version": "1"}
    heard = {"n0_category": category.code, "n0_title": "没处停车", "n0_body": "每天绕圈"}
    wrong = keeper.send(path, **visit, **heard, a_q1="资金")
    assert wrong.status_code == 422
    assert "请回答：几辆车" in words(wrong)
    assert "每天绕圈" in wrong.text, "what was typed is kept"
    assert not models.VisitRecord.select().exists()
    heard[f"n0_{category.code}_how"] = "三辆"
    said = keeper.do(path, **visit, **heard, a_q1="资金", a_q2="4", a_q3="=谢谢")
    assert "登记了 1 件诉求" in said
    assert "没处停车" in said
    [need] = models.Need.select()
    assert (need.source, need.answers) == ("visit", {"how": "三辆"})
    record = models.VisitRecord.get()
    stale = keeper.send(path, **visit | {"version": "9"}, a_q1="用工")
    assert stale.status_code == 409
    assert "签收" in keeper.do(
        path, **visit | {"version": str(record.version)}, a_q1="用工", a_q2="4", signed_off="on"
    )
    mark = f"/console/visits/targets/{second.id}/mark"
    assert "已标为“联系不上”" in keeper.do(mark, state="unreachable", reason="搬家中", version="1")
    show = keeper.see(f"/console/visits/{campaign.id}?state=unreachable")
    assert "搬家中" in show
    results = keeper.see(f"/console/visits/{campaign.id}/results")
    assert "50% 1 / 2 家" in results
    assert "100% 1 / 1 家" in results
    assert "平均 4.00 分" in results
    sent = keeper.send(f"/console/visits/{campaign.id}/export", reason="汇总上报")
    book = openpyxl.load_workbook(io.BytesIO(sent.data))
    assert list(book["编码结果"].values)[1][3:] == (1, 4, None)
    assert book["编码表"]["A2"].value == "q1"
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent))
    read = officer.see(path)
    assert "聊得很好" in read
    assert need.no in read
    assert "王总" not in read
    assert "没处停车" not in read
