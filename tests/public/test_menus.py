"""The menu as a calendar to subscribe to."""

import datetime as dt

from icalendar import Calendar

import models
from models.activities import ActivityState, SessionState
from models.menus import RevisionState
from server.clock import month_of
from tests import factories
from tests.conftest import Client


def published(space: models.Space, month: str, *activities: models.Activity) -> None:
    now = dt.datetime.now(dt.UTC)
    menu = models.Menu.add(now=now, space=space, month=month)
    revision = models.MenuRevision.add(
        now=now, space=space, menu=menu, number=1, state=RevisionState.PUBLISHED, title="菜单"
    )
    for order, activity in enumerate(activities):
        models.MenuItem.create(space=space, revision=revision, activity=activity, order=order)


def feed(client: Client, space: models.Space) -> Calendar:
    answer = client.get(f"/spaces/{space.id}/menus.ics")
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.data)


def test_a_published_menu_is_a_calendar(client: Client, now: dt.datetime) -> None:
    space, elsewhere = factories.make_space(), factories.make_space()
    lecture = factories.make_activity(space, title="税务讲座;速算,扣除", theme="把账算明白")
    first = factories.make_session(lecture)
    second = factories.make_session(lecture, state=SessionState.CANCELLED)
    factories.make_session(factories.make_activity(space, title="没上菜单的"))
    factories.make_session(factories.make_activity(elsewhere, title="别处的"))
    published(space, month_of(now), lecture)
    events = feed(client, space).events
    assert {event["uid"]: event["status"] for event in events} == {
        f"session-{first.id}@xinyi": "CONFIRMED",
        f"session-{second.id}@xinyi": "CANCELLED",
    }
    one = next(event for event in events if event["status"] == "CONFIRMED")
    assert one["summary"] == "税务讲座;速算,扣除"
    assert one.decoded("dtstart") == first.starts_at.replace(microsecond=0)
    assert one.decoded("dtend") == first.ends_at.replace(microsecond=0)
    assert feed(client, elsewhere).events == []


def test_what_was_called_off_later_says_so_and_what_stands_is_304(
    client: Client, now: dt.datetime
) -> None:
    space = factories.make_space()
    lecture = factories.make_activity(space, title="讲座")
    factories.make_session(lecture)
    published(space, month_of(now), lecture)
    path = f"/spaces/{space.id}/menus.ics"
    tag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    before = feed(client, space).events[0]["sequence"]
    lecture.change(now=now, state=ActivityState.CANCELLED)
    event = feed(client, space).events[0]
    assert (event["status"], event["summary"]) == ("CANCELLED", "【取消】讲座")
    assert event["sequence"] > before
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_an_unknown_space_has_none(client: Client) -> None:
    for wrong in ("1", "x", "9" * 30, "１"):
        assert client.get(f"/spaces/{wrong}/menus.ics").status_code == 404
