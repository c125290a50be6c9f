"""A Space's menus as a calendar that Outlook, a phone or a wall display can subscribe to."""

import datetime as dt
from typing import Any

from icalendar import Calendar, Event

from models import Activity, Menu, MenuItem, MenuRevision, Session, Space
from models.activities import ActivityState, SessionState
from models.menus import RevisionState
from server.clock import day_of, month_of
from server.schemas.activities_seen import place_of
from server.services import signups_seats as seats

REFRESH = dt.timedelta(hours=1)
"""How often a calendar should look again."""


def ics(space: Space, *, platform: str, now: dt.datetime) -> bytes:
    """Return the sessions on the Space's published menus, from last month's on, as an iCalendar
    file (RFC 5545); what was called off stays in it as cancelled, so that it disappears from the
    calendars that have it."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{platform}//menus//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{space.name} · {platform}")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for session in _sessions(space, now):
        calendar.add_component(_event(session))
    return bytes(calendar.to_ical())


def _sessions(space: Space, now: dt.datetime) -> list[Session]:
    last_month = month_of(now - dt.timedelta(days=day_of(now).day))
    listed = (
        MenuItem.select(MenuItem.activity)
        .join(MenuRevision)
        .join(Menu)
        .where(
            Menu.space == space,
            Menu.month >= last_month,
            MenuRevision.state == RevisionState.PUBLISHED,
        )
    )
    rows: Any = seats.sessions().where(
        Session.activity.in_(listed), Activity.state != ActivityState.DRAFT
    )
    return list(rows.order_by(Session.starts_at, Session.id))


def _event(session: Session) -> Event:
    activity = session.activity
    is_off = session.state == SessionState.CANCELLED or activity.state == ActivityState.CANCELLED
    said = (activity.theme, activity.body, activity.eligibility_reason)
    event = Event()
    event.add("uid", f"session-{session.id}@xinyi")
    event.add("sequence", session.version + activity.version)
    event.add("dtstamp", max(session.updated_at, activity.updated_at))
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", f"【取消】{activity.title}" if is_off else activity.title)
    event.add("description", "\n".join(filter(None, said)))
    event.add("location", place_of(session))
    event.add("categories", [activity.series.name])
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event
