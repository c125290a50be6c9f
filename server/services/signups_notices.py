"""What people are told about the place they hold: cancelled, changed, promoted, decided, soon."""

import datetime as dt
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Word:
    """What one message says. `key` tells it from others of its kind."""

    kind: str
    key: str
    title: str
    body: str
    fields: dict[str, str]
    of_activity: bool = False


def _tell(user_id: int, session: Session, word: _Word, now: dt.datetime) -> None:
    """Put it into the inbox and the outbox, as word of the session or of its whole activity."""
    activity = session.activity
    subject, subject_id = ("activity", activity.id) if word.of_activity else ("session", session.id)
    notifications.tell(
        user_id,
        kind=word.kind,
        subject_type=subject,
        subject_id=subject_id,
        dedupe_key=word.key,
        title=word.title,
        body=word.body,
        page=page_of(activity.id),
        fields={"activity": activity.title, "starts_at": moment_text(session.starts_at)}
        | word.fields,
        space_id=session.space_id,
        now=now,
    )


def tell_cancelled(
    user_id: int, session: Session, *, whole: bool, reason: str, now: dt.datetime
) -> None:
    """Tell somebody that the session does not take place; `whole`: nor does the activity. Somebody
    in several sessions hears of a cancelled activity once."""
    subject = f"activity:{session.activity_id}" if whole else f"session:{session.id}"
    title, body = cancelled_text(session, reason)
    word = _Word(
        "cancelled", f"cancelled:{subject}", title, body, {"reason": reason}, of_activity=whole
    )
    _tell(user_id, session, word, now)


def tell_changed(user_id: int, session: Session, *, was: str, now: dt.datetime) -> None:
    """Tell somebody what time or place was, and what it is now."""
    when, place = moment_text(session.starts_at), place_of(session)
    word = _Word(
        "changed",
        f"changed:{session.id}:{session.version}",
        f"活动有变：{session.activity.title}",
        f"原为：{was}\n现为：{when} {place}\n如不能参加，开始前都可以取消报名。",
        {"change": "时间或地点有调整", "place": place},
    )
    _tell(user_id, session, word, now)


def tell_promoted(
    user_id: int, session: Session, *, ref: str, hold_until: dt.datetime | None, now: dt.datetime
) -> None:
    """Tell somebody that they moved up from the waiting list: for certain, or, with `hold_until`,
    if they accept in time. `ref` tells this promotion from an earlier one."""
    name = session.activity.title
    tip = f"请在{hold_until.astimezone(SHANGHAI):%H:%M}前确认" if hold_until else "您已候补成功"
    word = _Word(
        "promoted",
        f"promoted:{ref}",
        f"候补有名额了：{name}",
        f"{moment_text(session.starts_at)} 的“{name}”为您留出了名额。{tip}。",
        {"place": place_of(session), "tip": tip},
    )
    _tell(user_id, session, word, now)


def tell_decided(
    user_id: int, session: Session, *, ref: str, result: str, tip: str, now: dt.datetime
) -> None:
    """Tell somebody what was decided about their signup: let in, refused, drawn or not. `result` is
    a few words, `tip` what follows from it; `ref` tells this decision from another."""
    name = session.activity.title
    word = _Word(
        "decided",
        f"decided:{ref}",
        f"{result}：{name}",
        f"{moment_text(session.starts_at)} 的“{name}”：{result}。{tip}",
        {"result": result, "tip": tip},
    )
    _tell(user_id, session, word, now)


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
    place = place_of(session)
    word = _Word(
        "reminder",
        soon_key(session, ahead),
        f"{_soon(session, ahead, now)}：{session.activity.title}",
        f"{moment_text(session.starts_at)} {place}。来不了请点开活动取消报名，名额会让给候补的人。",
        {"place": place},
    )
    _tell(user_id, session, word, now)
