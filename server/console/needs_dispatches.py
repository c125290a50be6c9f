"""诉求 in many hands: the desk sends, asks for days and calls; who was sent or called does its part."""

from flask import request
from flask.typing import ResponseReturnValue

from models.needs_dispatches import DispatchRole
from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form, Number
from server.console.needs import do
from server.errors import Invalid
from server.schemas.base import Day
from server.schemas.needs_dispatches import OptionalWords, Words
from server.services import (
    needs_dispatches,
    needs_escalations,
    needs_extensions,
)
from server.services.needs_desk import Desk

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


class ShortWordsForm(Fields):
    """What goes into a column of its own beside the history."""

    text: Words


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
        needs_dispatches.give_back(desk, form.read(ShortWordsForm).text, now=utcnow())

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
