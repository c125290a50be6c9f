"""From the register to a meeting, its resolution and the task on the workbench, in a real browser."""

import datetime as dt
import os
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import models
from models.staff import Role
from server.clock import SHANGHAI, day_of, utcnow
from tests import factories
from tests.e2e.conftest import Visitor

pytestmark = [
    pytest.mark.browser,
    # One engine is enough here: what differs between the two is tried below the pages.
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session"),
]


def _look(page: Page, name: str) -> None:
    """Nothing sticks out at either width; keep pictures where somebody asks for them."""
    folder = os.environ.get("XINYI_PICTURES")
    for suffix, width in (("-phone", 390), ("", 1280)):
        page.set_viewport_size({"width": width, "height": 844})
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{name} at {width}"
        if folder:
            page.screenshot(path=Path(folder) / f"{name}{suffix}.png", full_page=True)
    if folder:
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=Path(folder) / f"{name}-dark.png", full_page=True)
        page.emulate_media(color_scheme="light")


def _last_time(space: models.Space, seats: dict[str, models.Partner]) -> None:
    now = utcnow()
    base = {"now": now, "space": space}
    held = models.JointMeeting.add(
        **base, starts_at=now - dt.timedelta(days=30), minutes="议定如下", state="held", **seats
    )
    said = models.Resolution.add(**base, meeting=held, text="办好两件事")
    for text, state in (("增设八个访客车位", "done"), ("测算出入口分流方案", "open")):
        day = day_of(now) - dt.timedelta(days=2)
        models.Task.add(
            **base, meeting=held, resolution=said, text=text, owner_text="物业", due_on=day,
            state=state,
        )  # fmt: skip


def test_from_the_register_to_the_workbench(app: Flask, visitor: Visitor) -> None:
    space = factories.make_space(name="新意城")
    staff = factories.make_staff(Role.OPERATOR, space, name="顾小敏")
    page = visitor.log_in(staff).page
    page.goto("/console/resources?shelf=partners")
    page.get_by_role("link", name="新增共建单位").click()
    page.get_by_label("类别").select_option("united_front")
    page.get_by_label("单位名称").fill("虹桥镇统战工作办公室")
    page.get_by_label("电话").fill("021-55550001")
    _look(page, "partner-edit")
    page.get_by_role("button", name="加入名录").click()
    expect(page.get_by_text("021-55550001")).to_be_visible()
    seats = {
        "united_front": models.Partner.get(),
        "party_branch": factories.make_partner(space, type="party", name="新意城综合党委"),
        "operator": factories.make_partner(space, type="operator", name="镇新实业有限公司"),
    }
    _last_time(space, seats)
    factories.make_need(
        space, title="地库早高峰太挤", due_respond=utcnow() - dt.timedelta(hours=5),
        category=factories.make_category(name="物业停车"),
    )  # fmt: skip
    page.goto("/console/resources?shelf=partners")
    _look(page, "partners")

    page.get_by_role("link", name="联席会议").click()
    page.get_by_role("link", name="排一次会议").click()
    page.get_by_label("时间").fill(utcnow().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("列席").fill("税务所、派出所")
    _look(page, "meeting-edit")
    page.get_by_role("button", name="排好会议").click()
    expect(page.get_by_role("heading", name="上次：2 项，完成 1 项")).to_be_visible()
    expect(page.get_by_role("link", name="地库早高峰太挤")).to_be_visible()
    page.get_by_label("定了什么").fill("请物业三天内给出分流办法")
    page.get_by_label("谁来办").select_option("顾小敏")
    page.get_by_label("哪天前办好").fill((day_of(utcnow()) + dt.timedelta(days=3)).isoformat())
    _look(page, "meeting-planned")
    page.get_by_role("button", name="记下", exact=True).click()
    expect(page.get_by_text("请物业三天内给出分流办法")).to_be_visible()
    expect(page.get_by_role("link", name="顾小敏")).to_have_count(2)  # oneself, and the owner
    page.get_by_label("会议纪要").fill("一、停车。\n二、下月菜单。")
    page.get_by_role("button", name="保存，并登记为已召开").click()
    expect(page.get_by_text("已召开", exact=True)).to_be_visible()
    _look(page, "meeting")
    page.get_by_role("link", name="打印").click()
    _look(page, "meeting-print")
    page.goto("/console/")
    _look(page, "workbench")
    page.get_by_role("link", name="请物业三天内给出分流办法").click()
    _look(page, "task")
    page.get_by_role("button", name="办好了").click()
    expect(page.get_by_text("已完成", exact=True)).to_be_visible()
    page.goto("/console/tasks?state=all")
    _look(page, "tasks")
