"""How an activity ends; and a rehearsal, which never was as far as any count is concerned."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.activities import ActivityState, SessionState
from models.signups import SignupState
from server.clock import month_of
from server.errors import Invalid, NotFound, VersionConflict
from server.services import activities, menus, signups_rounds, statistics, users
from server.services import activities_agenda as agenda
from server.services import activities_endings as endings
from server.services import activities_sessions as sessions
from tests.factories import (
    actor,
    make_activity,
    make_checkin,
    make_session,
    make_signup,
    make_space,
    make_user,
)

ACTOR = actor()
DAY = dt.timedelta(days=1)


def test_says_first_what_calling_off_would_mean(app: Flask, now: dt.datetime) -> None:
    activity = make_activity(title="读书会")
    first, second = (make_session(activity, starts_at=now + days * DAY) for days in (2, 9))
    past = make_session(activity, starts_at=now - DAY, state=SessionState.ENDED)
    user = make_user()
    for session in (first, second):
        make_signup(session, user)
    make_signup(first, state=SignupState.WAITLISTED)
    make_signup(past)
    outlook = endings.outlook(activity, now=now)
    assert [session.id for session in outlook.sessions] == [first.id, second.id]
    assert (outlook.people, outlook.confirmed, outlook.waiting) == (2, 2, 1)
    assert endings.outlook(activity, second, now=now).people == 1
    title, body = endings.message_of(outlook.sessions[0], "场馆停电")
    activities.cancel(activity, "场馆停电", expected=activity.version, actor=ACTOR, now=now)
    # Each is told once, in the very words of the preview.
    message = models.Message.get(models.Message.user_id == user.id)
    assert (message.title, message.body) == (title, body)
    told = endings.told(activities.get(activity.id))
    assert told.people == 2
    assert sessions.get(past.id).state == SessionState.ENDED


def test_a_result_comes_after_the_beginning_and_the_archive_after_the_end(
    app: Flask, now: dt.datetime
) -> None:
    activity = make_activity(quorum=2)
    session = make_session(activity, starts_at=now + DAY)
    with pytest.raises(Invalid):
        endings.record_result(activity, "通过", expected=1, actor=ACTOR, now=now)
    for _ in range(2):
        make_checkin(make_signup(session))
    later = now + 2 * DAY
    endings.record_result(activity, " 审议通过 ", expected=1, actor=ACTOR, now=later)
    fresh = activities.get(activity.id)
    assert fresh.result == "审议通过"
    assert agenda.get(make_user(), activity.id, now=later).present == 2
    with pytest.raises(VersionConflict):
        endings.record_result(fresh, "又改", expected=1, actor=ACTOR, now=later)
    fresh = activities.get(activity.id)
    with pytest.raises(Invalid):
        endings.archive(fresh, expected=fresh.version, actor=ACTOR, now=later)
    activities.finish_past(later)
    fresh = activities.get(activity.id)
    put_away = endings.archive(fresh, expected=fresh.version, actor=ACTOR, now=later)
    assert put_away.state == ActivityState.ARCHIVED


def test_a_rehearsal_counts_nowhere(app: Flask, now: dt.datetime) -> None:
    space = make_space()
    user = make_user(home_space=space)
    rehearsal = make_activity(space, is_rehearsal=True)
    held = make_session(rehearsal, starts_at=now - DAY, state=SessionState.ENDED)
    make_checkin(make_signup(held, user, state=SignupState.ATTENDED))
    missed = make_signup(
        make_session(rehearsal, starts_at=now - DAY / 2, ends_at=now - DAY / 4), user
    )
    period = statistics.Period(now - 3 * DAY, now)
    figures = statistics.summary([space.id], period, now=now)
    assert {figure.value for figure in figures} <= {0, None}
    assert users.footprint(user).attendances == 0
    assert list(menus.offered_to(space.id)) == []
    assert activities.in_month(space.id, month_of(held.starts_at)) == []
    seen = agenda.index(
        user,
        space_id=space.id,
        month=month_of(held.starts_at),
        series_id=None,
        cursor=None,
        limit=10,
        now=now,
    )
    assert seen.items == []
    with pytest.raises(NotFound):
        agenda.get(user, rehearsal.id, now=now)
    signups_rounds.mark_no_shows(now)
    assert models.Signup.get_by_id(missed.id).state == SignupState.CONFIRMED
    assert models.NoShowMark.select().count() == 0
    # The same rows would count, were it no rehearsal: nothing above passed by looking elsewhere.
    models.Activity.update(is_rehearsal=False).where(models.Activity.id == rehearsal.id).execute()
    figures = statistics.summary([space.id], period, now=now)
    assert {figure.value for figure in figures} - {0, None}
    assert users.footprint(user).attendances == 1
