"""Activities drafted, published, cancelled, ended."""

import datetime as dt
from typing import Any

import pytest

import models
from models.activities import ActivityState, SessionState, SignupMode
from models.signups import SignupState
from server.errors import Invalid, NotFound, VersionConflict
from server.schemas.activities import ActivityIn
from server.services import activities
from server.services.activities_sessions import SessionOver
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)
ACTOR = factories.actor()


def form(**over: Any) -> ActivityIn:
    values = {"series_id": factories.make_series().id, "title": "税务讲座", "theme": "懂税"}
    return ActivityIn(**factories.as_sent(values | over))


def fields_of(refusal: Any) -> set[str]:
    return {error["field"] for error in refusal.value.facts["errors"]}


def drafted(now: dt.datetime, **over: Any) -> models.Activity:
    """A draft with a session to come."""
    activity = activities.draft(factories.make_space().id, form(**over), actor=ACTOR, now=now)
    factories.make_session(activity)
    return activity


def test_a_draft_keeps_what_was_written(now: dt.datetime) -> None:
    space = factories.make_space()
    venue = factories.make_venue(space)
    written = form(
        venue_id=venue.id,
        eligibility={"rule": "members", "ids": ["7"]},
        eligibility_reason="理事会",
        signup_opens_at="2026-03-01T09:00:00+08:00",
        questions=[{"key": "meal", "label": "用餐", "kind": "choice", "options": ["荤", "素"]}],
        five_goals=["政策更明了"],
    )
    activity = activities.draft(space.id, written, actor=ACTOR, now=now)
    assert (activity.space_id, activity.state) == (space.id, ActivityState.DRAFT)
    assert activity.venue.name == venue.name
    assert activity.eligibility == {"rule": "members", "ids": [7]}
    assert activity.signup_opens_at == dt.datetime(2026, 3, 1, 1, tzinfo=dt.UTC)
    assert activity.questions[0]["options"] == ["荤", "素"]
    assert activity.created_by == ACTOR.id


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"series_id": 1}, "series_id"),
        ({"venue_id": 1}, "venue_id"),
        (
            {
                "signup_opens_at": "2026-03-02T09:00:00Z",
                "signup_closes_at": "2026-03-02T09:00:00Z",
            },
            "signup_closes_at",
        ),
    ],
)
def test_a_draft_refuses_what_cannot_be(now: dt.datetime, over: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        activities.draft(factories.make_space().id, form(**over), actor=ACTOR, now=now)
    assert fields_of(refusal) == {field}
    assert models.Activity.select().count() == 0


def test_another_spaces_venue_is_refused(now: dt.datetime) -> None:
    venue = factories.make_venue(factories.make_space())
    with pytest.raises(Invalid):
        activities.draft(factories.make_space().id, form(venue_id=venue.id), actor=ACTOR, now=now)


def test_publish(now: dt.datetime) -> None:
    activity = drafted(now)
    done = activities.publish(activity, expected=activity.version, actor=ACTOR, now=now)
    assert (done.state, done.version) == (ActivityState.SCHEDULED, 2)
    again = activities.publish(done, expected=1, actor=ACTOR, now=now)
    assert again.version == 2


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"theme": "  "}, "theme"),
        ({"eligibility": {"rule": "employees"}}, "eligibility_reason"),
        ({"signup_mode": SignupMode.LOTTERY}, "signup_closes_at"),
    ],
)
def test_publish_needs_what_everybody_must_read(now: dt.datetime, over: Any, field: str) -> None:
    activity = drafted(now, **over)
    with pytest.raises(Invalid) as refusal:
        activities.publish(activity, expected=1, actor=ACTOR, now=now)
    assert fields_of(refusal) == {field}
    assert activities.get(activity.id).state == ActivityState.DRAFT


def test_publish_needs_a_session_to_come(now: dt.datetime) -> None:
    activity = activities.draft(factories.make_space().id, form(), actor=ACTOR, now=now)
    factories.make_session(activity, starts_at=now - 9 * HOUR)
    factories.make_session(activity, state=SessionState.CANCELLED)
    factories.make_session()
    with pytest.raises(Invalid) as refusal:
        activities.publish(activity, expected=1, actor=ACTOR, now=now)
    assert fields_of(refusal) == {"sessions"}


def test_edit_needs_the_version_one_saw(now: dt.datetime) -> None:
    activity = drafted(now)
    activities.edit(activity, form(title="新题目"), expected=1, actor=ACTOR, now=now)
    with pytest.raises(VersionConflict) as refusal:
        activities.edit(activity, form(title="旧题目"), expected=1, actor=ACTOR, now=now)
    assert refusal.value.facts["current"]["title"] == "新题目"
    assert refusal.value.facts["current"]["version"] == 2
    for act in (activities.publish, activities.cancel):
        arguments = [activity, "雨"] if act is activities.cancel else [activity]
        with pytest.raises(VersionConflict):
            act(*arguments, expected=1, actor=ACTOR, now=now)
    assert activities.get(activity.id).title == "新题目"


def test_what_is_published_stays_fit_to_be(now: dt.datetime) -> None:
    activity = drafted(now)
    activity = activities.publish(activity, expected=1, actor=ACTOR, now=now)
    with pytest.raises(Invalid):
        activities.edit(activity, form(theme=""), expected=2, actor=ACTOR, now=now)
    with pytest.raises(Invalid):
        activities.edit(activity, form(is_rehearsal=True), expected=2, actor=ACTOR, now=now)
    fresh = activities.get(activity.id)
    assert (fresh.theme, fresh.version, fresh.is_rehearsal) == ("懂税", 2, False)


