"""联席会议 for programs of staff: plan, agenda, minutes, resolutions and the tasks of them."""

from typing import Any

from flask import Response

from models import JointMeeting, Task
from server.api.door import IDEMPOTENCY_KEY, no_content, once, problems, reply, staff_word
from server.clock import utcnow
from server.context import actor, current_scope, current_staff
from server.paging import keyset
from server.schemas.base import ListOut
from server.schemas.meetings import (
    AgendaIn,
    AgendaItemOut,
    CancelIn,
    LastTimeOut,
    MeetingBriefOut,
    MeetingChangeIn,
    MeetingOut,
    MeetingPath,
    MeetingQuery,
    MinutesIn,
    NewMeetingIn,
    ResolutionIn,
    ResolutionOut,
    ResultIn,
    TaskChangeIn,
    TaskOut,
    TaskPath,
    TaskQuery,
    TaskReopenIn,
)
from server.services import meetings, meetings_agenda, meetings_tasks

staff_bp = staff_word("meetings")


def _by() -> dict[str, Any]:
    return {"scope": current_scope(), "actor": actor(), "now": utcnow()}


def _task(task: Task) -> TaskOut:
    late = meetings_tasks.is_late(task, now=utcnow())
    return TaskOut.of(task, owner=meetings_tasks.owner_of(task), is_late=late)


def _whole(meeting: JointMeeting) -> MeetingOut:
    last = meetings_tasks.last_time(meeting)
    return MeetingOut.whole(
        meeting,
        agenda=[AgendaItemOut.of(item) for item in meetings_agenda.of_meeting(meeting)],
        resolutions=[
            ResolutionOut.of(row, [_task(task) for task in tasks])
            for row, tasks in meetings_tasks.of_meeting(meeting)
        ],
        last_time=last
        and LastTimeOut(
            meeting_id=last.meeting.id,
            starts_at=last.meeting.starts_at,
            total=last.total,
            done=last.done,
            dropped=last.dropped,
            sentence=last.sentence,
        ),
        still_open=[_task(task) for task in meetings_tasks.open_before(meeting)],
    )


def _told(meeting_id: int) -> Response:
    return reply(_whole(meetings.get(current_scope(), meeting_id)))


@staff_bp.get(
    "/meetings",
    summary="Meetings of my Spaces, the newest first",
    responses={200: ListOut[MeetingBriefOut]},
)
def index(query: MeetingQuery) -> Response:
    found = meetings.search(current_scope(), space_id=query.space, state=query.state)
    page = keyset(found, by=JointMeeting.starts_at, cursor=query.cursor, limit=query.limit)
    items = [MeetingBriefOut.of(meeting) for meeting in page.items]
    return reply(ListOut[MeetingBriefOut](items=items, next=page.next))


@staff_bp.post(
    "/meetings",
    summary="Plan a meeting of the three standing parties; its agenda is drafted",
    responses={201: MeetingOut},
    openapi_extensions=IDEMPOTENCY_KEY | problems(409),
)
def create(body: NewMeetingIn) -> Response:
    by = _by()

    def act() -> tuple[int, dict[str, Any]]:
        meeting = meetings.plan(body.space_id, body, **by)
        return 201, _whole(meeting).model_dump(mode="json")

    return once(act, "meetings.plan", body, now=by["now"], by=current_staff().id)


@staff_bp.get(
    "/meetings/<meeting_id>",
    summary="A meeting with agenda, minutes, resolutions and what became of the last one",
    responses={200: MeetingOut},
)
def show(path: MeetingPath) -> Response:
    return _told(path.meeting_id)


@staff_bp.put(
    "/meetings/<meeting_id>",
    summary="Change when, where and with whom, while it is planned",
    responses={200: MeetingOut},
    openapi_extensions=problems(409),
)
def update(path: MeetingPath, body: MeetingChangeIn) -> Response:
    meeting = meetings.get(current_scope(), path.meeting_id)
    meetings.change(meeting, body, expected=body.version, **_by())
    return _told(path.meeting_id)


@staff_bp.put(
    "/meetings/<meeting_id>/agenda",
    summary="Write the agenda anew, its lines in this order",
    responses={200: MeetingOut},
    openapi_extensions=problems(409),
)
def edit_agenda(path: MeetingPath, body: AgendaIn) -> Response:
    meetings_agenda.edit(meetings.get(current_scope(), path.meeting_id), body, **_by())
    return _told(path.meeting_id)


