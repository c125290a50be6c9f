"""应急查看: a platform admin looks at one thing, for a reason, for half an hour."""

from typing import Annotated

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form
from server.context import actor, current_scope, vault
from server.errors import NotFound, ServiceError
from server.schemas.base import Plain
from server.services import audit_glass as glass

bp = door.word("audit_glass")


class OpenForm(Fields):
    kind: Annotated[str, Field(pattern="^(need|phone)$")]
    number: Annotated[Plain, Field(max_length=24)]
    reason: Annotated[Plain, Field(max_length=300)] = ""


@bp.get("/audit/glass")
def index() -> ResponseReturnValue:
    """Show what was opened, and the form to open something."""
    return _page(Form())


@bp.post("/audit/glass")
def create() -> ResponseReturnValue:
    """Open one thing and show it."""
    form = Form(request.form)
    try:
        typed = form.read(OpenForm)
        opens = glass.open_need if typed.kind == "need" else glass.open_phone
        row = opens(typed.number, typed.reason, by=current_scope(), actor=actor(), now=utcnow())
    except NotFound:
        raise
    except ServiceError as error:
        return _page(form.blame(error)), error.status
    return redirect(url_for(".show", opening_id=row.id), 303)


@bp.get("/audit/glass/<id:opening_id>")
def show(opening_id: int) -> ResponseReturnValue:
    """Show what is behind the glass; every look is written down."""
    shown = glass.look(opening_id, by=current_scope(), vault=vault(), actor=actor(), now=utcnow())
    return render_template("console/audit_glass/show.html", shown=shown)


def _page(form: Form) -> str:
    rows = glass.recent(current_scope())
    return render_template("console/audit_glass/index.html", form=form, rows=rows)
