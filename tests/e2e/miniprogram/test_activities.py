"""菜单、活动、报名: finding something, taking a place, giving it back."""

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import models
from models.activities import ActivityState, SignupMode
from models.menus import RevisionState
from models.signups import SignupState
from models.staff import Role
from server.clock import SHANGHAI, utcnow
from server.services import activities_materials
from tests import factories, file_samples
from tests.conftest import Client, Sandbox
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import PHONE, Phone

pytestmark = pytest.mark.browser

QUESTIONS = [
    {"key": "diet", "label": "有忌口吗", "kind": "text", "options": [], "required": True},
    {
        "key": "way",
        "label": "怎么来",
        "kind": "choice",
        "options": ["地铁", "开车"],
        "required": True,
    },
]


def _soon(space: models.Space, title: str = "税务讲座", **over: Any) -> models.Session:
    """A session later today or, late in the evening, still of this month or the next."""
    when = {"starts_at": over.pop("starts_at")} if "starts_at" in over else {}
    activity = {"title": title, "theme": "把优惠用足", **over}
    return factories.make_session(factories.make_activity(space, **activity), **when)


def _month(session: models.Session) -> str:
    return session.starts_at.astimezone(SHANGHAI).strftime("%Y-%m")


def _publish(session: models.Session, **over: Any) -> None:
    now, space = utcnow(), session.space
    menu = models.Menu.add(now=now, space=space, month=_month(session))
    values: dict[str, Any] = {
        "number": 2,
        "title": "暖冬",
        "foreword": "天冷了，来坐坐。",
        "published_at": now,
    }
    revision = models.MenuRevision.add(
        now=now, space=space, menu=menu, state=RevisionState.PUBLISHED, **values | over
    )
    models.MenuItem.create(
        space=space, revision=revision, activity=session.activity, blurb="主厨推荐", order=1
    )


def _detail(session: models.Session) -> str:
    return f"/pages/activities/detail/detail?id={session.activity_id}"


def _edit(session: models.Session) -> str:
    return f"/pages/signups/edit/edit?activity={session.activity_id}&session={session.id}"


def test_the_first_visit_chooses_a_space(phone: Phone, space: models.Space) -> None:
    _publish(_soon(space))
    phone.open()
    expect(phone.text("您好，欢迎来到心驿")).to_be_visible()
    phone.picture("miniprogram-first-visit")
    phone.tap("选择空间", exact=True)
    phone.tap("新意城")
    expect(phone.text("暖冬")).to_be_visible()
    assert models.User.get().home_space_id == space.id


def test_the_menu_leads_to_an_activity(phone: Phone, space: models.Space, member: Member) -> None:
    member()
    session = _soon(space)
    changes = [
        {"activity_id": str(session.activity_id), "change": "added", "text": "新增：税务讲座"}
    ]
    _publish(session, diff=changes)
    phone.open(f"/pages/tabs/home/home?month={_month(session)}")
    expect(phone.text("天冷了，来坐坐。")).to_be_visible()
    phone.tap("改了什么", exact=False)
    expect(phone.text("新增：税务讲座")).to_be_visible()
    expect(phone.text("主厨推荐")).to_be_visible()
    phone.text("主厨推荐").tap()
    expect(phone.title()).to_have_text("活动详情")
    expect(phone.text("人人可参与")).to_be_visible()


def test_a_month_without_a_menu_says_so(phone: Phone, space: models.Space, member: Member) -> None:
    member()
    phone.open("/pages/tabs/home/home?month=2020-02")
    expect(phone.text("二月的菜单还没有出")).to_be_visible()
    phone.here().get_by_label("下个月").tap()
    expect(phone.text("三月的菜单还没有出")).to_be_visible()


