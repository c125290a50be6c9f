"""导出: lists to take along, with a reason; long ones are written in the background."""

import datetime as dt

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.exports import ExportKind, ExportState
from server.clock import day_of, utcnow
from server.console import door
from server.console.activities_forms import Day
from server.console.enterprises import sheet
from server.console.forms import Fields, Form, RowId
from server.context import actor, current_staff, vault
from server.errors import Forbidden, ServiceError
from server.schemas.base import OptionalLine
from server.services import exports, exports_lines
from server.services.staff import Verb

bp = door.word("exports")

_REFRESH_S = 3


class ExportForm(Fields):
    """A list as the form asks for it."""

    kind: ExportKind
    space_id: RowId
    since: Day
    until: Day
    reason: OptionalLine = ""


@bp.get("/exports")
def index() -> ResponseReturnValue:
    """Show what can be taken along, and what was asked for last."""
    today = day_of(utcnow())
    given = {"since": today.replace(month=1, day=1), "until": today, "kind": ExportKind.ROSTER}
    return _page(Form(None, **given))


@bp.post("/exports")
def create() -> ResponseReturnValue:
    """Ask for a list; a short one is ready at once."""
    allowed, form = door.required(Verb.EXPORT_PEOPLE), Form(request.form)
    now = utcnow()
    try:
        typed = form.read(ExportForm)
        if typed.space_id not in allowed:
            raise Forbidden
        job = exports.request(
            typed.space_id, typed.kind, typed.since, typed.until, typed.reason,
            actor=actor(), now=now,
        )  # fmt: skip
        if job.total <= exports.AT_ONCE:
            exports.make(job.id, vault(), now=now)
    except ServiceError as error:
        return _page(form.blame(error)), error.status
    flash("已记入审计；准备好的文件在下面，保留一小时", "good")
    return redirect(url_for(".index"), 303)


@bp.get("/exports/<id:export_id>/file")
def show(export_id: int) -> ResponseReturnValue:
    """Hand the workbook to the one who asked for it."""
    job, content = exports.content(export_id, actor=actor(), now=utcnow())
    title = exports_lines.COLUMNS[job.kind].title
    return sheet(content, f"{title}-{job.since}-{job.until}.xlsx")


def _page(form: Form) -> Response:
    door.required(Verb.EXPORT_PEOPLE)
    rows = exports.latest(current_staff().id)
    page = render_template(
        "console/exports/index.html",
        form=form,
        rows=rows,
        spaces=door.spaces_of(Verb.EXPORT_PEOPLE),
        names={kind: columns.title for kind, columns in exports_lines.COLUMNS.items()},
        minutes=exports.KEPT // dt.timedelta(minutes=1),
        now=utcnow(),
    )
    is_open = any(row.state in (ExportState.WAITING, ExportState.RUNNING) for row in rows)
    # The page looks again by itself while something is being written, without scripts too.
    return Response(page, headers={"Refresh": str(_REFRESH_S)} if is_open else {})
