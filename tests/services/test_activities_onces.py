"""One session of an activity each, and a whole class at once: told honestly, date by date."""

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import ActivityState, SeriesMode, SignupMode
from models.signups import SignupState
from server.errors import Forbidden, Invalid, NotFound
from server.schemas.activities import ActivityIn
from server.schemas.signups import SignupIn
from server.schemas.signups_series import SeriesSignupIn
from server.services import activities, signups, signups_series
from server.services import activities_agenda as agenda
from server.services.activities_onces import OneSessionEach
from tests.factories import (
    actor,
    make_activity,
    make_series,
    make_session,
    make_signup,
    make_user,
)

ACTOR = actor()
DAY = dt.timedelta(days=1)


def class_of(now: dt.datetime, *capacities: int | None, **over: Any) -> list[models.Session]:
    activity = make_activity(series=make_series(mode=SeriesMode.CLASS), max_party=2, **over)
    return [
        make_session(activity, starts_at=now + (7 * week + 2) * DAY, capacity=capacity)
        for week, capacity in enumerate(capacities)
    ]


def test_a_person_holds_one_slot(app: Flask, now: dt.datetime) -> None:
    first, second, third = class_of(now, 1, 1, 1, one_session_each=True)
    user = make_user()
    held = signups.sign_up(user, first.id, SignupIn(), now=now)
    with pytest.raises(OneSessionEach) as refusal:
        signups.sign_up(user, second.id, SignupIn(), now=now)
    assert refusal.value.facts["current"]["session_id"] == str(first.id)
    seen = agenda.get(user, first.activity_id, now=now)
    assert [each.button.state for each in seen.sessions] == [
        "confirmed",
        "restricted",
        "restricted",
    ]
    assert "每人限一场" in (seen.sessions[1].button.reason or "")
    # Given back, another one may be taken; who missed theirs may make up for it.
    signups.cancel(user, held.id, now=now)
    other = signups.sign_up(user, second.id, SignupIn(), now=now)
    models.Signup.update(state=SignupState.NO_SHOW).where(models.Signup.id == other.id).execute()
    assert signups.sign_up(user, third.id, SignupIn(), now=now).state == SignupState.CONFIRMED


