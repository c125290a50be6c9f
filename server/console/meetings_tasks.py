"""任务: what meetings resolved, who does it by when, and reporting what became of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import JointMeeting, Task
from models.meetings import TaskState
from server.clock import utcnow
from server.console import door, labels
from server.console.activities_forms import Day
from server.console.forms import Fields, Form
from server.console.meetings import do
from server.context import actor, current_scope
from server.errors import Invalid, ServiceError
from server.paging import numbered
from server.schemas.base import OptionalLine
from server.schemas.meetings import (
    OptionalSentence,
    ResolutionIn,
    ResultIn,
    Sentence,
    TaskChangeIn,
    TaskIn,
)
from server.services import meetings_owners, meetings_tasks, meetings_wording, needs_desk
from server.services.meetings_tasks import Filters
from server.services.staff import Verb

bp = door.word("meetings_tasks")


class OwnedForm(Fields):
    """Who does it by when; `owner` is `staff:…` or `partner:…`, `need` a number people know."""

    owner: OptionalLine = ""
    owner_text: OptionalLine = ""
    due_on: Day | None = None
    need: OptionalLine = ""


class ResolutionForm(OwnedForm):
    text: Sentence


class WordingForm(Fields):
    text: Sentence


class TaskForm(OwnedForm):
    text: OptionalSentence = ""


class ResultForm(Fields):
    result: OptionalSentence = ""


@bp.get("/tasks")
def index() -> ResponseReturnValue:
    """Show the tasks of the Spaces one runs or reads, and one's own."""
    state = door.asked(TaskState, "state") or (None if "state" in request.args else TaskState.OPEN)
    filters = Filters(
        space_id=door.asked_id("space"),
        state=state,
        is_mine=request.args.get("mine") == "1",
        is_late=request.args.get("late") == "1",
        text=door.asked_text("text"),
    )
    query = meetings_tasks.search(current_scope(), filters, now=utcnow())
    return render_template(
        "console/meetings/tasks.html",
        page=numbered(query.order_by(Task.due_on, Task.id), number=door.asked_number("page")),
        states=labels.choices(TaskState),
        state=state,
        spaces=door.spaces_of(Verb.READ_VISITS),
        form=Form(request.args),
        keep={name: value for name, value in request.args.items() if value and name != "page"},
        owner_of=meetings_tasks.owner_of,
        is_late=lambda task: meetings_tasks.is_late(task, now=utcnow()),
    )


@bp.post("/meetings/<id:meeting_id>/resolutions")
def create(meeting_id: int) -> ResponseReturnValue:
    """Write down what was decided, with its task if it has an owner or a day."""

    def act(meeting: JointMeeting, form: Form) -> None:
        typed = form.read(ResolutionForm)
        is_task = any((typed.owner, typed.owner_text, typed.due_on, typed.need))
        values = _owned(typed, meeting.space_id) if is_task else None
        task = None if values is None else TaskIn.model_validate(values)
        decided = ResolutionIn(text=typed.text, task=task)
        by: dict[str, Any] = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
        meetings_tasks.resolve(meeting, decided, **by)

    return do(meeting_id, act, "决议已记下", "resolutions")


@bp.post("/meetings/<id:meeting_id>/resolutions/<id:resolution_id>")
def reword(meeting_id: int, resolution_id: int) -> ResponseReturnValue:
    """Say a resolution in other words while nobody has it as a task."""

    def act(meeting: JointMeeting, form: Form) -> None:
        text = form.read(WordingForm).text
        by: dict[str, Any] = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
        meetings_wording.reword(meeting, resolution_id, text, expected=form.version, **by)

    return do(
        meeting_id, act, "决议的措辞已改，原来的话留在操作记录里", f"resolution-{resolution_id}"
    )


@bp.get("/tasks/<id:task_id>")
def show(task_id: int) -> ResponseReturnValue:
    """Show a task and what can be done with it."""
    return _page(task_id, Form())


