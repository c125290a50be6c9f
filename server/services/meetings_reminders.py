"""Reminds staff of the tasks they own: the work day before the day, and once when it has passed."""

import datetime as dt
from typing import Any, Final

from models import Space, Staff, Task, db
from models.meetings import TaskState
from server.clock import at_shanghai, day_of
from server.services import calendar, notifications
from server.services.calendar_days import day_label

_CLOSING: Final = dt.time(17, 30)


def remind_owners(*, now: dt.datetime) -> int:
    """Tell each owner with an account bound to WeChat of open tasks due by the next work day or
    late, each time once, in working hours only; return how many were told. Partners and accounts
    without WeChat stand on the workbench alone. For the timetable."""
    today = day_of(now)
    work = calendar.load(today)
    if not work.is_working_time(now):
        return 0
    told = 0
    for task in _due(work.nth_work_day(today, 1)):
        with db.atomic():
            told += _remind(task, is_late=task.due_on < today, now=now)
    return told


def _due(until: dt.date) -> list[Task]:
    query: Any = (
        Task.select(Task, Staff, Space)
        .join_from(Task, Staff)
        .join_from(Task, Space)
        .where(
            Task.state == TaskState.OPEN,
            Task.due_on <= until,
            Staff.active,
            Staff.user_id.is_null(False),
        )
        .order_by(Task.id)
    )
    return list(query)


def _remind(task: Task, *, is_late: bool, now: dt.datetime) -> bool:
    """Tell one owner and say whether they had not been told of this before."""
    owner: Any = task.owner_staff
    due = day_label(task.due_on)
    told = f"原定{due}完成，已经逾期" if is_late else f"请在{due}前完成"
    message = notifications.tell(
        owner.user_id,
        kind="duty",
        subject_type="task",
        subject_id=task.id,
        dedupe_key=f"task-{'late' if is_late else 'due'}:{task.id}:{task.due_on}",
        title="联席会议任务逾期了" if is_late else "联席会议任务快到期了",
        body=f"{task.text}。{told}；办好后请到工作台登记结果。",
        page="pages/tabs/home/home",
        fields={
            "task": task.text,
            "space": task.space.name,
            "due_at": at_shanghai(task.due_on, _CLOSING),
            "tip": told,
        },
        space_id=task.space_id,
        now=now,
    )
    return message.created_at == now
