"""The bench beside the phone: members, codes, subscriptions and messages of the sandbox."""

import io
from pathlib import Path
from typing import Any

import pytest
import qrcode
import requests
from playwright.sync_api import expect

from server.wechat import KINDS
from tests.conftest import Sandbox, resources
from tests.preview.phone import Phone

# Nothing here depends on the database.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

MENU = "sbx_menu_".ljust(43, "A")
WECHAT = "/pages/wechat/wechat"


def _picture(text: str) -> dict[str, Any]:
    file = io.BytesIO()
    qrcode.make(text).save(file)
    return {"name": "code.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_logging_in_as_the_member_chosen(bench: Phone, sandbox: Sandbox) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.page.get_by_label("会员").select_option("demo-u3")
    expect(bench.title()).to_have_text("陷阱")
    bench.open(WECHAT, member="demo-u3", is_bare=False)
    expect(bench.page.get_by_label("会员")).to_have_value("demo-u3")
    bench.text("登录").first.click()
    expect(bench.text("有码")).to_be_visible()
    active = {user["openid"] for user in sandbox.get("users") if user["last_active"]}
    assert active == {"demo-u3"}


def test_a_newcomer_gets_a_phone(bench: Phone, sandbox: Sandbox) -> None:
    bench.open(is_bare=False)
    bench.page.get_by_role("button", name="新人").click()
    expect(bench.page.get_by_label("会员").locator("option")).to_have_count(9)
    chosen = bench.page.get_by_label("会员").input_value()
    assert chosen in {user["openid"] for user in sandbox.get("users")}
    assert not chosen.startswith("demo-")


def test_the_phone_number_is_given_by_a_code(bench: Phone) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("手机号").first.click()
    expect(bench.text("有电话码")).to_be_visible()


def test_19_subscribing_is_asked_for(bench: Phone, sandbox: Sandbox) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("订阅", exact=True).first.click()
    dialog = bench.dialog("允许发送以下消息")
    expect(dialog.get_by_role("checkbox")).to_have_count(2)
    dialog.get_by_role("checkbox").nth(1).uncheck()
    bench.picture("preview-subscribe")
    dialog.get_by_role("button", name="允许").click()
    expect(bench.text('"accept"')).to_be_visible()
    left = {entry["kind"]: entry["remaining"] for entry in sandbox.get("users/demo-u1/wallet")}
    assert (left["menu"], left["reminder"]) == (1, 0)


def test_19_refusing_all_grants_nothing(bench: Phone, sandbox: Sandbox) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("订阅", exact=True).first.click()
    bench.dialog("允许发送以下消息").get_by_role("button", name="取消").click()
    expect(bench.text('"reject"').first).to_be_visible()
    assert {entry["remaining"] for entry in sandbox.get("users/demo-u1/wallet")} == {0}


def test_19_subscribing_without_a_tap_is_refused(bench: Phone) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("过后订阅").first.click()
    refused = "requestSubscribeMessage:fail can only be invoked by user TAP gesture."
    expect(bench.text(refused)).to_be_visible()


def test_scanning_inside_by_pasting(bench: Phone) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("扫码").first.click()
    dialog = bench.dialog("扫一扫")
    dialog.get_by_label("码的内容").fill("XY1.abc")
    dialog.get_by_role("button", name="确定").click()
    expect(bench.text("XY1.abc")).to_be_visible()
    bench.text("扫码").first.click()
    dialog.get_by_role("button", name="取消").click()
    expect(bench.text("scanCode:fail cancel")).to_be_visible()


def test_scanning_inside_by_a_picture(bench: Phone) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("扫码").first.click()
    dialog = bench.dialog("扫一扫")
    dialog.get_by_label("码的图片").set_input_files(_picture("http://127.0.0.1/c/一张码"))
    expect(dialog.get_by_label("码的内容")).to_have_value("http://127.0.0.1/c/一张码")
    dialog.get_by_role("button", name="确定").click()
    expect(bench.text("http://127.0.0.1/c/一张码")).to_be_visible()


def test_a_picture_without_a_code_is_told(bench: Phone, traps: Path) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("扫码").first.click()
    dot = traps / "preview/assets/dot.png"
    bench.dialog("扫一扫").get_by_label("码的图片").set_input_files(dot)
    expect(bench.page.get_by_text("图里没有认出二维码")).to_be_visible()


def _scan_outside(bench: Phone, content: str) -> None:
    scanner = bench.page.get_by_role("region", name="微信扫一扫")
    scanner.get_by_label("码的内容").fill(content)
    scanner.get_by_role("button", name="扫这个码").click()


def test_wechats_scanner_opens_a_page(bench: Phone, sandbox: Sandbox) -> None:
    rule = {"rule": "https://xinyi.example.org/c/", "page": WECHAT[1:]}
    sandbox.post("config", qr_rules=[rule])
    bench.open(is_bare=False)
    _scan_outside(bench, "https://xinyi.example.org/c/XY1.abc")
    expect(bench.title()).to_have_text("微信")
    assert bench.data()["query"].startswith(
        '{"q":"https%3A%2F%2Fxinyi.example.org%2Fc%2FXY1.abc","scancode_time":"'
    )
    entered = bench.evaluate("wx.getEnterOptionsSync().scene")
    assert (entered, bench.evaluate("wx.getLaunchOptionsSync().scene")) == (1011, 1001)
    assert bench.evaluate("getApp().entered") == [
        "pages/home/home 1001",
        "pages/wechat/wechat 1011",
    ]


def test_wechats_scanner_reads_mini_program_codes(bench: Phone) -> None:
    bench.open(is_bare=False)
    _scan_outside(bench, '{"page":"pages/wechat/wechat","scene":"s=7&t"}')
    expect(bench.here().locator("#query")).to_have_text('{"scene":"s%3D7%26t"}')


def test_wechats_scanner_leaves_other_links_to_the_browser(bench: Phone) -> None:
    bench.open(is_bare=False)
    _scan_outside(bench, "https://elsewhere.example.org/x")
    link = bench.page.get_by_role("link", name="https://elsewhere.example.org/x")
    expect(link).to_be_visible()
    assert bench.routes() == ["pages/home/home"]


def test_a_message_arrives_and_opens_its_page(bench: Phone, sandbox: Sandbox, app: Any) -> None:
    bench.open(is_bare=False)
    expect(bench.page.get_by_text("还没有消息")).to_be_visible()
    sandbox.post("users/demo-u1/subscribe", template_id=MENU, status="accept")
    fields = {field.name: field.key for field in KINDS["menu"]}
    values = {"thing": "十一月菜单", "time": "2026年11月23日 18:00", "date": "2026年11月23日"}
    data = {key: values.get(key.rstrip("0123456789"), "12") for key in fields.values()}
    resources(app).wechat.send("demo-u1", MENU, data, WECHAT[1:])
    expect(bench.page.get_by_role("alert")).to_contain_text("服务通知")
    expect(bench.page.get_by_role("region", name="微信消息")).to_contain_text("十一月菜单")
    bench.picture("preview-message")
    bench.page.get_by_role("region", name="微信消息").get_by_role("button").first.click()
    expect(bench.title()).to_have_text("微信")
    assert bench.evaluate("wx.getEnterOptionsSync().scene") == 1107


def test_sharing_is_noted(bench: Phone) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("转发").first.click()
    notes = bench.page.get_by_role("region", name="微信做的事")
    expect(notes).to_contain_text("分享的标题")


def test_any_answer_of_a_server_is_a_success(bench: Phone, bench_url: str) -> None:
    """The program asks its real host; whoever serves the page answers."""
    bench.open(WECHAT, is_bare=False)
    bench.text("请求").first.click()
    expect(bench.text("状态 405")).to_be_visible()
    assert requests.post(f"{bench_url}/healthz", timeout=5).status_code == 405
    refused = [each for each in bench.complaints if "405" in each]
    assert bench.complaints == refused
    bench.complaints.clear()


def test_24_the_light_is_set_and_read_and_noted(bench: Phone) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("亮些").first.click()
    expect(bench.text("0.5 到 1")).to_be_visible()
    notes = bench.page.get_by_role("region", name="微信做的事")
    expect(notes).to_contain_text('setKeepScreenOn {"keepScreenOn":true}')
    bench.text("太亮").first.click()
    expect(bench.text("setScreenBrightness:fail parameter error")).to_be_visible()


def test_24_the_network_is_heard_to_go_and_come(bench: Phone) -> None:
    bench.open(WECHAT, is_bare=False)
    bench.text("听网络").first.click()
    expect(bench.text("在听")).to_be_visible()
    bench.context.set_offline(True)
    expect(bench.text("wifi，false none")).to_be_visible()
    bench.context.set_offline(False)
    expect(bench.text("wifi，false none，true wifi")).to_be_visible()
    bench.context.set_offline(True)
    assert bench.evaluate("wx.getNetworkType().then((got) => got.networkType)") == "none"
    bench.context.set_offline(False)
    expect(bench.text("wifi，false none，true wifi", exact=True)).to_be_visible()
