"""The coded result of a season's questions as a spreadsheet: for a keeper, with a reason, on
record."""

import datetime as dt
from typing import Any

from models import Enterprise, VisitAnswer, VisitCampaign, VisitRecord, db
from server.clock import SHANGHAI
from server.errors import Conflict
from server.schemas.visits_questions import SCALE, VisitQuestionKind
from server.services import audit, visits_results
from server.services.audit import Actor
from server.services.files_sheets import Sheet, book_of

_KINDS = {
    VisitQuestionKind.CHOICE: "单选",
    VisitQuestionKind.MULTI: "多选",
    VisitQuestionKind.SCALE: "量表",
    VisitQuestionKind.TEXT: "文字",
}


class HeldBack(Conflict):
    code = "results_held_back"
    message = f"匿名问卷收到 {visits_results.LEAST} 份以上才能查看和导出"


def workbook(campaign: VisitCampaign, reason: str, *, actor: Actor, now: dt.datetime) -> bytes:
    """Return the answers, one line each, as numbers where they were chosen, with a sheet that says
    what the numbers mean; leave in the trail who took it along and why. Lines of an anonymous
    season name nobody. Raises Invalid without a reason, HeldBack."""
    reason = audit.purpose(reason)
    with db.atomic():
        rows = _rows(campaign)
        if campaign.is_anonymous and len(rows) < visits_results.LEAST:
            raise HeldBack
        audit.record(
            actor,
            "visits.export",
            campaign,
            org_unit_id=campaign.space_id,
            now=now,
            after={"rows": len(rows)},
            reason=reason,
        )
    columns = [column for question in campaign.questions for column in columns_of(question)]
    named = () if campaign.is_anonymous else ("企业", "走访时间")
    head = ["序号", *named, *(name for name, _ in columns)]
    lines = [
        [number, *who, *(read(answers) for _, read in columns)]
        for number, (who, answers) in enumerate(rows, 1)
    ]
    widths = [8, *((30, 18) if named else ()), *(14 for _ in columns)]
    return book_of(
        [
            Sheet("编码结果", head, lines, widths),
            Sheet(
                "编码表",
                ("变量", "问题", "题型", "编码", "含义"),
                code_book(campaign.questions),
                (14, 40, 8, 8, 30),
            ),
        ]
    )


def _rows(campaign: VisitCampaign) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    if campaign.is_anonymous:
        return [((), answers) for answers in visits_results.answers_of(campaign)]
    rows: Any = (
        VisitAnswer.select(VisitAnswer, VisitRecord, Enterprise)
        .join_from(VisitAnswer, VisitRecord)
        .join_from(VisitRecord, Enterprise)
        .where(VisitAnswer.campaign == campaign)
        .order_by(VisitRecord.visited_at, VisitRecord.id)
    )
    return [
        (
            (
                row.record.enterprise.name,
                f"{row.record.visited_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            ),
            row.answers,
        )
        for row in rows
    ]


def columns_of(question: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the columns of a question, each with how an answer is read into it: a choice as the
    number of its option, several as one column of 0 and 1 per option, a scale as its step."""
    key, options = question["key"], question["options"]
    kind = VisitQuestionKind(question["kind"])
    if kind is VisitQuestionKind.MULTI:
        return [
            (f"{key}_{number}", lambda given, option=option: _ticked(given.get(key), option))
            for number, option in enumerate(options, 1)
        ]
    if kind is VisitQuestionKind.CHOICE:
        codes = {option: number for number, option in enumerate(options, 1)}
        return [(key, lambda given: codes.get(given.get(key, "")))]
    if kind is VisitQuestionKind.SCALE:
        return [(key, lambda given: int(given[key]) if given.get(key) else None)]
    return [(key, lambda given: given.get(key, ""))]


def _ticked(answer: str | None, option: str) -> int | None:
    return int(option in answer.split("\n")) if answer else None


def code_book(questions: list[dict[str, Any]]) -> list[list[Any]]:
    """Return the lines that say what the numbers mean."""
    lines: list[list[Any]] = []
    for question in questions:
        kind = VisitQuestionKind(question["kind"])
        about = [question["label"], _KINDS[kind]]
        key, options = question["key"], question["options"]
        if kind is VisitQuestionKind.MULTI:
            for number, option in enumerate(options, 1):
                lines.append([f"{key}_{number}", *about, 1, f"选了：{option}"])
                lines.append([f"{key}_{number}", *about, 0, f"没选：{option}"])
        elif kind is VisitQuestionKind.CHOICE:
            lines += [[key, *about, number, option] for number, option in enumerate(options, 1)]
        elif kind is VisitQuestionKind.SCALE:
            ends = options or ("最低", "最高")
            lines += [[key, *about, int(SCALE[0]), ends[0]], [key, *about, int(SCALE[-1]), ends[1]]]
        else:
            lines.append([key, *about, "", "原文"])
    return lines
