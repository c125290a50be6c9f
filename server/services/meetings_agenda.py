"""The agenda: drafted from what is late, what may become late and next month's menu; then edited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from models import AgendaItem, JointMeeting, Need, Task, db
from models.meetings import AgendaKind
from models.menus import RevisionState
from server.clock import at_shanghai, day_of, month_after, month_of
from server.errors import Invalid, VersionConflict
from server.schemas.meetings import MOST_LINES, AgendaIn
from server.services import (
    activities,
    audit,
    calendar,
    meetings_tasks,
    menus,
    menus_board,
    needs_desk,
)
from server.services.audit import Actor
from server.services.calendar_days import day_label
from server.services.meetings_states import current, require_planned
from server.services.meetings_tasks import Tally
from server.services.needs_desk import ACTIVE, Filters
from server.services.staff import Scope

AT_RISK_DAYS: Final = 3
"""A need is at risk if it falls due before the meeting or within so many work days of it."""
MOST_NEEDS: Final = 20
"""More than these nobody gets through in one meeting; the rest are one line."""


@dataclass(frozen=True)
class MenuFacts:
    """How next month's menu stands, and what is or could be on it."""

    month: str
    state: RevisionState | None
    titles: list[str]


@dataclass(frozen=True)
class Facts:
    """What an agenda is made of."""

    last_time: Tally | None
    open_tasks: list[Task]
    late: list[Need]
    at_risk: list[Need]
    menu: MenuFacts
    more_needs: int = 0


@dataclass(frozen=True)
class Line:
    """A line of a draft and what it is about."""

    kind: AgendaKind
    text: str
    note: str = ""
    about: dict[str, int] = field(default_factory=dict)


def drafted(facts: Facts) -> list[Line]:
    """Return the agenda these facts ask for: what became of the last one, what is late, what is at
    risk, next month's menu. The words of a need stay with who may read needs: only its number and
    kind are said here."""
    lines = []
    if facts.last_time is not None:
        lines.append(Line(AgendaKind.TASK, facts.last_time.sentence))
    lines += [_task_line(task) for task in facts.open_tasks]
    lines += [_need_line(need, "逾期诉求") for need in facts.late]
    lines += [_need_line(need, "将到期诉求") for need in facts.at_risk]
    if facts.more_needs:
        more = f"另有 {facts.more_needs} 件逾期或将到期的诉求，见诉求看板"
        lines.append(Line(AgendaKind.OTHER, more))
    return [*lines, _menu_line(facts.menu)]


def _task_line(task: Task) -> Line:
    text = f"未完成：{task.text}"
    note = f"{meetings_tasks.owner_of(task)}，{day_label(task.due_on)}前"
    return Line(AgendaKind.TASK, _cut(text, 120), note, {"task_id": task.id})


def _need_line(need: Need, called: str) -> Line:
    due, act = (need.due_resolve, "答复") if need.first_response_at else (need.due_respond, "回应")
    text = f"{called} {need.no}（{need.category.name}）：应于{day_label(day_of(due))}前{act}"
    return Line(AgendaKind.NEED, text, "", {"need_id": need.id})


def _menu_line(menu: MenuFacts) -> Line:
    number = int(menu.month[5:])
    states = {RevisionState.PUBLISHED: "已发布", RevisionState.DRAFT: "草稿"}
    state = states[menu.state] if menu.state else "尚未起草"
    text = f"{number}月菜单：{state}，{len(menu.titles)} 项活动"
    return Line(AgendaKind.MENU, text, _cut("、".join(menu.titles), 500))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def facts_of(meeting: JointMeeting, *, scope: Scope, now: dt.datetime) -> Facts:
    """Return what there is to talk about at this meeting: the needs as far as the staff may read
    them."""
    late = _needs(meeting, scope, now, is_overdue=True)
    at_risk = [
        need
        for need in _needs(meeting, scope, now, is_overdue=False)
        if _due(need) < _risk_until(meeting)
    ]
    shown = [*late, *at_risk][:MOST_NEEDS]
    return Facts(
        last_time=meetings_tasks.last_time(meeting),
        open_tasks=meetings_tasks.open_before(meeting),
        late=late[:MOST_NEEDS],
        at_risk=shown[len(late) :],
        menu=_menu(meeting),
        more_needs=len(late) + len(at_risk) - len(shown),
    )


