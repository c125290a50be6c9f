"""Statistics to take along: the rows of a figure, and the monthly report, as spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from models import Building, Enterprise, Restatement, Series, Space
from server.clock import SHANGHAI
from server.errors import Invalid
from server.services import (
    statistics,
    statistics_baselines,
    statistics_closes,
    statistics_counted,
    statistics_shares,
)
from server.services.files_sheets import Sheet, book_of
from server.services.statistics import Figure
from server.services.statistics_asked import Asked
from server.services.statistics_baselines import Headline
from server.services.statistics_figures import FIGURES
from server.services.statistics_shares import Came, Offered, Share

MOST_ROWS: Final = 50_000


@dataclass(frozen=True)
class Report:
    """All of a month (or a few) on a few pages of paper."""

    headlines: list[Headline]
    figures: list[Figure]
    offered: Offered
    came: Came
    restated: list[Restatement]


def report(asked: Asked, goals: Iterable[str]) -> Report:
    """Return the report over what is asked."""
    months = statistics_counted.months_of(asked)
    return Report(
        statistics_baselines.headlines(asked),
        statistics.told(asked),
        statistics_shares.of_activities(asked, goals),
        statistics_shares.of_companies(asked),
        statistics_closes.of_months(asked.space_ids, months[0], months[-1]),
    )


def report_book(asked: Asked, told: Report) -> bytes:
    """Return the report as a workbook, one sheet per table."""
    as_of = _wall(asked.as_of)
    figures: list[list[Any]] = [
        [each.name, each.total, each.unit, each.counted, each.brought, "", each.definition, as_of]
        for each in told.headlines
    ]
    figures = [[f"累计{line[0]}", *line[1:]] for line in figures]
    for each in told.figures:
        beside = ["", _percent(each.coverage), each.definition, as_of]
        figures.append([each.name, each.display, each.unit, each.numerator, *beside])
    head = ("指标", "数值", "单位", "系统记录", "历史基数", "覆盖率", "口径", "截至")
    offered, came = told.offered, told.came
    return book_of(
        [
            Sheet("指标", head, figures, (18, 12, 8, 12, 12, 10, 60, 18)),
            _sheet("系列", offered.series),
            _sheet("类型", offered.kinds),
            _sheet("目标", offered.goals),
            _sheet("企业", came.companies),
            _sheet("楼宇", came.buildings),
            _sheet("网格", came.grids),
            _restated(told.restated),
        ]
    )


def _sheet(title: str, shares: list[Share]) -> Sheet:
    head = ("名称", "场次", "活动", "人次", "企业数", "备注")
    lines = [
        [each.name, each.sessions, each.activities, each.person_times, each.companies, each.detail]
        for each in shares
    ]
    return Sheet(title, head, lines, (36, 8, 8, 10, 10, 30))


def _restated(rows: list[Restatement]) -> Sheet:
    head = ("空间", "月份", "指标", "原数", "现数", "原因", "登记时间")
    lines = [
        [
            row.space.name,
            row.month,
            FIGURES[row.figure].name if row.figure in FIGURES else row.figure,
            row.before,
            row.after,
            reason_of(row),
            _wall(row.at),
        ]
        for row in rows
    ]
    return Sheet("更正", head, lines, (16, 10, 14, 10, 10, 40, 18))


def reason_of(row: Restatement) -> str:
    """Return why a figure reads differently, in words."""
    merges = {"enterprises.merge": "合并重复企业", "enterprises.undo_merge": "撤销企业合并"}
    return row.reason or merges.get(row.cause, "")


def rows_book(code: str, asked: Asked) -> bytes:
    """Return the rows of a figure as a workbook, with what they are on the first sheet. Raises
    NotFound for a code there is no figure of, Invalid where they are too many for a sheet."""
    (figure,) = statistics.told(asked, (statistics.definition_of(code).code,))
    page = statistics.rows_of(code, asked, number=1, size=MOST_ROWS)
    if page.total > MOST_ROWS:
        raise Invalid(f"共 {page.total} 行，一次最多导出 {MOST_ROWS} 行，请缩短时间范围")
    names = {row.id: row.name for row in Space.select(Space.id, Space.name)}
    about = [
        ["指标", figure.name],
        ["数值", figure.display],
        ["口径", figure.definition],
        *([name, value] for name, value in filters_of(asked)),
    ]
    lines = (
        [
            names.get(row.space_id or 0, ""),
            _wall(row.at) if row.at else "",
            row.title,
            row.detail,
            row.amount,
            row.base,
        ]
        for row in page.items
    )
    head = ("空间", "时间", "名称", "说明", "计数", "基数")
    return book_of(
        [
            Sheet("说明", ("项目", "内容"), about, (12, 80)),
            Sheet("明细", head, lines, (16, 18, 36, 24, 8, 8)),
        ]
    )


def filters_of(asked: Asked) -> list[tuple[str, str]]:
    """Return what a figure is asked over, line by line, in words."""
    spaces = Space.select(Space.name).where(Space.id.in_(asked.space_ids)).order_by(Space.name)
    months = statistics_counted.months_of(asked)
    period = months[0] if len(months) == 1 else f"{months[0]} 至 {months[-1]}"
    only = asked.only
    named: list[tuple[str, Any]] = [
        ("系列", only.series_id and _name(Series, only.series_id)),
        ("类型", only.kind and only.kind.value),
        ("目标", only.goal),
        ("企业", only.enterprise_id and _name(Enterprise, only.enterprise_id)),
        ("楼宇", only.building_id and _name(Building, only.building_id)),
        ("网格", only.grid),
    ]
    return [
        ("空间", "、".join(row.name for row in spaces)),
        ("统计期", period),
        *((name, str(value)) for name, value in named if value),
        ("截至", _wall(asked.as_of)),
    ]


def _name(table: Any, row_id: int) -> str:
    found = table.get_or_none(table.id == row_id)
    return found.name if found else "（没有这一项）"


def _wall(moment: Any) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
