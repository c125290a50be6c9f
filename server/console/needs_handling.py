"""待办: what was sent to a partner or colleague, and what a higher level was called to."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Dispatch, File, Need
from models.needs_dispatches import EscalationAnswer
from server.clock import utcnow
from server.console import door, files
from server.console.forms import Fields, Form
from server.console.needs import WordsForm
from server.console.needs_dispatches import ShortWordsForm
from server.context import actor, current_scope
from server.errors import Invalid, NotFound, ServiceError
from server.schemas.base import Paragraph
from server.services import needs, needs_desk, needs_escalations, needs_handling, needs_scope
from server.services.needs_dispatches import DispatchEnded
from server.services.needs_handling import Hand

bp = door.word("needs_handling")


class AnswerForm(Fields):
    answer: EscalationAnswer
    text: Paragraph


@bp.get("/needs/dispatches")
def index() -> ResponseReturnValue:
    """Show what the account or its partner was sent or called to."""
    return _index()


def _index(lost: Form | None = None) -> str:
    scope = current_scope()
    return render_template(
        "console/needs/errands.html",
        errands=needs_handling.mine(scope),
        over=needs_handling.mine(scope, is_open=False),
        calls=needs_escalations.mine(scope),
        past_calls=needs_escalations.mine(scope, is_open=False),
        called=needs_escalations.name_of,
        lost=lost,
    )


@bp.get("/needs/dispatches/<id:dispatch_id>")
def show(dispatch_id: int) -> ResponseReturnValue:
    """Show what was sent, with the need it is about."""
    return _errand(dispatch_id, Form())


@bp.post("/needs/dispatches/<id:dispatch_id>/accept")
def accept(dispatch_id: int) -> ResponseReturnValue:
    """Take it on."""

    def act(hand: Hand, form: Form) -> str:
        needs_handling.accept(hand, now=utcnow())
        return "已接单"

    return _handle(dispatch_id, "accept", act)


@bp.post("/needs/dispatches/<id:dispatch_id>/back")
def back(dispatch_id: int) -> ResponseReturnValue:
    """Give it back and say why."""

    def act(hand: Hand, form: Form) -> str:
        needs_handling.give_back(hand, form.read(ShortWordsForm).text, now=utcnow())
        return "已退回，并告诉了派单的同事"

    return _handle(dispatch_id, "back", act)


@bp.post("/needs/dispatches/<id:dispatch_id>/done")
def done(dispatch_id: int) -> ResponseReturnValue:
    """Report it done."""

    def act(hand: Hand, form: Form) -> str:
        needs_handling.finish(hand, form.read(ShortWordsForm).text, now=utcnow())
        return "已报告办完"

    return _handle(dispatch_id, "done", act)


@bp.post("/needs/dispatches/<id:dispatch_id>/say")
def say(dispatch_id: int) -> ResponseReturnValue:
    """Say something: to the submitter, or between colleagues only."""

    def act(hand: Hand, form: Form) -> str:
        is_public = form["to"] == "member"
        number = door.asked_id("need_version", form.typed)
        if number is None:
            raise Invalid("请从页面上的按钮提交")
        text = form.read(WordsForm).text
        needs_handling.say(hand, text, is_public=is_public, seen_version=number, now=utcnow())
        return "已回复提交人" if is_public else "已记录"

    return _handle(dispatch_id, "say", act)


def _handle(dispatch_id: int, step: str, act: Callable[[Hand, Form], str]) -> ResponseReturnValue:
    """Take one step and lead back to the dispatch; what was refused shows the page with the words."""
    form = Form(request.form)
    try:
        needs_handling.get(current_scope(), dispatch_id)
    except NotFound:
        needs_handling.ended(current_scope(), dispatch_id)
        return _index(form), DispatchEnded.status
    kept: list[File] = []
    try:
        files.take(kept)
        attached = [each.id for each in kept]
        told = act(Hand(current_scope(), dispatch_id, form.version, actor(), attached), form)
    except ServiceError as error:
        return _errand(dispatch_id, form.blame(error), step, kept), error.status
    flash(told, "good")
    if step == "back":
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", dispatch_id=dispatch_id), 303)


def _errand(dispatch_id: int, form: Form, doing: str = "", kept: Sequence[File] = ()) -> str:
    row: Dispatch = needs_handling.get(current_scope(), dispatch_id)
    return render_template(
        "console/needs/errand.html",
        row=row,
        can=set(needs_handling.possible(row)),
        form=form,
        doing=doing,
        kept=kept,
        **_words(row.need),
    )


def _words(need: Need) -> dict[str, object]:
    """Return what one who was sent or called to a need reads of it."""
    seen = needs_scope.get(current_scope(), need.id)
    person, company = needs_desk.submitter(need)
    lines = needs_handling.timeline(current_scope(), seen, now=utcnow())
    return {
        "need": need,
        "person": person,
        "company": company,
        "attachments": files.shown(needs.attachments_of(need)),
        "timeline": [(line, files.shown(line.files)) for line in lines],
    }


@bp.get("/needs/escalations/<id:escalation_id>")
def call(escalation_id: int) -> ResponseReturnValue:
    """Show what the account was called to, with the need it is about."""
    return _call(escalation_id, Form())


@bp.post("/needs/escalations/<id:escalation_id>/answer")
def answer(escalation_id: int) -> ResponseReturnValue:
    """Advise, take part, or stand by an answer appealed against."""
    needs_escalations.get(current_scope(), escalation_id)
    form = Form(request.form)
    try:
        typed = form.read(AnswerForm)
        needs_escalations.answer(
            current_scope(), escalation_id, typed.answer, typed.text, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return _call(escalation_id, form.blame(error)), error.status
    flash("已答复", "good")
    return redirect(url_for(".call", escalation_id=escalation_id), 303)


def _call(escalation_id: int, form: Form) -> str:
    row = needs_escalations.get(current_scope(), escalation_id)
    first = "upheld" if row.is_appeal else "advice"
    return render_template(
        "console/needs/call.html",
        row=row,
        name=needs_escalations.name_of(row, row.need),
        choices=[
            (first, "维持原答复" if row.is_appeal else "给出建议"),
            ("takes_part", "重新办理，我们一起办" if row.is_appeal else "参与办理"),
        ],
        form=form,
        **_words(row.need),
    )
