"""Each trap of docs/preview.md, by its number, on a project made of traps."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.preview.phone import DESK, Phone

pytestmark = pytest.mark.browser


def _open_from_home(phone: Phone, page: str) -> None:
    phone.open()
    phone.tap(f"去 {page}/{page}")


def test_1_constructors_are_strings_in_wxs(phone: Phone) -> None:
    phone.open()
    expect(phone.text("列表 甲、乙 对象 2026 年")).to_be_visible()


def test_2_wxs_modules_are_found(phone: Phone) -> None:
    phone.open()
    expect(phone.text("甲、乙 Array")).to_be_visible()


def test_3_attributes_keep_their_types(phone: Phone) -> None:
    phone.open()
    here = phone.here()
    assert here.locator("wx-switch").get_attribute("checked") == "false"
    assert here.locator("#none").get_attribute("src") is None
    expect(here.locator("wx-rich-text")).to_contain_text("粗字")
    dot = here.locator("#dot")
    assert dot.get_attribute("src") == "./pages/home/../../assets/dot.png"
    assert dot.bounding_box()["width"] == pytest.approx(37.5)  # type: ignore[index]


def test_4_a_tap_comes_once(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    phone.tap("按我")
    assert (phone.data()["taps"], phone.data()["outer"]) == (1, 1)


def test_4_events_of_built_in_components_do_not_bubble(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    phone.here().locator("#field input").press_sequentially("ab")
    assert (phone.data()["inputs"], phone.data()["outerInputs"]) == (2, 0)


def test_5_touches_stand_beside_the_detail(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    phone.tap("按我")
    assert phone.data()["touch"] == "true 0 1"


def test_5_no_tap_follows_a_long_press(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    phone.drag(phone.here().locator("#press"), 0, 0, hold_ms=600)
    assert (phone.data()["longs"], phone.data()["taps"]) == (1, 0)


def test_6_a_component_may_be_called_as_an_html_element(phone: Phone) -> None:
    phone.open()
    expect(phone.here().locator("wx-base")).to_have_text(re.compile("基 座\\s*插槽"))
    assert phone.evaluate("document.querySelectorAll('base').length") == 0


def test_7_a_property_may_be_called_data(phone: Phone) -> None:
    phone.open()
    expect(phone.text("持有 2 项")).to_be_visible()


def test_8_behaviors_may_be_given_by_name(phone: Phone) -> None:
    phone.open()
    expect(phone.text("字段 值")).to_be_visible()


def test_9_style_isolation_is_as_the_json_says(phone: Phone) -> None:
    phone.open()
    shared = "rgb(1, 2, 3)"
    expect(phone.text("标题", exact=True)).to_have_css("color", shared)
    expect(phone.text("持有 2 项")).to_have_css("color", shared)
    isolated = phone.text("基 座")
    expect(isolated).not_to_have_css("color", shared)
    expect(isolated).to_have_css("padding-top", "37.5px")


def test_10_bindtap_without_a_colon_is_heard(phone: Phone) -> None:
    _open_from_home(phone, "form")
    expect(phone.title()).to_have_text("表单")


def test_11_a_pages_rules_stay_with_it(phone: Phone) -> None:
    _open_from_home(phone, "styled")
    expect(phone.text("红标题")).to_have_css("color", "rgb(200, 0, 0)")
    expect(phone.here()).to_have_css("background-color", "rgb(250, 240, 230)")
    phone.back()
    expect(phone.text("标题", exact=True)).to_have_css("color", "rgb(1, 2, 3)")
    expect(phone.here()).not_to_have_css("background-color", "rgb(250, 240, 230)")


def test_11_a_style_sheet_is_added_once(phone: Phone) -> None:
    _open_from_home(phone, "styled")
    count = phone.evaluate("document.querySelectorAll('style').length")
    for _ in range(2):
        phone.back()
        phone.tap("去 styled/styled")
        expect(phone.text("红标题")).to_be_visible()
    assert phone.evaluate("document.querySelectorAll('style').length") == count


def test_12_kbone_takes_us_for_a_phone(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    bar = "document.querySelector('wx-scroll-view').shadowRoot.querySelector('#barWrap')"
    assert phone.evaluate(f"getComputedStyle({bar}).display") == "none"
    assert "iPhone" in phone.evaluate("navigator.userAgent")


def test_13_queries_work_before_there_is_a_page(phone: Phone) -> None:
    phone.open()
    expect(phone.text("宽 188")).to_be_visible()


def test_13_queries_answer_canvas_nodes(phone: Phone) -> None:
    phone.open()
    expect(phone.text("墨 255")).to_be_visible()


def test_14_icons_need_no_network(phone: Phone) -> None:
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.open()
    icon = phone.here().locator("[class*='t-icon-search']")
    mask = icon.evaluate("(e) => getComputedStyle(e, ':before').webkitMaskImage")
    assert mask.endswith('__icons/search.svg")')
    assert all(url.startswith((phone.base, "data:")) for url in asked)
    assert any(url.endswith("__icons/search.svg") for url in asked)


def test_16_a_text_is_found_once(phone: Phone) -> None:
    phone.open()
    expect(phone.text("插槽", exact=True)).to_have_count(1)


def test_17_a_button_keeps_its_margin_in_a_flex_row(phone: Phone) -> None:
    phone.open()
    box = phone.here().locator("wx-button.alone").bounding_box()
    assert box is not None
    assert box["x"] > 100


def test_18_a_query_arrives_as_it_is_written(phone: Phone) -> None:
    phone.open()
    phone.tap("去 wechat/wechat?name=%E7%94%B2&empty=")
    expect(phone.here().locator("#query")).to_have_text('{"name":"%E7%94%B2","empty":""}')


def test_20_ready_follows_attached(phone: Phone) -> None:
    phone.open()
    expect(phone.text("生命 ar")).to_be_visible()


def test_12_a_mouse_is_one_finger(chromium: Browser, traps_url: str) -> None:
    desk = Phone(chromium, traps_url, DESK)
    desk.open("/pages/gestures/gestures")
    desk.here().locator("#press").click()
    assert desk.data()["taps"] == 1
    desk.context.close()
    assert desk.complaints == []