@staff_bp.post(
    "/meetings/<meeting_id>/refresh",
    summary="Put on the agenda what came up since it was drafted",
    responses={200: MeetingOut},
    openapi_extensions=problems(409),
)
def refresh(path: MeetingPath) -> Response:
    meetings_agenda.refresh(meetings.get(current_scope(), path.meeting_id), **_by())
    return _told(path.meeting_id)


@staff_bp.put(
    "/meetings/<meeting_id>/minutes",
    summary="Keep the minutes; with `held` the meeting took place",
    responses={200: MeetingOut},
    openapi_extensions=problems(409),
)
def write_minutes(path: MeetingPath, body: MinutesIn) -> Response:
    meetings.minute(meetings.get(current_scope(), path.meeting_id), body, **_by())
    return _told(path.meeting_id)


@staff_bp.post(
    "/meetings/<meeting_id>/cancel",
    summary="Call a planned meeting off",
    responses={204: None},
    openapi_extensions=problems(409),
)
def cancel(path: MeetingPath, body: CancelIn) -> Response:
    meeting = meetings.get(current_scope(), path.meeting_id)
    meetings.cancel(meeting, body.reason, expected=body.version, **_by())
    return no_content()


@staff_bp.post(
    "/meetings/<meeting_id>/resolutions",
    summary="Write down what was decided, with its task if somebody has to act",
    responses={200: MeetingOut},
    openapi_extensions=problems(409),
)
def resolve(path: MeetingPath, body: ResolutionIn) -> Response:
    meetings_tasks.resolve(meetings.get(current_scope(), path.meeting_id), body, **_by())
    return _told(path.meeting_id)


@staff_bp.get(
    "/tasks",
    summary="Tasks of my Spaces and my own, the newest first",
    responses={200: ListOut[TaskOut]},
)
def tasks(query: TaskQuery) -> Response:
    filters = meetings_tasks.Filters(
        space_id=query.space,
        state=query.state,
        is_mine=query.mine == "true",
        is_late=query.late == "true",
    )
    found = meetings_tasks.search(current_scope(), filters, now=utcnow())
    page = keyset(found, by=Task.created_at, cursor=query.cursor, limit=query.limit)
    return reply(ListOut[TaskOut](items=[_task(row) for row in page.items], next=page.next))


@staff_bp.get("/tasks/<task_id>", summary="A task", responses={200: TaskOut})
def show_task(path: TaskPath) -> Response:
    return reply(_task(meetings_tasks.get(current_scope(), path.task_id)))


@staff_bp.put(
    "/tasks/<task_id>",
    summary="Give an open task another owner, day, text or link",
    responses={200: TaskOut},
    openapi_extensions=problems(409),
)
def update_task(path: TaskPath, body: TaskChangeIn) -> Response:
    task = meetings_tasks.get(current_scope(), path.task_id)
    return reply(_task(meetings_tasks.change(task, body, **_by())))


@staff_bp.post(
    "/tasks/<task_id>/finish",
    summary="Report a task done; its owner may",
    responses={200: TaskOut},
    openapi_extensions=problems(409),
)
def finish_task(path: TaskPath, body: ResultIn) -> Response:
    task = meetings_tasks.get(current_scope(), path.task_id)
    return reply(_task(meetings_tasks.finish(task, body, **_by())))


@staff_bp.post(
    "/tasks/<task_id>/drop",
    summary="Give a task up, with the reason in `result`",
    responses={200: TaskOut},
    openapi_extensions=problems(409),
)
def drop_task(path: TaskPath, body: ResultIn) -> Response:
    task = meetings_tasks.get(current_scope(), path.task_id)
    return reply(_task(meetings_tasks.drop(task, body, **_by())))


@staff_bp.post(
    "/tasks/<task_id>/reopen",
    summary="Open a task again",
    responses={200: TaskOut},
    openapi_extensions=problems(409),
)
def reopen_task(path: TaskPath, body: TaskReopenIn) -> Response:
    task = meetings_tasks.get(current_scope(), path.task_id)
    return reply(_task(meetings_tasks.reopen(task, body.version, **_by())))
