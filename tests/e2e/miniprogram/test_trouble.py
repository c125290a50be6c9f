"""Bad network, tired server, old log-in, wide windows, large letters: every page has an answer."""

import datetime as dt
import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import models
from models.activities import SignupMode
from models.needs import NeedState, Outcome
from models.signups import SignupState
from server.clock import utcnow
from server.services import notifications, signups_draws, signups_lottery, signups_noshows
from server.services.audit import SYSTEM
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
    "/pages/surveys/list/list": "问卷",
    "/pages/users/profile/profile": "我的资料",
    "/pages/needs/edit/edit": "提诉求",
    "/pages/users/footprint/footprint": "我的足迹",
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


FORMS = [
    ("/pages/needs/edit/edit", "onSubmit", {"category": "other", "title": "停车", "body": "车位"}),
    ("/pages/needs/detail/detail?id={need}", "onSend", {"sheet": "supplement", "text": "还有"}),
    ("/pages/needs/change/change?id={need}", "onSave", {}),
    ("/pages/signups/edit/edit?activity={activity}&session={session}", "onSubmit", {}),
    ("/pages/signups/series/series?activity={class}", "onSubmit", {}),
    ("/pages/checkins/rate/rate?id={checkin}", "onSubmit", {"score": 3}),
    ("/pages/users/profile/profile", "onSave", {"nickname": "小王"}),
    ("/pages/users/privacy/privacy", "onAgree", {}),
    ("/pages/users/footprint/footprint", "onSend", {"text": "我到了"}),
]


def _forms(space: models.Space, user: models.User) -> dict[str, int]:
    """A need, an activity, a class, a check-in and a mark: one of each form's subject."""
    factories.make_category(code="other", name="其他")
    need = factories.make_need(space, user_id=user.id)
    session = factories.make_session(factories.make_activity(space))
    course = factories.make_activity(space)
    for days in (7, 14):
        factories.make_session(course, starts_at=utcnow() + dt.timedelta(days=days))
    past = utcnow() - dt.timedelta(hours=3)
    been = factories.make_session(factories.make_activity(space), starts_at=past)
    attended = factories.make_signup(been, user, state=SignupState.ATTENDED)
    missed = factories.make_session(factories.make_activity(space), starts_at=past)
    signup = factories.make_signup(missed, user, state=SignupState.NO_SHOW)
    signups_noshows.mark([signup], now=utcnow())
    return {
        "need": need.id,
        "activity": session.activity_id,
        "session": session.id,
        "class": course.id,
        "checkin": factories.make_checkin(attended).id,
    }


def _settled(phone: Phone) -> None:
    """Wait for the page's content and for what it draws after it."""
    phone.frame().wait_for_function("preview.top().instance.data.state !== 'loading'")
    phone.page.wait_for_timeout(150)


def test_two_taps_do_a_thing_once(phone: Phone, space: models.Space, member: Member) -> None:
    ids = _forms(space, member())
    mark = {"appealing": {"id": str(models.NoShowMark.get().id)}}
    sent: list[str] = []
    phone.page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    for path, act, data in FORMS:
        phone.open(path.format(**ids))
        _settled(phone)
        filled = json.dumps(data | mark if "footprint" in path else data)
        phone.evaluate(f"preview.top().instance.setData({filled})")
        sent.clear()
        with phone.page.expect_response(lambda it: it.request.method not in ("GET", "OPTIONS")):
            phone.evaluate(f"const it = preview.top().instance; it.{act}(); it.{act}(); undefined")
        _settled(phone)
        writes = [one for one in sent if not one.startswith(("GET", "OPTIONS"))]
        assert len(writes) == 1, f"{path}: {writes}"


def test_a_page_opens_once_however_often_it_is_tapped(phone: Phone, member: Member) -> None:
    member()
    phone.open("/pages/tabs/me/me")
    phone.text("我的报名").wait_for()
    event = "{ currentTarget: { dataset: { url: '/pages/signups/mine/mine' } } }"
    phone.evaluate(
        f"const it = preview.top().instance; it.onGo({event}); it.onGo({event}); undefined"
    )
    expect(phone.title()).to_have_text("我的报名")
    assert phone.routes() == ["pages/tabs/me/me", "pages/signups/mine/mine"]


def test_a_slow_server_is_told_and_what_was_typed_stays(
    phone: Phone, space: models.Space, member: Member
) -> None:
    factories.make_category(code="other", name="其他")
    member()
    phone.open("/pages/needs/edit/edit")
    phone.tap("其他")
    for label, words in (("一句话说是什么事", "停车位"), ("具体情况", "车位不够")):
        phone.fill(phone.here().get_by_label(label, exact=True), words)
    # WeChat's own word for nobody having answered in time.
    slow = "({ fail }) => fail({ errMsg: 'request:fail timeout' })"
    phone.evaluate(f"void (window.quick = wx.request, wx.request = {slow})")
    phone.tap("提交诉求")
    expect(phone.text("网络太慢，没有等到回应，请重试", exact=False)).to_be_visible()
    phone.evaluate("void (wx.request = window.quick)")
    phone.context.route("**/api/v1/needs", lambda route: route.fulfill(status=500, body="oops"))
    phone.tap("提交诉求")
    expect(phone.text("服务器暂时没有回应", exact=False)).to_be_visible()
    phone.context.unroute("**/api/v1/needs")
    models.Token.delete().execute()  # and the log-in runs out in the middle
    phone.tap("提交诉求")
    expect(phone.text("已收到您的诉求")).to_be_visible()
    assert models.Need.get().body == "车位不够"
    phone.complaints = [line for line in phone.complaints if "status of 500" not in line]


