"""The page stack, the lifetimes of pages and what a finger does on them."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.preview.phone import Phone

pytestmark = pytest.mark.browser

HOME, TAB, WECHAT = "pages/home/home", "pages/tab/tab", "pages/wechat/wechat"
STYLED = "pages/styled/styled"


def test_going_deeper_and_back(phone: Phone) -> None:
    phone.open("/pages/wechat/wechat")
    expect(phone.page.get_by_role("tablist")).to_be_hidden()
    phone.tap("深处")
    expect(phone.title()).to_have_text("有样式")
    assert phone.routes() == [WECHAT, STYLED]
    phone.back()
    expect(phone.title()).to_have_text("微信")
    assert phone.routes() == [WECHAT]
    expect(phone.page.get_by_label("返回")).to_be_hidden()


def test_23_a_closed_page_takes_late_data_without_a_word(phone: Phone) -> None:
    phone.open("/pages/wechat/wechat")
    phone.evaluate("wx.navigateTo({ url: '/pages/form/form' }); undefined")
    expect(phone.page.get_by_label("返回")).to_be_visible()
    phone.evaluate("window.gone = preview.top().instance; undefined")
    phone.back()
    expect(phone.title()).to_have_text("微信")
    phone.evaluate("gone.setData({ isOn: true, kind: 1 }); undefined")
    assert phone.complaints == []


def test_an_event_channel_joins_two_pages(phone: Phone) -> None:
    phone.open("/pages/wechat/wechat")
    phone.tap("深处")
    expect(phone.text("红标题")).to_be_visible()
    phone.evaluate("preview.top().instance.getOpenerEventChannel().emit('back', '捎话')")
    phone.back()
    expect(phone.text("捎话")).to_be_visible()


def test_tab_pages_live_on(phone: Phone) -> None:
    phone.open()
    phone.tab("标签")
    phone.fill(phone.here().locator("#typed"), "留着")
    expect(phone.text("写了 留着")).to_be_visible()
    phone.tab("首页")
    assert phone.routes() == [HOME]
    phone.tab("标签")
    expect(phone.text("写了 留着")).to_be_visible()
    log = phone.data()["log"]
    assert log == ["load", "show", "tab1", "ready", "hide", "show", "tab1"]


def test_a_navigator_switches_tabs(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    phone.text("去标签页").tap()
    expect(phone.title()).to_have_text("标签页")
    assert phone.routes() == [TAB]


def test_a_page_that_is_not_there(phone: Phone) -> None:
    phone.open("/pages/wechat/wechat")
    phone.tap("没有的页")
    told = 'navigateTo:fail page "pages/nowhere/nowhere" is not found'
    expect(phone.text(told)).to_be_visible()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("navigateTo({ url: '/pages/tab/tab' })", "can not navigateTo a tabbar page"),
        ("redirectTo({ url: '../tab/tab' })", "can not redirectTo a tabbar page"),
        ("switchTab({ url: '/pages/form/form' })", "can not switchTab to no-tabBar page"),
    ],
)
def test_tab_pages_have_a_way_of_their_own(phone: Phone, call: str, told: str) -> None:
    phone.open()
    assert told in phone.evaluate(f"wx.{call}.catch((error) => error.errMsg)")
    assert phone.routes() == [HOME]


def test_no_more_than_ten_pages(phone: Phone) -> None:
    phone.open("/pages/styled/styled")
    deeper = "wx.navigateTo({ url: '/pages/styled/styled' }).catch((error) => error.errMsg)"
    answers = [phone.evaluate(deeper) for _ in range(10)]
    assert answers[-1] == "navigateTo:fail webview count limit exceed"
    assert len(phone.routes()) == 10
    phone.evaluate("wx.navigateBack({ delta: 20 })")
    assert phone.routes() == [STYLED]
    phone.evaluate("wx.redirectTo({ url: '/pages/form/form' })")
    assert phone.routes() == ["pages/form/form"]
    phone.evaluate("wx.reLaunch({ url: '/pages/home/home' })")
    assert phone.routes() == [HOME]


def test_pulling_down_refreshes(phone: Phone) -> None:
    phone.open("/pages/tab/tab")
    phone.drag(phone.here().locator("#log"), 0, 160)
    assert phone.data()["log"][-1] == "pull"
    expect(phone.page.locator(".pull")).to_have_count(0)


def test_the_bottom_is_reached_once(phone: Phone) -> None:
    phone.open("/pages/tab/tab")
    phone.evaluate("wx.pageScrollTo({ scrollTop: 100000, duration: 0 })")
    expect(phone.here().locator("#log")).to_contain_text("bottom")
    assert phone.data()["log"].count("bottom") == 1


def test_swiping_and_scrolling(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    phone.drag(phone.here().locator("wx-swiper"), -200, 0)
    phone.drag(phone.text("片 2"), -150, 0)
    phone.page.wait_for_timeout(700)  # both come to rest
    assert phone.data()["slide"] == 1
    assert phone.data()["scrolled"] > 50
    assert phone.data()["taps"] == 0


def test_wxs_answers_touches(phone: Phone) -> None:
    phone.open("/pages/gestures/gestures")
    phone.drag(phone.text("拖我"), 60, 0)
    box = phone.text("拖我")
    expect(box).to_have_css("opacity", "0.5")
    assert phone.data()["dragged"] > 0


def test_a_form_is_filled_in_and_sent(phone: Phone) -> None:
    phone.open("/pages/form/form")
    here = phone.here()
    phone.fill(here.locator("#name"), "陈静")
    phone.fill(here.locator("#words"), "想听讲座")
    here.locator("wx-switch #switchInput").tap()
    phone.tap("常客", exact=False)
    expect(phone.text("开关 true 标签 常客")).to_be_visible()
    phone.tap("交")
    sent = here.locator("#sent")
    expect(sent).to_contain_text("陈静")
    told = json.loads(sent.inner_text())
    assert told["words"] == "想听讲座"
    assert told["on"] is True


def test_a_picker_picks(phone: Phone) -> None:
    phone.open("/pages/form/form")
    phone.tap("选 讲座")
    wheel = phone.program.locator(".wx-picker-dialog-in")
    expect(wheel).to_be_visible()
    phone.drag(wheel.locator("wx-picker-view-column").first, 0, -36)
    phone.page.wait_for_timeout(500)  # the wheel comes to rest
    wheel.get_by_text("确定").click()
    expect(phone.text("选 沙龙")).to_be_visible()


def test_a_picture_is_chosen(phone: Phone, traps: Path) -> None:
    phone.open("/pages/form/form")
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("挑图")
    chooser.value.set_files(traps / "preview/assets/dot.png")
    expect(phone.text("图 true 27 blob")).to_be_visible()


def test_what_is_stored_stays_on_the_phone(phone: Phone) -> None:
    phone.open()
    phone.evaluate("wx.setStorageSync('note', { kept: [1, '二'] })")
    assert phone.evaluate("wx.getStorageSync('nothing')") == ""
    phone.open(member="demo-u2")
    assert phone.evaluate("wx.getStorageSync('note')") == ""
    phone.open(member="demo-u1")
    assert phone.evaluate("wx.getStorageSync('note')") == {"kept": [1, "二"]}
    failed = "wx.getStorage({ key: 'nothing' }).catch((error) => error.errMsg)"
    assert phone.evaluate(failed) == "getStorage:fail data not found"


def test_dialogs_answer(phone: Phone) -> None:
    phone.open("/pages/wechat/wechat")
    phone.tap("问我")
    phone.dialog("真的吗").get_by_text("确定").tap()
    phone.page.get_by_role("menu").get_by_text("乙").tap()
    expect(phone.text("true 1")).to_be_visible()
    phone.tap("问我")
    phone.dialog("真的吗").get_by_text("取消").tap()
    phone.page.get_by_role("menu").get_by_text("取消").tap()
    expect(phone.text("showActionSheet:fail cancel")).to_be_visible()


def test_a_toast_comes_and_goes(phone: Phone) -> None:
    phone.open("/pages/wechat/wechat")
    phone.tap("提示")
    expect(phone.page.get_by_role("status").filter(has_text="好了")).to_be_visible()
    expect(phone.page.locator(".toast")).to_have_count(0)


def test_a_page_that_throws_is_told(phone: Phone) -> None:
    phone.open()
    phone.evaluate("preview.top().instance.onHide = () => { throw new Error('坏了') }; 0")
    phone.tab("标签")
    expect(phone.title()).to_have_text("标签页")
    assert phone.complaints == ["坏了"]
    phone.complaints.clear()
