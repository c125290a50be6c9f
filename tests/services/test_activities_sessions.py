"""Sessions added, changed, called off."""

import datetime as dt
from typing import Any

import pytest

import models
from models.activities import ActivityState, SessionState
from models.signups import SignupState
from server.config import CheckinsConfig
from server.errors import Invalid, NotFound, VersionConflict
from server.schemas.activities import Announce, SessionIn
from server.services import activities_sessions as sessions
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)
ACTOR = factories.actor()
CHECKINS = CheckinsConfig(
    slot_seconds=20,
    opens_before_minutes=60,
    closes_after_minutes=30,
    venue_networks=[],
    screen_days=180,
)


def form(now: dt.datetime, hours: float = 48, **over: Any) -> SessionIn:
    starts = now + hours * HOUR
    values = {"starts_at": starts, "ends_at": starts + 2 * HOUR}
    return SessionIn(**factories.as_sent(values | over))


def add(activity: models.Activity, written: SessionIn, now: dt.datetime) -> models.Session:
    return sessions.add(activity, written, checkins=CHECKINS, actor=ACTOR, now=now)


def edit(session: models.Session, written: SessionIn, now: dt.datetime, **over: Any) -> Any:
    values = {"expected": session.version, "announce": None}
    return sessions.edit(session, written, checkins=CHECKINS, actor=ACTOR, now=now, **values | over)


def same(session: models.Session, **over: Any) -> SessionIn:
    """The form as it stands."""
    values = {
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "capacity": session.capacity,
        "venue_id": session.venue_id,
    }
    return SessionIn(**factories.as_sent(values | over))


def test_add_takes_the_window_from_the_settings(now: dt.datetime) -> None:
    activity = factories.make_activity()
    session = add(activity, form(now, capacity=12), now)
    assert (session.space_id, session.capacity) == (activity.space_id, 12)
    assert session.checkin_opens_at == session.starts_at - HOUR
    assert session.checkin_closes_at == session.ends_at + HOUR / 2
    assert len(session.qr_key) == 64
    other = add(activity, form(now), now)
    assert other.qr_key != session.qr_key


def test_add_takes_a_window_of_its_own_and_a_zone_with_its_venue(now: dt.datetime) -> None:
    activity = factories.make_activity()
    venue = factories.make_venue(activity.space)
    zone = factories.make_zone(venue)
    written = form(now, zone_id=zone.id, checkin_opens_at=now, checkin_closes_at=now + 50 * HOUR)
    session = add(activity, written, now)
    assert (session.venue_id, session.zone_id) == (venue.id, zone.id)
    assert (session.checkin_opens_at, session.checkin_closes_at) == (now, now + 50 * HOUR)


def test_add_refuses_what_cannot_be(now: dt.datetime) -> None:
    activity = factories.make_activity()
    foreign = factories.make_venue(factories.make_space())
    zone = factories.make_zone(foreign)
    own = factories.make_venue(activity.space)
    own_zone = factories.make_zone(factories.make_venue(activity.space))
    for over, field in (
        ({"ends_at": now + 48 * HOUR}, "ends_at"),
        ({"ends_at": now}, "ends_at"),
        ({"venue_id": foreign.id}, "venue_id"),
        ({"zone_id": zone.id}, "zone_id"),
        ({"zone_id": own_zone.id, "venue_id": own.id}, "zone_id"),
        ({"checkin_opens_at": now + 99 * HOUR}, "checkin_opens_at"),
        ({"checkin_closes_at": now}, "checkin_opens_at"),
    ):
        with pytest.raises(Invalid) as refusal:
            add(activity, form(now, **over), now)
        assert refusal.value.facts["errors"][0]["field"] == field
    assert models.Session.select().count() == 0


def test_nothing_is_added_to_what_is_over(now: dt.datetime) -> None:
    with pytest.raises(sessions.SessionOver):
        add(factories.make_activity(state=ActivityState.CANCELLED), form(now), now)


def test_edit_without_people_simply_changes(now: dt.datetime) -> None:
    session = factories.make_session()
    changed = edit(session, form(now, 72, capacity=3), now)
    assert changed.starts_at == now + 72 * HOUR
    assert (changed.capacity, changed.version, changed.changed_at) == (3, 2, None)


def test_edit_needs_the_version_one_saw(now: dt.datetime) -> None:
    session = factories.make_session()
    edit(session, same(session, capacity=3), now)
    with pytest.raises(VersionConflict) as refusal:
        edit(session, same(session, capacity=4), now, expected=1)
    assert refusal.value.facts["current"]["capacity"] == 3
    assert sessions.get(session.id).capacity == 3


def test_signups_do_not_count_as_changes_by_others(now: dt.datetime) -> None:
    session = factories.make_session()
    factories.make_signup(session)
    assert edit(session, same(session, capacity=4), now).capacity == 4


def test_capacity_never_falls_below_what_is_taken(now: dt.datetime) -> None:
    session = factories.make_session(capacity=5)
    factories.make_signup(session, party_size=3)
    with pytest.raises(Invalid, match="3 人"):
        edit(session, same(session, capacity=2), now)
    assert edit(session, same(session, capacity=3), now).capacity == 3