def test_cancel_ends_everything_and_tells_everybody_once(now: dt.datetime) -> None:
    activity = factories.make_activity()
    tomorrow, later = (factories.make_session(activity) for _ in range(2))
    over = factories.make_session(activity, starts_at=now - 9 * HOUR, state=SessionState.ENDED)
    twice, waiting, pending, gone, was_there = (factories.make_user() for _ in range(5))
    for session in (tomorrow, later):
        factories.make_signup(session, twice, party_size=2)
    factories.make_signup(later, waiting, state=SignupState.WAITLISTED, position=1)
    factories.make_signup(later, pending, state=SignupState.PENDING)
    factories.make_signup(later, gone, state=SignupState.CANCELLED)
    attended = factories.make_signup(over, was_there, state=SignupState.ATTENDED)
    noise = factories.make_signup()

    done = activities.cancel(activity, " 台风 ", expected=1, actor=ACTOR, now=now)

    assert (done.state, done.cancel_reason) == (ActivityState.CANCELLED, "台风")
    states = {row.id: row.state for row in models.Session.select()}
    assert states[tomorrow.id] == states[later.id] == SessionState.CANCELLED
    assert states[over.id] == SessionState.ENDED
    rows = models.Signup.select().where(models.Signup.session.in_([tomorrow, later]))
    assert {row.state for row in rows} == {SignupState.CANCELLED}
    organised = rows.where(models.Signup.user_id != gone.id)
    assert {row.end_reason for row in organised} == {"主办方取消：台风"}
    assert {row.position for row in rows} == {None}
    assert models.Session.get_by_id(later.id).seats_taken == 0
    assert models.Signup.get_by_id(attended.id).state == SignupState.ATTENDED
    assert models.Signup.get_by_id(noise.id).state == SignupState.CONFIRMED
    told = sorted(message.user_id for message in models.Message.select())
    assert told == sorted([twice.id, waiting.id, pending.id])
    assert {message.kind for message in models.Message.select()} == {"cancelled"}
    assert all("台风" in message.body for message in models.Message.select())
    actions = [line.action for line in models.AuditLog.select().order_by(models.AuditLog.id)]
    assert actions.count("sessions.cancel") == 2
    assert actions.count("activities.cancel") == 1
    with pytest.raises(SessionOver):
        activities.cancel(done, "再次", expected=2, actor=ACTOR, now=now)


@pytest.mark.parametrize("reason", ["", "   ", "长" * 61])
def test_cancel_needs_a_reason_people_can_read(now: dt.datetime, reason: str) -> None:
    activity = factories.make_activity()
    with pytest.raises(Invalid):
        activities.cancel(activity, reason, expected=1, actor=ACTOR, now=now)
    assert activities.get(activity.id).state == ActivityState.SCHEDULED


def test_what_is_over_cannot_be_edited_or_published(now: dt.datetime) -> None:
    activity = factories.make_activity(state=ActivityState.ENDED)
    with pytest.raises(SessionOver):
        activities.edit(activity, form(), expected=1, actor=ACTOR, now=now)
    with pytest.raises(SessionOver):
        activities.publish(activity, expected=1, actor=ACTOR, now=now)


def test_the_past_is_finished(now: dt.datetime) -> None:
    done, running, off = (factories.make_activity() for _ in range(3))
    draft = factories.make_activity(state=ActivityState.DRAFT)
    past = {"starts_at": now - 3 * HOUR, "ends_at": now}
    for activity in (done, running, draft):
        factories.make_session(activity, **past)
    factories.make_session(done, state=SessionState.CANCELLED)
    factories.make_session(running)
    factories.make_session(off, state=SessionState.CANCELLED, **past)

    assert activities.finish_past(now) == 2
    assert activities.finish_past(now) == 0

    assert activities.get(done.id).state == ActivityState.ENDED
    assert activities.get(running.id).state == ActivityState.SCHEDULED
    assert activities.get(off.id).state == ActivityState.SCHEDULED
    assert activities.get(draft.id).state == ActivityState.DRAFT
    assert models.Session.select().where(models.Session.state == SessionState.ENDED).count() == 2


def test_lists_of_a_space_hold_nothing_of_another(now: dt.datetime) -> None:
    space = factories.make_space()
    draft = factories.make_activity(space, state=ActivityState.DRAFT)
    scheduled = factories.make_activity(space)
    factories.make_activity(shared_to="town")
    assert list(activities.of_space(space.id)) == [scheduled, draft]
    assert list(activities.of_space(space.id, state=ActivityState.DRAFT)) == [draft]


def test_in_month_is_the_shanghai_month_in_the_order_of_first_sessions() -> None:
    space = factories.make_space()
    march = dt.datetime(2026, 2, 28, 16, tzinfo=dt.UTC)  # 1 March 00:00 in Shanghai
    april = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
    second, first, before, after, rehearsal = (
        factories.make_activity(space, is_rehearsal=index == 4) for index in range(5)
    )
    factories.make_session(second, starts_at=april - HOUR)
    factories.make_session(first, starts_at=march)
    factories.make_session(first, starts_at=march + 24 * HOUR)
    factories.make_session(before, starts_at=march - HOUR)
    factories.make_session(after, starts_at=april)
    factories.make_session(rehearsal, starts_at=march)
    factories.make_session(starts_at=march)
    assert activities.in_month(space.id, "2026-03") == [first, second]
    with pytest.raises(ValueError, match=r"month|isoformat"):
        activities.in_month(space.id, "2026-13")


def test_get_raises_not_found() -> None:
    with pytest.raises(NotFound):
        activities.get(1)
