"""What a meeting and a task allow where they stand, and how it is said when they do not."""

from typing import Any

from models import JointMeeting, Resolution, Task
from models.meetings import MeetingState, TaskState
from server.clock import iso
from server.errors import Conflict
from server.services.staff import Scope, Verb


class MeetingClash(Conflict):
    code, message = "meeting_clash", "这个时间已经有一次联席会议"


class MeetingOver(Conflict):
    code, message = "meeting_over", "这次会议已经开过或取消，不能再改"


class MeetingNotYet(Conflict):
    code, message = "meeting_not_yet", "还没到会议那一天，纪要可以先存着"


class AlreadyResolved(Conflict):
    code, message = "already_resolved", "这次会议已经记下同样的决议"


class ResolutionTasked(Conflict):
    code, message = "resolution_tasked", "这条决议已经布置成任务，不能再改措辞，请改任务或另记一条"


class TaskClosed(Conflict):
    code, message = "task_closed", "这项任务已经办结或取消，请先恢复再改"


def require_planned(meeting: JointMeeting, scope: Scope) -> None:
    """Let pass whoever may still change the plan. Raises NotFound, Forbidden, MeetingOver."""
    scope.require(Verb.VISIT, meeting.space_id)
    if meeting.state is not MeetingState.PLANNED:
        raise MeetingOver


def require_open(task: Task) -> None:
    """Let pass what is still to be done. Raises TaskClosed."""
    if task.state is not TaskState.OPEN:
        raise TaskClosed


def current(row: JointMeeting | Resolution | Task) -> dict[str, Any]:
    """Return what a person who was overtaken needs to see."""
    if isinstance(row, Resolution):
        return {"version": row.version, "text": row.text}
    told: dict[str, Any] = {"version": row.version, "state": row.state.value}
    if isinstance(row, JointMeeting):
        return told | {"starts_at": iso(row.starts_at), "place": row.place, "minutes": row.minutes}
    return told | {"text": row.text, "due_on": row.due_on.isoformat(), "result": row.result}
