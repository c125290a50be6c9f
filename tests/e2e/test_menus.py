"""A new keeper's month: publish the menu, correct it, and read who was told and why the others were not."""

import datetime as dt

import pytest
from flask import Flask
from playwright.sync_api import expect

import models
from models.notifications import DeliveryState
from models.staff import Role
from server.clock import SHANGHAI, at_shanghai, month_after, month_of, utcnow
from server.services import notifications
from server.services.notifications import campaigns, outbox
from tests import factories
from tests.e2e.conftest import Visitor
from tests.preview.phone import SCREENSHOTS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session", params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """One engine is enough here: what differs between the two is tried below the pages."""
    return str(request.param)


def _work() -> None:
    """What the worker does until WeChat has answered: spread, and take who has a reminder."""
    now = utcnow()
    noon = at_shanghai(now.astimezone(SHANGHAI).date() + dt.timedelta(days=1), dt.time(12))
    for campaign_id in campaigns.spreading():
        campaigns.spread(campaign_id, batch=50, now=now)
    for bucket in outbox.due_buckets(now=noon):
        outbox.claim("w", bucket, limit=50, lease=dt.timedelta(minutes=1), now=noon)
    models.Delivery.update(state=DeliveryState.DELIVERED, delivered_at=now).where(
        models.Delivery.state == DeliveryState.RESERVED
    ).execute()


def test_a_new_keeper_publishes_corrects_and_reads_who_was_told(
    visitor: Visitor, app: Flask
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    now = utcnow()
    month = month_after(month_of(now))
    year, number = map(int, month.split("-"))
    space = factories.make_space(name="新意城")
    activity = factories.make_activity(space, title="税收优惠一次讲清楚")
    session = factories.make_session(
        activity, starts_at=at_shanghai(dt.date(year, number, 12), dt.time(14))
    )
    told, silent = (factories.make_user(home_space=space, nickname=n) for n in ("李雷", "韩梅梅"))
    notifications.grant_from_popup(told.id, "menu", accepted=True, ref="a", at=now, now=now)
    factories.make_signup(session, silent)
    page = visitor.log_in(factories.make_staff(Role.KEEPER, space)).page

    page.goto("/console")
    page.get_by_role("link", name="菜单", exact=True).click()
    row = page.get_by_role("row").filter(has_text=f"{number}月")
    row.get_by_role("button", name="起草菜单").click()
    page.get_by_label("标题").fill("新的一月")
    page.get_by_label("税收优惠一次讲清楚").check()
    page.get_by_role("button", name="保存并预览").click()
    expect(page.get_by_text("2 位会员")).to_be_visible()
    page.get_by_role("link", name="没有提醒次数 1").click()
    expect(page.get_by_role("cell", name="韩梅梅")).to_be_visible()
    page.go_back()
    page.screenshot(path=SCREENSHOTS / "menu-before.png")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="发布菜单").click()
    expect(page.get_by_role("heading", name="推送")).to_be_visible()
    _work()
    page.reload()
    page.screenshot(path=SCREENSHOTS / "menu-published.png")
    page.get_by_role("link", name="告诉了谁，谁没收到、为什么").click()
    expect(page.get_by_role("cell", name="李雷")).to_be_visible()
    page.get_by_role("link", name="没有提醒次数 1").click()
    expect(page.get_by_role("cell", name="韩梅梅")).to_be_visible()
    expect(page.get_by_text("每同意一次才能提醒一次")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "menu-people.png")
    with page.expect_download() as sheet:
        page.get_by_role("link", name="导出人数").click()
    assert "没有提醒次数,1" in sheet.value.path().read_text("utf-8-sig")

    # A new room: the correcting revision says what changed and tells whom it concerns.
    models.Session.update(starts_at=session.starts_at + dt.timedelta(days=1),
                          ends_at=session.ends_at + dt.timedelta(days=1)).execute()  # fmt: skip
    page.goto("/console/menus")
    row.get_by_role("button", name="出修订版").click()
    page.get_by_role("button", name="保存并预览").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="发布菜单").click()
    changes = page.locator("section").filter(has=page.get_by_role("heading", name="改了什么"))
    expect(changes).to_contain_text("税收优惠一次讲清楚")
    page.screenshot(path=SCREENSHOTS / "menu-corrected.png")
    _work()
    page.reload()
    page.get_by_role("link", name="告诉了谁，谁没收到、为什么").click()
    expect(page.get_by_text("共告诉 1 位，微信已提醒 0 位")).to_be_visible()
