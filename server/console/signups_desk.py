"""名单, by hand: the draw, places, somebody added, a list brought in, a list taken along."""

import io
import json
from dataclasses import asdict
from typing import Annotated, Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import Session
from models.signups import SignupSource, SignupState
from server.clock import utcnow
from server.console import door, labels
from server.console.forms import Fields, Form, Number, ReasonForm, RowId
from server.context import actor, current_scope, vault
from server.errors import Invalid, ServiceError
from server.schemas.base import OptionalLine, ShortLine
from server.schemas.signups_desk import Phone
from server.services import activities_sessions as sessions
from server.services import (
    signups_desk,
    signups_draws,
    signups_exports,
    signups_filters,
    signups_imports,
)
from server.services import signups_seats as seats
from server.services.signups_desk import Guest, WhenFull
from server.services.signups_imports import Row
from server.services.staff import Verb

bp = door.word("signups_desk")

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CapacityForm(Fields):
    """How many places; empty for no limit."""

    capacity: Annotated[Number, Field(ge=1, le=100_000)] | None = None
    reason: OptionalLine = ""


class GuestForm(Fields):
    """Somebody put on the list by hand."""

    name: ShortLine
    phone: Phone = ""
    enterprise_id: RowId | None = None
    party_size: Annotated[Number, Field(ge=1, le=20)] = 1
    when_full: WhenFull = WhenFull.REFUSE
    reason: OptionalLine = ""