def test_more_places_let_people_move_up_and_tell_them(now: dt.datetime) -> None:
    """Complaint: larger capacity moves people up and nobody tells them."""
    session = factories.make_session(starts_at=now + 48 * HOUR, capacity=1)
    factories.make_signup(session)
    line = [
        factories.make_signup(session, state=SignupState.WAITLISTED, position=place)
        for place in (1, 2, 3)
    ]
    edit(session, same(session, capacity=3), now)
    states = [models.Signup.get_by_id(signup.id).state for signup in line]
    assert states == ["confirmed", "confirmed", "waitlisted"]
    told = {message.user_id: message.kind for message in models.Message.select()}
    assert told == {line[0].user_id: "promoted", line[1].user_id: "promoted"}


def test_a_material_change_must_say_whether_to_tell(now: dt.datetime) -> None:
    """Complaint: time or place changed and nobody was told."""
    session = factories.make_session(starts_at=now + 48 * HOUR)
    factories.make_signup(session)
    with pytest.raises(Invalid) as refusal:
        edit(session, form(now, 72), now)
    assert refusal.value.facts["errors"][0]["field"] == "announce"
    assert sessions.get(session.id).version == 1


def test_a_change_is_told_with_old_and_new(now: dt.datetime) -> None:
    """Complaint: a notice of change does not say what changed."""
    session = factories.make_session(
        factories.make_activity(place="一楼大厅"),
        starts_at=dt.datetime(2027, 3, 1, 6, tzinfo=dt.UTC),
    )
    venue = factories.make_venue(models.Space.get_by_id(session.space_id), name="八楼")
    holder = factories.make_signup(session)
    waiting = factories.make_signup(session, state=SignupState.WAITLISTED, position=1)
    factories.make_signup(session, state=SignupState.CANCELLED)
    new = dt.datetime(2027, 3, 2, 7, 30, tzinfo=dt.UTC)
    written = SessionIn(starts_at=new, ends_at=new + HOUR, venue_id=str(venue.id))
    changed = edit(session, written, now, announce=Announce.NOW)
    told = {message.user_id: message for message in models.Message.select()}
    assert set(told) == {holder.user_id, waiting.user_id}
    body = told[holder.user_id].body
    assert "2027年3月1日 14:00 一楼大厅" in body
    assert "2027年3月2日 15:30 八楼" in body
    assert changed.changed_at == now
    assert changed.previous["place"] == "一楼大厅"


def test_changes_put_off_are_told_together_from_what_people_knew(now: dt.datetime) -> None:
    session = factories.make_session(starts_at=dt.datetime(2027, 3, 1, 6, tzinfo=dt.UTC))
    factories.make_signup(session)
    start = session.starts_at
    session = edit(
        session,
        same(session, starts_at=start + HOUR, ends_at=start + 3 * HOUR),
        now,
        announce=Announce.LATER,
    )
    assert models.Message.select().count() == 0
    session = edit(session, same(session, capacity=9), now)
    assert models.Message.select().count() == 0
    session = edit(session, same(session), now, announce=Announce.NOW)
    (message,) = models.Message.select()
    assert "2027年3月1日 14:00" in message.body
    assert "2027年3月1日 15:00" in message.body
    edit(session, same(session), now, announce=Announce.NOW)
    assert models.Message.select().count() == 1


def test_cancel_one_session_leaves_the_others(now: dt.datetime) -> None:
    activity = factories.make_activity()
    off, on = (factories.make_session(activity) for _ in range(2))
    told, untold = factories.make_signup(off), factories.make_signup(on)
    done = sessions.cancel(off, "停电", expected=1, actor=ACTOR, now=now)
    assert (done.state, done.seats_taken) == (SessionState.CANCELLED, 0)
    assert sessions.get(on.id).state == SessionState.SCHEDULED
    assert models.Signup.get_by_id(told.id).state == SignupState.CANCELLED
    assert models.Signup.get_by_id(untold.id).state == SignupState.CONFIRMED
    (message,) = models.Message.select()
    assert (message.user_id, message.subject_type) == (told.user_id, "session")
    with pytest.raises(sessions.SessionOver):
        sessions.cancel(done, "停电", expected=2, actor=ACTOR, now=now)
    with pytest.raises(sessions.SessionOver):
        edit(done, same(done), now)
    with pytest.raises(VersionConflict):
        sessions.cancel(on, "停电", expected=9, actor=ACTOR, now=now)
    with pytest.raises(Invalid):
        sessions.cancel(on, " ", expected=1, actor=ACTOR, now=now)


def test_of_day_shows_what_touches_it_in_these_spaces(now: dt.datetime) -> None:
    space = factories.make_space()
    activity = factories.make_activity(space)
    late = factories.make_session(activity, starts_at=now + 3 * HOUR)
    early = factories.make_session(activity, starts_at=now - HOUR)
    factories.make_session(activity, starts_at=now + 24 * HOUR)
    factories.make_session(activity, starts_at=now - 9 * HOUR)
    factories.make_session(factories.make_activity(space, state="draft"))
    factories.make_session()
    found = sessions.of_day(frozenset([space.id]), now, now + 12 * HOUR)
    assert found == [early, late]


def test_of_activity_and_of_activities(now: dt.datetime) -> None:
    activity, other = factories.make_activity(), factories.make_activity()
    second = factories.make_session(activity, starts_at=now + 2 * HOUR)
    first = factories.make_session(activity, starts_at=now + HOUR)
    factories.make_session()
    assert sessions.of_activity(activity) == [first, second]
    assert sessions.of_activities([activity.id, other.id]) == {
        activity.id: [first, second],
        other.id: [],
    }
    with pytest.raises(NotFound):
        sessions.get(1)