def test_series_and_goals_narrow_the_list(
    phone: Phone, space: models.Space, member: Member
) -> None:
    member()
    sea = factories.make_series(name="心海", color="#1F6F8B", icon="water")
    _soon(space, "税务讲座", series=sea, five_goals=["政策更明了"])
    session = _soon(space, "午间瑜伽", five_goals=["吃得更健康"])
    phone.open("/pages/tabs/activities/activities")
    expect(phone.text("午间瑜伽")).to_be_visible()
    phone.tap("心海")
    expect(phone.text("税务讲座")).to_be_visible()
    expect(phone.text("午间瑜伽")).to_have_count(0)
    phone.tap("五个目标")
    phone.tap("吃得更健康")
    expect(phone.text("没有符合条件的活动")).to_be_visible()
    phone.tap("清除条件")
    expect(phone.text("午间瑜伽")).to_be_visible()
    phone.tap("日历")
    day = session.starts_at.astimezone(SHANGHAI)
    phone.here().get_by_label(f"{day.month}月{day.day}日，2 个活动").tap()
    expect(phone.text("税务讲座")).to_be_visible()
    phone.picture("miniprogram-calendar")


def test_a_long_list_is_read_page_by_page(
    phone: Phone, space: models.Space, member: Member
) -> None:
    member()
    series = factories.make_series()
    for number in range(55):
        _soon(space, f"活动第{number:02}个", series=series)
    phone.open("/pages/tabs/activities/activities")
    expect(phone.here().locator("[is$=activity-card]")).to_have_count(50)
    phone.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(phone.here().locator("[is$=activity-card]")).to_have_count(55)


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({}, "立即报名"),
        ({"signup_mode": SignupMode.NONE}, "无需报名"),
        ({"signup_mode": SignupMode.LOTTERY}, "参加抽签"),
        ({"signup_mode": SignupMode.APPROVAL}, "申请报名"),
        ({"state": ActivityState.CANCELLED, "cancel_reason": "讲师生病"}, "已取消"),
        ({"signup_opens_at": dt.timedelta(hours=1)}, "未开始"),
        ({"signup_closes_at": dt.timedelta(hours=-1)}, "报名截止"),
        (
            {"eligibility": {"rule": "employees"}, "eligibility_reason": "面向园区企业员工"},
            "限定对象",
        ),
    ],
)
def test_the_button_says_what_is_possible(
    phone: Phone, space: models.Space, member: Member, over: dict[str, Any], says: str
) -> None:
    member()
    at = {key: utcnow() + value for key, value in over.items() if isinstance(value, dt.timedelta)}
    session = _soon(space, **over | at)
    phone.open(_detail(session))
    expect(phone.here().locator("wx-button").get_by_text(says)).to_be_visible()
    for words in ("讲师生病", "面向园区企业员工"):
        if words in str(over):
            expect(phone.text(words).first).to_be_visible()


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (SignupState.CONFIRMED, "已报名"),
        (SignupState.WAITLISTED, "候补第 1 位"),
        (SignupState.PENDING, "待审核"),
        (SignupState.OFFERED, "确认名额"),
        (SignupState.ATTENDED, "已签到"),
    ],
)
def test_the_button_says_where_one_stands(
    phone: Phone, space: models.Space, member: Member, state: SignupState, says: str
) -> None:
    """Complaint: who waits in the line is shown as signed up."""
    hold = utcnow() + dt.timedelta(hours=1)
    session = _soon(space)
    factories.make_signup(session, member(), state=state, hold_until=hold, position=1)
    phone.open(_detail(session))
    expect(phone.here().locator("wx-button").get_by_text(says)).to_be_visible()


def test_each_session_has_its_own_button(phone: Phone, space: models.Space, member: Member) -> None:
    session = _soon(space)
    later = factories.make_session(
        session.activity, starts_at=session.starts_at + dt.timedelta(days=1)
    )
    factories.make_signup(session, member())
    phone.open(_detail(session))
    phone.tap("立即报名")
    phone.tap("确认报名")
    expect(phone.text("报名成功")).to_be_visible()
    assert models.Signup.select().where(models.Signup.session == later).count() == 1


