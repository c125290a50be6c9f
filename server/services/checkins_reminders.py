"""After a session: asks those who were there, once, what they thought of it."""

import datetime as dt
from typing import Any

from peewee import JOIN

from models import Activity, Checkin, Message, Rating, Session, db
from server.services import notifications
from server.services import signups_notices as notices
from server.services import signups_seats as seats

AFTER = dt.timedelta(minutes=30)
"""So long after the end people are on their way and may look at their phone."""

UNTIL = dt.timedelta(days=2)
"""Later nobody remembers well enough to be asked."""


def ask_for_ratings(*, now: dt.datetime) -> int:
    """Ask whoever checked in to a session that ended lately and has not rated it, once each; return
    how many were asked. For the timetable; rehearsals are nobody's business."""
    over = seats.sessions().where(
        Session.ends_at <= now - AFTER,
        Session.ends_at > now - UNTIL,
        Activity.is_rehearsal == False,  # noqa: E712
    )
    return sum(_ask(session, now) for session in list(over.order_by(Session.id)))


def _ask(session: Session, now: dt.datetime) -> int:
    key = f"rating:{session.id}"
    told = Message.select(Message.user_id).where(
        Message.user_id == Checkin.user_id, Message.dedupe_key == key
    )
    rows: Any = (
        Checkin.select(Checkin.id, Checkin.user_id)
        .join(Rating, JOIN.LEFT_OUTER)
        .where(
            Checkin.session == session,
            Checkin.voided_at.is_null(),
            Rating.id.is_null(),
            Checkin.user_id.not_in(told),
        )
        .order_by(Checkin.id)
    )
    checkins = list(rows)
    with db.atomic():
        for checkin in checkins:
            _tell(checkin, session, key, now)
    return len(checkins)


def _tell(checkin: Checkin, session: Session, key: str, now: dt.datetime) -> None:
    activity = session.activity
    notifications.tell(
        checkin.user_id,
        kind="rating",
        subject_type="checkin",
        subject_id=checkin.id,
        dedupe_key=key,
        title=f"觉得怎么样：{activity.title}",
        body="谢谢您来。点一下就能评价，七天内可以修改，我们会照着改进。",
        page=f"pages/checkins/rate/rate?id={checkin.id}",
        fields={
            "activity": activity.title,
            "ended_at": notices.moment_text(session.ends_at),
            "tip": "一键评价，帮我们办得更好",
        },
        space_id=session.space_id,
        now=now,
    )
