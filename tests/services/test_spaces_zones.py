"""Zones: booked with their sessions, lent where shared, and never twice."""

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import SessionState
from server.errors import Invalid
from server.schemas.activities import Announce, SessionIn
from server.schemas.spaces_zones import BookingIn
from server.services import activities, spaces_zones
from server.services import activities_sessions as sessions
from server.services.spaces_zones import ZoneTaken
from tests.factories import (
    actor,
    as_sent,
    make_activity,
    make_org_unit,
    make_space,
    make_venue,
    make_zone,
)

ACTOR = actor()


def checkins_of(app: Flask) -> Any:
    return app.extensions["xinyi"].config.checkins


def span(day: int, start: int, end: int) -> dict[str, dt.datetime]:
    at = dt.datetime(2026, 3, day, tzinfo=dt.UTC)
    return {"starts_at": at.replace(hour=start), "ends_at": at.replace(hour=end)}


def session_form(zone: models.Zone, **values: Any) -> SessionIn:
    return SessionIn(**as_sent({"zone_id": zone.id, **values}))


def booking_form(zone: models.Zone, **values: Any) -> BookingIn:
    return BookingIn(**as_sent({"zone_id": zone.id, "purpose": "联席会议", **values}))


NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_a_session_takes_moves_and_frees_its_zone(app: Flask) -> None:
    space = make_space()
    zone = make_zone(make_venue(space), name="读书角")
    other = make_zone(models.Venue.get_by_id(zone.venue_id))
    yoga = make_activity(space, title="晨间瑜伽")
    given = {"checkins": checkins_of(app), "actor": ACTOR, "now": NOW}
    session = sessions.add(yoga, session_form(zone, **span(5, 1, 3)), **given)
    [booking] = models.ZoneBooking.select().where(models.ZoneBooking.session == session)
    assert (booking.space_id, booking.for_space_id, booking.live) == (space.id, space.id, True)

    tea = make_activity(space, title="茶会")
    with pytest.raises(ZoneTaken) as refusal:
        sessions.add(tea, session_form(zone, **span(5, 2, 4)), **given)
    assert "晨间瑜伽" in refusal.value.detail
    assert "09:00–11:00" in refusal.value.detail
    assert refusal.value.facts["booking"]["id"] == str(booking.id)
    assert models.Session.select().where(models.Session.activity == tea).count() == 0
    # Back to back is no clash; nor is another zone.
    later = sessions.add(tea, session_form(zone, **span(5, 3, 4)), **given)
    assert [row.id for row in spaces_zones.free_between(space.id, *span(5, 1, 3).values())] == [
        other.id
    ]
    # Moving onto somebody else's time is refused whole; to a free one moves the booking.
    with pytest.raises(ZoneTaken):
        move(app, session, zone, **span(5, 2, 4))
    assert sessions.get(session.id).starts_at == span(5, 1, 3)["starts_at"]
    move(app, session, zone, **span(6, 1, 3))
    held = models.ZoneBooking.get(
        models.ZoneBooking.session == session,
        models.ZoneBooking.live == True,  # noqa: E712
    )
    assert held.starts_at == span(6, 1, 3)["starts_at"]
    # What is called off gives its zone back.
    activities.cancel(tea, "讲师有事", expected=tea.version, actor=ACTOR, now=NOW)
    assert sessions.get(later.id).state == SessionState.CANCELLED
    book = spaces_zones.book(space.id, booking_form(zone, **span(5, 1, 4)), actor=ACTOR, now=NOW)
    assert spaces_zones.title_of(spaces_zones.get(book.id)) == "联席会议"
    with pytest.raises(Invalid):
        spaces_zones.cancel(spaces_zones.get(held.id), actor=ACTOR, now=NOW)
    spaces_zones.cancel(book, actor=ACTOR, now=NOW)
    assert zone.id in {
        row.id for row in spaces_zones.free_between(space.id, *span(5, 1, 4).values())
    }


def move(app: Flask, session: models.Session, zone: models.Zone, **values: Any) -> models.Session:
    return sessions.edit(
        session,
        session_form(zone, **values),
        expected=sessions.get(session.id).version,
        announce=Announce.NOW,
        checkins=checkins_of(app),
        actor=ACTOR,
        now=NOW,
    )


def test_only_shared_venues_of_the_same_town_are_lent(app: Flask) -> None:
    town = make_org_unit()
    mine, neighbour, far = make_space(town), make_space(town), make_space()
    zone = make_zone(make_venue(neighbour))
    make_zone(make_venue(far, is_shared=True))
    form = booking_form(zone, **span(5, 1, 2))
    with pytest.raises(Invalid):
        spaces_zones.book(mine.id, form, actor=ACTOR, now=NOW)
    venue = spaces_zones.venue_of(zone.venue_id)
    spaces_zones.share(venue, True, actor=ACTOR, now=NOW)
    assert [row.id for row in spaces_zones.bookable_by(mine.id)] == [zone.id]
    booking = spaces_zones.book(mine.id, form, actor=ACTOR, now=NOW)
    assert (booking.space_id, booking.for_space_id) == (neighbour.id, mine.id)
    # The owner hears of it like of anybody else's, and cannot be talked out of it by unsharing.
    spaces_zones.share(venue, False, actor=ACTOR, now=NOW)
    with pytest.raises(ZoneTaken):
        spaces_zones.book(neighbour.id, form, actor=ACTOR, now=NOW)


def test_ten_at_once_get_one_zone(app: Flask) -> None:
    space = make_space()
    zone = make_zone(make_venue(space))
    form = booking_form(zone, **span(5, 1, 2))
    start, outcomes = threading.Barrier(10), []

    def try_it() -> None:
        start.wait()
        try:
            spaces_zones.book(space.id, form, actor=ACTOR, now=NOW)
            outcomes.append("booked")
        except ZoneTaken:
            outcomes.append("taken")
        finally:
            models.db.close()

    threads = [threading.Thread(target=try_it) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked"] + ["taken"] * 9
