"""Resolutions and the tasks that come of them: who does what by when, and what became of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, IntegrityError, fn

from models import Activity, JointMeeting, Need, Partner, Resolution, Space, Staff, Task, db
from models.meetings import MeetingState, TaskState
from server.clock import day_of
from server.errors import Forbidden, Invalid, NotFound, VersionConflict
from server.schemas.meetings import ResolutionIn, ResultIn, TaskChangeIn, TaskIn
from server.services import audit, meetings_owners, needs_desk
from server.services.audit import Actor
from server.services.meetings_states import AlreadyResolved, MeetingOver, current, require_open
from server.services.staff import Scope, Verb

_FARTHEST = dt.timedelta(days=731)


@dataclass(frozen=True)
class Filters:
    """Which tasks to show; empty means all the staff may see."""

    space_id: int | None = None
    state: TaskState | None = None
    is_mine: bool = False
    is_late: bool = False
    text: str = ""


@dataclass(frozen=True)
class Tally:
    """What became of the tasks of a meeting."""

    meeting: JointMeeting
    total: int
    done: int
    dropped: int

    @property
    def sentence(self) -> str:
        """How the next meeting opens."""
        if not self.total:
            return "上次会议没有布置任务"
        told = f"上次：{self.total} 项，完成 {self.done} 项"
        return f"{told}，取消 {self.dropped} 项" if self.dropped else told


def resolve(
    meeting: JointMeeting, form: ResolutionIn, *, scope: Scope, actor: Actor, now: dt.datetime
) -> Resolution:
    """Write down what a meeting decided, with its task if somebody has to act. Raises NotFound,
    Forbidden, Invalid, MeetingOver for one called off, AlreadyResolved."""
    scope.require(Verb.VISIT, meeting.space_id)
    if meeting.state is MeetingState.CANCELLED:
        raise MeetingOver
    values = None if form.task is None else _checked(meeting, form.task, scope, now)
    place = meeting.space_id
    try:
        with db.atomic():
            number = Resolution.select().where(Resolution.meeting == meeting).count()
            resolution = Resolution.add(
                now=now, by=actor.id, space=place, meeting=meeting, order=number, text=form.text
            )
            after: dict[str, Any] = {"text": form.text}
            if values is not None:
                values["text"] = values["text"] or form.text
                task = Task.add(
                    now=now,
                    by=actor.id,
                    space=place,
                    meeting=meeting,
                    resolution=resolution,
                    **values,
                )
                after |= {"task": str(task.id), "due_on": values["due_on"].isoformat()}
            audit.record(
                actor, "meetings.resolve", resolution, now=now, org_unit_id=place, after=after
            )
    except IntegrityError:
        raise AlreadyResolved from None
    return resolution


def of_meeting(meeting: JointMeeting) -> list[tuple[Resolution, list[Task]]]:
    """Return what the meeting decided in its order, each with its tasks."""
    decided = Resolution.select().where(Resolution.meeting == meeting)
    tasks = list(_joined().where(Task.meeting == meeting).order_by(Task.id))
    return [
        (row, [task for task in tasks if task.resolution_id == row.id])
        for row in decided.order_by(Resolution.order, Resolution.id)
    ]


def last_time(meeting: JointMeeting) -> Tally | None:
    """Return what became of the tasks of the Space's last meeting held before this one; None for
    the first."""
    before: JointMeeting | None = (
        JointMeeting.select()
        .where(
            JointMeeting.space == meeting.space_id,
            JointMeeting.state == MeetingState.HELD,
            JointMeeting.starts_at < meeting.starts_at,
        )
        .order_by(JointMeeting.starts_at.desc())
        .first()
    )
    if before is None:
        return None
    rows: Any = (
        Task.select(Task.state, fn.COUNT(Task.id))
        .where(Task.meeting == before)
        .group_by(Task.state)
    )
    found = {TaskState(state): int(count) for state, count in rows.tuples()}
    return Tally(
        before, sum(found.values()), found.get(TaskState.DONE, 0), found.get(TaskState.DROPPED, 0)
    )


def open_before(meeting: JointMeeting) -> list[Task]:
    """Return what earlier meetings of the Space left open, the soonest due first."""
    query = _joined().where(
        Task.space == meeting.space_id,
        Task.state == TaskState.OPEN,
        Task.meeting != meeting.id,
        JointMeeting.starts_at < meeting.starts_at,
    )
    return list(query.order_by(Task.due_on, Task.id))


def search(scope: Scope, filters: Filters, *, now: dt.datetime) -> Any:
    """Return a select of the tasks of the staff's Spaces and of their own ones elsewhere, with
    owner, meeting, need and activity joined."""
    query = _joined().where(_seen(scope))
    if filters.space_id is not None:
        query = query.where(Task.space == filters.space_id)
    if filters.state is not None:
        query = query.where(Task.state == filters.state)
    if filters.is_mine:
        query = query.where(_own(scope))
    if filters.is_late:
        query = query.where(Task.state == TaskState.OPEN, Task.due_on < day_of(now))
    if filters.text:
        query = query.where(
            Task.text.contains(filters.text) | Task.owner_text.contains(filters.text)
        )
    return query


def soon(scope: Scope, *, limit: int, now: dt.datetime, days: int = 7) -> list[Task]:
    """Return for the workbench what is late or due within so many days: of the Spaces whose
    meetings the staff run, and what they own themselves."""
    query = _joined().where(
        Task.space.in_(list(scope.space_ids(Verb.VISIT))) | _own(scope),
        Task.state == TaskState.OPEN,
        Task.due_on <= day_of(now) + dt.timedelta(days=days),
    )
    return list(query.order_by(Task.due_on, Task.id).limit(limit))


def get(scope: Scope, task_id: int) -> Task:
    """Return a task of the staff's Spaces or of their own. Raises NotFound."""
    task: Task | None = _joined().where(Task.id == task_id, _seen(scope)).first()
    if task is None:
        raise NotFound
    return task


