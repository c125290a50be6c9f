"""Calling a higher level or a body to a need (吹哨), its answer, and the submitter's own appeal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from peewee import JOIN, IntegrityError

from models import (
    Category,
    Dispatch,
    Escalation,
    Need,
    Partner,
    Space,
    db,
)
from models.needs_dispatches import (
    LIVE_DISPATCH,
    DispatchRole,
    DispatchState,
    EscalationAnswer,
    EscalationState,
)
from server.clock import day_of
from server.errors import Conflict, Invalid, NotFound
from server.services import calendar, needs_clock, needs_leads, needs_scope
from server.services import resources_partners as partners
from server.services.audit import Actor
from server.services.calendar_days import moment_label
from server.services.needs_acts import Desk, Duty, act, taken, tell_desk, tell_staff, write
from server.services.needs_states import (
    OPEN,
    Act,
    Move,
    lock,
)
from server.services.staff import Scope, Verb, working_in

DAYS = 3
"""Working days a called level has to answer, unless told otherwise."""
MOST_DAYS = 15


class AlreadyEscalated(Conflict):
    code, message = "already_escalated", "已经提请过，正在等答复"


class AlreadyAnswered(Conflict):
    code, message = "escalation_answered", "已经答复过了"


def of_need(need: Need) -> list[Escalation]:
    """Return every call for a need with the body called, the latest first."""
    rows = Escalation.select(Escalation, Partner).join(Partner, JOIN.LEFT_OUTER)
    return list(rows.where(Escalation.need == need).order_by(Escalation.id.desc()))


def town_of(need: Need) -> str:
    """Return what the town of the need's Space is called."""
    return str(need.space.org_unit.parent.name)


def name_of(row: Escalation, need: Need) -> str:
    """Return what the level called to the need is called."""
    return str(row.partner.name) if row.partner else town_of(need)


def is_overdue(row: Escalation, *, now: dt.datetime) -> bool:
    """Say whether the called level should have answered by now."""
    return row.state is EscalationState.OPEN and row.due_at < now


def mine(scope: Scope, *, is_open: bool = True) -> list[Escalation]:
    """Return what the account was called to, as the town or as a partner, each with its need: what
    waits for an answer, the soonest due first, or what was answered, the latest first."""
    rows = (
        Escalation.select(Escalation, Partner, Need, Space, Category)
        .join_from(Escalation, Partner, JOIN.LEFT_OUTER)
        .join_from(Escalation, Need)
        .join_from(Need, Space)
        .join_from(Need, Category)
        .where(_theirs(scope))
    )
    if is_open:
        return list(rows.where(_waiting()).order_by(Escalation.due_at).limit(200))
    return list(rows.where(~_waiting()).order_by(Escalation.id.desc()).limit(50))


def _waiting() -> Any:
    """Return the condition of a call that still asks for an answer: nobody waits for advice on what
    has ended, but an appeal is about an end."""
    runs = Need.state.in_([state.value for state in OPEN])
    return (Escalation.state == EscalationState.OPEN) & (runs | Escalation.is_appeal)


def overdue(scope: Scope, *, now: dt.datetime) -> list[Escalation]:
    """Return the calls for needs of the account's Spaces or to itself whose answer is late."""
    places = scope.space_ids(Verb.WORK_NEEDS) | scope.space_ids(Verb.READ_ESCALATED)
    rows = (
        Escalation.select(Escalation, Partner, Need, Space)
        .join_from(Escalation, Partner, JOIN.LEFT_OUTER)
        .join_from(Escalation, Need)
        .join_from(Need, Space)
    )
    late = rows.where(Escalation.space.in_(sorted(places)), _waiting(), Escalation.due_at < now)
    return list(late.order_by(Escalation.due_at))


def get(scope: Scope, escalation_id: int) -> Escalation:
    """Return a call to the town the account works for, or to its partner, with its need. Raises
    NotFound."""
    rows = Escalation.select(Escalation, Partner).join(Partner, JOIN.LEFT_OUTER)
    found: Escalation | None = rows.where(Escalation.id == escalation_id, _theirs(scope)).first()
    if found is None:
        raise NotFound
    found.need = needs_scope.get(scope, found.need_id).need
    return found


def _theirs(scope: Scope) -> Any:
    to_town = Escalation.partner.is_null() & Escalation.space.in_(
        sorted(scope.space_ids(Verb.READ_ESCALATED))
    )
    return to_town | Escalation.partner.in_(sorted(scope.partners))


