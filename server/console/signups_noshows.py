"""未到场申诉: what people say about their marks, and what we answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.clock import utcnow
from server.console import door
from server.console.forms import Form, ReasonForm
from server.context import actor, current_scope
from server.errors import ServiceError
from server.paging import numbered
from server.services import signups_noshows as noshows
from server.services.staff import Verb

bp = door.word("signups_noshows")


@bp.get("/no-shows")
def index() -> ResponseReturnValue:
    """Show the appeals of the Spaces one works for."""
    is_open = request.args.get("state") != "decided"
    mine = current_scope().space_ids(Verb.ADMIT)
    if not mine:
        current_scope().require(Verb.ADMIT, 0)
    return render_template(
        "console/signups/noshows.html",
        page=numbered(noshows.appeals(mine, is_open=is_open), number=door.asked_number("page")),
        is_open=is_open,
    )


@bp.post("/no-shows/<id:mark_id>")
def decide(mark_id: int) -> ResponseReturnValue:
    """Grant an appeal or refuse it with a reason."""
    mark = noshows.get(mark_id)
    current_scope().require(Verb.ADMIT, mark.space_id)
    try:
        reason = Form(request.form).read(ReasonForm).reason
        granted = request.form.get("verdict") == "grant"
        noshows.decide(mark, granted=granted, reason=reason, actor=actor(), now=utcnow())
        flash("已处理，并通知了本人", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return redirect(url_for(".index"), 303)
