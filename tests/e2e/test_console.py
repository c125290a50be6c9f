"""The staff's day in a real browser: no complaint about scripts, styles or missing files."""

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import models
from models.activities import ActivityState, SeriesMode
from models.staff import Role
from server import passwords
from server.clock import SHANGHAI, utcnow
from tests import factories
from tests.e2e.conftest import Visitor, begin_slot

pytestmark = [
    pytest.mark.browser,
    # One engine is enough here: what differs between the two is tried below the pages.
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session"),
]

PASSWORD = "correct horse 驿站"


@pytest.fixture
def space(app: Flask) -> models.Space:
    return factories.make_space(name="新意城")


@pytest.fixture
def keeper(space: models.Space) -> models.Staff:
    return factories.make_staff(Role.KEEPER, space, password_hash=passwords.hash_of(PASSWORD))


def _going_on(space: models.Space) -> models.Session:
    return factories.make_session(factories.make_activity(space), starts_at=utcnow())


def _overflow(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def test_logs_in_drafts_schedules_and_publishes(visitor: Visitor, keeper: models.Staff) -> None:
    series = factories.make_series(name="心海")
    page = visitor.page
    page.goto("/console/activities/new")
    page.get_by_label("账号").fill(keeper.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()

    page.get_by_label("标题").fill("税收优惠一次讲清楚")
    page.get_by_label("系列").select_option(str(series.id))
    page.get_by_label("主题").fill("惠企政策")
    page.get_by_role("button", name="存为草稿").click()

    start = (utcnow() + dt.timedelta(days=3)).astimezone(SHANGHAI)
    page.get_by_label("开始").fill(f"{start:%Y-%m-%dT14:00}")
    page.get_by_label("结束").fill(f"{start:%Y-%m-%dT16:00}")
    page.get_by_role("button", name="保存场次").click()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布，会员现在可以看到")).to_be_visible()
    assert models.Activity.get().state == ActivityState.SCHEDULED


def test_plans_slots_and_a_class_and_calls_one_off(
    visitor: Visitor, keeper: models.Staff, space: models.Space
) -> None:
    """A day of 义诊 by the quarter of an hour, a weekly class, and the class called off again."""
    zone = factories.make_zone(factories.make_venue(space), name="健康角")
    slots = factories.make_series(name="心灵", mode=SeriesMode.SLOTS)
    weekly = factories.make_series(name="心情", mode=SeriesMode.CLASS)
    page = visitor.log_in(keeper).page
    page.goto("/console/activities/new")
    page.get_by_label("标题").fill("名医坐诊")
    quorum = page.get_by_label("应到人数")
    expect(quorum).to_be_hidden()
    page.get_by_label("系列").select_option(str(slots.id))
    expect(page.get_by_text("每段一人")).to_be_visible()
    expect(page.get_by_label("每人限一场")).to_be_checked()
    page.get_by_label("主题").fill("颈椎与睡眠")
    page.get_by_label("题目").first.fill("想咨询什么")
    page.get_by_label("回答保密").first.check()
    page.get_by_role("button", name="存为草稿").click()
    day = (utcnow() + dt.timedelta(days=10)).astimezone(SHANGHAI)
    page.get_by_label("哪一天").fill(f"{day:%Y-%m-%d}")
    page.get_by_label("分区").select_option(str(zone.id))
    page.get_by_role("button", name="看一看").click()
    expect(page.get_by_role("heading", name="会排出 10 场")).to_be_visible()
    page.get_by_role("button", name="生成这 10 场").click()
    expect(page.get_by_text("已安排 10 场")).to_be_visible()
    clinic = models.Activity.get()
    assert clinic.questions[0]["is_private"]
    assert clinic.slot_minutes == 15

    page.goto("/console/activities/new")
    page.get_by_label("标题").fill("午间瑜伽")
    page.get_by_label("系列").select_option(str(weekly.id))
    page.get_by_label("主题").fill("放松肩颈")
    page.get_by_role("button", name="存为草稿").click()
    page.get_by_label("第一次").fill(f"{day:%Y-%m-%d}")
    page.get_by_label("几点开始").fill("09:30")
    page.get_by_label("几点结束").fill("10:30")
    page.get_by_label("分区").select_option(str(zone.id))
    page.get_by_role("button", name="看一看").click()
    page.get_by_role("button", name="生成这 8 场").click()
    # The doctor is there: the page says who, and nothing has been made.
    expect(page.get_by_text("已被《名医坐诊》占用").first).to_be_visible()
    assert "409" in visitor.complaints.pop()
    page.get_by_label("几点开始").fill("12:00")
    page.get_by_label("几点结束").fill("13:00")
    page.get_by_role("button", name="看一看").click()
    page.get_by_role("button", name="生成这 8 场").click()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布，会员现在可以看到")).to_be_visible()
    yoga = models.Activity.get(models.Activity.title == "午间瑜伽")
    session = models.Session.get(models.Session.activity == yoga)
    member = factories.make_signup(session)

    page.goto(f"/console/zones?week={day:%Y-%m-%d}")
    expect(page.get_by_text("· 10 段")).to_be_visible()
    assert page.locator(".booking").count() == 2
    page.goto(f"/console/activities/{yoga.id}")
    page.get_by_role("link", name="取消整个活动").click()
    expect(page.get_by_text("8 场不再举办")).to_be_visible()
    page.get_by_label("取消原因").fill("老师受伤")
    page.get_by_role("button", name="看一看会发出什么").click()
    expect(page.get_by_text("原因：老师受伤")).to_be_visible()
    assert models.Activity.get_by_id(yoga.id).state == ActivityState.SCHEDULED
    page.get_by_role("button", name="并通知 1 位").click()
    expect(page.get_by_text("活动已取消：老师受伤")).to_be_visible()
    assert models.Message.get().user_id == member.user_id
    page.goto(f"/console/zones?week={day:%Y-%m-%d}")
    assert page.locator(".booking").count() == 1


def test_the_screen_counts_up_and_survives_an_outage(
    visitor: Visitor, keeper: models.Staff, space: models.Space
) -> None:
    begin_slot()
    session = _going_on(space)
    page = visitor.log_in(keeper).page
    page.clock.install()
    page.goto(f"/console/sessions/{session.id}/screen")
    persons = page.locator("[data-persons]")
    expect(persons).to_have_text("0")
    factories.make_checkin(factories.make_signup(session, party_size=2))
    page.clock.run_for(3_000)
    expect(persons).to_have_text("2")
    expect(page.locator("[data-arrivals] span")).to_have_count(1)

    # The network goes. What was fetched before it lasts for the two slots to come.
    seen = {page.locator("[data-picture]").get_attribute("src")}
    visitor.context.set_offline(True)
    for _ in range(20):
        page.clock.run_for(2_000)
        seen.add(page.locator("[data-picture]").get_attribute("src"))
    assert len(seen) == 3
    expect(page.locator("[data-veil]")).to_be_hidden()
    page.clock.run_for(25_000)
    expect(page.locator("[data-veil]")).to_be_visible()
    expect(page.locator("[data-veil]")).to_contain_text("网络中断")
    expect(page.locator("[data-state]")).to_contain_text("正在重连")

    visitor.context.set_offline(False)
    page.clock.run_for(4_000)
    expect(page.locator("[data-state]")).to_contain_text("自动更换")
    visitor.complaints = [
        text for text in visitor.complaints if "DISCONNECTED" not in text and "/codes" not in text
    ]


def test_a_new_code_is_on_the_screen_at_once(
    visitor: Visitor, keeper: models.Staff, space: models.Space
) -> None:
    session = _going_on(space)
    page = visitor.log_in(keeper).page
    page.goto(f"/console/sessions/{session.id}/screen")
    page.get_by_role("button", name="换码").click()
    expect(page.get_by_text("已换码")).to_be_visible()
    assert models.Session.get_by_id(session.id).qr_key != session.qr_key


def test_the_door_page_counts_by_itself(
    visitor: Visitor, keeper: models.Staff, space: models.Space
) -> None:
    session = _going_on(space)
    page = visitor.log_in(keeper).page
    page.goto(f"/console/sessions/{session.id}/checkins")
    factories.make_checkin(factories.make_signup(session))
    expect(page.locator("#persons")).to_have_text(re.compile("^1"), timeout=9_000)


def _unclear(page: Page) -> list[str]:
    """Ids given twice, labels that lead nowhere, fields and pictures without words."""
    found: list[str] = page.evaluate("""() => {
      const ids = [...document.querySelectorAll('[id]')].map(node => node.id)
      const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map(id => 'twice: ' + id)
      const lost = [...document.querySelectorAll('label[for]')]
        .filter(label => !document.getElementById(label.htmlFor)).map(label => 'lost: ' + label.htmlFor)
      const mute = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
        .filter(field => !field.labels.length && !field.ariaLabel).map(field => 'mute: ' + field.name)
      const blind = [...document.querySelectorAll('img:not([alt])')].map(image => 'blind: ' + image.src)
      return [...twice, ...lost, ...mute, ...blind]
    }""")
    return found


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_is_clean(
    visitor: Visitor, keeper: models.Staff, space: models.Space, width: int, scheme: Any
) -> None:
    session = _going_on(space)
    factories.make_signup(session)
    need = factories.make_need(space, title="很长的诉求" * 11)
    page = visitor.log_in(keeper).page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for path in (
        "/console/",
        "/console/me",
        "/console/activities",
        "/console/activities/new",
        f"/console/activities/{session.activity_id}",
        f"/console/sessions/{session.id}/edit",
        f"/console/sessions/{session.id}/signups",
        f"/console/sessions/{session.id}/checkins",
        f"/console/sessions/{session.id}/screen",
        "/console/checkins",
        "/console/menus",
        "/console/needs",
        "/console/needs?view=list",
        f"/console/needs/{need.id}",
        "/console/notifications",
    ):
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, path
        assert _overflow(page) <= 0, f"{path} is wider than {width}px"
        assert _unclear(page) == [], f"{path} cannot be read aloud"
    assert visitor.complaints == []


def test_works_without_scripts(visitor: Visitor, keeper: models.Staff, live: str) -> None:
    browser = visitor.context.browser
    assert browser
    plain = Visitor(
        browser, live, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = plain.log_in(keeper).page
    page.goto("/console/")
    page.get_by_label("打开导航").click()
    page.get_by_role("link", name="诉求", exact=True).click()
    expect(page.get_by_role("heading", name="诉求", exact=True)).to_be_visible()
    session = _going_on(models.Space.get())
    page.goto(f"/console/sessions/{session.id}/screen")
    expect(page.locator("[data-picture]")).to_be_visible()
    plain.context.close()
    assert plain.complaints == []


def test_a_half_written_form_is_not_lost_by_a_wrong_click(
    visitor: Visitor, keeper: models.Staff, space: models.Space
) -> None:
    need = factories.make_need(space)
    page = visitor.log_in(keeper).page
    page.goto(f"/console/needs/{need.id}")
    page.get_by_placeholder("写给提交人的话").fill("写了一半")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="工作台", exact=True).click(no_wait_after=True)
    expect(page.get_by_placeholder("写给提交人的话")).to_have_value("写了一半")
    assert asked == ["beforeunload"]
    page.once("dialog", lambda dialog: dialog.accept())


def test_searches_by_key_and_finds_the_way_on_a_phone(
    visitor: Visitor, keeper: models.Staff, space: models.Space
) -> None:
    """Slash goes to the search, the skip link past the navigation, and a phone unfolds it."""
    activity = factories.make_activity(space, title="税收优惠讲座")
    page = visitor.log_in(keeper).page
    page.goto("/console/")
    page.keyboard.press("/")
    page.keyboard.type("shuishou")
    page.keyboard.press("Enter")
    page.locator("main").get_by_role("link", name=activity.title).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(activity.title)
    page.goto("/console/activities")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 844})
    assert _overflow(page) == 0
    page.get_by_label("打开导航").click()
    way = page.locator(".bar nav")
    expect(way.get_by_role("link", name="活动")).to_have_attribute("aria-current", "page")
    way.get_by_role("link", name="诉求").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("诉求")
