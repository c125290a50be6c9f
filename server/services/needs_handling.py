"""A need in the hands of who it was sent to: taking it, giving it back, saying what was done. A body
sees its own dispatches and what was said openly, nothing else of the Space's needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import Category, Dispatch, Need, NeedEvent, Space, db
from models.needs import ActorKind
from models.needs_dispatches import LIVE_DISPATCH, DispatchRole, DispatchState
from server.errors import NotFound, VersionConflict
from server.services import needs, needs_leads, needs_scope
from server.services.audit import Actor
from server.services.needs_acts import Desk, Duty, responded, tell_desk, write
from server.services.needs_dispatches import DispatchEnded
from server.services.needs_leads import OPEN_DISPATCH
from server.services.needs_scope import Seen, Side
from server.services.needs_states import OPEN, TABLE, Act, Move, current, lock
from server.services.staff import Scope

MOST = 200


@dataclass(frozen=True)
class Hand:
    """Who acts on which dispatch, and which version of it they were looking at."""

    scope: Scope
    dispatch_id: int
    expected: int
    actor: Actor
    attachments: Sequence[int] = ()
    """Own uploads that go along with what is said or reported."""


def mine(scope: Scope, *, is_open: bool = True) -> list[Dispatch]:
    """Return what the account or its partners were sent, each with its need, the soonest due first;
    `is_open` False: what is over of it and was not given back, the latest first."""
    rows = (
        needs_leads.with_names()
        .select_extend(Need, Space, Category)
        .join_from(Dispatch, Need)
        .join_from(Need, Space)
        .join_from(Need, Category)
        .where(_theirs(scope))
    )
    waits = Dispatch.state.in_(OPEN_DISPATCH) & Need.state.in_([state.value for state in OPEN])
    if is_open:
        return list(rows.where(waits).order_by(Dispatch.due_at, Dispatch.id).limit(MOST))
    over = Dispatch.state.in_(LIVE_DISPATCH) & ~waits
    return list(rows.where(over).order_by(Dispatch.id.desc()).limit(MOST))


def get(scope: Scope, dispatch_id: int) -> Dispatch:
    """Return a dispatch in the hands of the account or its partners, with its need. Raises
    NotFound."""
    rows = needs_leads.with_names().where(
        Dispatch.id == dispatch_id, _theirs(scope), Dispatch.state.in_(LIVE_DISPATCH)
    )
    found: Dispatch | None = rows.first()
    if found is None:
        raise NotFound
    found.need = needs_scope.get(scope, found.need_id).need
    return found


def ended(scope: Scope, dispatch_id: int) -> Dispatch:
    """Return a dispatch that was the account's or its partners' and was given back or taken back:
    whoever was still writing is told so. Raises NotFound."""
    rows = needs_leads.with_names().where(
        Dispatch.id == dispatch_id, _theirs(scope), Dispatch.state.not_in(LIVE_DISPATCH)
    )
    found: Dispatch | None = rows.first()
    if found is None:
        raise NotFound
    return found


def timeline(scope: Scope, seen: Seen, *, now: dt.datetime) -> list[needs.Line]:
    """Return of the history what that side may read: the desk and the town all of it, a partner what
    was said openly and what its own people wrote."""
    return needs.lines_of(_read(scope, seen, now=now))


def reads(scope: Scope, seen: Seen, event: NeedEvent, *, now: dt.datetime) -> bool:
    """Say whether that side may read the line, and open what hangs on it."""
    return bool(_read(scope, seen, now=now).where(NeedEvent.id == event.id).exists())


def _read(scope: Scope, seen: Seen, *, now: dt.datetime) -> Any:
    events = NeedEvent.select().where(NeedEvent.need == seen.need)
    if seen.side is Side.PARTNER:
        ours = {scope.staff_id} | {
            row.id
            for partner_id in scope.partners
            for row in needs_leads.handlers_of(partner_id, now=now)
        }
        own = (NeedEvent.actor_kind == ActorKind.STAFF) & NeedEvent.actor_id.in_(sorted(ours))
        events = events.where((NeedEvent.is_public == True) | own)  # noqa: E712
    return events


def possible(row: Dispatch) -> list[str]:
    """Return what the holder can do with a dispatch now: accept, return, done, reply, note."""
    need_state = row.need.state
    leads = row.role is DispatchRole.LEAD
    fits = {
        "accept": row.state is DispatchState.SENT
        and need_state in TABLE[Act.ACCEPT if leads else Act.ASSIST],
        "return": row.state in OPEN_DISPATCH
        and need_state in TABLE[Act.RETURN if leads else Act.ASSIST],
        "done": row.state in OPEN_DISPATCH
        and need_state in TABLE[Act.DONE if leads else Act.ASSIST],
        "reply": leads and need_state in TABLE[Act.REPLY],
        "note": True,
    }
    return [name for name, may in fits.items() if may]


def accept(hand: Hand, *, now: dt.datetime) -> Dispatch:
    """Take on what was sent. Raises NotFound, VersionConflict, WrongState, DispatchEnded."""
    with db.atomic():
        row, need = _taken(hand, DispatchState.SENT)
        name = needs_leads.name_of(row)
        if row.role is DispatchRole.LEAD:
            _write(hand, need, Move(Act.ACCEPT, f"{name}已接单"), now)
        else:
            _write(hand, need, Move(Act.ASSIST, f"{name}已接单协办", is_public=False), now)
        _change(hand, row, now, state=DispatchState.ACCEPTED, accepted_at=now)
    return get(hand.scope, row.id)


def give_back(hand: Hand, reason: str, *, now: dt.datetime) -> None:
    """Give back what was sent and say why; the desk is told. When the lead gives it back the need is
    to be taken up anew. Raises NotFound, VersionConflict, WrongState, DispatchEnded."""
    with db.atomic():
        row, need = _taken(hand, *OPEN_DISPATCH)
        leads = row.role is DispatchRole.LEAD
        text = f"{needs_leads.name_of(row)}退回：{reason}"
        changes: dict[str, Any] = {"lead_unit": ""} if leads else {}
        _write(hand, need, Move(Act.RETURN if leads else Act.ASSIST, text, False, changes), now)
        _change(hand, row, now, state=DispatchState.RETURNED, reason=reason, ended_at=now)
        _tell_desk(row, "派单被退回", text, now)


def finish(hand: Hand, result: str, *, now: dt.datetime) -> Dispatch:
    """Report one's part done; the desk is told, and answers the submitter when all is. Raises
    NotFound, VersionConflict, WrongState, DispatchEnded, Invalid (of attachments)."""
    with db.atomic():
        row, need = _taken(hand, *OPEN_DISPATCH)
        is_lead = row.role is DispatchRole.LEAD
        text = f"{needs_leads.name_of(row)}已办完：{result}"
        _write(hand, need, Move(Act.DONE if is_lead else Act.ASSIST, text, is_public=False), now)
        _change(
            hand,
            row,
            now,
            state=DispatchState.DONE,
            result=result,
            ended_at=now,
            accepted_at=row.accepted_at or now,
        )
        _tell_desk(row, "派单已办完，请答复提交人", text, now)
    return get(hand.scope, row.id)


def say(hand: Hand, text: str, *, is_public: bool, seen_version: int, now: dt.datetime) -> Dispatch:
    """Say something to the submitter, which only who leads may and which counts as our response, or
    write a note for colleagues. `seen_version`: of the need, so that two never answer over each
    other. Raises NotFound, VersionConflict, WrongState, DispatchEnded, Invalid (of attachments)."""
    with db.atomic():
        row, need = _taken(hand, *LIVE_DISPATCH)
        if is_public and row.role is not DispatchRole.LEAD:
            raise NotFound
        if is_public:
            move = Move(Act.REPLY, text, changes=responded(need, now))
        else:
            move = Move(Act.NOTE, text, is_public=False)
        _write(hand, need, move, now, seen=seen_version)
    return get(hand.scope, row.id)


def _taken(hand: Hand, *states: DispatchState) -> tuple[Dispatch, Need]:
    """Return the dispatch and its need, held until the transaction ends."""
    need_id = get(hand.scope, hand.dispatch_id).need_id
    need = lock(need_id)
    row = get(hand.scope, hand.dispatch_id)  # behind the lock
    if row.state not in states:
        if row.version != hand.expected:  # a colleague was faster with the same step
            raise VersionConflict(current=current(need))
        raise DispatchEnded
    return row, need


def _write(
    hand: Hand, need: Need, move: Move, now: dt.datetime, *, seen: int | None = None
) -> None:
    expected = need.version if seen is None else seen
    desk = Desk(hand.scope, need.id, expected, actor=hand.actor, attachments=hand.attachments)
    write(desk, need, move, now=now)


def _change(hand: Hand, row: Dispatch, now: dt.datetime, **values: Any) -> None:
    if not row.change(now=now, by=hand.actor.id, expected=hand.expected, **values):
        raise VersionConflict(current=current(row.need))


def _tell_desk(row: Dispatch, title: str, text: str, now: dt.datetime) -> None:
    need = row.need
    duty = Duty(
        f"{row.state}:{row.id}", title, f"{need.title}（{need.no}）：{text}", need.due_resolve
    )
    tell_desk(need, duty, now=now)


def _theirs(scope: Scope) -> Any:
    return Dispatch.partner.in_(sorted(scope.partners)) | (Dispatch.staff == scope.staff_id)
