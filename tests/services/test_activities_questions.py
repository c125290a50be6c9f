"""What is asked: right answers, private ones, and the day they are deleted."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from pydantic import ValidationError

import models
from server.clock import at_shanghai
from server.errors import Invalid
from server.schemas.activities import ActivityIn
from server.schemas.activities_questions import QuestionIn
from server.services import activities, jobs_retention
from server.services import activities_questions as questions
from server.services import activities_sessions as sessions
from tests.factories import actor, make_activity, make_series, make_session, make_signup, make_space

ACTOR = actor()


def asked(kind: str, **over: Any) -> dict[str, Any]:
    values = {"key": "q1", "label": "问题", "kind": kind, "required": True}
    if kind in ("choice", "multi"):
        values["options"] = ["红", "黄", "蓝"]
    return QuestionIn(**values | over).model_dump(mode="json")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("text", ["随便写"], [""]),
        ("choice", ["红"], ["", "绿", "红\n黄"]),
        ("multi", ["红", "蓝\n红"], ["", "绿", "红\n红", "红\n绿"]),
        ("yes_no", ["yes", "no"], ["", "是"]),
        ("number", ["3", "-2", "1.5"], ["三", "1e9", ""]),
        ("phone", ["13800138000", "021-64011234"], ["12345", "abc", ""]),
        ("ages", ["5", "5，7"], ["", "18", "五", "1,2,3", "5,"]),
    ],
)
def test_answers_fit_their_question(kind: str, right: list[str], wrong: list[str]) -> None:
    question = asked(kind)
    for answer in right:
        assert questions.wrong_answer(question, answer, party_size=3) is None, answer
    for answer in wrong:
        assert questions.wrong_answer(question, answer, party_size=3), answer
    # Who comes alone brings no children to ask about.
    alone = questions.wrong_answer(question, "", party_size=1)
    assert (alone is None) == (kind == "ages")


def test_questions_are_few_and_different() -> None:
    nine = [{"key": f"q{number}", "label": "问"} for number in range(9)]
    for wrong in (nine, [nine[0], nine[0]], [{"key": "a", "label": "选", "kind": "multi"}]):
        with pytest.raises(ValidationError):
            ActivityIn(series_id="1", title="活动", questions=wrong)


def test_staff_read_that_there_is_a_private_answer_not_which() -> None:
    activity = models.Activity(
        questions=[asked("text", key="why", is_private=True), asked("yes_no", key="vegetarian")]
    )
    shown = questions.shown(activity, {"why": "失眠", "vegetarian": "yes"})
    assert shown == [("问题", questions.HIDDEN), ("问题", "是")]
    assert questions.shown(activity, {})[0] == ("问题", "")


def test_answers_go_on_their_day_and_with_their_question(app: Flask, now: dt.datetime) -> None:
    space, today = make_space(), now.astimezone(dt.UTC).date()
    ends_on = today + dt.timedelta(days=4)
    purge_on = today + dt.timedelta(days=10)

    def form(*keys: str, **over: Any) -> ActivityIn:
        days = {"contact": purge_on, "meal": purge_on + dt.timedelta(days=30)} | over
        listed = [
            {"key": key, "label": key, "purge_on": days[key] and days[key].isoformat()}
            for key in keys
        ]
        series_id = str(make_series().id)
        return ActivityIn(series_id=series_id, title="参观", theme="走进", questions=listed)

    activity = activities.draft(space.id, form("contact", "meal"), actor=ACTOR, now=now)
    session = make_session(activity, starts_at=at_shanghai(ends_on, dt.time(14)))
    answers = {"contact": "13800138000 妈妈", "meal": "素"}
    signup = make_signup(session, answers=answers)

    def kept() -> dict[str, str]:
        return dict(models.Signup.get_by_id(signup.id).answers)

    # A day before the last session would delete what is still needed; nor may a session come after.
    soon = form("contact", "meal", contact=ends_on)
    with pytest.raises(Invalid):
        activities.edit(activity, soon, expected=activity.version, actor=ACTOR, now=now)
    late = {
        "starts_at": at_shanghai(purge_on, dt.time(9)),
        "ends_at": at_shanghai(purge_on, dt.time(10)),
    }
    checkins = app.extensions["xinyi"].config.checkins
    with pytest.raises(Invalid):
        sessions.add(activity, sessions.SessionIn(**late), checkins=checkins, actor=ACTOR, now=now)
    midnight = at_shanghai(purge_on, dt.time())
    assert jobs_retention.purge(now=midnight - dt.timedelta(minutes=1))["answers"] == 0
    assert kept() == answers
    assert jobs_retention.purge(now=midnight)["answers"] == 1
    assert kept() == {"meal": "素"}
    assert jobs_retention.purge(now=midnight)["answers"] == 0
    # A question that is asked no more takes its answers with it.
    fresh = activities.get(activity.id)
    activities.edit(fresh, form("contact"), expected=fresh.version, actor=ACTOR, now=now)
    assert kept() == {}


def test_a_draft_without_sessions_may_ask_anything(app: Flask, now: dt.datetime) -> None:
    activity = make_activity()
    assert questions.last_day(activity) is None
    make_session(activity, starts_at=now + dt.timedelta(days=1))
    assert questions.last_day(activity) is not None
