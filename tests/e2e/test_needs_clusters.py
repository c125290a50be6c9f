"""From a spring visit to a lecture and its report line, in a real browser."""

import datetime as dt
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import models
from models.enterprises import MemberRole, MemberStatus
from models.needs import NeedSource, Solved
from models.staff import Role
from server.clock import day_of, utcnow
from server.services import needs_verdicts
from tests import factories
from tests.conftest import Client
from tests.e2e.conftest import Visitor
from tests.services.test_needs_clusters import TAX

pytestmark = [
    pytest.mark.browser,
    # One engine is enough here: what differs between the two is tried below the pages.
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session"),
]
SAID = [Solved.YES] * 5 + [Solved.PARTLY]


def _overflow(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def _look(page: Page, name: str) -> None:
    """Keep pictures where somebody asks for them, at both widths and in both lights."""
    page.set_viewport_size({"width": 390, "height": 844})
    folder = os.environ.get("XINYI_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-phone.png", full_page=True)
    assert _overflow(page) <= 0, name
    page.set_viewport_size({"width": 1280, "height": 800})
    assert _overflow(page) <= 0, name
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=Path(folder) / f"{name}-dark.png", full_page=True)
        page.emulate_media(color_scheme="light")


def _sent(space: models.Space, kind: models.Category) -> list[models.Need]:
    """Return the six needs sent from the mini-program; the seventh is heard on a visit."""
    made = []
    for title, body in TAX[1:]:
        owner, company = factories.make_user(home_space=space), factories.make_enterprise()
        factories.make_member(owner, company, status=MemberStatus.VERIFIED)
        said = {"title": title, "body": body, "user_id": owner.id, "enterprise_id": company.id}
        made.append(factories.make_need(space, category=kind, **said))
    return made


def _visited(page: Page, space: models.Space, kind: models.Category) -> models.Need:
    """Plan a spring, go to one company, and write down what was heard; return its need."""
    tower = factories.make_building(space, name="甲楼")
    company = factories.make_enterprise(name="上海新客有限公司", building=tower, room="1203")
    contact = factories.make_user(home_space=space)
    factories.make_member(contact, company, status=MemberStatus.VERIFIED, role=MemberRole.CONTACT)
    page.goto("/console/visits/new")
    page.get_by_label("类型").select_option(label="新春走访")
    page.get_by_label("名称").fill("新春走访")
    today = day_of(utcnow())
    page.get_by_label("从哪天起").fill(today.isoformat())
    page.get_by_label("到哪天止").fill((today + dt.timedelta(days=20)).isoformat())
    page.get_by_role("button", name="保存，列出企业").click()
    page.get_by_role("link", name=company.name).click()
    title, body = TAX[0]
    page.get_by_label("谈了什么").fill("刚搬来，想多认识邻居")
    page.get_by_label("哪方面").first.select_option(label=kind.name)
    page.get_by_label("一句话").first.fill(title)
    page.get_by_label("原话").first.fill(body)
    page.get_by_role("button", name="保存走访记录").click()
    expect(page.get_by_text("登记了 1 件诉求")).to_be_visible()
    _look(page, "visit")
    need: models.Need = models.Need.get(models.Need.title == title)
    assert (need.source, need.enterprise_id, need.user_id) == (NeedSource.VISIT, company.id, None)
    return need


def _given(page: Page, space: models.Space, need: models.Need) -> None:
    """Write down an expert's time at the expert, and find it at the need and at the company."""
    expert = models.Expert.add(now=utcnow(), org_unit=space.org_unit_id, name="程立言")
    page.goto(f"/console/resources/experts/{expert.id}")
    page.get_by_label("或办哪件诉求").fill(need.no)
    page.get_by_label("哪一天").fill(day_of(utcnow()).isoformat())
    page.get_by_label("用了几小时").fill("1.5")
    page.get_by_role("button", name="记录", exact=True).click()
    expect(page.get_by_text(f"诉求 {need.no}")).to_be_visible()
    page.goto(f"/console/needs/{need.id}")
    expect(page.locator("#uses li")).to_contain_text("程立言（专家）1.5 小时")
    page.goto(f"/console/enterprises/{need.enterprise_id}")
    expect(page.locator("#timeline")).to_contain_text("程立言")


def test_a_visit_becomes_a_lecture_and_a_report(client: Client, visitor: Visitor) -> None:
    space = factories.make_space(name="新意城")
    factories.make_series(name="心海", subtitle="税收政策宣讲")
    kind = factories.make_category(name="政策咨询")
    needs = _sent(space, kind)
    page = visitor.log_in(factories.make_staff(Role.KEEPER, space)).page
    needs.insert(0, _visited(page, space, kind))
    _given(page, space, needs[0])

    page.goto("/console/needs")
    page.get_by_role("link", name="聚类").click()
    expect(page.get_by_text("7 家企业、7 件诉求")).to_be_visible()
    _look(page, "clusters")
    page.get_by_label("聚类标题").fill("税务发票")
    page.get_by_role("button", name="归到一起").click()
    expect(page.get_by_text("7 家企业问到税务发票")).to_be_visible()
    page.get_by_role("link", name="办一场").click()
    expect(page.get_by_label("标题")).to_have_value("税务发票专场")
    expect(page.get_by_label("留几个位置")).to_have_value("7")
    _look(page, "plan")
    page.get_by_role("button", name="建好草稿").click()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("留位到")).to_have_count(7)
    _look(page, "activity")

    _take_place(client, needs)
    page.reload()
    expect(page.get_by_role("heading", name="1 场讲座，7 条诉求，5 条解决")).to_be_visible()
    page.goto(f"/console/needs/clusters/{models.NeedCluster.get().id}")
    _look(page, "cluster")
    page.get_by_role("link", name="部分解决").click()
    expect(page.get_by_role("link", name=TAX[5][0])).to_be_visible()
    expect(page.get_by_role("link", name=TAX[0][0])).to_have_count(0)
    page.goto(f"/console/needs/{needs[0].id}")
    _look(page, "need")


def _take_place(client: Client, needs: list[models.Need]) -> None:
    """Let the owners take up their places and be there but for two, and all but one say whether it
    helped: each from a phone of their own."""
    session = models.Session.get()
    kept = {row.need_id: row.user_id for row in models.NeedActivityLink.select()}
    phones = [client.as_user(models.User.get_by_id(kept[need.id])) for need in needs]
    for phone in phones[:5]:
        taken = phone.post(f"/api/v1/sessions/{session.id}/signups", json={})
        assert taken.status_code == 201, taken.text
        factories.make_checkin(models.Signup.get_by_id(int(taken.json["id"])))
    over = utcnow() - dt.timedelta(hours=4)
    models.Session.update(starts_at=over - dt.timedelta(hours=2), ends_at=over).execute()
    needs_verdicts.ask(now=utcnow())
    for need, phone, solved in zip(needs, phones, SAID, strict=False):
        body = {"activity_id": str(session.activity_id), "solved": solved.value}
        said = phone.post(f"/api/v1/needs/{need.id}/verdict", json=body)
        assert said.status_code == 200, said.text