def _needs(
    meeting: JointMeeting, scope: Scope, now: dt.datetime, *, is_overdue: bool
) -> list[Need]:
    filters = Filters(space_id=meeting.space_id, states=ACTIVE, is_overdue=is_overdue)
    return sorted(needs_desk.filtered(scope, filters, now=now), key=_due)


def _due(need: Need) -> dt.datetime:
    return need.due_resolve if need.first_response_at else need.due_respond


def _risk_until(meeting: JointMeeting) -> dt.datetime:
    day = day_of(meeting.starts_at)
    last = calendar.load(day).nth_work_day(day, AT_RISK_DAYS)
    return at_shanghai(last + dt.timedelta(days=1), dt.time())


def _menu(meeting: JointMeeting) -> MenuFacts:
    month = month_after(month_of(meeting.starts_at))
    sheets = menus.of_spaces([meeting.space_id], month)
    newest = max(sheets, key=lambda sheet: sheet.revision.number, default=None)
    if newest is None:
        offered = menus_board.on_offer(meeting.space_id, month, [])
        return MenuFacts(month, None, [activity.title for activity in offered])
    named = {
        row.id: row.title for row in activities.of_ids([it.activity_id for it in newest.items])
    }
    titles = [named[item.activity_id] for item in newest.items]
    return MenuFacts(month, newest.revision.state, titles)


def of_meeting(meeting: JointMeeting) -> list[AgendaItem]:
    """Return the agenda in its order."""
    rows = AgendaItem.select().where(AgendaItem.meeting == meeting)
    return list(rows.order_by(AgendaItem.order, AgendaItem.id))


def refresh(meeting: JointMeeting, *, scope: Scope, actor: Actor, now: dt.datetime) -> int:
    """Put on the agenda what it lacks by today's facts, behind what stands there, and return how
    many lines came. Raises NotFound, Forbidden, MeetingOver."""
    require_planned(meeting, scope)
    lines = drafted(facts_of(meeting, scope=scope, now=now))
    with db.atomic():
        there = of_meeting(meeting)
        missing = _missing(lines, there)[: MOST_LINES - len(there)]
        for number, line in enumerate(missing, len(there)):
            AgendaItem.add(
                now=now,
                by=actor.id,
                space=meeting.space_id,
                meeting=meeting,
                order=number,
                kind=line.kind,
                text=line.text,
                note=line.note,
                **line.about,
            )
        after = {"lines": len(missing)}
        place = meeting.space_id
        audit.record(
            actor, "meetings.draft_agenda", meeting, now=now, org_unit_id=place, after=after
        )
    return len(missing)


def _missing(lines: Iterable[Line], there: list[AgendaItem]) -> list[Line]:
    """A line about the same thing is there already, however somebody has worded it."""
    seen = {_key(item.kind, item.need_id, item.task_id) for item in there}
    texts = {item.text for item in there}
    return [
        line
        for line in lines
        if line.text not in texts
        and _key(line.kind, line.about.get("need_id"), line.about.get("task_id")) not in seen
    ]


def _key(kind: AgendaKind, need_id: int | None, task_id: int | None) -> Any:
    return (kind, need_id or task_id) if kind is not AgendaKind.OTHER else object()


def edit(
    meeting: JointMeeting, form: AgendaIn, *, scope: Scope, actor: Actor, now: dt.datetime
) -> None:
    """Write the agenda anew: its lines in this order, those left out taken off. Raises NotFound,
    Forbidden, MeetingOver, Invalid, VersionConflict."""
    require_planned(meeting, scope)
    there = {item.id: item for item in of_meeting(meeting)}
    kept = [line.item_id for line in form.items if line.item_id is not None]
    if not set(kept) <= there.keys() or len(set(kept)) != len(kept):
        raise Invalid("议程已被他人改动，请刷新后再改")
    with db.atomic():
        if not meeting.change(now=now, by=actor.id, expected=form.version):
            raise VersionConflict(current=current(meeting))
        gone = there.keys() - set(kept)
        AgendaItem.delete().where(AgendaItem.id.in_(list(gone))).execute()
        for number, line in enumerate(form.items):
            words = {"order": number, "text": line.text, "note": line.note}
            if line.item_id is not None:
                there[line.item_id].change(now=now, by=actor.id, **words)
            else:
                place = {"space": meeting.space_id, "meeting": meeting}
                AgendaItem.add(now=now, by=actor.id, **place, **words)
        after = {"lines": len(form.items)}
        audit.record(
            actor,
            "meetings.edit_agenda",
            meeting,
            now=now,
            org_unit_id=meeting.space_id,
            after=after,
        )
