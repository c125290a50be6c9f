import datetime as dt
from typing import Any

import pytest

import models
from models.activities import ActivityKind, ActivityState, SessionState, SignupMode
from models.signups import SignupState
from models.staff import Role
from server.clock import SHANGHAI, month_of
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space(five_goals=["政策更明了", "社群更丰富"])


@pytest.fixture
def keeper(client: Client, space: models.Space) -> Desk:
    return desk(client, factories.make_staff(Role.KEEPER, space))


def _typed(**over: Any) -> dict[str, Any]:
    return {
        "title": "税收优惠一次讲清楚",
        "theme": "惠企政策",
        "kind": "lecture",
        "origin": "need",
        "signup_mode": "fcfs",
        "max_party": "2",
        "cancel_hours": "3",
        "shared_to": "space",
        "rule": "everyone",
    } | over


def test_lists_only_activities_of_own_spaces(keeper: Desk, space: models.Space) -> None:
    own = factories.make_activity(space, state=ActivityState.DRAFT)
    foreign = factories.make_activity()
    page = keeper.see("/console/activities")
    assert own.title in page
    assert foreign.title not in page
    assert foreign.title not in keeper.see(f"/console/activities?space={foreign.space_id}")


def test_filters_by_month_series_and_state(keeper: Desk, space: models.Space, now: Any) -> None:
    far = now + dt.timedelta(days=70)
    soon = factories.make_session(factories.make_activity(space)).activity
    late = factories.make_session(factories.make_activity(space), starts_at=far).activity
    draft = factories.make_activity(space, state=ActivityState.DRAFT)
    page = keeper.see(f"/console/activities?month={month_of(far)}")
    assert late.title in page
    assert soon.title not in page
    assert draft.title not in page
    page = keeper.see(f"/console/activities?series={soon.series_id}")
    assert (soon.title in page, late.title in page) == (True, False)
    page = keeper.see("/console/activities?state=draft")
    assert (draft.title in page, soon.title in page) == (True, False)
    assert soon.title in keeper.see("/console/activities?month=nonsense&state=%00&page=x")


def test_drafts_then_schedules_then_publishes(keeper: Desk, space: models.Space) -> None:
    series = factories.make_series()
    page = keeper.do(
        "/console/activities",
        **_typed(
            space_id=space.id,
            series_id=series.id,
            hosts="镇新实业、闵行科技园",
            five_goals=["政策更明了"],
            signup_closes_at="2099-12-01T14:00",
        ),
    )
    assert "安排场次" in page
    activity = models.Activity.get()
    assert activity.state == ActivityState.DRAFT
    assert activity.hosts == ["镇新实业", "闵行科技园"]
    assert activity.five_goals == ["政策更明了"]
    assert activity.max_party == 2
    assert activity.signup_closes_at == dt.datetime(2099, 12, 1, 14, tzinfo=SHANGHAI)
    path = f"/console/activities/{activity.id}"

    answer = keeper.send(f"{path}/publish", version=activity.version)
    assert answer.status_code == 422
    assert "请至少安排一场" in words(answer)

    page = keeper.do(
        f"{path}/sessions", starts_at="2099-12-02T14:00", ends_at="2099-12-02T16:00", capacity="30"
    )
    assert "12月2日" in page
    session = models.Session.get()
    assert session.starts_at == dt.datetime(2099, 12, 2, 6, tzinfo=dt.UTC)
    assert session.capacity == 30
    assert "已发布" in keeper.do(f"{path}/publish", version=activity.version)
    assert models.Activity.get().state == ActivityState.SCHEDULED


def test_comes_back_with_what_was_typed_and_what_is_wrong(
    keeper: Desk, space: models.Space
) -> None:
    answer = keeper.send(
        "/console/activities",
        **_typed(
            space_id=space.id, title="", body="写了很久的介绍", max_party="很多", series_id=""
        ),
    )
    assert answer.status_code == 422
    page = words(answer)
    assert "请填写此项" in page
    assert "请填写整数" in page
    assert "写了很久的介绍" in page
    assert 'value="很多"' in answer.text
    assert models.Activity.select().count() == 0


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-40T99:00", "2026-12-01T10:00+05:00", "9999"])
def test_says_clearly_when_a_time_is_wrong(keeper: Desk, space: models.Space, text: str) -> None:
    activity = factories.make_activity(space, state=ActivityState.DRAFT)
    answer = keeper.send(
        f"/console/activities/{activity.id}/sessions", starts_at=text, ends_at="2099-12-02T16:00"
    )
    assert answer.status_code == 422
    assert any(part in words(answer) for part in ("请填写日期和时间", "上海时间", "年份不对"))
    assert f'value="{text}"' in answer.text
    assert models.Session.select().count() == 0