def call(
    desk: Desk, reason: str, *, partner_id: int | None = None, days: int = DAYS, now: dt.datetime
) -> Need:
    """Call the town, or a body, to a need and say why; it has so many working days to answer. Raises
    NotFound, VersionConflict, WrongState, AlreadyEscalated, Invalid."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(fields={"days": f"请填写 1 至 {MOST_DAYS} 个工作日"})
    try:
        with db.atomic():
            need = taken(desk)
            body = partners.find_usable(partner_id, need.space_id) if partner_id else None
            if partner_id and body is None:
                raise Invalid(fields={"partner_id": "请从名单中选择一家单位"})
            row = add(need, desk.actor, reason, days, now, partner=body)
            text = f"已提请{name_of(row, need)}协调，{moment_label(row.due_at)}前答复我们"
            called = act(desk, need, Move(Act.ESCALATE, text), now=now)
            tell_called(row, called, now)
            return called
    except IntegrityError:
        raise AlreadyEscalated from None


def add(
    need: Need, actor: Actor, reason: str, days: int, now: dt.datetime, **values: Any
) -> Escalation:
    """Write a call due in so many working days, in the caller's transaction, and return it."""
    due = calendar.load(day_of(now)).deadline(now, days)
    return Escalation.add(
        now=now,
        by=actor.id,
        space=need.space_id,
        need=need,
        reason=reason,
        due_at=due.at,
        **values,
    )


def tell_called(row: Escalation, need: Need, now: dt.datetime) -> None:
    """Tell those who answer for the called level, as far as they are bound to WeChat."""
    if row.partner_id is not None:
        team = needs_leads.handlers_of(row.partner_id, now=now)
    else:
        team = working_in(need.space_id, Verb.READ_ESCALATED, now=now)
    title = "有申诉等您答复" if row.is_appeal else "有诉求提请您协调"
    body = f"{need.title}（{need.no}）：{row.reason}"
    duty = Duty(f"escalation:{row.id}", title, body, row.due_at)
    tell_staff(need, [each.user_id for each in team], duty, now=now)


def answer(
    scope: Scope,
    escalation_id: int,
    what: EscalationAnswer,
    text: str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> Escalation:
    """Answer a call: with advice, or by taking part, which puts the body beside who works on it. An
    appeal is upheld against or brings the need back to work, and its submitter is told. Raises
    NotFound, AlreadyAnswered, WrongState, Invalid."""
    _check(get(scope, escalation_id), what, text)
    with db.atomic():
        need = lock(get(scope, escalation_id).need_id)
        row = get(scope, escalation_id)  # behind the lock
        if row.state is not EscalationState.OPEN:
            raise AlreadyAnswered
        row.change(
            now=now,
            by=actor.id,
            state=EscalationState.ANSWERED,
            answer=what,
            text=text,
            answered_at=now,
            answered_by=actor.id,
        )
        name = name_of(row, row.need)
        write(
            Desk(scope, need.id, need.version, actor=actor),
            need,
            _answered(row, need, name, now=now),
            now=now,
        )
        if what is EscalationAnswer.TAKES_PART:
            _join(row, need, actor, now)
        duty = Duty(f"advice:{row.id}", f"{name}已答复", f"{need.title}：{text}", need.due_resolve)
        tell_desk(row.need, duty, now=now)
    return get(scope, escalation_id)


def _check(row: Escalation, what: EscalationAnswer, text: str) -> None:
    """Refuse what is no answer to such a call. Raises Invalid."""
    fits = EscalationAnswer.UPHELD if row.is_appeal else EscalationAnswer.ADVICE
    if what not in (fits, EscalationAnswer.TAKES_PART):
        raise Invalid(fields={"answer": "请选择怎么答复"})
    if not text.strip():
        raise Invalid(fields={"text": "请填写答复"})


def _answered(row: Escalation, need: Need, name: str, *, now: dt.datetime) -> Move:
    joins = row.answer is EscalationAnswer.TAKES_PART
    if not row.is_appeal:
        verb = "参与办理" if joins else "建议"
        return Move(Act.ADVISE, f"{name}{verb}：{row.text}", is_public=False)
    if not joins:
        return Move(Act.UPHOLD, f"{name}复核后维持原答复：{row.text}")
    return Move(
        Act.REVISIT, f"{name}复核后重新办理：{row.text}", changes=needs_clock.again(need, now)
    )


def _join(row: Escalation, need: Need, actor: Actor, now: dt.datetime) -> None:
    """Put the called body beside who works on the need, unless it stands there already."""
    if row.is_appeal:
        needs_leads.wake(need, now=now)
    holder = {"partner": row.partner_id} if row.partner_id else {"staff": actor.id}
    mine = Dispatch.partner == row.partner_id if row.partner_id else Dispatch.staff == actor.id
    there = Dispatch.select().where(Dispatch.need == need, mine, Dispatch.state.in_(LIVE_DISPATCH))
    if not there.exists():
        Dispatch.add(
            now=now,
            by=actor.id,
            space=need.space_id,
            need=need,
            role=DispatchRole.ASSIST,
            state=DispatchState.ACCEPTED,
            accepted_at=now,
            due_at=need.due_resolve,
            **holder,
        )
