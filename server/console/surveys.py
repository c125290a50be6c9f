"""问卷: what members of a Space or town are asked, how many have answered, and what came of it."""

import datetime as dt
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict

from models import OrgUnit, Survey
from models.spaces import OrgKind
from server.clock import day_of, utcnow
from server.console import door
from server.console.activities_forms import Day
from server.console.forms import Form, RowId, Ticked
from server.console.statistics import XLSX
from server.console.visits_forms import (
    QUESTION_KINDS,
    question_rows,
    question_values,
    read_questions,
)
from server.context import actor, current_scope, vault
from server.errors import Forbidden, ServiceError
from server.schemas.surveys import SurveyIn
from server.services import surveys, surveys_exports, surveys_results
from server.services.surveys import SurveyState

bp = door.word("surveys")

_OPEN_FOR = dt.timedelta(days=14)
"""What a fresh form proposes."""


class SurveyForm(SurveyIn):
    """A survey as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    org_unit_id: RowId
    starts_on: Day
    ends_on: Day
    is_anonymous: Ticked = False


@bp.get("/surveys")
def index() -> ResponseReturnValue:
    """Show all surveys, each with where it stands and how many answered."""
    units, now = _units(), utcnow()
    rows = surveys.of_scope(current_scope())
    return render_template(
        "console/surveys/index.html",
        rows=[(row, surveys.state_of(row, now=now), surveys_results.rate(row)) for row in rows],
        several=len(units) > 1,
    )


@bp.get("/surveys/new")
def new() -> ResponseReturnValue:
    """Show an empty form, open for two weeks from today."""
    today = day_of(utcnow())
    form = Form(is_anonymous="on", starts_on=today, ends_on=today + _OPEN_FOR)
    return _edit_page(form, None)


@bp.post("/surveys")
def create() -> ResponseReturnValue:
    """Keep a draft."""
    _units()
    form = Form(request.form)
    try:
        wanted = _read(form, None)
        row = surveys.create(current_scope(), wanted, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit_page(form.blame(error), None), error.status
    flash("已存为草稿。看一遍会员将看到的样子，再发布", "good")
    return redirect(url_for(".show", survey_id=row.id), 303)


@bp.get("/surveys/<id:survey_id>")
def show(survey_id: int) -> ResponseReturnValue:
    """Show a survey: its questions while it is a draft, then how many answered, at last what."""
    return _page(survey_id, Form())


@bp.get("/surveys/<id:survey_id>/edit")
def edit(survey_id: int) -> ResponseReturnValue:
    """Show the form of a draft."""
    row = surveys.get(current_scope(), survey_id)
    if row.published_at is not None:
        raise surveys.AlreadyPublished
    names = ("version", "title", "intro", "starts_on", "ends_on")
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    values |= {"is_anonymous": row.is_anonymous and "on"} | question_values(row.questions)
    return _edit_page(Form(**values), row)


@bp.post("/surveys/<id:survey_id>/edit")
def update(survey_id: int) -> ResponseReturnValue:
    """Write the draft anew."""
    row = surveys.get(current_scope(), survey_id)
    form = Form(request.form)
    try:
        wanted = _read(form, row)
        surveys.change(row, wanted, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit_page(form.blame(error), row), error.status
    flash("已保存", "good")
    return redirect(url_for(".show", survey_id=row.id), 303)


@bp.post("/surveys/<id:survey_id>/publish")
def publish(survey_id: int) -> ResponseReturnValue:
    """Ask the members."""
    row = surveys.get(current_scope(), survey_id)
    try:
        surveys.publish(row, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(survey_id, Form().blame(error)), error.status
    is_open = surveys.state_of(row, now=utcnow()) is SurveyState.OPEN
    flash(
        "已发布，会员会在小程序的消息里收到" if is_open else "已发布，到开始那天会员会收到", "good"
    )
    return redirect(url_for(".show", survey_id=row.id), 303)


@bp.post("/surveys/<id:survey_id>/close")
def close(survey_id: int) -> ResponseReturnValue:
    """End it before its last day."""
    row = surveys.get(current_scope(), survey_id)
    try:
        surveys.close(row, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(survey_id, Form().blame(error)), error.status
    flash("问卷已结束", "good")
    return redirect(url_for(".show", survey_id=row.id), 303)


@bp.post("/surveys/<id:survey_id>/export")
def export(survey_id: int) -> ResponseReturnValue:
    """Send the coded result as a spreadsheet."""
    row, now = surveys.get(current_scope(), survey_id), utcnow()
    surveys.require_export(current_scope(), row)
    try:
        reason = request.form.get("reason", "")
        book = surveys_exports.workbook(row, reason, vault=vault(), actor=actor(), now=now)
    except ServiceError as error:
        return _page(survey_id, Form(request.form).blame(error)), error.status
    name = f"{row.title}-编码结果-{day_of(now):%Y%m%d}.xlsx"
    return send_file(BytesIO(book), mimetype=XLSX, as_attachment=True, download_name=name)


def _page(survey_id: int, form: Form) -> str:
    scope = current_scope()
    row = surveys.get(scope, survey_id)
    try:
        surveys.require_export(scope, row)
        may_export = True
    except Forbidden:
        may_export = False
    return render_template(
        "console/surveys/show.html",
        survey=row,
        state=surveys.state_of(row, now=utcnow()),
        members=surveys.members_of(row),
        rate=surveys_results.rate(row),
        is_held_back=surveys_results.is_held_back(row),
        results=surveys_results.of_survey(row),
        least=surveys_results.LEAST,
        kinds=dict(QUESTION_KINDS),
        may_export=may_export,
        form=form,
    )


def _read(form: Form, row: Survey | None) -> SurveyForm:
    given: dict[str, Any] = {
        "questions": read_questions([each["key"] for each in row.questions] if row else [])
    }
    if row is not None:
        given["org_unit_id"] = row.org_unit_id
    return form.read(SurveyForm, **given)


def _units() -> list[OrgUnit]:
    """Return whose members may be asked. Raises Forbidden where there is nobody."""
    found = surveys.units_of(current_scope())
    if not found:
        raise Forbidden
    return found


def _edit_page(form: Form, row: Survey | None) -> str:
    units = _units()
    return render_template(
        "console/surveys/edit.html",
        form=form,
        survey=row,
        units=[
            (unit.id, f"{unit.name}全部空间" if unit.kind is OrgKind.TOWN else unit.name)
            for unit in units
        ],
        question_rows=question_rows(form),
        question_kinds=QUESTION_KINDS,
        least=surveys_results.LEAST,
    )
