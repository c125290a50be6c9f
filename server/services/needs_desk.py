"""诉求 as staff work on them: the board, and each step from taking up to the answer."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models import Category, Dispatch, Enterprise, Need, NeedEvent, db
from models.needs import NeedState, Outcome, TextCheck
from models.needs_dispatches import LIVE_DISPATCH, DispatchRole
from server.clock import day_of
from server.errors import Invalid
from server.paging import Page, keyset
from server.services import calendar, needs, needs_clock, needs_intake, users
from server.services.needs_acts import Desk, act, get, responded, taken
from server.services.needs_scope import readable
from server.services.needs_states import OPEN, TABLE, Act, Move
from server.services.staff import Scope

__all__ = ["Desk", "Filters", "Triage", "answer", "board", "get", "reply", "triage"]

ACTIVE = tuple(state for state in OPEN if state is not NeedState.WAITING_INFO)
"""States in which we are the ones who are awaited."""
STEPS = (
    Act.TRIAGE,
    Act.DISPATCH,
    Act.RETURN,
    Act.EXTEND,
    Act.ESCALATE,
    Act.REPLY,
    Act.NOTE,
    Act.REQUEST_INFO,
    Act.RESUME,
    Act.ANSWER,
)
"""What staff can do to a need."""
_ANSWERS = (
    Outcome.SOLVED,
    Outcome.PARTLY,
    Outcome.EXPLAINED,
    Outcome.TRANSFERRED,
    Outcome.DUPLICATE,
)


@dataclass(frozen=True)
class Filters:
    """What of the board to show; empty means all."""

    space_id: int | None = None
    states: tuple[NeedState, ...] = ()
    category: str | None = None
    is_overdue: bool | None = None
    """True: only those late; False: only those not late."""
    partner_id: int | None = None
    """Only what this partner leads."""
    staff_id: int | None = None
    """Only what this colleague leads or assists."""
    text: str = ""


@dataclass(frozen=True)
class Triage:
    """What staff say when they take a need up; what is None stays as it was."""

    summary: str | None = None
    lead_unit: str | None = None
    category: str | None = None
    is_cross: bool = False
    """Several departments are needed: the category's longer promise holds from the receipt on."""


def board(
    scope: Scope, filters: Filters, *, cursor: str | None, limit: int, now: dt.datetime
) -> Page[Need]:
    """Return a page of the needs of the staff's Spaces, the soonest due first."""
    query = filtered(scope, filters, now=now)
    return keyset(query, by=Need.due_resolve, cursor=cursor, limit=limit, newest_first=False)


def filtered(scope: Scope, filters: Filters, *, now: dt.datetime) -> Any:
    """Return the select behind the board, with Space and category joined, for a numbered page."""
    query = readable(scope)
    if filters.space_id is not None:
        query = query.where(Need.space == filters.space_id)
    if filters.states:
        query = query.where(Need.state.in_([state.value for state in filters.states]))
    if filters.category:
        query = query.where(Category.code == filters.category)
    if filters.text:
        query = query.where(Need.title.contains(filters.text) | (Need.no == filters.text))
    if filters.is_overdue is not None:
        query = query.where(_late(now) if filters.is_overdue else ~_late(now))
    if filters.partner_id is not None:
        led = (Dispatch.partner == filters.partner_id) & (Dispatch.role == DispatchRole.LEAD)
        query = query.where(Need.id.in_(_in_hand(led)))
    if filters.staff_id is not None:
        query = query.where(Need.id.in_(_in_hand(Dispatch.staff == filters.staff_id)))
    return query


def _in_hand(whose: Any) -> Any:
    return Dispatch.select(Dispatch.need).where(whose, Dispatch.state.in_(LIVE_DISPATCH))


def counts(scope: Scope, *, now: dt.datetime) -> dict[str, int]:
    """Return how many needs of the staff's Spaces stand in each state, and how many are late under
    `overdue`."""
    rows: Any = readable(scope).select(Need.state, fn.COUNT(Need.id)).group_by(Need.state)
    found = dict.fromkeys((state.value for state in NeedState), 0)
    found |= {NeedState(state).value: int(count) for state, count in rows.tuples()}
    return found | {"overdue": readable(scope).where(_late(now)).count()}


def late_in(space_ids: Iterable[int], *, now: dt.datetime) -> dict[int, int]:
    """Return how many needs are late in each of these Spaces that has any; for their town, which
    is told the number and not the words."""
    rows: Any = (
        Need.select(Need.space, fn.COUNT(Need.id))
        .where(Need.space.in_(list(space_ids)), _late(now))
        .group_by(Need.space)
    )
    return {int(space_id): int(count) for space_id, count in rows.tuples()}


def received_in(
    space_ids: Iterable[int], starts_at: dt.datetime, ends_at: dt.datetime
) -> dict[int, tuple[int, int]]:
    """Return how many needs each of these Spaces received from a moment to before another, and from
    how many people."""
    rows: Any = (
        Need.select(Need.space, fn.COUNT(Need.id), fn.COUNT(Need.user_id.distinct()))
        .where(
            Need.space.in_(list(space_ids)),
            Need.received_at >= starts_at,
            Need.received_at < ends_at,
        )
        .group_by(Need.space)
    )
    return {int(space_id): (int(count), int(people)) for space_id, count, people in rows.tuples()}


