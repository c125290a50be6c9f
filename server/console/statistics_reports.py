"""月报与历史基数: the report of a month to print and take along, and what Spaces brought along."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Restatement
from server.clock import month_after, month_of, utcnow
from server.console import door, statistics_ask
from server.console.forms import Fields, Form, Number, RowId
from server.console.statistics import send
from server.console.statistics_ask import Question
from server.context import actor, current_scope
from server.errors import ServiceError
from server.schemas.base import Day, Line
from server.schemas.statistics import BaselineIn
from server.services import statistics, statistics_baselines, statistics_closes, statistics_exports
from server.services.staff import Verb
from server.services.statistics_baselines import HEADLINES
from server.services.statistics_figures import FIGURES

bp = door.word("statistics_reports")


class BaselineForm(Fields):
    space: RowId
    figure: Line
    starts_on: Day
    ends_on: Day
    value: Number
    source: Line


@bp.get("/statistics/report")
def report() -> ResponseReturnValue:
    """Show the report of the last month asked, to print on A4."""
    question = _of_one_month()
    following = month_after(question.last)
    return render_template(
        "console/statistics/report.html",
        question=question,
        told=_told(question),
        closed_at=statistics_closes.closed(question.asked.space_ids, question.last),
        names=FIGURES,
        reason_of=statistics_exports.reason_of,
        figure_text=figure_text,
        earlier=_month(month_after(question.last, -1)),
        later=_month(following) if following <= month_of(utcnow()) else None,
    )


@bp.get("/statistics/report/xlsx")
def report_xlsx() -> ResponseReturnValue:
    """Send the report as a spreadsheet."""
    question = _of_one_month()
    book = statistics_exports.report_book(question.asked, _told(question))
    name = question.space.name if question.space else "各空间"
    return send(book, f"{name}统计月报-{question.last}.xlsx")


def figure_text(row: Restatement, value: float | None) -> str:
    """Return a restated value as people read it."""
    if value is None:
        return "—"
    is_rate = row.figure in FIGURES and FIGURES[row.figure].unit == "%"
    return f"{value:.1%}" if is_rate else f"{value:g}"


def _of_one_month() -> Question:
    return statistics_ask.read(is_month=True)


def _month(month: str) -> dict[str, str]:
    return {"from": month, "to": month}


def _told(question: Question) -> statistics_exports.Report:
    return statistics_exports.report(question.asked, question.goals)


@bp.get("/statistics/baselines")
def baselines() -> ResponseReturnValue:
    """Show what the Spaces brought along."""
    return _baselines(Form(request.args))


@bp.post("/statistics/baselines")
def enter_baseline() -> ResponseReturnValue:
    """Enter a figure a Space brought along, or say it anew."""
    form = Form(request.form)
    try:
        read = form.read(BaselineForm)
        brought = BaselineIn.model_validate(read.model_dump(exclude={"space"}))
        statistics_baselines.enter(
            current_scope(), read.space, brought, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return _baselines(form.blame(error)), error.status
    flash("已录入，等镇里核实", "good")
    return redirect(url_for(".baselines"), 303)


@bp.post("/statistics/baselines/<id:baseline_id>/verify")
def verify(baseline_id: int) -> ResponseReturnValue:
    """Say that a figure was checked against its source."""
    statistics_baselines.verify(current_scope(), baseline_id, actor=actor(), now=utcnow())
    flash("已核实", "good")
    return redirect(url_for(".baselines"), 303)


def _baselines(form: Form) -> str:
    told: list[Any] = statistics_baselines.of_spaces(statistics.spaces_for(current_scope()))
    return render_template(
        "console/statistics/baselines.html",
        rows=told,
        names=FIGURES,
        figures=[(code, FIGURES[code].name) for code in HEADLINES],
        spaces=door.spaces_of(Verb.ENTER_BASELINES),
        form=form,
    )