def test_whoever_refuses_the_privacy_guideline_is_not_stuck(phone: Phone, member: Member) -> None:
    """What WeChat answers when its privacy pop-up is refused: every such button says what now."""
    member()
    refused = (
        "({ fail }) => fail({ errno: 104, errMsg: 'fail privacy permission is not authorized' })"
    )
    phone.open("/pages/users/privacy/privacy")
    phone.evaluate(f"void (wx.setClipboardData = {refused})")
    phone.tap("导出我的数据")
    expect(phone.text('"nickname": "王小明"')).to_be_visible()
    expect(phone.page.get_by_text("可以长按下面的文字复制", exact=False)).to_be_visible()
    phone.open("/pages/users/profile/profile")
    phone.text("用微信手机号").wait_for()
    detail = "{ detail: { errno: 104, errMsg: 'getPhoneNumber:fail privacy permission is not authorized' } }"
    phone.evaluate(f"void preview.top().instance.onPhone({detail})")
    expect(phone.page.get_by_text("没有留手机号，不影响参加活动")).to_be_visible()


def test_what_was_removed_is_told(phone: Phone, member: Member) -> None:
    member()
    for path in ("activities/detail/detail", "needs/detail/detail", "spaces/detail/detail"):
        phone.open(f"/pages/{path}?id=1")
        expect(phone.text("没有找到，可能已被移除")).to_be_visible()


def _fill(space: models.Space, user: models.User) -> dict[str, Any]:
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
    ids = {"activity": activity.id, "session": session.id, "need": need.id, "space": space.id}
    return ids | _plans(space, user, series)


def _plans(space: models.Space, user: models.User, series: models.Series) -> dict[str, Any]:
    """Slots, a class, a draw that is over, a mark, and a need nobody took up."""
    soon = utcnow() + dt.timedelta(days=2)
    about: dict[str, Any] = {"series": series, "title": "长长的活动名称" * 4}
    slots = factories.make_activity(space, slot_minutes=20, one_session_each=True, **about)
    course = factories.make_activity(space, max_party=3, **about)
    for number in range(4):
        starts = soon + dt.timedelta(minutes=20 * number)
        made = factories.make_session(slots, starts_at=starts, capacity=1)
        factories.make_session(course, starts_at=soon + dt.timedelta(weeks=number))
    factories.make_signup(made)
    lottery = {
        "signup_mode": SignupMode.LOTTERY,
        "signup_closes_at": utcnow() + dt.timedelta(seconds=30),
    }
    drawn = factories.make_session(
        factories.make_activity(space, **about, **lottery), starts_at=soon, capacity=2
    )
    promised = signups_draws.promise(drawn, now=utcnow())
    mine = factories.make_signup(drawn, user, state=SignupState.PENDING)
    for _ in range(3):
        factories.make_signup(drawn, state=SignupState.PENDING)
    signups_draws.draw(drawn.id, actor=SYSTEM, now=utcnow() + dt.timedelta(minutes=1))
    past = factories.make_session(course, starts_at=utcnow() - dt.timedelta(days=1))
    signups_noshows.mark(
        [factories.make_signup(past, user, state=SignupState.NO_SHOW)], now=utcnow()
    )
    return {
        "slots": slots.id,
        "class": course.id,
        "draw": drawn.id,
        "code": signups_lottery.code_of(promised.id, mine.id),
        "open": factories.make_need(space, user_id=user.id).id,
    }


def _everywhere(ids: dict[str, Any]) -> list[str]:
    return [
        *LISTS,
        "/pages/tabs/scan/scan",
        "/pages/users/privacy/privacy",
        f"/pages/activities/detail/detail?id={ids['activity']}",
        f"/pages/signups/edit/edit?activity={ids['activity']}&session={ids['session']}",
        f"/pages/needs/detail/detail?id={ids['need']}",
        f"/pages/spaces/detail/detail?id={ids['space']}",
        f"/pages/needs/change/change?id={ids['open']}",
        f"/pages/menus/poster/poster?activity={ids['activity']}",
        f"/pages/signups/slots/slots?activity={ids['slots']}",
        f"/pages/signups/series/series?activity={ids['class']}",
        f"/pages/signups/draw/draw?session={ids['draw']}&code={ids['code']}",
    ]


@pytest.mark.parametrize(("letters", "widths"), [(16, (320, 1100)), (23, (375,))])
def test_every_page_fits(
    chromium: Browser,
    base: str,
    space: models.Space,
    member: Member,
    letters: int,
    widths: tuple[int, ...],
) -> None:
    """A narrow phone and a wide window of the desktop; and the largest letters of WeChat."""
    paths = _everywhere(_fill(space, member()))
    options: dict[str, Any] = {**PHONE, "viewport": {"width": widths[0], "height": 800}}
    one = Phone(chromium, base, options)
    one.context.add_init_script(
        f"""Object.defineProperty(window, "wx", {{ configurable: true,
            get() {{ return this.itsWx }},
            set(wx) {{ this.itsWx = wx; const info = wx.getAppBaseInfo
              wx.getAppBaseInfo = () => ({{ ...info(), fontSizeSetting: {letters} }}) }} }})"""
    )
    for path in paths:
        one.open(path)
        _settled(one)
        name = path.split("?")[0].removeprefix("/pages/").replace("/", "-")
        for width in widths:
            one.page.set_viewport_size({"width": width, "height": 800})
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
        _settled(phone)
        for _ in range(20):  # a colour that is still on its way to another is nobody's to read
            faults = phone.evaluate(f"({CONTRAST})()") + phone.evaluate(f"({UNNAMED})()")
            if not faults:
                break
            phone.page.wait_for_timeout(100)
        else:
            found[path] = faults
    assert found == {}