def timeline(need: Need) -> list[needs.Line]:
    """Return the whole history, notes between colleagues too, the oldest first."""
    return needs.lines_of(NeedEvent.select().where(NeedEvent.need == need))


def submitter(need: Need) -> tuple[str, str]:
    """Return what the submitter and the company are called; empty where there is none."""
    user = users.find(need.user_id) if need.user_id else None
    company = Enterprise.get_or_none(Enterprise.id == need.enterprise_id)
    return users.display_name(user) if user else "", company.name if company else ""


def possible(need: Need) -> list[Act]:
    """Return the steps of staff that fit where the need stands."""
    return [act for act in STEPS if need.state in TABLE[act]]


def triage(desk: Desk, given: Triage, *, now: dt.datetime) -> Need:
    """Take a need up. A person has read it now, which settles what WeChat was not sure of.
    Raises NotFound, VersionConflict, WrongState, Invalid."""
    changes: dict[str, Any] = {"text_check": TextCheck.PASSED}
    if given.summary is not None:
        changes["staff_summary"] = given.summary
    if given.lead_unit is not None:
        changes["lead_unit"] = given.lead_unit
    with db.atomic():
        need = taken(desk)
        category = need.category
        if given.category:
            category = needs_intake.category(given.category)
            changes["category_id"] = category.id
        if given.is_cross:
            days = category.cross_days
            changes |= needs_clock.restarted(need, days, since=need.received_at)
            changes["resolve_days"] = days
        text = "已受理" + ("，需要多个部门协同办理" if given.is_cross else "")
        return act(desk, need, Move(Act.TRIAGE, text, changes=changes), now=now)


def reply(desk: Desk, text: str, *, now: dt.datetime) -> Need:
    """Say something to the submitter, who is told; the first time counts as our response. Raises
    NotFound, VersionConflict, WrongState."""
    with db.atomic():
        need = taken(desk)
        return act(desk, need, Move(Act.REPLY, text, changes=responded(need, now)), now=now)


def note(desk: Desk, text: str, *, now: dt.datetime) -> Need:
    """Write something only colleagues read. Raises NotFound, VersionConflict."""
    with db.atomic():
        return act(desk, taken(desk), Move(Act.NOTE, text, is_public=False), now=now)


def request_info(desk: Desk, text: str, *, now: dt.datetime) -> Need:
    """Ask the submitter for what is missing and stop the clock; the whole days left are kept.
    Raises NotFound, VersionConflict, WrongState."""
    with db.atomic():
        need = taken(desk)
        is_late = need.due_resolve < now
        work = calendar.load(day_of(now))
        changes = responded(need, now) | {
            "paused_on": day_of(now),
            "paused_days": None if is_late else work.work_days_left(now, need.due_resolve),
        }
        return act(desk, need, Move(Act.REQUEST_INFO, text, changes=changes), now=now)


def resume(desk: Desk, text: str = "", *, now: dt.datetime) -> Need:
    """Let the clock run on with the days that were left. Raises NotFound, VersionConflict,
    WrongState."""
    with db.atomic():
        need = taken(desk)
        changes = needs_clock.resumed(need, now=now) if need.state is NeedState.WAITING_INFO else {}
        return act(desk, need, Move(Act.RESUME, text or "继续办理", changes=changes), now=now)


def answer(
    desk: Desk,
    outcome: Outcome,
    text: str,
    *,
    duplicate_of: str | None = None,
    consulted: str = "",
    now: dt.datetime,
) -> Need:
    """Answer with what came of it: `text` is what the submitter reads, and with `explained` it is
    the reason why it cannot be done, with the level `consulted` before saying so. `duplicate_of`:
    the number of the need that goes on. Raises NotFound, VersionConflict, WrongState, Invalid."""
    if outcome not in _ANSWERS:
        raise Invalid(fields={"outcome": "请选择办理结果"})
    if not text.strip():
        is_no = outcome is Outcome.EXPLAINED
        raise Invalid(fields={"text": "请说明为什么办不了" if is_no else "请填写答复"})
    if outcome is Outcome.EXPLAINED and not consulted.strip():
        raise Invalid(fields={"consulted": "请填写问过哪一级，例如“镇经济发展办”"})
    with db.atomic():
        need = taken(desk)
        changes = responded(need, now) | {
            "outcome": outcome,
            "consulted": consulted.strip() if outcome is Outcome.EXPLAINED else "",
            "answered_at": now,
            "closed_at": None,
            "paused_on": None,
            "paused_days": None,
        }
        if outcome is Outcome.DUPLICATE:
            changes["duplicate_of_id"] = _original(desk.scope, need, duplicate_of)
        return act(desk, need, Move(Act.ANSWER, text, changes=changes), now=now)


def _original(scope: Scope, need: Need, number: str | None) -> int:
    other = readable(scope).where(Need.no == (number or "")).first()
    if other is None or other.id == need.id or other.duplicate_of_id is not None:
        raise Invalid(fields={"duplicate_of": "请填写另一件诉求的编号，该诉求不能也是重复件"})
    return int(other.id)


def _late(now: dt.datetime) -> Any:
    """Return the condition of `needs_clock.is_overdue` in SQL."""
    missed = (Need.due_resolve < now) | (
        Need.first_response_at.is_null() & (Need.due_respond < now)
    )
    return Need.state.in_([state.value for state in ACTIVE]) & missed
