"""审计: who did what, when, to what, and how it was before."""

import datetime as dt

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.console import audit_labels, door
from server.console.forms import Form
from server.context import current_scope
from server.services import audit_trail as trail

bp = door.word("audit")

_LINES = 50


@bp.get("/audit")
def index() -> ResponseReturnValue:
    """Show the trail of my places, latest first."""
    word = request.args.get("word", "")
    filters = trail.Filters(
        who=door.asked_text("who"),
        word=word if word in audit_labels.WORDS else "",
        object_type=_letters("object_type"),
        object_id=door.asked_id("object_id"),
        from_on=_day("from_on"),
        to_on=_day("to_on"),
    )
    page = trail.search(
        current_scope(), filters, cursor=request.args.get("cursor") or None, limit=_LINES
    )
    kept = {name: value for name, value in vars(filters).items() if value}
    return render_template(
        "console/audit/index.html",
        page=page,
        form=Form(None, **{name: str(value) for name, value in kept.items()}),
        keep=kept,
        labels=audit_labels,
    )


def _letters(name: str) -> str:
    text = request.args.get(name, "")
    return text if text.isascii() and text.isalpha() and len(text) <= 30 else ""


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
