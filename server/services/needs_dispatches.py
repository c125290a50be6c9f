"""Sending needs to partners and colleagues (派单), and what those do with what they were sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from models import Dispatch, Need, Staff, db
from models.needs_dispatches import LIVE_DISPATCH, DispatchRole, DispatchState
from server.clock import at_shanghai, day_of
from server.errors import Conflict, Invalid, NotFound
from server.services import needs_leads, resources_partners, staff
from server.services.calendar_days import CLOSES
from server.services.needs_acts import Desk, Duty, act, taken, tell_staff
from server.services.needs_states import Act, Move
from server.services.staff import Verb


class AlreadyDispatched(Conflict):
    code, message = "already_dispatched", "已派给这一家（这位同事），不用再派"


class DispatchEnded(Conflict):
    code, message = "dispatch_ended", "这件派单已经结束"


@dataclass(frozen=True)
class Errand:
    """To whom a need goes and as what: a partner, a colleague, or a body that is in no register,
    for which the sender keeps the lead."""

    partner_id: int | None = None
    staff_id: int | None = None
    unit: str = ""
    role: DispatchRole = DispatchRole.LEAD
    due_on: dt.date | None = None
    note: str = ""


def colleagues(space_id: int, *, now: dt.datetime) -> list[Staff]:
    """Return the colleagues a need of the Space can be sent to, by name."""
    return staff.working_in(space_id, Verb.WORK_NEEDS, now=now)


def dispatch(desk: Desk, errand: Errand, *, now: dt.datetime) -> Need:
    """Send a need to who leads it from now on, or to who assists. Who led before is relieved. Raises
    NotFound, VersionConflict, WrongState, AlreadyDispatched, Invalid."""
    leads = errand.role is DispatchRole.LEAD
    try:
        with db.atomic():
            need = taken(desk)
            holder, name = _holder(desk, need, errand, now)
            due_at = _due(need, errand, now)
            if leads:
                _relieve(need, desk, holder, now)
            verb = "牵头办理" if leads else "协助办理"
            text = f"由{name}{verb}" + (f"：{errand.note}" if errand.note else "")
            if leads:
                move = Move(Act.DISPATCH, text, changes={"lead_unit": name})
            else:
                move = Move(Act.ASSIST, text, is_public=False)
            sent = Dispatch.add(
                now=now,
                by=desk.actor.id,
                space=need.space_id,
                need=need,
                role=errand.role,
                due_at=due_at,
                note=errand.note,
                **holder,
            )
            told = act(desk, need, move, now=now)
            verb = "请您牵头办理" if leads else "请您协助办理"
            duty = Duty(f"dispatch:{sent.id}", verb, f"{told.title}（{told.no}）", due_at)
            tell_holder(told, sent, duty, but=desk.actor.id, now=now)
            return told
    except IntegrityError:
        raise AlreadyDispatched from None


def _holder(desk: Desk, need: Need, errand: Errand, now: dt.datetime) -> tuple[dict[str, Any], str]:
    """Return the columns of who gets it and what they are called. Raises Invalid."""
    if errand.partner_id is not None:
        partner = resources_partners.find_usable(errand.partner_id, need.space_id)
        if partner is None:
            raise Invalid(fields={"partner_id": "请从名单中选择一家共建单位"})
        return {"partner_id": partner.id}, partner.name
    if errand.staff_id is not None:
        team = {row.id: row for row in colleagues(need.space_id, now=now)}
        if errand.staff_id not in team:
            raise Invalid(fields={"staff_id": "请从名单中选择一位同事"})
        return {"staff_id": errand.staff_id}, team[errand.staff_id].name
    if not errand.unit.strip():
        raise Invalid(fields={"partner_id": "请选择派给谁"})
    if errand.role is not DispatchRole.LEAD:
        raise Invalid(fields={"partner_id": "协办请从名单中选择单位或同事"})
    return {"staff_id": desk.actor.id}, errand.unit.strip()


def _due(need: Need, errand: Errand, now: dt.datetime) -> dt.datetime:
    """Return when the part is due: 17:30 of the day asked for, else when the answer is."""
    if errand.due_on is None:
        return need.due_resolve
    if errand.due_on < day_of(now):
        raise Invalid(fields={"due_on": "完成日期不能早于今天"})
    return at_shanghai(errand.due_on, CLOSES)


def _relieve(need: Need, desk: Desk, holder: dict[str, Any], now: dt.datetime) -> None:
    """Take the lead from who has it, and whatever part the new one had."""
    needs_leads.leave(need, **holder, by=desk.actor, now=now)
    lead = needs_leads.lead_of(need)
    if lead is not None:
        needs_leads.end(lead, DispatchState.RECALLED, "改派", by=desk.actor, now=now)


def give_back(desk: Desk, reason: str, *, now: dt.datetime) -> Need:
    """Take a need back from who leads it, to be taken up anew; colleagues read why. Raises NotFound,
    VersionConflict, WrongState."""
    with db.atomic():
        need = taken(desk)
        move = Move(Act.RETURN, reason, is_public=False, changes={"lead_unit": ""})
        told = act(desk, need, move, now=now)
        lead = needs_leads.lead_of(need)
        if lead is not None:
            needs_leads.end(lead, DispatchState.RECALLED, reason, by=desk.actor, now=now)
        return told


def recall(desk: Desk, dispatch_id: int, reason: str, *, now: dt.datetime) -> Need:
    """Let a body that assists go. The lead is not left empty: it is sent to another, or the need is
    given back. Raises NotFound, VersionConflict, WrongState, DispatchEnded, Invalid."""
    with db.atomic():
        need = taken(desk)
        row = _of_need(need, dispatch_id)
        if row.role is DispatchRole.LEAD:
            raise Invalid("主责不能空着：请改派给另一家，或退回待受理")
        needs_leads.end(row, DispatchState.RECALLED, reason, by=desk.actor, now=now)
        text = f"{needs_leads.name_of(row)}不再协办" + (f"：{reason}" if reason else "")
        return act(desk, need, Move(Act.ASSIST, text, is_public=False), now=now)


def _of_need(need: Need, dispatch_id: int) -> Dispatch:
    rows = needs_leads.with_names().where(Dispatch.id == dispatch_id, Dispatch.need == need)
    row: Dispatch | None = rows.first()
    if row is None:
        raise NotFound
    if row.state not in LIVE_DISPATCH:
        raise DispatchEnded
    return row


def tell_holder(
    need: Need, row: Dispatch, duty: Duty, *, but: int | None = None, now: dt.datetime
) -> int:
    """Tell the colleague or the partner's handlers, as far as their accounts are bound to WeChat;
    return how many had not been told. `but`: the account that knows already."""
    team = holders(row, now=now)
    return tell_staff(need, [each.user_id for each in team if each.id != but], duty, now=now)


def holders(row: Dispatch, *, now: dt.datetime) -> list[Staff]:
    """Return the accounts that have a dispatch in hand: the colleague, or the partner's handlers."""
    if row.partner_id is not None:
        return needs_leads.handlers_of(row.partner_id, now=now)
    return [staff.get(row.staff_id)] if row.staff_id else []
