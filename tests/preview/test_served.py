"""The mini-program itself behind the application: its door, its rules for the browser, its codes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from scripts.supervisor import preview
from tests.conftest import Sandbox
from tests.preview.phone import DESK, Phone

# Nothing here depends on the database.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def served(
    chromium: Browser,
    node_modules: Path,
    live: str,
    sandbox: Sandbox,
    request: pytest.FixtureRequest,
) -> Iterator[Phone]:
    """The preview as scripts/run shows it. A test that ends with complaints fails."""
    assert preview.build() is None
    one = Phone(chromium, live, DESK)
    one.page.goto(f"{live}/preview/")
    one.here().wait_for()
    yield one
    one.picture(f"preview-{request.node.name}")
    one.context.close()
    assert one.complaints == []


def test_it_starts_with_nothing_to_complain_about(served: Phone) -> None:
    expect(served.page.get_by_role("tab")).to_have_count(5)
    expect(served.page.get_by_label("会员").locator("option")).to_have_count(8)


def test_every_tab_opens(served: Phone) -> None:
    for name in ("活动", "扫一扫", "诉求", "我的", "菜单"):
        served.tab(name)
        expect(served.page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        assert len(served.routes()) == 1
        if name == "扫一扫":  # it asks for a code at once
            served.dialog("扫一扫").get_by_role("button", name="取消").click()


def test_wechats_scanner_opens_a_check_in_code(served: Phone, live: str) -> None:
    scanner = served.page.get_by_role("region", name="微信扫一扫")
    scanner.get_by_label("码的内容").fill(f"{live}/c/{'x' * 48}")
    scanner.get_by_role("button", name="扫这个码").click()
    expect(scanner.get_by_role("status")).to_contain_text("打开小程序")
    assert served.evaluate("wx.getEnterOptionsSync().scene") == 1011
    assert "%2Fc%2F" in served.evaluate("wx.getEnterOptionsSync().query.q")
