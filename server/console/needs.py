"""诉求: the board, and each step from taking up to the answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import File, Need
from models.needs import NeedState, Outcome
from server.clock import utcnow
from server.console import door, files, labels, needs_links
from server.console.forms import Fields, Form, Ticked
from server.context import actor, current_scope, current_staff
from server.errors import ServiceError
from server.paging import numbered
from server.schemas.base import OptionalLine, OptionalParagraph, Paragraph, Plain
from server.services import (
    needs,
    needs_clock,
    needs_desk,
    needs_dispatches,
    needs_escalations,
    needs_extensions,
    needs_intake,
    needs_leads,
    needs_templates,
    resources_partners,
)
from server.services.needs_desk import Desk, Filters
from server.services.needs_states import TABLE, Act
from server.services.staff import Verb

bp = door.word("needs")

LANES = (
    ("待受理", (NeedState.SUBMITTED, NeedState.RETURNED)),
    ("办理中", (NeedState.TRIAGED, NeedState.DISPATCHED, NeedState.IN_PROGRESS)),
    ("等待补充", (NeedState.WAITING_INFO,)),
    ("已答复，待评价", (NeedState.ANSWERED,)),
)
LANE_LENGTH = 20
_ACTS = (
    Act.TRIAGE,
    Act.DISPATCH,
    Act.ASSIST,
    Act.EXTEND,
    Act.ESCALATE,
    Act.REPLY,
    Act.REQUEST_INFO,
    Act.RESUME,
    Act.RETURN,
    Act.ANSWER,
)


class TriageForm(Fields):
    summary: OptionalLine = ""
    category: Plain = ""
    is_cross: Ticked = False


class WordsForm(Fields):
    text: Paragraph


class ResumeForm(Fields):
    text: OptionalParagraph = ""


class AnswerForm(Fields):
    outcome: Outcome
    text: Paragraph
    duplicate_of: OptionalLine = ""
    consulted: OptionalLine = ""


@bp.get("/needs")
def index() -> ResponseReturnValue:
    """Show the board of what is open, or a filtered list of everything."""
    scope, now = current_scope(), utcnow()
    view = "list" if request.args.get("view") == "list" else "board"
    filters = Filters(
        space_id=door.asked_id("space"),
        category=door.asked_text("category") or None,
        text=door.asked_text("text"),
        is_overdue=True if request.args.get("late") else None,
        partner_id=door.asked_id("partner"),
        staff_id=current_staff().id if request.args.get("mine") else None,
    )
    shown = _listed(filters) if view == "list" else _lanes(filters)
    return render_template(
        "console/needs/index.html",
        view=view,
        counts=needs_desk.counts(scope, now=now),
        categories=needs_intake.categories(),
        spaces=door.spaces_of(Verb.WORK_NEEDS),
        states=labels.choices(NeedState),
        partners=needs_leads.leading(scope.space_ids(Verb.WORK_NEEDS)),
        form=Form(request.args),
        keep={name: value for name, value in request.args.items() if value and name != "page"},
        is_overdue=lambda need: needs_clock.is_overdue(need, now=now),
        **shown,
    )


def _listed(filters: Filters) -> dict[str, Any]:
    """Return a page of everything the filters let through, the newest first."""
    state = door.asked(NeedState, "state")
    filters = replace(filters, states=(state,) if state else ())
    query = needs_desk.filtered(current_scope(), filters, now=utcnow())
    ordered = query.order_by(Need.received_at.desc(), Need.id.desc())
    return {"page": numbered(ordered, number=door.asked_number("page"))}


def _lanes(filters: Filters) -> dict[str, Any]:
    """Return the lanes of the board, the soonest due first in each."""
    scope, now = current_scope(), utcnow()
    lanes = []
    for name, states in LANES:
        own = replace(filters, states=states)
        page = needs_desk.board(scope, own, cursor=None, limit=LANE_LENGTH, now=now)
        lanes.append((name, page, states))
    return {"lanes": lanes}


@bp.get("/needs/<id:need_id>")
def show(need_id: int) -> ResponseReturnValue:
    """Show a need with its history and what can be done next."""
    return _page(need_id, Form())


@bp.post("/needs/<id:need_id>/triage")
def triage(need_id: int) -> ResponseReturnValue:
    """Take it up."""

    def act(desk: Desk, form: Form) -> None:
        typed = form.read(TriageForm)
        given = needs_desk.Triage(
            summary=typed.summary,
            category=typed.category or None,
            is_cross=typed.is_cross,
        )
        needs_desk.triage(desk, given, now=utcnow())

    return do(need_id, act, "已受理")


@bp.post("/needs/<id:need_id>/reply")
@door.takes_files
def reply(need_id: int) -> ResponseReturnValue:
    """Say something: to the submitter, or between colleagues only."""

    def act(desk: Desk, form: Form) -> None:
        text = form.read(WordsForm).text
        say = needs_desk.note if form["to"] == "inside" else needs_desk.reply
        say(desk, text, now=utcnow())

    return do(need_id, act, "已记录" if request.form.get("to") == "inside" else "已回复提交人")


@bp.post("/needs/<id:need_id>/request-info")
def request_info(need_id: int) -> ResponseReturnValue:
    """Ask the submitter for what is missing; the clock stands still."""

    def act(desk: Desk, form: Form) -> None:
        needs_desk.request_info(desk, form.read(WordsForm).text, now=utcnow())

    return do(need_id, act, "已请提交人补充，计时暂停")


@bp.post("/needs/<id:need_id>/resume")
def resume(need_id: int) -> ResponseReturnValue:
    """Let the clock run on."""

    def act(desk: Desk, form: Form) -> None:
        needs_desk.resume(desk, form.read(ResumeForm).text, now=utcnow())

    return do(need_id, act, "已恢复办理")


@bp.post("/needs/<id:need_id>/answer")
@door.takes_files
def answer(need_id: int) -> ResponseReturnValue:
    """Answer with what came of it."""

    def act(desk: Desk, form: Form) -> None:
        typed = form.read(AnswerForm)
        needs_desk.answer(
            desk,
            typed.outcome,
            typed.text,
            duplicate_of=typed.duplicate_of or None,
            consulted=typed.consulted,
            now=utcnow(),
        )

    return do(need_id, act, "已答复，等待提交人评价")


def do(need_id: int, act: Callable[[Desk, Form], None], done: str) -> ResponseReturnValue:
    """Take one step and lead back to the need; what was refused shows the page with the words."""
    need = needs_desk.get(current_scope(), need_id)
    form = Form(request.form)
    kept: list[File] = []
    try:
        files.take(kept)
        attached = [each.id for each in kept]
        desk = Desk(current_scope(), need.id, form.version, actor=actor(), attachments=attached)
        act(desk, form)
    except ServiceError as error:
        return _page(need_id, form.blame(error), kept), error.status
    flash(done, "good")
    return redirect(url_for("console.needs.show", need_id=need_id), 303)


def _page(need_id: int, form: Form, kept: Sequence[File] = ()) -> str:
    need = needs_desk.get(current_scope(), need_id)
    person, company = needs_desk.submitter(need)
    return render_template(
        "console/needs/show.html",
        need=need,
        person=person,
        company=company,
        attachments=files.shown(needs.attachments_of(need)),
        timeline=[(line, files.shown(line.files)) for line in needs_desk.timeline(need)],
        kept=kept,
        rating=needs.rating_of(need),
        **needs_links.beside(need),
        is_late=needs_clock.is_overdue(need, now=utcnow()),
        can={act.value for act in _ACTS if need.state in TABLE[act]},
        categories=needs_intake.categories(),
        **_hands(need),
        templates=needs_templates.offered(need, name=person or company, by=current_staff().name),
        outcomes=[pair for pair in labels.choices(Outcome) if pair[0] != Outcome.WITHDRAWN],
        form=form,
        doing=(request.endpoint or "").rpartition(".")[2] if form.notice else "",
    )


def _hands(need: Need) -> dict[str, Any]:
    """Return who has the need in hand, what was asked for it and who was called to it."""
    now = utcnow()
    running = Act.EXTEND.value if need.state in TABLE[Act.EXTEND] else ""
    return {
        "hands": needs_leads.of_need(need),
        "extensions": needs_extensions.of_need(need),
        "calls": needs_escalations.of_need(need),
        "called": needs_escalations.name_of,
        "town": needs_escalations.town_of(need),
        "partners": resources_partners.usable_in(need.space_id),
        "team": needs_dispatches.colleagues(need.space_id, now=now) if running else [],
        "decides": current_scope().allows(Verb.APPROVE_EXTENSION, need.space_id),
    }
