"""From seven needs that ask for the same to a lecture and its report line, in a real browser."""

import datetime as dt
import os
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import models
from models.enterprises import MemberStatus
from models.needs import Solved
from models.staff import Role
from server.clock import utcnow
from server.services import needs_verdicts
from tests import factories
from tests.conftest import resources
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


def _seven(space: models.Space) -> list[models.Need]:
    kind = factories.make_category(name="政策咨询")
    made = []
    for title, body in TAX:
        owner, company = factories.make_user(home_space=space), factories.make_enterprise()
        factories.make_member(owner, company, status=MemberStatus.VERIFIED)
        said = {"title": title, "body": body, "user_id": owner.id, "enterprise_id": company.id}
        made.append(factories.make_need(space, category=kind, **said))
    return made


def test_a_theme_becomes_a_lecture_and_a_report(app: Flask, visitor: Visitor) -> None:
    space = factories.make_space(name="新意城")
    factories.make_series(name="心海", subtitle="税收政策宣讲")
    needs = _seven(space)
    page = visitor.log_in(factories.make_staff(Role.KEEPER, space)).page

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

    _take_place(app, needs)
    page.reload()
    expect(page.get_by_role("heading", name="1 场讲座，7 条诉求，5 条解决")).to_be_visible()
    page.goto(f"/console/needs/clusters/{models.NeedCluster.get().id}")
    _look(page, "cluster")
    page.get_by_role("link", name="部分解决").click()
    expect(page.get_by_role("link", name=TAX[5][0])).to_be_visible()
    expect(page.get_by_role("link", name=TAX[0][0])).to_have_count(0)
    page.goto(f"/console/needs/{needs[0].id}")
    _look(page, "need")


def _take_place(app: Flask, needs: list[models.Need]) -> None:
    """Let the lecture be over, most of the owners have been there, and all but one have spoken."""
    session = models.Session.get()
    for need in needs[:5]:
        signup = models.Signup.get(models.Signup.user_id == need.user_id)
        factories.make_checkin(signup)
    over = utcnow() - dt.timedelta(hours=4)
    models.Session.update(starts_at=over - dt.timedelta(hours=2), ends_at=over).execute()
    needs_verdicts.ask(now=utcnow())
    for need, solved in zip(needs, SAID, strict=False):
        user = models.User.get_by_id(need.user_id)
        opened = resources(app)
        checker = needs_verdicts.Checker(opened.wechat, opened.vault, user)
        activity_id = session.activity_id
        needs_verdicts.answer(user, need.id, activity_id, solved, checker=checker, now=utcnow())
