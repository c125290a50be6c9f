"""诉求 as members meet them: their own and their company's, and what they may do with them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import (
    Category,
    Enterprise,
    EnterpriseMember,
    File,
    Need,
    NeedEvent,
    NeedRating,
    Space,
    Staff,
    User,
    db,
)
from models.enterprises import MemberRole, MemberStatus
from models.files import Subject
from models.needs import ActorKind, NeedState, Outcome, Satisfaction, Solved, TextCheck
from server.errors import NotFound
from server.paging import Page, keyset
from server.services import files, needs_leads, users
from server.services.audit import Actor
from server.services.needs_clock import again, resumed
from server.services.needs_states import (
    TABLE,
    Act,
    Move,
    WrongState,
    current,
    lock,
    transition,
)
from server.services.needs_texts import Checker

REOPEN_DAYS = 15


class AlreadyRated(WrongState):
    code, message = "already_rated", "您已评价过这次答复"


class ReopenUsed(WrongState):
    code, message = "reopen_used", "这件诉求已重开过一次，请提交新的诉求"


class ReopenTooLate(WrongState):
    code, message = "too_late", "答复已超过 15 天，请提交新的诉求"


@dataclass(frozen=True)
class Line:
    """One line of a need's history with the name of who wrote it and what came with it."""

    event: NeedEvent
    name: str
    files: Sequence[File] = ()


def of_user(user: User, *, cursor: str | None, limit: int) -> Page[Need]:
    """Return a page of the person's own needs, the newest first."""
    return keyset(
        _with_names().where(Need.user_id == user.id),
        by=Need.received_at,
        cursor=cursor,
        limit=limit,
    )


def of_company(user: User, *, cursor: str | None, limit: int) -> Page[Need]:
    """Return a page of the needs of the company the person is verified contact of; an empty one for
    everybody else."""
    query = _with_names().where(
        Need.enterprise_id.in_(_contact_for(user)), Need.text_check == TextCheck.PASSED
    )
    return keyset(query, by=Need.received_at, cursor=cursor, limit=limit)


def get(user: User, need_id: int) -> Need:
    """Return a need the person may see: their own, or their company's where they are its contact.
    Raises NotFound."""
    need: Need | None = _with_names().where(Need.id == need_id).first()
    if need is None or not (need.user_id == user.id or _is_of_contact(user, need)):
        raise NotFound
    return need


def timeline(need: Need) -> list[Line]:
    """Return the public lines of a need's history, the oldest first."""
    return lines_of(NeedEvent.select().where(NeedEvent.need == need, NeedEvent.is_public == True))  # noqa: E712


def lines_of(query: Any) -> list[Line]:
    """Return the lines of a select of events with their writers' names, the oldest first."""
    events = list(query.order_by(NeedEvent.at, NeedEvent.id))
    names = _names(events)
    attached = files.of(Subject.NEED_EVENT, [event.id for event in events])
    return [
        Line(
            event,
            names.get((event.actor_kind, event.actor_id), "系统"),
            attached.get(event.id, ()),
        )
        for event in events
    ]


def attachments_of(need: Need) -> list[File]:
    """Return what was sent with the need itself, the oldest first."""
    return files.of(Subject.NEED, [need.id]).get(need.id, [])


def _names(events: list[NeedEvent]) -> dict[tuple[ActorKind, int | None], str]:
    ids = {
        kind: [event.actor_id for event in events if event.actor_kind is kind] for kind in ActorKind
    }
    staff = Staff.select(Staff.id, Staff.name).where(Staff.id.in_(ids[ActorKind.STAFF]))
    members = User.select().where(User.id.in_(ids[ActorKind.MEMBER]))
    names: dict[tuple[ActorKind, int | None], str] = {
        (ActorKind.STAFF, row.id): row.name for row in staff
    }
    return names | {(ActorKind.MEMBER, row.id): users.display_name(row) for row in members}


def supplement(
    user: User,
    need_id: int,
    text: str,
    attachments: Sequence[int] = (),
    *,
    checker: Checker,
    now: dt.datetime,
) -> Need:
    """Add words and one's own uploads to a need; one that waited for them is taken up again. Raises
    NotFound, WrongState, ContentRefused, CheckUnavailable, Invalid."""
    get(user, need_id)
    checker.accept_now(text)
    with db.atomic():
        need = lock(need_id)
        changes = resumed(need, now=now) if need.state is NeedState.WAITING_INFO else {}
        move, me = Move(Act.SUPPLEMENT, text, changes=changes), _member(user)
        event = transition(need, move, me, now=now)
        files.attach(me, attachments, Subject.NEED_EVENT, event.id, space_id=need.space_id)
    return get(user, need_id)


def withdraw(user: User, need_id: int, reason: str, *, checker: Checker, now: dt.datetime) -> Need:
    """Take one's need back before it is answered. Raises NotFound, WrongState, ContentRefused,
    CheckUnavailable."""
    own(user, need_id)
    checker.accept_now(reason)
    changes: dict[str, Any] = {
        "outcome": Outcome.WITHDRAWN,
        "closed_at": now,
        "paused_on": None,
        "paused_days": None,
    }
    with db.atomic():
        need = lock(need_id)
        move = Move(Act.WITHDRAW, reason or "撤回了诉求", changes=changes)
        transition(need, move, _member(user), now=now)
    return get(user, need_id)


