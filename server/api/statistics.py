"""统计: figures for staff, each drillable to its rows."""

from flask import Response

from server.api.door import reply, staff_word
from server.clock import utcnow
from server.context import current_scope
from server.schemas.base import ListOut
from server.schemas.statistics import (
    FigureOut,
    RestatementOut,
    RowOut,
    RowsQuery,
    SpaceFiguresOut,
    SpacesOut,
    SummaryOut,
    SummaryQuery,
    SumsQuery,
)
from server.services import enterprises_restated, statistics

staff_bp = staff_word("statistics")


def _out(figure: statistics.Figure) -> FigureOut:
    return FigureOut(**{name: getattr(figure, name) for name in FigureOut.model_fields})


@staff_bp.get(
    "/statistics/summary",
    summary="Every figure of a month over my Spaces, or one of them",
    responses={200: SummaryOut},
)
def summary(query: SummaryQuery) -> Response:
    period = statistics.Period.of_month(query.month)
    spaces = statistics.spaces_for(current_scope(), query.space)
    figures = statistics.summary(spaces, period, now=utcnow())
    out = [_out(figure) for figure in figures]
    restated = [
        RestatementOut(**{name: getattr(each, name) for name in RestatementOut.model_fields})
        for each in enterprises_restated.of_month(spaces, query.month)
    ]
    return reply(
        SummaryOut(month=query.month, space_ids=sorted(spaces), figures=out, restated=restated)
    )


@staff_bp.get(
    "/statistics/spaces",
    summary="Every figure of a month, Space by Space",
    responses={200: SpacesOut},
)
def spaces(query: SummaryQuery) -> Response:
    period = statistics.Period.of_month(query.month)
    allowed = statistics.spaces_for(current_scope(), query.space)
    found = statistics.by_space(allowed, period, now=utcnow())
    items = [
        SpaceFiguresOut(space_id=space_id, figures=[_out(figure) for figure in figures])
        for space_id, figures in found.items()
    ]
    return reply(SpacesOut(month=query.month, items=items))


@staff_bp.get(
    "/statistics/sums",
    summary="Every figure of a month in one sum; small numbers of persons are hidden",
    responses={200: SummaryOut},
)
def sums(query: SumsQuery) -> Response:
    period = statistics.Period.of_month(query.month)
    figures = statistics.sums_for(current_scope(), period, now=utcnow())
    out = [_out(figure) for figure in figures]
    return reply(SummaryOut(month=query.month, space_ids=[], figures=out, restated=[]))


@staff_bp.get(
    "/statistics/rows",
    summary="The rows a figure was counted from, without anybody's name",
    responses={200: ListOut[RowOut]},
)
def rows(query: RowsQuery) -> Response:
    page = statistics.rows(
        query.figure,
        statistics.spaces_for(current_scope(), query.space),
        statistics.Period.of_month(query.month),
        cursor=query.cursor,
        limit=query.limit,
        now=utcnow(),
    )
    return reply(ListOut[RowOut](items=[_row(row) for row in page.items], next=page.next))


def _row(row: statistics.Row) -> RowOut:
    return RowOut(**{name: getattr(row, name) for name in RowOut.model_fields})