@bp.post("/sessions/<id:session_id>/draw")
def draw(session_id: int) -> ResponseReturnValue:
    """Draw the lottery, once and for all."""
    session = _session(session_id, Verb.EDIT_ACTIVITIES)
    try:
        drawn = signups_draws.draw(session.id, actor=actor(), now=utcnow())
        won = sum(won for _, won in drawn.result)
        flash(f"抽签完成：{won} 份中签，结果已通知所有人", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return _back(session)


@bp.get("/sessions/<id:session_id>/signups/desk")
def show(session_id: int) -> ResponseReturnValue:
    """Show what can be done by hand."""
    session = _session(session_id, Verb.ADMIT)
    return _page(session, Form(capacity=session.capacity, party_size=1))


@bp.post("/sessions/<id:session_id>/capacity")
def capacity(session_id: int) -> ResponseReturnValue:
    """Change how many places there are."""
    session = _session(session_id, Verb.OVERRIDE_CAPACITY)
    form = Form(request.form)
    try:
        typed = form.read(CapacityForm)
        signups_desk.change_capacity(
            session, typed.capacity, typed.reason, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return _page(session, form.blame(error), which="capacity"), error.status
    flash("名额已更改", "good")
    return _back(session)


@bp.post("/sessions/<id:session_id>/signups/add")
def add(session_id: int) -> ResponseReturnValue:
    """Put somebody on the list."""
    form = Form(request.form)
    beyond = form["when_full"] == WhenFull.BEYOND
    session = _session(session_id, Verb.OVERRIDE_CAPACITY if beyond else Verb.ADMIT)
    try:
        typed = form.read(GuestForm)
        signup = signups_desk.add(
            session,
            Guest(typed.name, typed.phone, typed.enterprise_id, typed.party_size),
            when_full=typed.when_full,
            reason=typed.reason,
            vault=vault(),
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _page(session, form.blame(error), which="add"), error.status
    position = seats.position_of(signup)
    line = f"，候补第 {position} 位" if position else ""
    flash(f"已加入名单：{typed.name}{line}", "good")
    return _back(session)


@bp.post("/sessions/<id:session_id>/signups/export")
def export(session_id: int) -> ResponseReturnValue:
    """Take the list along as a spreadsheet, with a reason."""
    session = _session(session_id, Verb.EXPORT_PEOPLE)
    form = Form(request.form)
    words = {
        value.value: labels.label(value) for kind in (SignupState, SignupSource) for value in kind
    }
    try:
        content = signups_exports.workbook(
            session,
            form.read(ReasonForm).reason,
            names=words,
            vault=vault(),
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _page(session, form.blame(error), which="export"), error.status
    return _sheet(content, f"名单-{session.activity.title}.xlsx")


@bp.get("/sessions/<id:session_id>/signups/import")
def roster(session_id: int) -> ResponseReturnValue:
    """Show how to bring a list in."""
    session = _session(session_id, Verb.ADMIT)
    return _roster_page(session, Form())


@bp.get("/sessions/<id:session_id>/signups/template")
def template(session_id: int) -> ResponseReturnValue:
    """Hand out the empty sheet."""
    _session(session_id, Verb.ADMIT)
    return _sheet(signups_imports.template(), "名单模板.xlsx")


@bp.post("/sessions/<id:session_id>/signups/import")
def preview(session_id: int) -> ResponseReturnValue:
    """Show what the sheet says, row by row, before anything is written."""
    session = _session(session_id, Verb.ADMIT)
    form, file = Form(request.form), request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid(fields={"file": "请选择要导入的表格"})
        rows = signups_imports.read(session, file.read(), vault=vault())
    except ServiceError as error:
        return _roster_page(session, form.blame(error)), error.status
    return _roster_page(session, form, rows)


@bp.post("/sessions/<id:session_id>/signups/import/apply")
def apply(session_id: int) -> ResponseReturnValue:
    """Put the rows of the preview on the list."""
    form = Form(request.form)
    when_full = door.asked(WhenFull, "when_full", request.form) or WhenFull.REFUSE
    beyond = when_full == WhenFull.BEYOND
    session = _session(session_id, Verb.OVERRIDE_CAPACITY if beyond else Verb.ADMIT)
    rows: list[Row] = []
    try:
        rows = signups_imports.judge(session, _told(form["rows"]), vault=vault())
        reason = form.read(ReasonForm).reason
        outcomes = signups_imports.apply(
            session,
            rows,
            when_full=when_full,
            reason=reason,
            vault=vault(),
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _roster_page(session, form.blame(error), rows), error.status
    return render_template("console/signups/imported.html", session=session, outcomes=outcomes)


def _told(text: str) -> list[dict[str, Any]]:
    """Return the rows the preview page carried. Raises Invalid for anything else."""
    try:
        rows = json.loads(text)
        is_list = isinstance(rows, list) and all(
            isinstance(row, dict) and str(row.get("number", "")).isdecimal() for row in rows
        )
    except (ValueError, RecursionError):
        is_list = False
    if not is_list or not rows:
        raise Invalid("请从预览页提交")
    return list(rows)


def _roster_page(session: Session, form: Form, rows: list[Row] | None = None) -> str:
    good = [row for row in rows or [] if not row.errors]
    keys = {"name": "姓名", "phone": "手机号", "company": "企业", "party_size": "人数"}
    told = [
        {"number": row.number} | {keys[name]: asdict(row)[name] for name in keys} for row in good
    ]
    return render_template(
        "console/signups/import.html",
        session=session,
        form=form,
        rows=rows,
        good=good,
        told=json.dumps(told, ensure_ascii=False),
        left=None if session.capacity is None else session.capacity - session.seats_taken,
        most=signups_imports.MOST_ROWS,
        may_override=current_scope().allows(Verb.OVERRIDE_CAPACITY, session.space_id),
    )


def _page(session: Session, form: Form, *, which: str = "") -> str:
    """`which` of the forms of the page was refused: only it shows what was typed."""
    empty = Form(capacity=session.capacity, party_size=1)
    forms = {name: form if name == which else empty for name in ("add", "capacity", "export")}
    return render_template(
        "console/signups/desk.html",
        session=session,
        forms=forms,
        companies=[row for row, _ in signups_filters.companies(session)],
    )


def _sheet(content: bytes, name: str) -> Response:
    return send_file(
        io.BytesIO(content), mimetype=_SHEET, as_attachment=True, download_name=name, max_age=0
    )


def _back(session: Session) -> ResponseReturnValue:
    return redirect(url_for("console.signups.index", session_id=session.id), 303)


def _session(session_id: int, verb: Verb) -> Session:
    session = sessions.get(session_id)
    current_scope().require(verb, session.space_id)
    return session
