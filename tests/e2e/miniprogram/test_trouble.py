"""Bad network, tired server, old log-in, wide windows, large letters: every page has an answer."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import models
from models.needs import NeedState, Outcome
from server.clock import utcnow
from server.services import notifications
from tests import factories
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import PHONE, Phone

pytestmark = pytest.mark.browser

LISTS = {
    "/pages/tabs/home/home": "心驿",
    "/pages/tabs/activities/activities": "活动",
    "/pages/tabs/needs/needs": "诉求",
    "/pages/tabs/me/me": "我的",
    "/pages/signups/mine/mine": "我的报名",
    "/pages/notifications/inbox/inbox": "消息",
    "/pages/notifications/wallet/wallet": "提醒次数",
    "/pages/spaces/choose/choose": "选择我的空间",
    "/pages/enterprises/mine/mine": "我的企业",
    "/pages/users/profile/profile": "我的资料",
    "/pages/needs/edit/edit": "提诉求",
}


@pytest.mark.parametrize("path", LISTS)
def test_a_page_without_network_says_so_and_comes_back(
    phone: Phone, member: Member, path: str
) -> None:
    member()
    phone.context.route("**/api/**", lambda route: route.abort())
    phone.open(path)
    expect(phone.title()).to_have_text(LISTS[path])
    expect(phone.text("网络不通").first).to_be_visible()
    phone.context.unroute("**/api/**")
    phone.tap("再试一次")
    expect(phone.text("网络不通")).to_have_count(0)
    phone.complaints = [line for line in phone.complaints if "ERR_FAILED" not in line]


@pytest.mark.parametrize("path", ["/pages/tabs/needs/needs", "/pages/signups/mine/mine"])
def test_a_tired_server_is_no_blank_page(phone: Phone, member: Member, path: str) -> None:
    member()
    phone.context.route("**/api/**", lambda route: route.fulfill(status=500, body="<h1>oops"))
    phone.open(path)
    expect(phone.text("服务器暂时没有回应，请稍后再试")).to_be_visible()
    phone.complaints = [line for line in phone.complaints if "status of 500" not in line]


def test_a_log_in_that_ran_out_is_renewed_unseen(
    phone: Phone, space: models.Space, member: Member
) -> None:
    factories.make_need(space, user_id=member().id, title="停车位不够")
    phone.open("/pages/tabs/needs/needs")
    phone.text("停车位不够").wait_for()
    models.Token.delete().execute()
    phone.tab("我的")
    expect(phone.text("我的足迹")).to_be_visible()
    # Four questions at once met the old token; one log-in served them all.
    assert models.Token.select().count() == 1


def test_many_questions_at_once_log_in_once(phone: Phone, space: models.Space) -> None:
    phone.open("/pages/tabs/me/me", member="demo-u3")
    expect(phone.text("我的足迹")).to_be_visible()
    assert models.Token.select().count() == 1


def test_what_was_removed_is_told(phone: Phone, member: Member) -> None:
    member()
    for path in ("activities/detail/detail", "needs/detail/detail", "spaces/detail/detail"):
        phone.open(f"/pages/{path}?id=1")
        expect(phone.text("没有找到，可能已被移除")).to_be_visible()


def _fill(space: models.Space, user: models.User) -> dict[str, int]:
    """Something of everything, with long words in it."""
    series = factories.make_series(name="心海", icon="water", color="#A6761D")
    activity = factories.make_activity(
        space,
        series=series,
        title="长长的活动名称" * 8,
        theme="主题" * 25,
        hosts=["园区综合党委"],
        experts=["周律师"],
        five_goals=["政策更明了"],
        body="正文\n" * 5,
    )
    session = factories.make_session(activity)
    factories.make_signup(session, user)
    answered = {"state": NeedState.ANSWERED, "outcome": Outcome.SOLVED, "answered_at": utcnow()}
    need = factories.make_need(space, user_id=user.id, title="很长的诉求" * 12, **answered)
    notifications.tell(
        user.id,
        kind="menu",
        subject_type="menu",
        subject_id=1,
        dedupe_key="one",
        title="菜单来了",
        body="十二个活动" * 10,
        page="pages/tabs/home/home",
        fields={"space": "新意城", "month": utcnow(), "summary": "十二个", "count": 12},
        space_id=space.id,
        now=utcnow(),
    )
    return {"activity": activity.id, "session": session.id, "need": need.id, "space": space.id}


def _everywhere(ids: dict[str, int]) -> list[str]:
    return [
        *LISTS,
        "/pages/tabs/scan/scan",
        "/pages/users/privacy/privacy",
        f"/pages/activities/detail/detail?id={ids['activity']}",
        f"/pages/signups/edit/edit?activity={ids['activity']}&session={ids['session']}",
        f"/pages/needs/detail/detail?id={ids['need']}",
        f"/pages/spaces/detail/detail?id={ids['space']}",
    ]


@pytest.mark.parametrize(("width", "letters"), [(320, 16), (375, 23), (1100, 16)])
def test_every_page_fits(
    chromium: Browser, base: str, space: models.Space, member: Member, width: int, letters: int
) -> None:
    """A narrow phone, the largest letters of WeChat, a wide window of its desktop."""
    paths = _everywhere(_fill(space, member()))
    options: dict[str, Any] = {**PHONE, "viewport": {"width": width, "height": 800}}
    one = Phone(chromium, base, options)
    one.context.add_init_script(
        f"""Object.defineProperty(window, "wx", {{ configurable: true,
            get() {{ return this.itsWx }},
            set(wx) {{ this.itsWx = wx; const info = wx.getAppBaseInfo
              wx.getAppBaseInfo = () => ({{ ...info(), fontSizeSetting: {letters} }}) }} }})"""
    )
    for path in paths:
        one.open(path)
        one.page.wait_for_timeout(700)
        name = path.split("?")[0].removeprefix("/pages/").replace("/", "-")
        one.picture(f"miniprogram-{width}-{letters}-{name}")
        over = one.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{path} is {over} px wider than {width}"
    one.context.close()
    assert one.complaints == []


CONTRAST = """() => {
  const rgba = (text) => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number)
  const over = ([r, g, b, a = 1], [R, G, B]) =>
    [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)]
  const part = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
  const behind = (start) => {
    const layers = []
    for (let node = start; node; node = node.parentElement) {
      const style = getComputedStyle(node)
      if (style.backgroundImage !== 'none') return null   // a picture or gradient: for the eye
      const color = rgba(style.backgroundColor)
      if ((color[3] ?? 1) > 0) layers.push(color)
      if ((color[3] ?? 1) === 1) break
    }
    return layers.reverse().reduce((under, color) => over(color, under), [255, 255, 255])
  }
  const faults = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim()
    const element = walker.currentNode.parentElement
    if (!words || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    if (element.closest('[disabled], .t-button--disabled, .outside, script, style')) continue
    const ground = behind(element)
    if (!ground) continue
    const style = getComputedStyle(element)
    const ink = over(rgba(style.color), ground)
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x)
    const ratio = (a + 0.05) / (b + 0.05)
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700)
    if (ratio < (isLarge ? 3 : 4.5)) faults.push(`${words.slice(0, 20)} ${ratio.toFixed(2)}`)
  }
  return [...new Set(faults)]
}"""
UNNAMED = """() => [...document.querySelectorAll('wx-image, [aria-role=button], [aria-role=radio], [aria-role=tab], wx-input, wx-textarea')]
  .filter((each) => each.checkVisibility())
  .filter((each) => !each.getAttribute('aria-label') && !each.textContent.trim())
  .map((each) => each.outerHTML.slice(0, 120))"""


def test_every_word_can_be_read_and_every_button_has_words(
    phone: Phone, space: models.Space, member: Member
) -> None:
    """WCAG AA contrast on plain grounds, and a name for whatever can be touched."""
    found: dict[str, list[str]] = {}
    for path in _everywhere(_fill(space, member())):
        phone.open(path)
        phone.page.wait_for_timeout(700)
        faults = phone.evaluate(f"({CONTRAST})()") + phone.evaluate(f"({UNNAMED})()")
        if faults:
            found[path] = faults
    assert found == {}