def test_signs_up_with_answers_and_asks_for_reminders(
    phone: Phone, space: models.Space, member: Member, sandbox: Sandbox
) -> None:
    member()
    session = _soon(space, max_party=3, questions=QUESTIONS)
    phone.open(_detail(session))
    phone.tap("立即报名")
    phone.tap("确认报名")
    expect(phone.text("还有问题没有回答")).to_be_visible()
    phone.here().get_by_label("增加一位").tap()
    phone.fill(phone.here().locator("wx-textarea"), "不吃辣")
    phone.tap("地铁")
    phone.tap("确认报名")
    expect(phone.text("报名成功")).to_be_visible()
    expect(phone.text("共 2 位")).to_be_visible()
    signup = models.Signup.get()
    assert (signup.party_size, signup.answers) == (2, {"diet": "不吃辣", "way": "地铁"})

    phone.tap("开启提醒")
    dialog = phone.dialog("允许发送以下消息")
    expect(dialog.get_by_role("checkbox")).to_have_count(3)
    dialog.get_by_role("button", name="允许").tap()
    expect(phone.text("会用微信告诉您")).to_be_visible()
    expect(phone.text("开启提醒")).to_have_count(0)
    left = {entry["kind"]: entry["remaining"] for entry in sandbox.get("users/demo-u1/wallet")}
    assert left["reminder"] == left["cancelled"] == left["changed"] == 1


def test_refused_reminders_are_not_asked_for_again(
    phone: Phone, space: models.Space, member: Member
) -> None:
    member()
    first, second = _soon(space), _soon(space, "午间瑜伽")
    phone.open(_detail(first))
    phone.tap("立即报名")
    phone.tap("确认报名")
    phone.tap("开启提醒")
    phone.dialog("允许发送以下消息").get_by_role("button", name="取消").tap()
    expect(phone.text("没有开启")).to_be_visible()
    phone.evaluate(f"wx.navigateTo({{url: '{_detail(second)}'}})")
    phone.tap("立即报名")
    phone.tap("确认报名")
    expect(phone.text("报名成功")).to_be_visible()
    phone.page.wait_for_timeout(500)
    expect(phone.text("开启提醒")).to_have_count(0)


def test_two_taps_sign_up_once(phone: Phone, space: models.Space, member: Member) -> None:
    member()
    session = _soon(space)
    phone.open(_edit(session))
    phone.text("确认报名").wait_for()
    phone.evaluate(
        "const page = preview.top().instance; page.onSubmit(); page.onSubmit(); undefined"
    )
    expect(phone.text("报名成功")).to_be_visible()
    assert models.Signup.select().count() == 1


def test_a_lost_answer_signs_nobody_up_twice(
    phone: Phone, space: models.Space, member: Member
) -> None:
    member()
    session = _soon(space, questions=QUESTIONS[:1])
    phone.open(_edit(session))
    phone.fill(phone.here().locator("wx-textarea"), "不吃辣")
    sent: list[str | None] = []

    def lose(route: Any) -> None:
        sent.append(route.request.headers.get("idempotency-key"))
        if len(sent) == 1:
            route.fetch()  # the server hears it, the phone never learns
            route.abort()
        else:
            route.continue_()

    phone.context.route("**/signups", lose)
    phone.tap("确认报名")
    expect(phone.text("填写的内容已存在手机上")).to_be_visible()
    phone.tap("确认报名")
    expect(phone.text("报名成功")).to_be_visible()
    assert sent[0] == sent[1] is not None
    assert models.Signup.select().count() == 1
    phone.complaints = [line for line in phone.complaints if "ERR_FAILED" not in line]


def test_full_in_the_meantime_offers_the_line(
    phone: Phone, space: models.Space, member: Member
) -> None:
    member()
    session = _soon(space)
    phone.open(_edit(session))
    phone.text("确认报名").wait_for()
    factories.make_signup(session, party_size=20)
    phone.tap("确认报名")
    phone.dialog("名额已满").get_by_role("button", name="加入候补").tap()
    expect(phone.text("已加入候补")).to_be_visible()
    expect(phone.text("您排在候补第 1 位")).to_be_visible()