def test_two_slots_at_the_same_moment_are_one(app: Flask, now: dt.datetime) -> None:
    sessions = class_of(now, *[1] * 6, one_session_each=True)
    user = make_user()
    start, refused = threading.Barrier(6), []

    def try_it(session: models.Session) -> None:
        start.wait()
        try:
            signups.sign_up(user, session.id, SignupIn(), now=now)
        except (OneSessionEach, signups.AlreadySignedUp) as refusal:
            refused.append(refusal.code)
        finally:
            models.db.close()

    threads = [threading.Thread(target=try_it, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert models.Signup.select().where(models.Signup.user_id == user.id).count() == 1
    assert len(refused) == 5
    # Places of the refused are free again.
    taken = models.Session.select(models.Session.seats_taken).where(
        models.Session.activity == sessions[0].activity
    )
    assert sum(row.seats_taken for row in taken) == 1


def test_the_rule_can_be_set_later_unless_broken_already(app: Flask, now: dt.datetime) -> None:
    first, second = class_of(now, 5, 5, state=ActivityState.DRAFT)
    activity = activities.get(first.activity_id)
    activity.change(now=now, state=ActivityState.SCHEDULED)
    form = ActivityIn(
        series_id=str(activity.series_id), title="培训", theme="主题", one_session_each=True
    )
    both, one = make_user(), make_user()
    signups.sign_up(one, first.id, SignupIn(), now=now)
    signups.sign_up(both, first.id, SignupIn(), now=now)
    extra = signups.sign_up(both, second.id, SignupIn(), now=now)
    with pytest.raises(Invalid) as refusal:
        activities.edit(activity, form, expected=activity.version, actor=ACTOR, now=now)
    assert refusal.value.facts["errors"][0]["field"] == "one_session_each"
    activity = activities.get(activity.id)
    assert not activity.one_session_each
    signups.cancel(both, extra.id, now=now)
    activities.edit(activity, form, expected=activity.version, actor=ACTOR, now=now)
    with pytest.raises(OneSessionEach):
        signups.sign_up(one, second.id, SignupIn(), now=now)


def wish(sessions: Any = "all", **over: Any) -> SeriesSignupIn:
    return SeriesSignupIn(sessions=sessions, **over)


def test_a_class_answers_for_every_date(app: Flask, now: dt.datetime) -> None:
    """One date is full, one has passed, one is held already: the others are had all the same."""
    free, full, held, endless, past = class_of(now, 5, 1, 5, None, 5)
    past.change(now=now, starts_at=now - DAY, ends_at=now - DAY / 2)
    make_signup(full)
    full.change(now=now, seats_taken=1)
    user = make_user()
    signups.sign_up(user, held.id, SignupIn(), now=now)
    verdicts = signups_series.sign_up_for(user, free.activity_id, wish(party_size=2), now=now)
    assert [(each.session.id, each.refusal and each.refusal.code) for each in verdicts] == [
        (free.id, None),
        (full.id, "full"),
        (held.id, "already_signed_up"),
        (endless.id, None),
    ]
    assert [each.signup.party_size for each in verdicts if each.signup] == [2, 2]
    assert models.Session.get_by_id(free.id).seats_taken == 2
    assert models.Session.get_by_id(full.id).seats_taken == 1
    # Single dates may be asked for, the line joined; a closed one says so.
    asked = wish([str(full.id), str(past.id)], join_waitlist=True)
    later = signups_series.sign_up_for(user, free.activity_id, asked, now=now)
    assert [
        each.signup.state if each.signup else each.refusal and each.refusal.code for each in later
    ] == ["closed", SignupState.WAITLISTED]


def test_a_class_refuses_what_can_never_be(app: Flask, now: dt.datetime) -> None:
    [session] = class_of(now, 5)
    [elsewhere] = class_of(now, 5)
    [draft] = class_of(now, 5, state=ActivityState.DRAFT)
    user = make_user()
    with pytest.raises(Invalid):
        signups_series.sign_up_for(
            user, session.activity_id, wish([str(session.id), str(elsewhere.id)]), now=now
        )
    with pytest.raises(Invalid):
        signups_series.sign_up_for(user, session.activity_id, wish(party_size=3), now=now)
    with pytest.raises(NotFound):
        signups_series.sign_up_for(user, draft.activity_id, wish(), now=now)
    [closed] = class_of(now, 5, signup_mode=SignupMode.NONE)
    [verdict] = signups_series.sign_up_for(user, closed.activity_id, wish(), now=now)
    assert verdict.refusal is not None
    assert not isinstance(verdict.refusal, Forbidden)
    assert models.Signup.select().count() == 0


def test_other_spaces_share_their_places(app: Flask, now: dt.datetime) -> None:
    [session] = class_of(now, 5, share_quota=2)
    guests = [make_user() for _ in range(2)]
    signups.sign_up(guests[0], session.id, SignupIn(party_size=2), now=now)
    with pytest.raises(signups.Full) as refusal:
        signups.sign_up(guests[1], session.id, SignupIn(), now=now)
    assert "其他空间" in refusal.value.detail
    waiting = signups.sign_up(guests[1], session.id, SignupIn(join_waitlist=True), now=now)
    assert waiting.state == SignupState.WAITLISTED
    # People of the Space pass by guests whose share is used up; a guest moves up when it is not.
    local = make_user(home_space=session.space_id)
    form = SignupIn(join_waitlist=True)
    assert signups.sign_up(local, session.id, form, now=now).state == SignupState.CONFIRMED
    [mine] = models.Signup.select().where(models.Signup.user_id == guests[0].id)
    signups.cancel(guests[0], mine.id, now=now)
    assert models.Signup.get_by_id(waiting.id).state == SignupState.CONFIRMED
