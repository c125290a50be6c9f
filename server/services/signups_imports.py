"""A list of people from a spreadsheet: read, looked over row by row, put on the list together."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from models import Enterprise, Session, Signup, db
from models.enterprises import EnterpriseStatus
from models.signups import LIVE, SignupSource
from server.crypto import Vault
from server.errors import Invalid, ServiceError
from server.services import audit, enterprises, files_sheets, users
from server.services import signups_desk as desk
from server.services.audit import Actor
from server.services.signups_desk import Guest, WhenFull

COLUMNS: Final = ("姓名", "手机号", "企业", "人数")
MOST_ROWS: Final = 500
MOST_PARTY: Final = 20
_PHONE: Final = re.compile(r"1[3-9][0-9]{9}|\+[0-9]{6,15}")


@dataclass(frozen=True)
class Row:
    """One line of the sheet, as it was understood; `number` is its number in the sheet."""

    number: int
    name: str
    phone: str = ""
    company: str = ""
    enterprise_id: int | None = None
    party_size: int = 1
    note: str = ""
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What became of a row: the signup, or why there is none."""

    row: Row
    signup: Signup | None
    refusal: str = ""


def template() -> bytes:
    """Return an empty workbook with the columns and one example."""
    example = ("张三（示例，请删除）", "13800000000", "", 1)
    return files_sheets.workbook("名单", COLUMNS, [example], (22, 16, 30, 8))


def read(session: Session, content: bytes, *, vault: Vault) -> list[Row]:
    """Return the rows of a workbook's first sheet, each with what is wrong with it and whom it
    means. Writes nothing. Raises Invalid for a file that is no such list."""
    found = files_sheets.table(content, COLUMNS, most=MOST_ROWS)
    if not found:
        raise Invalid(fields={"file": "表格里没有人，请填写后再上传"})
    return list(_judged(session, found, vault))


def judge(session: Session, told: Iterable[dict[str, Any]], *, vault: Vault) -> list[Row]:
    """Return rows that came back from the preview, looked over again as if read anew."""
    found = [
        (int(each["number"]), [str(each.get(name, "")) for name in COLUMNS])
        for each in list(told)[:MOST_ROWS]
    ]
    return list(_judged(session, found, vault))


def apply(
    session: Session,
    rows: list[Row],
    *,
    when_full: WhenFull,
    reason: str,
    vault: Vault,
    actor: Actor,
    now: dt.datetime,
) -> list[Outcome]:
    """Put the rows without errors on the list, in their order, and return what became of each. One
    that is refused, because there is no place left or somebody was faster, keeps no other out."""
    outcomes = []
    with db.atomic():
        for row in rows:
            if row.errors:
                outcomes.append(Outcome(row, None, "；".join(row.errors)))
                continue
            guest = Guest(row.name, row.phone, row.enterprise_id, row.party_size)
            try:
                signup = desk.add(
                    session,
                    guest,
                    when_full=when_full,
                    reason=reason,
                    source=SignupSource.ROSTER,
                    vault=vault,
                    actor=actor,
                    now=now,
                )
                outcomes.append(Outcome(row, signup))
            except ServiceError as refusal:
                outcomes.append(Outcome(row, None, refusal.detail))
        added = sum(each.signup is not None for each in outcomes)
        after = {"rows": len(rows), "added": added}
        audit.record(
            actor, "signups.import", session, org_unit_id=session.space_id, now=now, after=after
        )
    return outcomes


def _judged(session: Session, found: list[tuple[int, list[str]]], vault: Vault) -> Iterator[Row]:
    companies = _companies({cells[2] for _, cells in found if cells[2]})
    here = _on_the_list(session)
    seen: dict[tuple[str, str], int] = {}
    for number, (name, typed, company, party) in found:
        phone = re.sub(r"[\s-]", "", typed).removeprefix("+86")
        errors = [*_wrong(name, phone, party)]
        if company and company not in companies:
            errors.append(f"企业库里没有“{company[:30]}”，请先添加，或留空")
        key = (phone, "") if phone else (name, company)
        if key in seen:
            errors.append(f"与第 {seen[key]} 行重复")
        seen.setdefault(key, number)
        known = users.find_by_phone(phone, vault) if phone and not errors else None
        if known and known.id in here:
            errors.append("已在名单上")
        elif not phone and (name, companies.get(company)) in here.values():
            errors.append("名单上已有同名的人；确是另一位时请填手机号")
        note = "会员" if known and known.openid_enc else ""
        size = int(party) if _is_count(party) else 1
        yield Row(number, name[:30], phone, company, companies.get(company), size, note, errors)


def _is_count(text: str) -> bool:
    is_number = text.isascii() and text.isdecimal() and len(text) < 4
    return is_number and 1 <= int(text) <= MOST_PARTY


def _wrong(name: str, phone: str, party: str) -> Iterator[str]:
    if not name:
        yield "请填写姓名"
    elif len(name) > 30:
        yield "姓名太长"
    if phone and not _PHONE.fullmatch(phone):
        yield "手机号不正确"
    if party and not _is_count(party):
        yield f"人数应为 1–{MOST_PARTY}"


def _companies(names: set[str]) -> dict[str, int]:
    """Return the companies called so, in full or for short, by that name."""
    rows = Enterprise.select().where(
        Enterprise.name.in_(names) | Enterprise.short_name.in_(names),
        Enterprise.status == EnterpriseStatus.ACTIVE,
    )
    found: dict[str, int] = {}
    for row in rows.order_by(Enterprise.id):
        for name in {row.name, row.short_name} & names:
            found.setdefault(name, enterprises.root_of(row).id)
    return found


def _on_the_list(session: Session) -> dict[int, tuple[str, int | None]]:
    """Return who stands on the list already: name and company by person."""
    rows = Signup.select(Signup.user_id, Signup.enterprise_id).where(
        Signup.session == session, Signup.state.in_(LIVE)
    )
    company = {row.user_id: row.enterprise_id for row in rows}
    people = users.of_ids(list(company))
    return {user.id: (user.nickname, company[user.id]) for user in people.values()}
