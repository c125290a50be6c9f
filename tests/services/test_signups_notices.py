"""What people are told fits the templates and leads to the activity."""

import datetime as dt

import pytest

import models
from models.signups import SignupState
from server.services import activities_sessions as sessions
from server.services import signups
from server.services import signups_notices as notices
from server.wechat import render
from tests import factories
from tests.services.test_activities_sessions import edit, same

pytestmark = pytest.mark.usefixtures("app")
START = dt.datetime(2027, 3, 1, 6, 5, tzinfo=dt.UTC)


def test_moments_are_shanghais() -> None:
    assert notices.moment_text(START) == "2027年3月1日 14:05"


def test_each_notice_fills_its_template(now: dt.datetime) -> None:
    activity = factories.make_activity(title="中医义诊", place="八楼")
    session = sessions.get(factories.make_session(activity, starts_at=START).id)
    user = factories.make_user()
    notices.tell_cancelled(user.id, session, whole=False, reason="停电", now=now)
    notices.tell_changed(user.id, session, was="2027年2月1日 09:00 一楼", now=now)
    notices.tell_promoted(user.id, session, ref="1:1", hold_until=None, now=now)
    notices.tell_promoted(user.id, session, ref="1:2", hold_until=START, now=now)
    messages = list(models.Message.select().order_by(models.Message.id))
    assert [message.kind for message in messages] == [
        "cancelled",
        "changed",
        "promoted",
        "promoted",
    ]
    for message in messages:
        assert message.page == f"pages/activities/detail/detail?id={activity.id}"
        assert message.space_id == session.space_id
        delivery = models.Delivery.get(models.Delivery.message == message)
        data = render(message.kind, delivery.fields, None)
        assert "中医义诊" in data.values()
        assert "2027年3月1日 14:05" in data.values()
    assert "14:05前确认" in messages[3].body


def test_the_same_news_is_told_once(now: dt.datetime) -> None:
    session = sessions.get(factories.make_session().id)
    user = factories.make_user()
    for _ in range(2):
        notices.tell_cancelled(user.id, session, whole=True, reason="雨", now=now)
        notices.tell_promoted(user.id, session, ref="1:1", hold_until=None, now=now)
    assert models.Message.select().count() == 2


def test_every_way_to_a_place_is_told_in_the_same_words(now: dt.datetime) -> None:
    """Complaint: who moves up because a place was added, and not given back, hears nothing."""
    told = set()
    for way in (_gives_back, _lets_it_lapse, _is_erased, _place_is_added):
        activity = factories.make_activity(title="中医义诊")
        starts = now + dt.timedelta(hours=48)
        session = factories.make_session(activity, starts_at=starts, capacity=1)
        waiting = factories.make_signup(session, state=SignupState.WAITLISTED, position=1)
        way(session, now)
        state = models.Signup.get_by_id(waiting.id).state
        assert state == SignupState.CONFIRMED, way
        message = models.Message.get(models.Message.user_id == waiting.user_id)
        told.add((message.kind, message.title))
    assert len(told) == 1


def _gives_back(session: models.Session, now: dt.datetime) -> None:
    user = factories.make_user()
    signups.cancel(user, factories.make_signup(session, user).id, now=now)


def _lets_it_lapse(session: models.Session, now: dt.datetime) -> None:
    factories.make_signup(session, state=SignupState.OFFERED, hold_until=now)
    assert signups.expire_offers(now) == 1


def _is_erased(session: models.Session, now: dt.datetime) -> None:
    user = factories.make_user()
    factories.make_signup(session, user)
    signups.cancel_all_of(user, reason="注销", now=now)


def _place_is_added(session: models.Session, now: dt.datetime) -> None:
    factories.make_signup(session)
    seen = sessions.get(session.id)
    edit(seen, same(seen, capacity=2), now)