def owner_of(task: Task) -> str:
    """Return who has to do it, as people say it."""
    name = task.owner_staff.name if task.owner_staff else ""
    name = task.owner_partner.name if task.owner_partner else name
    return f"{name}（{task.owner_text}）" if name and task.owner_text else name or task.owner_text


def is_late(task: Task, *, now: dt.datetime) -> bool:
    """Say whether it is open though its day has passed in Shanghai."""
    return task.state is TaskState.OPEN and task.due_on < day_of(now)


def may_change(scope: Scope, task: Task) -> bool:
    """Say whether the staff may give the task another owner or day."""
    return scope.allows(Verb.VISIT, task.space_id)


def may_report(scope: Scope, task: Task) -> bool:
    """Say whether the staff may report what became of it: who runs the meetings, and its owner."""
    is_own = task.owner_staff_id == scope.staff_id or task.owner_partner_id in scope.partners
    return may_change(scope, task) or is_own


def change(task: Task, form: TaskChangeIn, *, scope: Scope, actor: Actor, now: dt.datetime) -> Task:
    """Give an open task another owner, day, text or link, and return it. Raises NotFound,
    Forbidden, Invalid, TaskClosed, VersionConflict."""
    scope.require(Verb.VISIT, task.space_id)
    require_open(task)
    values = _checked(task.meeting, form, scope, now)
    values["text"] = values["text"] or task.text
    return _write(task, "tasks.change", values, form.version, scope, actor=actor, now=now)


def finish(task: Task, form: ResultIn, *, scope: Scope, actor: Actor, now: dt.datetime) -> Task:
    """Report an open task done and return it. Raises Forbidden, TaskClosed, VersionConflict."""
    if not may_report(scope, task):
        raise Forbidden
    require_open(task)
    values = {"state": TaskState.DONE, "result": form.result, "done_at": now}
    return _write(task, "tasks.finish", values, form.version, scope, actor=actor, now=now)


def drop(task: Task, form: ResultIn, *, scope: Scope, actor: Actor, now: dt.datetime) -> Task:
    """Give an open task up with the reason and return it. Raises NotFound, Forbidden, Invalid,
    TaskClosed, VersionConflict."""
    scope.require(Verb.VISIT, task.space_id)
    require_open(task)
    if not form.result.strip():
        raise Invalid(fields={"result": "请填写取消这项任务的原因"})
    values = {"state": TaskState.DROPPED, "result": form.result}
    return _write(task, "tasks.drop", values, form.version, scope, actor=actor, now=now)


def reopen(task: Task, expected: int, *, scope: Scope, actor: Actor, now: dt.datetime) -> Task:
    """Open a task again that was reported done or given up too early, and return it. Raises
    NotFound, Forbidden, VersionConflict."""
    scope.require(Verb.VISIT, task.space_id)
    values = {"state": TaskState.OPEN, "done_at": None}
    return _write(task, "tasks.reopen", values, expected, scope, actor=actor, now=now)


def _write(
    task: Task,
    action: str,
    values: dict[str, Any],
    expected: int,
    scope: Scope,
    *,
    actor: Actor,
    now: dt.datetime,
) -> Task:
    before = {"state": task.state.value, "due_on": task.due_on.isoformat()}
    with db.atomic():
        if not task.change(now=now, by=actor.id, expected=expected, **values):
            raise VersionConflict(current=current(get(scope, task.id)))
        audit.record(
            actor,
            action,
            task,
            now=now,
            org_unit_id=task.space_id,
            before=before,
            after={"state": task.state.value, "due_on": task.due_on.isoformat()},
            reason=str(values.get("result", ""))[:200],
        )
    return _joined().where(Task.id == task.id).get()  # type: ignore[no-any-return]


def _seen(scope: Scope) -> Any:
    return Task.space.in_(list(scope.space_ids(Verb.READ_VISITS))) | _own(scope)


def _own(scope: Scope) -> Any:
    """What the account has to do itself, or for a partner it handles."""
    return (Task.owner_staff == scope.staff_id) | Task.owner_partner.in_(list(scope.partners))


def _joined() -> Any:
    query = Task.select(Task, Space, JointMeeting, Staff, Partner, Need, Activity)
    query = query.join_from(Task, Space).join_from(Task, JointMeeting)
    for table in (Staff, Partner, Need, Activity):
        query = query.join_from(Task, table, JOIN.LEFT_OUTER)
    return query


def _checked(meeting: JointMeeting, form: TaskIn, scope: Scope, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of a task whose owner, day and links hold. Raises Invalid."""
    first = day_of(meeting.starts_at)
    if not first <= form.due_on <= first + _FARTHEST:
        raise Invalid(fields={"due_on": "完成日期应在会议当天或以后，两年之内"})
    meetings_owners.require(meeting.space_id, form, now=now)
    _check_links(meeting.space_id, form, scope)
    return form.model_dump(include=set(TaskIn.model_fields))


def _check_links(space_id: int, form: TaskIn, scope: Scope) -> None:
    if form.need_id is not None:
        try:
            is_ours = needs_desk.get(scope, form.need_id).space_id == space_id
        except NotFound:
            is_ours = False
        if not is_ours:
            raise Invalid(fields={"need_id": "没有找到这件诉求"})
    if form.activity_id is not None:
        ours = (Activity.id == form.activity_id) & (Activity.space == space_id)
        if not Activity.select().where(ours).exists():
            raise Invalid(fields={"activity_id": "请选择本空间的活动"})