def test_joins_the_line_and_leaves_it(phone: Phone, space: models.Space, member: Member) -> None:
    """Complaint: whoever is on the waiting list cannot leave it, or believes to have a place."""
    member()
    session = _soon(space)
    factories.make_signup(session, party_size=20)
    phone.open(_detail(session))
    phone.tap("加入候补")
    phone.tap("加入候补")
    expect(phone.text("已加入候补")).to_be_visible()
    phone.tap("看我的报名")
    expect(phone.text("候补中").first).to_be_visible()
    expect(phone.text("已报名", exact=True)).to_have_count(0)
    phone.tap("退出候补")
    phone.dialog("退出候补").get_by_role("button", name="退出候补").tap()
    expect(phone.text("已取消", exact=True)).to_be_visible()


def test_accepts_an_offered_place(phone: Phone, space: models.Space, member: Member) -> None:
    session = _soon(space)
    hold = utcnow() + dt.timedelta(hours=1)
    factories.make_signup(session, member(), state=SignupState.OFFERED, hold_until=hold)
    phone.open("/pages/signups/mine/mine")
    phone.tap("确认名额")
    expect(phone.text("已报名", exact=True)).to_be_visible()
    assert models.Signup.get().state == SignupState.CONFIRMED


def test_gives_a_place_back(phone: Phone, space: models.Space, member: Member) -> None:
    session = _soon(space, cancel_hours=0)
    factories.make_signup(session, member())
    phone.open("/pages/signups/mine/mine")
    phone.tap("取消报名")
    phone.dialog("取消报名").get_by_role("button", name="再想想").tap()
    assert models.Signup.get().state == SignupState.CONFIRMED
    phone.tap("取消报名")
    phone.dialog("取消报名").get_by_role("button", name="取消报名").tap()
    expect(phone.text("已取消", exact=True)).to_be_visible()
    assert models.Signup.get().state == SignupState.CANCELLED


def test_takes_papers_home_and_rates_what_one_was_at(
    phone: Phone, client: Client, space: models.Space, member: Member
) -> None:
    session = _soon(space, starts_at=utcnow() - dt.timedelta(hours=5))
    checkin = factories.make_checkin(factories.make_signup(session, member()))
    keeper = factories.make_staff(Role.KEEPER, space)
    form = {"file": (io.BytesIO(file_samples.PDF), "讲义.pdf")}
    file_id = client.as_staff(keeper).post("/api/v1/staff/files", data=form).json["id"]
    actor = factories.actor(id=keeper.id)
    activities_materials.add(session.activity, [int(file_id)], actor=actor, now=utcnow())
    phone.open(_detail(session))
    expect(phone.text("给到场的人。")).to_be_visible()
    phone.picture("miniprogram-activity-materials")
    with phone.page.expect_download() as opened:
        phone.tap("讲义.pdf")
    assert Path(opened.value.path()).read_bytes() == file_samples.PDF
    phone.open(f"/pages/checkins/rate/rate?id={checkin.id}&title=x")
    phone.tap("提交")
    expect(phone.text("请选一项")).to_be_visible()
    phone.tap("满意")
    words = phone.here().get_by_label("还想说点什么")
    phone.fill(words, "违规测试词")
    phone.tap("提交")
    expect(phone.text("请修改措辞后重新提交", exact=False)).to_be_visible()
    phone.fill(words, "很实在")
    phone.tap("提交")
    expect(phone.text("谢谢，已收到")).to_be_visible()
    rating = models.Rating.get()
    assert (rating.score, rating.text) == (3, "很实在")


def test_a_changed_place_shows_the_old_one(
    phone: Phone, space: models.Space, member: Member
) -> None:
    member()
    session = _soon(space)
    session.change(now=utcnow(), changed_at=utcnow(), previous={"place": "A 座大堂"})
    phone.open(_detail(session))
    expect(phone.text("原定 A 座大堂")).to_be_visible()


def test_a_share_card_opens_for_a_stranger(chromium: Any, base: str, space: models.Space) -> None:
    session = _soon(space)
    stranger = Phone(chromium, base, PHONE).open(_detail(session), member="demo-u4")
    expect(stranger.text("税务讲座")).to_be_visible()
    stranger.context.close()
    assert stranger.complaints == []
    assert re.fullmatch(r"\d{4}-\d{2}", _month(session))
