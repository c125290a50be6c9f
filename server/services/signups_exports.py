"""The list of a session as a spreadsheet: for a keeper, with a reason, on record."""

import datetime as dt
from typing import Any

from models import Session, Signup, db
from server.clock import SHANGHAI
from server.crypto import Vault
from server.services import activities_questions as questions
from server.services import audit, files_sheets, signups_roster, users
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
    reason = audit.purpose(reason)
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
    return files_sheets.workbook("名单", [*_HEAD, *asked], lines, _WIDTHS)


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
