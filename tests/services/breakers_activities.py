"""Rows that break a rule about activities, sign-ups or the door, one each, for the doctor to name."""

import datetime as dt
from typing import Any

import models
from models.checkins import CheckinMethod
from models.signups import AppealState, SignupState
from server.services import signups_lottery
from server.services.signups_lottery import Entry
from tests import factories


def _write(row: models.BaseModel, **values: Any) -> models.BaseModel:
    table = type(row)
    assert table.update(**values).where(table.id == row.id).execute() == 1
    return row


def drawn(now: dt.datetime) -> models.Draw:
    """A lottery as it stands after its draw: one of two got the one place."""
    session = factories.make_session()
    entries = [Entry("a" * 16, 1, 1), Entry("b" * 16, 1, 2)]
    secret = signups_lottery.new_secret()
    seed = signups_lottery.seed_of(secret, entries)
    return models.Draw.add(
        now=now,
        space=session.space_id,
        session=session,
        secret=secret,
        commitment=signups_lottery.commitment_of(session.id, secret),
        drawn_at=now,
        seed=seed,
        places=1,
        entries=[each.line for each in entries],
        result=[
            [each.code, each.won]
            for each in signups_lottery.draw(seed, entries, places=1, cap=None)
        ],
    )


def mark(now: dt.datetime, **over: Any) -> models.NoShowMark:
    signup = factories.make_signup(state=SignupState.NO_SHOW)
    values = {
        "space": signup.space_id,
        "session": signup.session_id,
        "signup": signup,
        "user_id": signup.user_id,
        "expires_at": now + dt.timedelta(days=90),
    }
    return models.NoShowMark.add(now=now, **values | over)


def booked(now: dt.datetime) -> models.ZoneBooking:
    """A session in a zone, and its booking."""
    zone = factories.make_zone(factories.make_venue())
    session = factories.make_session(factories.make_activity(zone.space), zone=zone)
    return models.ZoneBooking.add(
        now=now,
        space=zone.space_id,
        zone=zone,
        for_space=zone.space_id,
        session=session,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )


def logged(now: dt.datetime) -> models.ScanLog:
    checkin = factories.make_checkin()
    return models.ScanLog.create(
        at=now,
        space_id=checkin.space_id,
        session_id=checkin.session_id,
        user_id=checkin.user_id,
        method=CheckinMethod.SELF_QR,
        result="checked_in",
        raw_hash="0" * 64,
        checkin_id=checkin.id,
    )


def rated(now: dt.datetime) -> models.Rating:
    checkin = factories.make_checkin()
    same = {"space": checkin.space_id, "session": checkin.session_id, "user_id": checkin.user_id}
    return models.Rating.add(now=now, checkin=checkin, score=3, **same)


def issue(now: dt.datetime) -> models.Activity:
    activity = factories.make_activity()
    project = models.ServiceProject.add(
        now=now, space=activity.space_id, series=activity.series_id, name="一期一期"
    )
    _write(activity, service_project=project)
    return activity


def make_sound(now: dt.datetime) -> None:
    """Make one of each, as it should be."""
    drawn(now)
    mark(now)
    mark(now, appeal_state=AppealState.GRANTED, appealed_at=now, decided_at=now)
    booking = booked(now)
    models.ZoneBooking.add(
        now=now,
        space=booking.space_id,
        zone=booking.zone_id,
        for_space=booking.space_id,
        starts_at=booking.ends_at,
        ends_at=booking.ends_at + dt.timedelta(hours=1),
    )
    logged(now)
    rated(now)
    issue(now)


def swap_the_secret(now: dt.datetime) -> models.BaseModel:
    return _write(drawn(now), secret=signups_lottery.new_secret())


def let_a_loser_in(now: dt.datetime) -> models.BaseModel:
    row = drawn(now)
    return _write(row, result=[[code, not won] for code, won in row.result])


def add_an_entry_afterwards(now: dt.datetime) -> models.BaseModel:
    row = drawn(now)
    return _write(row, entries=[*row.entries, Entry("c" * 16, 1, 1).line])


def leave_one_undecided(now: dt.datetime) -> models.BaseModel:
    row = drawn(now)
    return factories.make_signup(
        models.Session.get_by_id(row.session_id), state=SignupState.PENDING, draw_id=row.id
    )


def mark_somebody_else(now: dt.datetime) -> models.BaseModel:
    return mark(now, user_id=factories.make_user().id)


def decide_at_no_time(now: dt.datetime) -> models.BaseModel:
    return mark(now, appeal_state=AppealState.REFUSED, appealed_at=now)


def book_twice(now: dt.datetime) -> models.BaseModel:
    first = booked(now)
    models.ZoneBooking.add(
        now=now,
        space=first.space_id,
        zone=first.zone_id,
        for_space=first.space_id,
        starts_at=first.starts_at + dt.timedelta(minutes=30),
        ends_at=first.ends_at,
    )
    return first


def move_the_session_alone(now: dt.datetime) -> models.BaseModel:
    row = booked(now)
    session = models.Session.get_by_id(row.session_id)
    _write(session, ends_at=session.ends_at + dt.timedelta(minutes=5))
    return row


def log_a_checkin_that_is_not_there(now: dt.datetime) -> models.BaseModel:
    return _write(logged(now), checkin_id=1)


def log_somebody_elses(now: dt.datetime) -> models.BaseModel:
    return _write(logged(now), user_id=1)


def rate_for_somebody(now: dt.datetime) -> models.BaseModel:
    return _write(rated(now), user_id=1)


def hold_an_issue_elsewhere(now: dt.datetime) -> models.BaseModel:
    return _write(issue(now), space=factories.make_space())


BREAKERS = {
    "a draw drawn again comes out the same": (
        swap_the_secret,
        let_a_loser_in,
        add_an_entry_afterwards,
    ),
    "nobody waits for a draw that took place": (leave_one_undecided,),
    "a no-show mark is its signup's, and its appeal is dated": (
        mark_somebody_else,
        decide_at_no_time,
    ),
    "a zone is booked once at a time": (book_twice,),
    "a session's booking is where and when it takes place": (move_the_session_alone,),
    "the door's log tells of check-ins that are there": (
        log_a_checkin_that_is_not_there,
        log_somebody_elses,
    ),
    "a rating is by who was there": (rate_for_somebody,),
    "a service project's issues are its Space's": (hold_an_issue_elsewhere,),
}
