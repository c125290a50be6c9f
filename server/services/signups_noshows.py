"""Marks for places that stayed empty: soft, seen by their person, open to appeal, gone in 90 days.

A mark counts while its signup still says `no_show`: a late correction, a session called off
afterwards or any other change of that state lifts it without another step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from models import Activity, NoShowMark, Session, Signup, User, db, new_id
from models.activities import SignupMode
from models.signups import AppealState, SignupState
from server.errors import Conflict, Invalid, NotFound
from server.paging import Page, keyset
from server.services import activities_buttons as buttons
from server.services import audit
from server.services import signups_notices as notices
from server.services import signups_seats as seats
from server.services.audit import Actor

LASTS = dt.timedelta(days=90)
MARKS_THAT_WAIT = 2
"""So many live marks make somebody wait for the general release; fewer mean nothing."""
WAITS = dt.timedelta(hours=24)
"""So long after the opening places are released to everybody, marks or not."""


class CannotAppeal(Conflict):
    code, message = "cannot_appeal", "这条记录已申诉过，或已不再计算"


class NotAppealed(Conflict):
    code, message = "not_appealed", "这条申诉已经处理过，请刷新"


def live(now: dt.datetime) -> Any:
    """Return the condition on `NoShowMark` joined with `Signup` that the mark counts."""
    return (
        (Signup.state == SignupState.NO_SHOW)
        & (NoShowMark.expires_at > now)
        & (NoShowMark.appeal_state != AppealState.GRANTED)
    )


def is_live(mark: NoShowMark, *, now: dt.datetime) -> bool:
    """Say the same of one mark with its signup."""
    return (
        mark.signup.state == SignupState.NO_SHOW
        and mark.expires_at > now
        and mark.appeal_state != AppealState.GRANTED
    )


def counts_of(user_id: int, *, now: dt.datetime) -> int:
    """Return how many marks of a person count."""
    query = NoShowMark.select().join(Signup).where(NoShowMark.user_id == user_id, live(now))
    return int(query.count())


def release_of(activity: Activity, session: Session, marks: int) -> dt.datetime | None:
    """Return when signing up opens for somebody with so many live marks, None for from the start:
    the general release, 24 hours after the opening, or half way through a window shorter than two
    days, so that a mark never shuts anybody out. In a lottery being early means nothing, so there
    is nothing to wait for; without a stated opening there is none to count from."""
    opens = activity.signup_opens_at
    if marks < MARKS_THAT_WAIT or opens is None or activity.signup_mode == SignupMode.LOTTERY:
        return opens
    window = buttons.closes_at(activity, session) - opens
    return opens + max(dt.timedelta(0), min(WAITS, window / 2))


def reason_of(marks: int) -> str:
    """Return why somebody waits longer than others, in plain words."""
    return f"您近期有 {marks} 次报名未到场，这场活动稍后为您开放报名，可在“我的足迹”里查看和申诉"


def effect_of(marks: int) -> str:
    """Return what so many live marks mean, in plain words."""
    if marks >= MARKS_THAT_WAIT:
        return (
            f"您有 {marks} 条有效的未到场记录：新活动开放报名后，您最多晚 24 小时可以报名。"
            "记录 90 天后失效，也可以申诉。"
        )
    return "未到场记录 90 天后失效。有效记录达到 2 条时，新活动的报名会晚一些为您开放。"


def mark(signups: Iterable[Signup], *, now: dt.datetime) -> None:
    """Write the marks of signups that became no-shows, inside the caller's transaction. One that
    has its mark already keeps it."""
    rows = [
        {
            "id": new_id(),
            "space": signup.space_id,
            "session": signup.session_id,
            "signup": signup.id,
            "user_id": signup.user_id,
            "expires_at": now + LASTS,
            "created_at": now,
            "updated_at": now,
        }
        for signup in signups
    ]
    if rows:
        NoShowMark.insert_many(rows).on_conflict_ignore().execute()


def of_user(user: User, *, cursor: str | None, limit: int) -> Page[NoShowMark]:
    """Return a page of a person's marks, old and lifted ones too, newest first, each with signup
    and session joined in."""
    query = NoShowMark.select(NoShowMark, Signup).join(Signup)
    page = keyset(
        query.where(NoShowMark.user_id == user.id),
        by=NoShowMark.created_at,
        cursor=cursor,
        limit=limit,
    )
    return Page(_with_sessions(page.items), page.next)


def require_own(user: User, mark_id: int) -> None:
    """Let pass the person a mark is about. Raises NotFound."""
    own = (NoShowMark.id == mark_id) & (NoShowMark.user_id == user.id)
    if not NoShowMark.select().where(own).exists():
        raise NotFound


def appeal(user: User, mark_id: int, text: str, *, now: dt.datetime) -> NoShowMark:
    """Say why a mark is not fair, once per mark; return it. Raises NotFound, Invalid, CannotAppeal."""
    text = text.strip()
    if not 1 <= len(text) <= 500:
        raise Invalid(fields={"text": "请写明情况（500字以内）"})
    with db.atomic():
        found = get(mark_id)
        if found.user_id != user.id:
            raise NotFound
        if found.appeal_state != AppealState.NONE or not is_live(found, now=now):
            raise CannotAppeal
        opened = found.change(
            now=now,
            by=user.id,
            appeal_state=AppealState.OPEN,
            appeal_text=text,
            appealed_at=now,
        )
        if not opened:
            raise CannotAppeal
    return found


def get(mark_id: int) -> NoShowMark:
    """Return a mark with signup and session joined in. Raises NotFound. For staff: the face asks
    its scope about `space_id` before anything else."""
    found = NoShowMark.select(NoShowMark, Signup).join(Signup).where(NoShowMark.id == mark_id)
    row: NoShowMark | None = found.first()
    if row is None:
        raise NotFound
    return _with_sessions([row])[0]


def appeals(space_ids: Iterable[int], *, is_open: bool = True) -> Any:
    """Return a select of the appeals of these Spaces, with signup, session, activity and `user`:
    those to be decided, the oldest first, or those decided, the newest first."""
    states = (AppealState.OPEN,) if is_open else (AppealState.GRANTED, AppealState.REFUSED)
    query = (
        NoShowMark.select(NoShowMark, Signup, Session, Activity, User)
        .join(Signup)
        .switch(NoShowMark)
        .join(Session)
        .join(Activity)
        .join_from(NoShowMark, User, on=(NoShowMark.user_id == User.id), attr="user")
        .where(
            NoShowMark.space.in_(list(space_ids)),
            NoShowMark.appeal_state.in_([state.value for state in states]),
        )
    )
    first = NoShowMark.appealed_at if is_open else NoShowMark.decided_at.desc()
    return query.order_by(first, NoShowMark.id)


def page_of_appeals(
    space_id: int, *, is_open: bool, cursor: str | None, limit: int
) -> Page[NoShowMark]:
    """Return a page of the appeals of a Space, as `appeals` orders them. Raises PageUnknown."""
    return keyset(
        appeals([space_id], is_open=is_open),
        by=NoShowMark.appealed_at if is_open else NoShowMark.decided_at,
        cursor=cursor,
        limit=limit,
        newest_first=not is_open,
    )


def decide(
    found: NoShowMark, *, granted: bool, reason: str, actor: Actor, now: dt.datetime
) -> NoShowMark:
    """Grant an appeal, which lifts the mark, or refuse it; tell the person and return the mark.
    Raises NotAppealed, Invalid for a refusal without a reason."""
    reason = reason.strip()
    if not granted and not reason:
        raise Invalid(fields={"reason": "不同意申诉时请写明理由，会告诉本人"})
    state = AppealState.GRANTED if granted else AppealState.REFUSED
    with db.atomic():
        fresh = get(found.id)
        if fresh.appeal_state != AppealState.OPEN or not fresh.change(
            now=now, by=actor.id, appeal_state=state, decided_at=now, decision_reason=reason
        ):
            raise NotAppealed
        result = "申诉通过，未到场记录已撤销" if granted else "申诉未通过"
        notices.tell_decided(
            fresh.user_id,
            fresh.session,
            ref=f"appeal:{fresh.id}",
            result=result,
            tip=reason or "感谢您的说明",
            now=now,
        )
        audit.record(
            actor,
            "signups.appeal",
            fresh,
            org_unit_id=fresh.space_id,
            now=now,
            after={"state": state},
            reason=reason,
        )
    return fresh


def forget(user_id: int) -> None:
    """Delete the marks of somebody who leaves, inside the transaction of their erasure."""
    NoShowMark.delete().where(NoShowMark.user_id == user_id).execute()


def _with_sessions(marks: list[NoShowMark]) -> list[NoShowMark]:
    ids = {found.session_id for found in marks}
    by_id = {row.id: row for row in seats.sessions().where(Session.id.in_(ids))}
    for found in marks:
        found.session = by_id[found.session_id]
    return marks
