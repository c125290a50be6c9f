"""What people are told about the place they hold: cancelled, changed, promoted, decided, soon."""

import datetime as dt
from enum import StrEnum

from models import Session
from server.clock import SHANGHAI, day_of
from server.schemas.activities_seen import place_of
from server.services import notifications


def moment_text(moment: dt.datetime) -> str:
    """Return a moment as people read it, e.g. `2026年3月5日 14:00`."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def page_of(activity_id: int) -> str:
    """Return the page of the mini-program that shows an activity."""
    return f"pages/activities/detail/detail?id={activity_id}"


def cancelled_text(session: Session, reason: str) -> tuple[str, str]:
    """Return title and body of what people are told when a session does not take place."""
    name, when = session.activity.title, moment_text(session.starts_at)
    return f"活动取消：{name}", f"原定 {when} 的“{name}”已取消。原因：{reason}"


def tell_cancelled(
    user_id: int, session: Session, *, whole: bool, reason: str, now: dt.datetime
) -> None:
    """Tell somebody that the session does not take place; `whole`: nor does the activity. Somebody
    in several sessions hears of a cancelled activity once."""
    activity = session.activity
    subject, subject_id = ("activity", activity.id) if whole else ("session", session.id)
    when = moment_text(session.starts_at)
    title, body = cancelled_text(session, reason)
    notifications.tell(
        user_id,
        kind="cancelled",
        subject_type=subject,
        subject_id=subject_id,
        dedupe_key=f"cancelled:{subject}:{subject_id}",
        title=title,
        body=body,
        page=page_of(activity.id),
        fields={"activity": activity.title, "starts_at": when, "reason": reason},
        space_id=session.space_id,
        now=now,
    )


def tell_changed(user_id: int, session: Session, *, was: str, now: dt.datetime) -> None:
    """Tell somebody what time or place was, and what it is now."""
    activity = session.activity
    when, place = moment_text(session.starts_at), place_of(session)
    notifications.tell(
        user_id,
        kind="changed",
        subject_type="session",
        subject_id=session.id,
        dedupe_key=f"changed:{session.id}:{session.version}",
        title=f"活动有变：{activity.title}",
        body=f"原为：{was}\n现为：{when} {place}\n如不能参加，开始前都可以取消报名。",
        page=page_of(activity.id),
        fields={
            "activity": activity.title,
            "change": "时间或地点有调整",
            "starts_at": when,
            "place": place,
        },
        space_id=session.space_id,
        now=now,
    )


def tell_promoted(
    user_id: int, session: Session, *, ref: str, hold_until: dt.datetime | None, now: dt.datetime
) -> None:
    """Tell somebody that they moved up from the waiting list: for certain, or, with `hold_until`,
    if they accept in time. `ref` tells this promotion from an earlier one."""
    activity = session.activity
    when = moment_text(session.starts_at)
    tip = f"请在{hold_until.astimezone(SHANGHAI):%H:%M}前确认" if hold_until else "您已候补成功"
    notifications.tell(
        user_id,
        kind="promoted",
        subject_type="session",
        subject_id=session.id,
        dedupe_key=f"promoted:{ref}",
        title=f"候补有名额了：{activity.title}",
        body=f"{when} 的“{activity.title}”为您留出了名额。{tip}。",
        page=page_of(activity.id),
        fields={
            "activity": activity.title,
            "starts_at": when,
            "place": place_of(session),
            "tip": tip,
        },
        space_id=session.space_id,
        now=now,
    )


def tell_decided(
    user_id: int, session: Session, *, ref: str, result: str, tip: str, now: dt.datetime
) -> None:
    """Tell somebody what was decided about their signup: let in, refused, drawn or not. `result` is
    a few words, `tip` what follows from it; `ref` tells this decision from another."""
    activity = session.activity
    when = moment_text(session.starts_at)
    notifications.tell(
        user_id,
        kind="decided",
        subject_type="session",
        subject_id=session.id,
        dedupe_key=f"decided:{ref}",
        title=f"{result}：{activity.title}",
        body=f"{when} 的“{activity.title}”：{result}。{tip}",
        page=page_of(activity.id),
        fields={"activity": activity.title, "result": result, "starts_at": when, "tip": tip},
        space_id=session.space_id,
        now=now,
    )


class Ahead(StrEnum):
    """How long before the start a reminder is."""

    DAY = "day"
    HOUR = "hour"


def soon_key(session: Session, ahead: Ahead) -> str:
    """Return what tells a reminder from others: a session that was moved is a new appointment."""
    return f"reminder:{ahead}:{session.id}:{session.starts_at:%Y%m%d%H%M}"


def _soon(session: Session, ahead: Ahead, now: dt.datetime) -> str:
    if ahead == Ahead.HOUR:
        return "就要开始了"
    return "今天见" if day_of(session.starts_at) == day_of(now) else "明天见"


def tell_soon(user_id: int, session: Session, ahead: Ahead, *, now: dt.datetime) -> None:
    """Remind somebody of the place they hold, and that they may pass it on."""
    activity = session.activity
    when, place = moment_text(session.starts_at), place_of(session)
    notifications.tell(
        user_id,
        kind="reminder",
        subject_type="session",
        subject_id=session.id,
        dedupe_key=soon_key(session, ahead),
        title=f"{_soon(session, ahead, now)}：{activity.title}",
        body=f"{when} {place}。来不了请点开活动取消报名，名额会让给候补的人。",
        page=page_of(activity.id),
        fields={"activity": activity.title, "starts_at": when, "place": place},
        space_id=session.space_id,
        now=now,
    )