def rate(
    user: User,
    need_id: int,
    satisfaction: Satisfaction,
    solved: Solved,
    *,
    text: str = "",
    checker: Checker,
    now: dt.datetime,
) -> Need:
    """Keep the submitter's verdict on the answer and close the need; one that closed by itself can
    still be rated. Raises NotFound, WrongState, AlreadyRated, ContentRefused, CheckUnavailable."""
    own(user, need_id)
    checker.accept_now(text)
    with db.atomic():
        need = lock(need_id)
        mine = (NeedRating.need == need) & (NeedRating.round == need.reopen_count)
        if NeedRating.select().where(mine).exists():
            raise AlreadyRated(current=current(need))
        changes = {"closed_at": need.closed_at or now}
        transition(
            need, Move(Act.RATE, text or "评价了答复", changes=changes), _member(user), now=now
        )
        NeedRating.add(
            now=now,
            by=user.id,
            space=need.space_id,
            need=need,
            round=need.reopen_count,
            satisfaction=satisfaction,
            solved=solved,
            text=text,
        )
    return get(user, need_id)


def rating_of(need: Need) -> NeedRating | None:
    """Return the verdict on the present answer, or None."""
    found: NeedRating | None = NeedRating.get_or_none(
        NeedRating.need == need, NeedRating.round == need.reopen_count
    )
    return found


def reopen(user: User, need_id: int, reason: str, *, checker: Checker, now: dt.datetime) -> Need:
    """Say that the answer did not do, once and within 15 days: the need is worked on again, with
    half the days (at least 3) from now. Raises NotFound, WrongState, ReopenUsed, ReopenTooLate,
    ContentRefused, CheckUnavailable."""
    own(user, need_id)
    checker.accept_now(reason)
    with db.atomic():
        need = lock(need_id)
        if need.state in (NeedState.ANSWERED, NeedState.CLOSED):
            if need.reopen_count:
                raise ReopenUsed(current=current(need))
            if now > _reopen_until(need):
                raise ReopenTooLate(current=current(need))
        changes = again(need, now)
        transition(need, Move(Act.REOPEN, reason, changes=changes), _member(user), now=now)
        needs_leads.wake(need, now=now)
    return get(user, need_id)


def possible(user: User, need: Need, *, now: dt.datetime) -> list[Act]:
    """Return what the person may do with the need now, for the buttons of its page."""
    acts = [act for act in (Act.EDIT, Act.SUPPLEMENT, Act.WITHDRAW) if need.state in TABLE[act]]
    if need.state in TABLE[Act.RATE] and rating_of(need) is None:
        acts.append(Act.RATE)
    if can_reopen(need, now=now):
        acts.append(Act.REOPEN)
    if need.user_id == user.id:
        return acts
    allowed = {Act.SUPPLEMENT} if need.user_id else set(acts) - {Act.EDIT}
    return [act for act in acts if act in allowed]


def can_reopen(need: Need, *, now: dt.datetime) -> bool:
    """Say whether a need that came to its end may be worked on again."""
    if need.state not in TABLE[Act.REOPEN] or need.reopen_count:
        return False
    return now <= _reopen_until(need)


def _reopen_until(need: Need) -> dt.datetime:
    ended = max(filter(None, (need.answered_at, need.closed_at)))
    return ended + dt.timedelta(days=REOPEN_DAYS)


def _with_names() -> Any:
    return Need.select(Need, Space, Category).join_from(Need, Space).join_from(Need, Category)


def _member(user: User) -> Actor:
    return Actor("member", user.id)


def is_own(user: User, need: Need) -> bool:
    """Say whether the person speaks for a need they may see: its submitter, and the company's
    contact where nobody of the mini-program submitted."""
    return need.user_id in (user.id, None)


def own(user: User, need_id: int) -> Need:
    """Return a need the person speaks for. Raises NotFound."""
    need = get(user, need_id)
    if not is_own(user, need):
        raise NotFound
    return need


def _contact_for(user: User) -> Any:
    """Return the company the person is verified contact of, with all that was merged into it."""
    mine = EnterpriseMember.select(EnterpriseMember.enterprise).where(
        EnterpriseMember.user_id == user.id,
        EnterpriseMember.role == MemberRole.CONTACT,
        EnterpriseMember.status == MemberStatus.VERIFIED,
    )
    root = Enterprise.select(Enterprise.merged_into).where(
        Enterprise.id.in_(mine), Enterprise.merged_into.is_null(False)
    )
    return Enterprise.select(Enterprise.id).where(
        Enterprise.id.in_(mine)
        | Enterprise.id.in_(root)
        | Enterprise.merged_into.in_(mine)
        | Enterprise.merged_into.in_(root)
    )


def _is_of_contact(user: User, need: Need) -> bool:
    if need.enterprise_id is None or need.text_check is not TextCheck.PASSED:
        return False
    return bool(_contact_for(user).where(Enterprise.id == need.enterprise_id).exists())
