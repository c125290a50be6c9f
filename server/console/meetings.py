"""联席会议: the list, one meeting with agenda, minutes and resolutions, and its sheet to print."""

import re
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, ValidationError

from models import JointMeeting, Space
from models.meetings import AgendaKind, MeetingState
from server.clock import day_of, utcnow
from server.console import door, labels
from server.console.activities_forms import Names
from server.console.forms import Form, LocalMoment, ReasonForm
from server.context import actor, current_scope
from server.errors import Invalid, NotFound, ServiceError
from server.paging import numbered
from server.schemas.base import field_errors
from server.schemas.meetings import AgendaIn, MeetingIn, MinutesIn
from server.services import meetings, meetings_agenda, meetings_owners, meetings_tasks, needs_desk
from server.services.needs_desk import Filters
from server.services.staff import Verb

bp = door.word("meetings")

BLANKS = 3
_LINE = re.compile(r"[0-9]{1,3}")


class MeetingForm(MeetingIn):
    """A meeting as the form sends it: guests in one line."""

    model_config = ConfigDict(extra="ignore")

    starts_at: LocalMoment
    guests: Names = []


@bp.get("/meetings")
def index() -> ResponseReturnValue:
    """Show the meetings, the newest first."""
    door.required(Verb.READ_VISITS)
    query = meetings.search(
        current_scope(),
        space_id=door.asked_id("space"),
        state=door.asked(MeetingState, "state"),
        text=door.asked_text("text"),
    )
    ordered = query.order_by(JointMeeting.starts_at.desc(), JointMeeting.id.desc())
    return render_template(
        "console/meetings/index.html",
        page=numbered(ordered, number=door.asked_number("page")),
        states=labels.choices(MeetingState),
        spaces=door.spaces_of(Verb.READ_VISITS),
        may_plan=bool(current_scope().space_ids(Verb.VISIT)),
        form=Form(request.args),
        keep={name: value for name, value in request.args.items() if value and name != "page"},
    )


@bp.get("/meetings/new")
def new() -> ResponseReturnValue:
    """Show the form for a meeting to plan; the parties of the last one are there already."""
    space = _space(door.asked_id("space"))
    last = meetings.search(current_scope(), space_id=space.id)
    before = last.order_by(JointMeeting.starts_at.desc()).first()
    return _edit(space, None, Form(**({} if before is None else _parties(before))))


