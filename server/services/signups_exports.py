"""The list of a session as a spreadsheet: for a keeper, with a reason, on record."""

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from models import Session, Signup, db
from server.clock import SHANGHAI
from server.crypto import Vault
from server.errors import Invalid
from server.services import activities_questions as questions
from server.services import audit, signups_roster, users
from server.services.audit import Actor

_HEAD = ("状态", "候补位次", "姓名", "企业", "人数", "手机号", "来源", "报名时间", "到场时间")
_WIDTHS = (12, 10, 14, 30, 8, 16, 14, 18, 18)


def workbook(
    session: Session,
    reason: str,
    *,
    names: dict[str, str],
    vault: Vault,
    actor: Actor,
    now: dt.datetime,
) -> bytes:
    """Return the whole list as .xlsx and leave in the trail who took it along and why; `names` are
    the words for states and sources. Raises Invalid without a reason."""
    reason = reason.strip()
    if not 2 <= len(reason) <= 60:
        raise Invalid(fields={"reason": "请写明用途（2–60字），会记入审计"})
    with db.atomic():
        rows = list(signups_roster.of_session(session))
        audit.record(
            actor,
            "signups.export",
            session,
            org_unit_id=session.space_id,
            now=now,
            after={"rows": len(rows)},
            reason=reason,
        )
    asked = [question["label"] for question in session.activity.questions]
    lines = [_line(signup, session, names, vault) for signup in rows]
    return _stored([*_HEAD, *asked], lines)


def _line(signup: Signup, session: Session, names: dict[str, str], vault: Vault) -> list[Any]:
    user: Any = getattr(signup, "user", None)
    company: Any = getattr(signup, "enterprise", None)
    checkin: Any = getattr(signup, "checkin", None)
    name = (users.real_name_of(user, vault) or users.display_name(user)) if user else "已注销用户"
    phone = users.phone_of(user, vault) if user else None
    rank = getattr(signup, "rank", None) if signup.state == "waitlisted" else None
    answers = questions.shown(session.activity, signup.answers)
    return [
        names[signup.state.value],
        rank,
        name,
        company.name if company else "",
        signup.party_size,
        phone or "",
        names[signup.source.value],
        _wall(signup.created_at),
        _wall(checkin.occurred_at) if checkin else "",
        *(answer for _, answer in answers),
    ]


def _wall(moment: dt.datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _stored(head: list[str], lines: Iterable[list[Any]]) -> bytes:
    """Return a workbook in which what people wrote stays what they wrote: a text that looks like a
    formula is a text, a phone number keeps its digits."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    sheet: Any = book.active
    sheet.title = "名单"
    for number, values in enumerate([head, *lines], 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"
                cell.number_format = "@"
            else:
                cell.value = value
    for column, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEFGHI"[column]].width = width
    sheet.freeze_panes = "A2"
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()