def test_edits_and_keeps_what_the_form_does_not_show(keeper: Desk, space: models.Space) -> None:
    questions = [
        {"key": "q1", "label": "想问什么", "kind": "text", "options": [], "required": False}
    ]
    activity = factories.make_activity(space, questions=questions, cover="/covers/1.jpg")
    factories.make_session(activity)
    keeper.do(
        f"/console/activities/{activity.id}",
        **_typed(series_id=activity.series_id, version=activity.version, title="新题目"),
    )
    fresh = models.Activity.get_by_id(activity.id)
    assert fresh.title == "新题目"
    assert fresh.cover == "/covers/1.jpg"
    assert [question["key"] for question in fresh.questions] == ["q1"]


def test_who_was_overtaken_loses_nothing_and_may_still_save(
    keeper: Desk, space: models.Space, now: Any
) -> None:
    activity = factories.make_activity(space)
    factories.make_session(activity)
    seen = activity.version
    activity.change(now=now, title="同事的题目")
    typed = _typed(series_id=activity.series_id, title="我的题目", version=seen)
    answer = keeper.send(f"/console/activities/{activity.id}", **typed)
    assert answer.status_code == 409
    assert "同事的题目" in words(answer)
    assert 'value="我的题目"' in answer.text
    assert models.Activity.get_by_id(activity.id).title == "同事的题目"
    keeper.do(f"/console/activities/{activity.id}", **typed, over=activity.version)
    assert models.Activity.get_by_id(activity.id).title == "我的题目"


def test_a_restriction_needs_its_public_reason(keeper: Desk, space: models.Space) -> None:
    activity = factories.make_activity(space)
    factories.make_session(activity)
    typed = _typed(series_id=activity.series_id, version=activity.version, rule="home_space")
    answer = keeper.send(f"/console/activities/{activity.id}", **typed)
    assert answer.status_code == 422
    assert "公开的理由" in words(answer)
    keeper.do(f"/console/activities/{activity.id}", **typed, eligibility_reason="场地只容得下本楼")
    assert "场地只容得下本楼" in keeper.see(f"/console/activities/{activity.id}")


def test_keeps_and_changes_a_list_of_companies(keeper: Desk, space: models.Space) -> None:
    named = {"rule": "enterprises", "ids": [factories.make_enterprise().id]}
    activity = factories.make_activity(space, eligibility=named, eligibility_reason="受邀企业")
    factories.make_session(activity)
    assert "仅限名单内的企业" in keeper.see(f"/console/activities/{activity.id}/edit")
    typed = _typed(series_id=activity.series_id, eligibility_reason="受邀企业")
    path = f"/console/activities/{activity.id}"
    keeper.do(path, **typed | {"rule": "enterprises"}, version=activity.version)
    fresh = models.Activity.get_by_id(activity.id)
    assert fresh.eligibility == named
    more = factories.make_enterprise(short_name="新意科技")
    listed = typed | {"rule": "enterprises", "add_named": "没有这家\n新意科技"}
    answer = keeper.send(path, **listed, version=fresh.version)
    assert "没有找到：没有这家" in words(answer)
    listed |= {"add_named": "新意科技", "drop_named": str(named["ids"][0])}
    keeper.do(path, **listed, version=fresh.version)
    fresh = models.Activity.get_by_id(activity.id)
    assert fresh.eligibility == {"rule": "enterprises", "ids": [more.id]}
    keeper.do(path, **typed, version=fresh.version)
    assert models.Activity.get_by_id(activity.id).eligibility == {"rule": "everyone", "ids": []}


