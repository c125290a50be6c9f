"""统计: figures of one's Spaces that open to their definition and rows."""

from io import BytesIO
from typing import Any

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from server.clock import month_bounds
from server.console import door, statistics_ask, statistics_charts
from server.console.statistics_ask import Question
from server.services import (
    statistics,
    statistics_baselines,
    statistics_closes,
    statistics_counted,
    statistics_exports,
    statistics_shares,
)
from server.services.statistics import Figure
from server.services.statistics_figures import FIGURES

bp = door.word("statistics")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SINCE = "2000-01"
"""The month before which there is nothing."""
OVERVIEW = (
    "sessions",
    "activities",
    "person_times",
    "members",
    "enterprises",
    "satisfaction",
    "response_rate",
)
QUALITY = ("show_rate", "satisfaction")
NEEDS = ("response_rate", "resolution_rate", "need_satisfaction")
BY_ACTIVITY = ("answering_activities", "answered_needs", "solved_by_activity")


@bp.get("/statistics")
def index() -> ResponseReturnValue:
    """Show the running totals, the months, and what was restated."""
    question = statistics_ask.read()
    asked = question.asked
    trends = statistics_counted.by_month(OVERVIEW, asked)
    sums = {code: statistics_counted.over(code, trends[code], asked) for code in OVERVIEW}
    months = statistics_counted.months_of(asked)
    return _page(
        "index",
        question,
        headlines=statistics_baselines.headlines(asked),
        figures=[_figure(question, code, sums) for code in OVERVIEW[:5]],
        months=months,
        trends=trends,
        columns=OVERVIEW,
        names=FIGURES,
        people=statistics_charts.bars(
            _short(months), [trends["person_times"][month].amount for month in months]
        ),
        warmth=statistics_charts.rates(
            _short(months),
            [
                [trends[code][month].value(code) for month in months]
                for code in ("satisfaction", "response_rate")
            ],
        ),
        restated=statistics_closes.of_months(asked.space_ids, question.first, question.last),
        closed_at=statistics_closes.closed(asked.space_ids, question.last),
        due_at=statistics_closes.due_at(question.last),
        reason_of=statistics_exports.reason_of,
        since=SINCE,
    )


@bp.get("/statistics/activities")
def activities() -> ResponseReturnValue:
    """Show the activities by series, kind and goal, and how they were received."""
    question = statistics_ask.read()
    asked = question.asked
    return _page(
        "activities",
        question,
        offered=statistics_shares.of_activities(asked, question.goals),
        figures=statistics.told(asked, ("sessions", "activities", "counted_guests", *QUALITY)),
    )


@bp.get("/statistics/companies")
def companies() -> ResponseReturnValue:
    """Show who came by company, tower and grid, and how we grew."""
    question = statistics_ask.read()
    grown = statistics_shares.growth(question.asked, month_bounds(SINCE)[0])
    months = _short([each.month for each in grown])
    return _page(
        "companies",
        question,
        came=statistics_shares.of_companies(question.asked),
        figures=statistics.told(question.asked, ("enterprises", "members", "person_times")),
        grown=grown,
        curve=statistics_charts.bars(months, [each.members for each in grown]),
    )


@bp.get("/statistics/needs")
def needs() -> ResponseReturnValue:
    """Show the three rates with how much was heard, and how soon people heard from us."""
    question = statistics_ask.read()
    trends = statistics_counted.by_month(NEEDS, question.asked)
    months = statistics_counted.months_of(question.asked)
    values = [[trends[code][month].value(code) for month in months] for code in NEEDS]
    return _page(
        "needs",
        question,
        figures=statistics.told(question.asked, NEEDS),
        by_activity=statistics.told(question.asked, BY_ACTIVITY),
        trends=trends,
        months=months,
        columns=NEEDS,
        names=FIGURES,
        chart=statistics_charts.rates(_short(months), values),
        speed=statistics_shares.speed(question.asked),
    )


@bp.get("/statistics/rows/<figure>")
def rows(figure: str) -> ResponseReturnValue:
    """Show a figure with its definition, its filter, and the rows it was counted from."""
    question = statistics_ask.read(narrowed=True)
    (told,) = statistics.told(question.asked, (statistics.definition_of(figure).code,))
    page = statistics.rows_of(figure, question.asked, number=door.asked_number("page"))
    keep = {name: value for name, value in request.args.items() if value and name != "page"}
    return _page(
        "rows",
        question,
        figure=told,
        page=page,
        keep=keep,
        filters=statistics_exports.filters_of(question.asked),
        places={space.id: space.name for space in question.spaces},
    )


@bp.get("/statistics/rows/<figure>/xlsx")
def rows_xlsx(figure: str) -> ResponseReturnValue:
    """Send the rows of a figure as a spreadsheet."""
    question = statistics_ask.read(narrowed=True)
    name = f"{statistics.definition_of(figure).name}-{question.first}至{question.last}.xlsx"
    return send(statistics_exports.rows_book(figure, question.asked), name)


def send(book: bytes, name: str) -> ResponseReturnValue:
    """Return a workbook as a file to take along."""
    return send_file(BytesIO(book), mimetype=XLSX, as_attachment=True, download_name=name)


def _page(name: str, question: Question, **told: Any) -> str:
    def drill(code: str, **only: Any) -> str:
        return url_for("console.statistics.rows", figure=code, **question.keep, **only)

    return render_template(
        f"console/statistics/{name}.html",
        question=question,
        tab=name,
        drill=drill,
        **told,
    )


def _figure(question: Question, code: str, sums: dict[str, statistics_counted.Sums]) -> Figure:
    mine = sums[code]
    definition = FIGURES[code]
    return statistics.figure_of(definition, question.asked, mine.amount, mine.base, mine.band)


def _short(months: list[str]) -> list[str]:
    """Return months as they fit below a chart: the year only where it begins."""
    return [
        f"{month[2:4]}年{int(month[5:])}月"
        if index == 0 or month.endswith("-01")
        else f"{int(month[5:])}月"
        for index, month in enumerate(months)
    ]
