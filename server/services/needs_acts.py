"""One step of staff on a need: who stands at the desk, the step's trail, and who hears of it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Need
from models.files import Subject
from models.needs import NeedState
from server.errors import NotFound
from server.services import audit, files, needs_leads, needs_scope, notifications, staff
from server.services.audit import Actor
from server.services.needs_states import Act, Move, lock, transition
from server.services.needs_texts import tell
from server.services.staff import Scope, Verb

_TOLD = {
    Act.ANSWER: "您的诉求已答复",
    Act.REPLY: "您的诉求有新回复",
    Act.REQUEST_INFO: "您的诉求需要补充材料",
    Act.EXTEND: "您的诉求延期了",
    Act.UPHOLD: "您的申诉有结果了",
    Act.REVISIT: "您的诉求重新办理了",
}
"""The steps that speak to the submitter, and the title of the word they get."""


@dataclass(frozen=True)
class Desk:
    """Who acts on which need, which version of it they were looking at, and which of their own
    uploads go with what they say."""

    scope: Scope
    need_id: int
    expected: int
    actor: Actor = field(kw_only=True)
    attachments: Sequence[int] = ()


def get(scope: Scope, need_id: int) -> Need:
    """Return a need of the staff's Spaces with Space and category. Raises NotFound."""
    need: Need | None = needs_scope.readable(scope).where(Need.id == need_id).first()
    if need is None:
        raise NotFound
    return need


def taken(desk: Desk) -> Need:
    """Return the need, held until the transaction ends. Raises NotFound."""
    get(desk.scope, desk.need_id)
    return lock(desk.need_id)


def act(desk: Desk, need: Need, move: Move, *, now: dt.datetime) -> Need:
    """Write a step of the desk, its trail, and word of it to the submitter where it speaks to them;
    return the need as it is then. Raises VersionConflict, WrongState, Invalid."""
    write(desk, need, move, now=now)
    return get(desk.scope, need.id)


def write(desk: Desk, need: Need, move: Move, *, now: dt.datetime) -> None:
    """Write a step of whoever may take it. What is answered or worked on is somebody's from then
    on. Raises VersionConflict, WrongState, Invalid."""
    was = need.state
    event = transition(need, move, desk.actor, now=now, expected=desk.expected)
    place = need.space_id
    files.attach(desk.actor, desk.attachments, Subject.NEED_EVENT, event.id, space_id=place)
    audit.record(
        desk.actor,
        f"needs.{move.act.value}",
        need,
        now=now,
        org_unit_id=place,
        before={"state": was.value},
        after={"state": need.state.value},
    )
    if move.act in _WORK and need.state in _HELD:
        needs_leads.hold(need, desk.actor, now=now)
    if move.act in _TOLD:
        tell(need, event, _TOLD[move.act], move.text, now=now)


_WORK = (Act.REPLY, Act.REQUEST_INFO, Act.RESUME, Act.ANSWER)
"""The steps by which somebody makes a need their own."""
_HELD = (
    NeedState.DISPATCHED,
    NeedState.IN_PROGRESS,
    NeedState.WAITING_INFO,
    NeedState.ANSWERED,
)
"""States in which somebody answers for the need."""


def responded(need: Need, now: dt.datetime) -> dict[str, Any]:
    """Return the column of our first word to the submitter, which stays the first."""
    return {"first_response_at": need.first_response_at or now}


@dataclass(frozen=True)
class Duty:
    """What staff are told: one message per person and `key`."""

    key: str
    title: str
    body: str
    due_at: dt.datetime
    page: str = "pages/staff/tasks/tasks"


def tell_desk(need: Need, duty: Duty, *, now: dt.datetime) -> int:
    """Tell those who work on the Space's needs, as far as their account is bound to WeChat, in the
    caller's transaction; return how many had not been told before."""
    team = staff.working_in(need.space_id, Verb.WORK_NEEDS, now=now)
    return tell_staff(need, [row.user_id for row in team], duty, now=now)


def tell_staff(need: Need, user_ids: Iterable[int | None], duty: Duty, *, now: dt.datetime) -> int:
    """Tell staff by the members their accounts are bound to; return how many had not been told."""
    fresh = 0
    for user_id in filter(None, user_ids):
        message = notifications.tell(
            user_id,
            kind="duty",
            subject_type="need",
            subject_id=need.id,
            dedupe_key=duty.key,
            title=duty.title,
            body=duty.body,
            page=duty.page,
            fields={
                "task": duty.title,
                "space": need.space.name,
                "due_at": duty.due_at,
                "tip": need.no,
            },
            space_id=need.space_id,
            now=now,
        )
        fresh += message.created_at == now
    return fresh