@bp.post("/meetings")
def create() -> ResponseReturnValue:
    """Plan a meeting."""
    space = _space(door.asked_id("space", request.form))
    form = Form(request.form)
    try:
        meeting = meetings.plan(
            space.id, form.read(MeetingForm), scope=current_scope(), actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return _edit(space, None, form.blame(error)), error.status
    flash("会议已排好，议程已按逾期诉求和下月菜单起草，请过目", "good")
    return redirect(url_for(".show", meeting_id=meeting.id), 303)


@bp.get("/meetings/<id:meeting_id>")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting."""
    return meeting_page(meeting_id, Form())


@bp.get("/meetings/<id:meeting_id>/edit")
def edit(meeting_id: int) -> ResponseReturnValue:
    """Show the form of a planned meeting."""
    meeting = meetings.get(current_scope(), meeting_id)
    values: dict[str, Any] = _parties(meeting) | {
        "starts_at": meeting.starts_at,
        "place": meeting.place,
    }
    return _edit(meeting.space, meeting, Form(**values, guests="、".join(meeting.guests)))


@bp.post("/meetings/<id:meeting_id>")
def update(meeting_id: int) -> ResponseReturnValue:
    """Change when, where and with whom."""
    meeting = meetings.get(current_scope(), meeting_id)
    form = Form(request.form)
    try:
        meetings.change(
            meeting,
            form.read(MeetingForm),
            expected=form.version,
            scope=current_scope(),
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _edit(meeting.space, meeting, form.blame(error)), error.status
    flash("已保存", "good")
    return redirect(url_for(".show", meeting_id=meeting_id), 303)


@bp.post("/meetings/<id:meeting_id>/cancel")
def cancel(meeting_id: int) -> ResponseReturnValue:
    """Call a planned meeting off."""

    def act(meeting: JointMeeting, form: Form) -> None:
        reason = form.read(ReasonForm).reason
        by: dict[str, Any] = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
        meetings.cancel(meeting, reason, expected=form.version, **by)

    return do(meeting_id, act, "会议已取消", "cancel")


@bp.post("/meetings/<id:meeting_id>/agenda")
def agenda(meeting_id: int) -> ResponseReturnValue:
    """Write the agenda anew: by the numbers in front of the lines; empty lines are taken off."""

    def act(meeting: JointMeeting, form: Form) -> None:
        values = {"version": form.version, "items": _lines(form)}
        try:
            typed = AgendaIn.model_validate(values)
        except ValidationError as error:
            raise Invalid(next(iter(field_errors(error).values()))) from None
        by: dict[str, Any] = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
        meetings_agenda.edit(meeting, typed, **by)

    return do(meeting_id, act, "议程已保存", "agenda")


@bp.post("/meetings/<id:meeting_id>/refresh")
def refresh(meeting_id: int) -> ResponseReturnValue:
    """Put on the agenda what came up since it was drafted."""

    def act(meeting: JointMeeting, form: Form) -> None:
        by: dict[str, Any] = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
        meetings_agenda.refresh(meeting, **by)

    return do(meeting_id, act, "已按现在的诉求、任务和菜单补上", "agenda")


@bp.post("/meetings/<id:meeting_id>/minutes")
def minutes(meeting_id: int) -> ResponseReturnValue:
    """Keep the minutes; with `held` the meeting took place."""

    def act(meeting: JointMeeting, form: Form) -> None:
        typed = form.read(MinutesIn, version=form.version, held=form["held"] == "on")
        by: dict[str, Any] = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
        meetings.minute(meeting, typed, **by)

    done = "已登记为已召开" if request.form.get("held") == "on" else "纪要已保存"
    return do(meeting_id, act, done, "minutes")


@bp.get("/meetings/<id:meeting_id>/print")
def print_sheet(meeting_id: int) -> ResponseReturnValue:
    """Show the meeting on paper: the agenda before, minutes and resolutions after."""
    return render_template(
        "console/meetings/print.html", **_told(meeting_id), today=day_of(utcnow())
    )


def do(
    meeting_id: int, act: Callable[[JointMeeting, Form], None], done: str, doing: str
) -> ResponseReturnValue:
    """Let one form of the page act, and show the page again with what is wrong, if anything."""
    meeting = meetings.get(current_scope(), meeting_id)
    form = Form(request.form)
    try:
        act(meeting, form)
    except ServiceError as error:
        return meeting_page(meeting_id, form.blame(error), doing), error.status
    flash(done, "good")
    return redirect(url_for("console.meetings.show", meeting_id=meeting_id) + f"#{doing}", 303)


def meeting_page(meeting_id: int, form: Form, doing: str = "") -> str:
    """Return the page of a meeting; `doing` names the form that was refused."""
    told = _told(meeting_id)
    meeting = told["meeting"]
    may_run = current_scope().allows(Verb.VISIT, meeting.space_id)
    return render_template(
        "console/meetings/show.html",
        **told,
        form=form,
        doing=doing,
        may_run=may_run,
        is_planned=meeting.state is MeetingState.PLANNED,
        is_due=day_of(meeting.starts_at) <= day_of(utcnow()),
        owners=meetings_owners.possible(meeting.space_id, now=utcnow()) if may_run else None,
        blanks=range(BLANKS),
    )


def _told(meeting_id: int) -> dict[str, Any]:
    """Return what a meeting says, with the titles of its needs for who may read needs."""
    scope, now = current_scope(), utcnow()
    meeting = meetings.get(scope, meeting_id)
    items = meetings_agenda.of_meeting(meeting)
    about = [item.need_id for item in items if item.need_id]
    query = needs_desk.filtered(scope, Filters(space_id=meeting.space_id), now=now)
    needs = {need.id: need for need in query if need.id in about} if about else {}
    return {
        "meeting": meeting,
        "parties": [(name, getattr(meeting, column)) for column, _, name in meetings.PARTIES],
        "items": items,
        "needs": needs,
        "kinds": AgendaKind,
        "decided": meetings_tasks.of_meeting(meeting),
        "last": meetings_tasks.last_time(meeting),
        "left": meetings_tasks.open_before(meeting),
        "owner_of": meetings_tasks.owner_of,
        "is_late": lambda task: meetings_tasks.is_late(task, now=now),
    }


def _lines(form: Form) -> list[dict[str, Any]]:
    """Return the lines of the agenda in the order of their numbers, without the empty ones."""
    rows = zip(
        *(form.typed.getlist(name) for name in ("order", "id", "text", "note")), strict=False
    )
    lines = []
    for position, (order, row_id, text, note) in enumerate(rows):
        if text.strip():
            number = int(order) if _LINE.fullmatch(order.strip()) else 999
            line = {"text": text, "note": note.replace("\r\n", "\n")}
            lines.append((number, position, line | ({"item_id": row_id} if row_id else {})))
    return [line for _, _, line in sorted(lines, key=lambda each: each[:2])]


def _parties(meeting: JointMeeting) -> dict[str, Any]:
    return {f"{name}_id": getattr(meeting, f"{name}_id") for name, _, _ in meetings.PARTIES}


def _space(asked: int | None) -> Space:
    """Return the Space asked for, or the first whose meetings the staff run. Raises NotFound,
    Forbidden."""
    door.required(Verb.VISIT)
    for space in door.spaces_of(Verb.VISIT):
        if asked in (None, space.id):
            return space
    raise NotFound


def _edit(space: Space, meeting: JointMeeting | None, form: Form) -> str:
    found = meetings.candidates(space.id)
    seats = []
    for name, _, called in meetings.PARTIES:
        rows = found[name]
        kept = getattr(meeting, name) if meeting else None
        if kept is not None and kept.id not in {row.id for row in rows}:
            rows = [kept, *rows]
        seats.append((f"{name}_id", called, rows))
    return render_template(
        "console/meetings/edit.html",
        space=space,
        spaces=door.spaces_of(Verb.VISIT),
        meeting=meeting,
        form=form,
        seats=seats,
    )
