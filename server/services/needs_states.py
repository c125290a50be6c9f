"""How a need moves: the state table, and the one function that walks it and writes the trace."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models import Need, NeedEvent
from models.needs import ActorKind, NeedState
from server.clock import iso
from server.errors import Conflict, VersionConflict
from server.schemas.needs import STATE_NAMES
from server.services.audit import Actor

S = NeedState


class Act(StrEnum):
    """What can happen to a need; also the type of its NeedEvent."""

    SUBMIT = "submit"
    EDIT = "edit"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    RATE = "rate"
    REOPEN = "reopen"
    TRIAGE = "triage"
    DISPATCH = "dispatch"
    RETURN = "return"
    REPLY = "reply"
    NOTE = "note"
    REQUEST_INFO = "request_info"
    RESUME = "resume"
    ANSWER = "answer"
    CLOSE = "close"
    CHECK = "check"
    REFUSE = "refuse"
    LINK = "link"
    RESOLVE = "resolve"
    FEEDBACK = "feedback"
    ACCEPT = "accept"
    ASSIST = "assist"
    DONE = "done"
    EXTEND_ASK = "extend_ask"
    EXTEND = "extend"
    ESCALATE = "escalate"
    ADVISE = "advise"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    REVISIT = "revisit"


OPEN = (S.SUBMITTED, S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS, S.WAITING_INFO, S.RETURNED)
"""States in which the submitter still waits for an answer."""

_RUNNING = (S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS, S.RETURNED)
"""States in which the clock runs and somebody of ours has read the need."""

_stay = {state: state for state in NeedState}


def _all_to(target: NeedState, *sources: NeedState) -> dict[NeedState, NeedState]:
    return dict.fromkeys(sources, target)


TABLE: dict[Act, dict[NeedState, NeedState]] = {
    Act.EDIT: _all_to(S.SUBMITTED, S.SUBMITTED),
    Act.SUPPLEMENT: {state: state for state in (*OPEN, S.ANSWERED)}
    | _all_to(S.IN_PROGRESS, S.WAITING_INFO),
    Act.WITHDRAW: _all_to(S.WITHDRAWN, *OPEN),
    Act.RATE: _all_to(S.CLOSED, S.ANSWERED, S.CLOSED),
    Act.REOPEN: _all_to(S.IN_PROGRESS, S.ANSWERED, S.CLOSED),
    Act.TRIAGE: _all_to(S.TRIAGED, S.SUBMITTED, S.RETURNED),
    Act.DISPATCH: _all_to(S.DISPATCHED, S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS, S.RETURNED),
    Act.RETURN: _all_to(S.RETURNED, S.DISPATCHED, S.IN_PROGRESS),
    Act.REPLY: {state: state for state in (*OPEN, S.ANSWERED)}
    | _all_to(S.IN_PROGRESS, S.TRIAGED, S.DISPATCHED),
    Act.NOTE: _stay,
    Act.REQUEST_INFO: _all_to(S.WAITING_INFO, S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS),
    Act.RESUME: _all_to(S.IN_PROGRESS, S.WAITING_INFO),
    Act.ANSWER: _all_to(
        S.ANSWERED, S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS, S.WAITING_INFO, S.RETURNED
    ),
    Act.CLOSE: _all_to(S.CLOSED, S.ANSWERED),
    Act.CHECK: _stay,
    Act.REFUSE: _all_to(S.WITHDRAWN, S.SUBMITTED),
    # An activity held for a need, and what its owner says of it afterwards.
    Act.LINK: {state: state for state in (*OPEN, S.ANSWERED)},
    Act.RESOLVE: _all_to(S.CLOSED, *OPEN, S.ANSWERED, S.CLOSED),
    Act.FEEDBACK: {state: state for state in (*OPEN, S.ANSWERED, S.CLOSED)},
    # What bodies and levels called to a need do; only who leads moves it.
    Act.ACCEPT: _all_to(S.IN_PROGRESS, S.DISPATCHED, S.IN_PROGRESS)
    | _all_to(S.WAITING_INFO, S.WAITING_INFO),
    Act.DONE: _all_to(S.IN_PROGRESS, S.DISPATCHED, S.IN_PROGRESS)
    | _all_to(S.WAITING_INFO, S.WAITING_INFO),
    Act.ASSIST: {state: state for state in OPEN if state is not S.SUBMITTED},
    Act.EXTEND_ASK: {state: state for state in _RUNNING},
    Act.EXTEND: {state: state for state in _RUNNING},
    Act.ESCALATE: {state: state for state in (*_RUNNING, S.WAITING_INFO)},
    Act.ADVISE: {state: state for state in OPEN if state is not S.SUBMITTED},
    Act.APPEAL: _all_to(S.ANSWERED, S.ANSWERED) | _all_to(S.CLOSED, S.CLOSED),
    Act.UPHOLD: _all_to(S.ANSWERED, S.ANSWERED) | _all_to(S.CLOSED, S.CLOSED),
    Act.REVISIT: _all_to(S.IN_PROGRESS, S.ANSWERED, S.CLOSED),
}
"""Act → from which state to which. What is not in here cannot happen."""


_CALLED: dict[Act, str] = {
    Act.EDIT: "修改",
    Act.SUPPLEMENT: "补充",
    Act.WITHDRAW: "撤回",
    Act.RATE: "评价",
    Act.REOPEN: "重开",
    Act.TRIAGE: "受理",
    Act.DISPATCH: "派单",
    Act.RETURN: "退回",
    Act.REPLY: "回复",
    Act.REQUEST_INFO: "请提交人补充材料",
    Act.RESUME: "恢复计时",
    Act.ANSWER: "答复",
    Act.LINK: "关联活动",
    Act.ACCEPT: "接单",
    Act.ASSIST: "协办",
    Act.DONE: "报告办完",
    Act.EXTEND_ASK: "申请延期",
    Act.EXTEND: "批准延期",
    Act.ESCALATE: "提请协调",
    Act.ADVISE: "给出建议",
    Act.APPEAL: "申诉",
}
"""What a person tried, as the refusal calls it."""


class WrongState(Conflict):
    """The act does not fit where the need stands; `current` says where that is."""

    code, message = "need_state", "诉求目前的状态不能这样操作"


@dataclass(frozen=True)
class Move:
    """One act as it is to be written: what it says, who may read it, which columns change."""

    act: Act
    text: str = ""
    is_public: bool = True
    changes: dict[str, Any] = field(default_factory=dict)


def lock(need_id: int) -> Need:
    """Return the need as it is now, held until the transaction ends. The update takes the row's
    lock on both engines, so nobody can slip in between reading and writing."""
    Need.update(version=Need.version).where(Need.id == need_id).execute()
    return Need.get_by_id(need_id)


def current(need: Need) -> dict[str, Any]:
    """Return what a conflict shows: the words and the state as they are now."""
    last = NeedEvent.select().where(NeedEvent.need == need).order_by(NeedEvent.at.desc()).first()
    return {
        "id": str(need.id),
        "version": need.version,
        "state": need.state.value,
        "outcome": need.outcome.value if need.outcome else None,
        "title": need.title,
        "body": need.body,
        "answers": need.answers,
        "urgency": need.urgency.value,
        "contact_times": need.contact_times,
        "last_event": {"type": last.type, "text": last.text, "at": iso(last.at)}
        if last and last.is_public
        else None,
    }


def transition(
    need: Need, move: Move, actor: Actor, *, now: dt.datetime, expected: int | None = None
) -> NeedEvent:
    """Write the act on a locked need and its line of history; return that line.

    Raises VersionConflict when the need is no longer at `expected`, WrongState when the table does
    not know the step; both carry what the need says now.
    """
    if expected is not None and need.version != expected:
        raise VersionConflict(current=current(need))
    target = TABLE[move.act].get(need.state)
    if target is None:
        raise WrongState(_refusal(move.act, need.state), current=current(need))
    values = {"state": target} | move.changes
    before = {name: plain(getattr(need, name)) for name in values}
    values = {name: value for name, value in values.items() if value != getattr(need, name)}
    if not need.change(now=now, by=actor.id, **values):
        raise VersionConflict(current=current(Need.get_by_id(need.id)))
    return NeedEvent.create(
        space=need.space_id,
        need=need,
        at=now,
        actor_kind=ActorKind(actor.kind),
        actor_id=actor.id,
        type=move.act.value,
        is_public=move.is_public,
        text=move.text,
        before={name: before[name] for name in values},
        after={name: plain(value) for name, value in values.items()},
    )


def _refusal(act: Act, state: NeedState) -> str:
    """Return why not, in one sentence: where the need stands and what that rules out."""
    ever = "现在不能" if state in OPEN else "不能再"
    return f"诉求{STATE_NAMES[state]}，{ever}{_CALLED.get(act, '这样操作')}"


def plain(value: Any) -> Any:
    """Return a column's value as JSON can keep it."""
    if isinstance(value, dt.datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, dt.date) else value