def test_cancels_with_a_reason(keeper: Desk, space: models.Space) -> None:
    activity = factories.make_activity(space)
    signup = factories.make_signup(factories.make_session(activity))
    path = f"/console/activities/{activity.id}/cancel"
    page = keeper.see(path)
    assert "1 个报名、0 个候补" in page
    assert "1 位会收到消息" in page
    assert "原因：讲师生病" in keeper.see(f"{path}?reason=讲师生病")
    assert keeper.send(path, version=activity.version, reason=" ").status_code == 422
    assert "讲师生病" in keeper.do(path, version=activity.version, reason="讲师生病")
    assert models.Activity.get_by_id(activity.id).state == ActivityState.CANCELLED
    assert models.Signup.get_by_id(signup.id).state == SignupState.CANCELLED


def test_an_operator_writes_but_does_not_cancel(client: Client, space: models.Space) -> None:
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    activity = factories.make_activity(space)
    session = factories.make_session(activity)
    path = f"/console/activities/{activity.id}"
    assert "取消整个活动" not in operator.see(path)
    assert operator.send(f"{path}/cancel", version=1, reason="不办了").status_code == 403
    answer = operator.send(f"/console/sessions/{session.id}/cancel", version=1, reason="不办了")
    assert answer.status_code == 403
    assert models.Activity.get_by_id(activity.id).state == ActivityState.SCHEDULED


def test_a_scanner_reads_but_does_not_write(client: Client, space: models.Space) -> None:
    scanner = desk(client, factories.make_staff(Role.SCANNER, space))
    activity = factories.make_activity(space)
    assert "新建活动" not in scanner.see("/console/activities")
    scanner.see(f"/console/activities/{activity.id}")
    scanner.see(f"/console/activities/{activity.id}/edit", 403)
    scanner.see("/console/activities/new", 404)


def test_copies_an_activity_into_a_new_form(keeper: Desk, space: models.Space) -> None:
    model = factories.make_activity(space, title="常办的讲座", kind=ActivityKind.SALON)
    answer = keeper.client.get(f"/console/activities/new?like={model.id}")
    assert 'value="常办的讲座"' in answer.text
    assert '<option value="salon" selected>' in answer.text
    foreign = factories.make_activity()
    keeper.see(f"/console/activities/new?like={foreign.id}", 404)


def test_moving_a_session_asks_whether_people_are_told(
    keeper: Desk, space: models.Space, now: Any
) -> None:
    start = (now + dt.timedelta(days=3)).replace(minute=0, second=0)
    session = factories.make_session(factories.make_activity(space), starts_at=start)
    signup = factories.make_signup(session)
    later = (start + dt.timedelta(hours=1)).astimezone(SHANGHAI)
    typed = {
        "version": session.version,
        "starts_at": f"{later:%Y-%m-%dT%H:%M}",
        "ends_at": f"{later + dt.timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "capacity": "20",
    }
    answer = keeper.send(f"/console/sessions/{session.id}", **typed)
    assert answer.status_code == 422
    assert "是否立即通知" in words(answer)
    keeper.do(f"/console/sessions/{session.id}", **typed, announce="now")
    assert models.Session.get_by_id(session.id).starts_at == later
    assert models.Message.select().where(models.Message.user_id == signup.user_id).count() == 1


def test_calls_one_session_off(keeper: Desk, space: models.Space) -> None:
    activity = factories.make_activity(space)
    off, on = factories.make_session(activity), factories.make_session(activity)
    answer = keeper.send(f"/console/sessions/{off.id}/cancel", version=off.version, reason="")
    assert answer.status_code == 422
    keeper.do(f"/console/sessions/{off.id}/cancel", version=off.version, reason="停电")
    states = {row.id: row.state for row in models.Session.select()}
    assert states == {off.id: SessionState.CANCELLED, on.id: SessionState.SCHEDULED}


def test_series_bring_their_colours_and_nothing_else(keeper: Desk) -> None:
    factories.make_series(code="hai", color="#1f6f9f")
    factories.make_series(code="evil", color="r;}*{}")
    answer = keeper.client.get("/console/series.css")
    assert answer.mimetype == "text/css"
    assert answer.text == ".series-hai { --series: #1f6f9f; }"


def test_an_open_door_needs_no_signup(keeper: Desk, space: models.Space) -> None:
    activity = factories.make_activity(space, signup_mode=SignupMode.NONE)
    page = keeper.see(f"/console/activities/{activity.id}")
    assert "无需报名" in page
    assert "报名时间" not in page
