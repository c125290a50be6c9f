"""The door on an evening with a bad network: the keeper at the desk, a television, ten people. The
demo, on the whole stack as `scripts/run` starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.stack import Member, Place, read_code, until
from tests.scripts.running import clean_environment, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def place(chromium: Browser, tmp_path: Path) -> Iterator[Place]:
    with running(tmp_path / "state", env=clean_environment()) as stack:
        stack.wait_up()
        yield Place(stack)


def test_ten_people_two_screens_and_a_network_that_goes(place: Place, chromium: Browser) -> None:
    keeper = Visitor(chromium, place.base, viewport={"width": 1280, "height": 900})
    desk = keeper.page
    television = Visitor(chromium, place.base, viewport={"width": 1920, "height": 1080})
    screen = television.page
    screen.goto(_screen_link(desk, place))
    persons = screen.locator("[data-persons]").first
    before = int(persons.inner_text())
    people = [_newcomer(place) for _ in range(10)]

    for member in people[:5]:
        _come(member, screen)
    expect(persons).to_have_text(str(before + 5))
    again = people[0].ask("POST", "checkins", 200, json={"token": _code(screen), "walk_in": True})
    assert again["result"] == "already_checked_in"

    # The screen loses its network, the phones do not: it goes on showing codes that hold.
    television.context.set_offline(True)
    for member in people[5:]:
        _come(member, screen)
    expect(persons).to_have_text(str(before + 5))
    television.context.set_offline(False)
    expect(persons).to_have_text(str(before + 10), timeout=30_000)
    assert keeper.complaints == []


def _newcomer(place: Place) -> Member:
    made = requests.post(f"{place.sandbox}/users", json={}, timeout=10)
    return Member(place, made.json()["openid"])


def _code(screen: Page) -> str:
    code: str = until(lambda: read_code(screen), "a readable code")
    return code


def _come(member: Member, screen: Page) -> None:
    done = member.ask("POST", "checkins", 200, json={"token": _code(screen), "walk_in": True})
    assert done["result"] == "checked_in"


def _screen_link(page: Page, place: Place) -> str:
    page.goto("/console/login")
    page.get_by_label("账号").fill("keeper_a")
    page.get_by_label("密码").fill(place.passwords["keeper_a"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto("/console/checkins/devices")
    page.get_by_role("button", name="生成大屏链接").click()
    return page.get_by_label("链接", exact=True).input_value()
