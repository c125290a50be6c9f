"""诉求 in many hands: the desk sends, asks for days and calls; who was sent or called does its part."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Dispatch, Need
from models.needs_dispatches import DispatchRole, EscalationAnswer
from server.clock import utcnow
from server.console import door, files
from server.console.forms import Fields, Form, Number
from server.console.needs import WordsForm, do
from server.context import actor, current_scope
from server.errors import Invalid, ServiceError
from server.schemas.base import Day, OptionalParagraph, Paragraph
from server.schemas.needs_dispatches import OptionalWords, Words
from server.services import (
    needs,
    needs_desk,
    needs_dispatches,
    needs_escalations,
    needs_extensions,
    needs_handling,
    needs_scope,
)
from server.services.needs_desk import Desk
from server.services.needs_handling import Hand

bp = door.word("needs_dispatches")


class DispatchForm(Fields):
    to: str = ""
    role: DispatchRole = DispatchRole.LEAD
    due_on: Day | None = None
    note: OptionalWords = ""


class ExtendForm(Fields):
    days: Number
    reason: Words


class DecisionForm(Fields):
    words: OptionalWords = ""


class EscalateForm(Fields):
    partner_id: str = ""
    reason: Words
    days: Number = needs_escalations.DAYS


class ReasonForm(Fields):
    reason: OptionalWords = ""


class AnswerForm(Fields):
    answer: EscalationAnswer
    text: Paragraph


class HandForm(Fields):
    text: OptionalParagraph = ""


@bp.post("/needs/<id:need_id>/dispatch")
def dispatch(need_id: int) -> ResponseReturnValue:
    """Send it to who leads it or assists."""

    def act(desk: Desk, form: Form) -> None:
        typed = form.read(DispatchForm)
        kind, _, number = typed.to.partition("-")
        chosen = door.id_in(number)
        errand = needs_dispatches.Errand(
            partner_id=chosen if kind == "partner" else None,
            staff_id=chosen if kind == "staff" else None,
            role=typed.role,
            due_on=typed.due_on,
            note=typed.note,
        )
        try:
            needs_dispatches.dispatch(desk, errand, now=utcnow())
        except Invalid as error:
            raise _about(error, to=("partner_id", "staff_id")) from None

    return do(need_id, act, "已派单")


def _about(error: Invalid, *, to: tuple[str, ...]) -> Invalid:
    """The page has one list for partners and colleagues."""
    told = {item["field"]: item["message"] for item in error.facts["errors"]}
    return Invalid(
        error.detail, fields={("to" if name in to else name): text for name, text in told.items()}
    )


@bp.post("/needs/<id:need_id>/return")
def give_back(need_id: int) -> ResponseReturnValue:
    """Give it back to be taken up anew; colleagues read why."""

    def act(desk: Desk, form: Form) -> None:
        needs_dispatches.give_back(desk, form.read(WordsForm).text[:300], now=utcnow())

    return do(need_id, act, "已退回待受理")


@bp.post("/needs/<id:need_id>/dispatches/<id:dispatch_id>/recall")
def recall(need_id: int, dispatch_id: int) -> ResponseReturnValue:
    """Let a body that assists go."""

    def act(desk: Desk, form: Form) -> None:
        reason = form.read(ReasonForm).reason
        needs_dispatches.recall(desk, dispatch_id, reason, now=utcnow())

    return do(need_id, act, "已收回协办")


@bp.post("/needs/<id:need_id>/extend")
def extend(need_id: int) -> ResponseReturnValue:
    """Ask for more working days."""

    def act(desk: Desk, form: Form) -> None:
        typed = form.read(ExtendForm)
        needs_extensions.ask(desk, typed.days, typed.reason, now=utcnow())

    return do(need_id, act, "已提交延期申请，等掌门人批准")


@bp.post("/needs/<id:need_id>/extensions/<id:extension_id>/decision")
def decide(need_id: int, extension_id: int) -> ResponseReturnValue:
    """Grant or refuse the days asked for."""
    is_approved = request.form.get("approved") == "yes"

    def act(desk: Desk, form: Form) -> None:
        words = form.read(DecisionForm).words
        needs_extensions.decide(
            desk, extension_id, is_approved=is_approved, words=words, now=utcnow()
        )

    return do(need_id, act, "已批准，提交人会看到新的期限" if is_approved else "没有批准延期")


@bp.post("/needs/<id:need_id>/escalate")
def escalate(need_id: int) -> ResponseReturnValue:
    """Call the town or a body to it."""

    def act(desk: Desk, form: Form) -> None:
        typed = form.read(EscalateForm)
        needs_escalations.call(
            desk,
            typed.reason,
            partner_id=door.id_in(typed.partner_id) if typed.partner_id != "town" else None,
            days=typed.days,
            now=utcnow(),
        )

    return do(need_id, act, "已提请协调")


@bp.get("/needs/dispatches")
def index() -> ResponseReturnValue:
    """Show what the account or its partner was sent or called to."""
    scope = current_scope()
    return render_template(
        "console/needs/errands.html",
        errands=needs_handling.mine(scope),
        over=needs_handling.mine(scope, is_open=False),
        calls=needs_escalations.mine(scope),
        past_calls=needs_escalations.mine(scope, is_open=False),
        called=needs_escalations.name_of,
    )


@bp.get("/needs/dispatches/<id:dispatch_id>")
def show(dispatch_id: int) -> ResponseReturnValue:
    """Show what was sent, with the need it is about."""
    return _errand(dispatch_id, Form())


@bp.post("/needs/dispatches/<id:dispatch_id>/<any(accept, back, done, say):step>")
def handle(dispatch_id: int, step: str) -> ResponseReturnValue:
    """Take it on, give it back, report it done, or say something."""
    needs_handling.get(current_scope(), dispatch_id)
    form = Form(request.form)
    try:
        done = _STEPS[step](Hand(current_scope(), dispatch_id, form.version, actor()), form)
    except ServiceError as error:
        return _errand(dispatch_id, form.blame(error), step), error.status
    flash(done, "good")
    if step == "back":
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", dispatch_id=dispatch_id), 303)


def _accept(hand: Hand, form: Form) -> str:
    needs_handling.accept(hand, now=utcnow())
    return "已接单"


def _back(hand: Hand, form: Form) -> str:
    needs_handling.give_back(hand, form.read(WordsForm).text[:300], now=utcnow())
    return "已退回，并告诉了派单的同事"


def _done(hand: Hand, form: Form) -> str:
    needs_handling.finish(hand, form.read(WordsForm).text[:500], now=utcnow())
    return "已报告办完"


def _say(hand: Hand, form: Form) -> str:
    is_public = form["to"] == "member"
    seen = form["need_version"]
    if not (seen.isascii() and seen.isdecimal() and len(seen) <= 9):
        raise Invalid("请从页面上的按钮提交")
    text = form.read(WordsForm).text
    needs_handling.say(hand, text, is_public=is_public, seen_version=int(seen), now=utcnow())
    return "已回复提交人" if is_public else "已记录"


_STEPS: dict[str, Callable[[Hand, Form], str]] = {
    "accept": _accept,
    "back": _back,
    "done": _done,
    "say": _say,
}


def _errand(dispatch_id: int, form: Form, doing: str = "") -> str:
    row: Dispatch = needs_handling.get(current_scope(), dispatch_id)
    return render_template(
        "console/needs/errand.html",
        row=row,
        can=set(needs_handling.possible(row)),
        form=form,
        doing=doing,
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