@bp.post("/tasks/<id:task_id>")
def update(task_id: int) -> ResponseReturnValue:
    """Give a task another owner, day or text."""
    return _do(task_id, "change", "已保存")


@bp.post("/tasks/<id:task_id>/finish")
def finish(task_id: int) -> ResponseReturnValue:
    """Report it done."""
    return _do(task_id, "finish", "已登记完成")


@bp.post("/tasks/<id:task_id>/drop")
def drop(task_id: int) -> ResponseReturnValue:
    """Give it up, with the reason."""
    return _do(task_id, "drop", "任务已取消")


@bp.post("/tasks/<id:task_id>/reopen")
def reopen(task_id: int) -> ResponseReturnValue:
    """Open it again."""
    return _do(task_id, "reopen", "任务已恢复")


def _do(task_id: int, what: str, done: str) -> ResponseReturnValue:
    task = meetings_tasks.get(current_scope(), task_id)
    form = Form(request.form)
    by: dict[str, Any] = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
    try:
        if what == "change":
            values = _owned(form.read(TaskForm), task.space_id)
            given = values | {"version": form.version, "activity_id": _text(task.activity_id)}
            meetings_tasks.change(task, TaskChangeIn.model_validate(given), **by)
        elif what == "reopen":
            meetings_tasks.reopen(task, form.version, **by)
        else:
            result = ResultIn(version=form.version, result=form.read(ResultForm).result)
            act = meetings_tasks.finish if what == "finish" else meetings_tasks.drop
            act(task, result, **by)
    except ServiceError as error:
        return _page(task_id, form.blame(error), what), error.status
    flash(done, "good")
    return redirect(url_for(".show", task_id=task_id), 303)


def _owned(typed: ResolutionForm | TaskForm, space_id: int) -> dict[str, Any]:
    """Return what the shape of a task takes from what was typed. Raises Invalid."""
    kind, _, owner = typed.owner.partition(":")
    owner_id = door.id_in(owner) if kind in ("staff", "partner") else None
    if typed.owner and not owner_id:
        raise Invalid(fields={"owner": "请选择一项"})
    if typed.due_on is None:
        raise Invalid(fields={"due_on": "请填写哪天以前完成"})
    values: dict[str, Any] = {
        "text": typed.text if isinstance(typed, TaskForm) else "",
        "owner_text": typed.owner_text,
        "due_on": typed.due_on.isoformat(),
        "need_id": _need(typed.need, space_id),
    }
    return values | ({f"owner_{kind}_id": str(owner_id)} if owner_id else {})


def _need(number: str, space_id: int) -> str | None:
    if not number:
        return None
    filters = needs_desk.Filters(space_id=space_id, text=number)
    query = needs_desk.filtered(current_scope(), filters, now=utcnow())
    for need in query.limit(50):
        if need.no == number:
            return str(need.id)
    raise Invalid(fields={"need": "没有找到这个编号的诉求"})


def _text(row_id: int | None) -> str | None:
    return None if row_id is None else str(row_id)


def _page(task_id: int, form: Form, doing: str = "") -> str:
    scope, now = current_scope(), utcnow()
    task = meetings_tasks.get(scope, task_id)
    may_change = meetings_tasks.may_change(scope, task)
    if not form.typed:
        kind = "staff" if task.owner_staff_id else "partner"
        owner = task.owner_staff_id or task.owner_partner_id
        form = Form(
            text=task.text,
            owner=f"{kind}:{owner}" if owner else "",
            owner_text=task.owner_text,
            due_on=task.due_on,
            need=task.need.no if task.need else "",
        )
    return render_template(
        "console/meetings/task.html",
        task=task,
        form=form,
        doing=doing,
        owner=meetings_tasks.owner_of(task),
        is_late=meetings_tasks.is_late(task, now=now),
        may_change=may_change,
        may_report=meetings_tasks.may_report(scope, task),
        owners=meetings_owners.possible(task.space_id, now=now) if may_change else None,
    )
