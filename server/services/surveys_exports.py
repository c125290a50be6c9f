"""The coded result of a survey as a spreadsheet: with a reason, on record."""

import datetime as dt
import secrets
from typing import Any

from models import Survey, User, db
from server.crypto import Vault
from server.errors import Conflict
from server.schemas.visits_questions import VisitQuestionKind
from server.services import audit, surveys_results, users
from server.services.audit import Actor
from server.services.files_sheets import Sheet, book_of
from server.services.visits_exports import code_book, columns_of

_CODES = ("变量", "问题", "题型", "编码", "含义")


class SurveyHeldBack(Conflict):
    code = "survey_held_back"
    message = f"匿名问卷结束后、收到 {surveys_results.LEAST} 份以上才能查看和导出"


def workbook(row: Survey, reason: str, *, vault: Vault, actor: Actor, now: dt.datetime) -> bytes:
    """Return the answers, a line each, as numbers where they were chosen, and a sheet that says what
    the numbers mean; leave in the trail who took it along and why. Of an anonymous survey nobody is
    named, and what people wrote stands on a sheet of its own, in an order of chance: beside what
    else they chose, a way of writing could be known. Raises Invalid, SurveyHeldBack."""
    reason = audit.purpose(reason)
    if surveys_results.is_held_back(row):
        raise SurveyHeldBack
    with db.atomic():
        lines = surveys_results.answers_of(row)
        audit.record(
            actor,
            "surveys.export",
            row,
            org_unit_id=row.org_unit_id,
            now=now,
            after={"rows": len(lines)},
            reason=reason,
        )
    texts = [each for each in row.questions if each["kind"] == VisitQuestionKind.TEXT]
    beside = [each for each in row.questions if not (row.is_anonymous and each in texts)]
    columns = [column for question in beside for column in columns_of(question)]
    names = {} if row.is_anonymous else _names([each.user_id for each in lines], vault)
    head = ["序号", *(() if row.is_anonymous else ("会员",)), *(name for name, _ in columns)]
    table = [
        [
            number,
            *(() if row.is_anonymous else (names.get(each.user_id, "已注销的会员"),)),
            *(read(each.answers) for _, read in columns),
        ]
        for number, each in enumerate(lines, 1)
    ]
    widths = [8, *(() if row.is_anonymous else (18,)), *(14 for _ in columns)]
    sheets = [Sheet("编码结果", head, table, widths)]
    if row.is_anonymous and texts:
        said = [line for question in texts for line in _said(question, lines)]
        sheets.append(Sheet("文字回答", ("变量", "问题", "回答"), said, (10, 40, 60)))
    sheets.append(Sheet("编码表", _CODES, code_book(row.questions), (14, 40, 8, 8, 30)))
    return book_of(sheets)


def _said(question: dict[str, Any], lines: list[Any]) -> list[list[str]]:
    key = question["key"]
    said = [each.answers[key] for each in lines if each.answers.get(key)]
    secrets.SystemRandom().shuffle(said)
    return [[key, question["label"], text] for text in said]


def _names(user_ids: list[int | None], vault: Vault) -> dict[int | None, str]:
    rows = User.select().where(User.id.in_([each for each in user_ids if each]))
    return {row.id: users.real_name_of(row, vault) or users.display_name(row) for row in rows}
