"""Companies of the towers and who works in them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from peewee import JOIN, IntegrityError, ModelSelect
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from models import Building, Enterprise, EnterpriseMember, User, db
from models.enterprises import EnterpriseStatus, MemberStatus
from server.clock import day_of
from server.errors import Conflict, Invalid, NotFound, VersionConflict
from server.services import audit


class CreditCodeTaken(Conflict):
    code, message = "credit_code_taken", "已有企业使用这个统一社会信用代码"


class AlreadyMember(Conflict):
    code, message = "already_member", "您已加入一家企业，请先退出再加入"


class EnterpriseMerged(Conflict):
    code, message = "enterprise_merged", "这家企业已并入另一家，不能再修改"


def get(enterprise_id: int) -> Enterprise:
    """Return the company; a merged one answers as the one it went into. Raises NotFound."""
    found = find(enterprise_id)
    if found is None:
        raise NotFound
    return found


def find(enterprise_id: int) -> Enterprise | None:
    """Return the company, or the one it was merged into, or None."""
    found: Enterprise | None = Enterprise.get_or_none(Enterprise.id == enterprise_id)
    return root_of(found) if found else None


def root_of(enterprise: Enterprise) -> Enterprise:
    """Return the company itself, or the one it was merged into."""
    # A merge re-points what was merged before, so there is never more than one step.
    return enterprise.merged_into if enterprise.merged_into_id else enterprise


def search(text: str) -> ModelSelect[Enterprise]:
    """Return the active companies, with their building, whose name, short name, pinyin or initials
    hold the text, or whose credit code it is. Raises Invalid below two characters."""
    text = text.strip()
    if len(text) < 2:
        raise Invalid(fields={"q": "请至少输入两个字"})
    query: ModelSelect[Enterprise] = (
        Enterprise.select(Enterprise, Building)
        .join(Building, JOIN.LEFT_OUTER)
        .where(Enterprise.status == EnterpriseStatus.ACTIVE, is_called(text))
    )
    return query


def is_called(text: str) -> Any:
    """Return the condition on `Enterprise` that its name, short name, pinyin or initials hold the
    text, or that it is its credit code."""
    spelled = text.lower().replace(" ", "")
    return (
        Enterprise.name.contains(text)
        | Enterprise.short_name.contains(text)
        | Enterprise.pinyin.contains(spelled)
        | Enterprise.initials.contains(spelled)
        | (Enterprise.credit_code == uscc.compact(text))
    )


def family_of(root: Enterprise) -> tuple[int, ...]:
    """Return the ids whose rows are this company's: its own and those merged into it."""
    merged = Enterprise.select(Enterprise.id).where(Enterprise.merged_into == root)
    return (root.id, *(row.id for row in merged.order_by(Enterprise.id)))


def checked_credit_code(number: str) -> str:
    """Return a unified social credit code (GB 32100) in its plain form. Raises Invalid."""
    try:
        return str(uscc.validate(number))
    except InvalidLength:
        message = "统一社会信用代码应为 18 位"
    except InvalidChecksum:
        message = "统一社会信用代码校验不通过，请核对"
    except ValidationError:
        message = "统一社会信用代码含有不应出现的字符"
    raise Invalid(fields={"credit_code": message})


def spelling(*names: str) -> dict[str, str]:
    """Return the columns a name is found by: its pinyin without tones, and the initials."""
    # Its dictionaries take 47 MB; most processes never write a company's name.
    from pypinyin import Style, lazy_pinyin

    def letters(name: str, style: Style) -> str:
        return "".join(lazy_pinyin(name, style=style)).lower().replace(" ", "")

    # The space between the names keeps a search from matching across them.
    pinyin = " ".join(letters(name, Style.NORMAL) for name in names)
    initials = " ".join(letters(name, Style.FIRST_LETTER) for name in names)
    return {"pinyin": pinyin[:400], "initials": initials[:100]}


@lru_cache(maxsize=20_000)
def spelled(name: str) -> tuple[str, str]:
    """Return a name's pinyin and initials; working them out anew for a long list takes a second."""
    spelling_of = spelling(name)
    return spelling_of["pinyin"], spelling_of["initials"]


def create(
    name: str, *, actor: audit.Actor, now: dt.datetime, short_name: str = "", **values: Any
) -> Enterprise:
    """Add a company and return it. `values` are further columns (`building`, `credit_code`,
    `industry`, …). Raises Invalid, NotFound for an unknown building, CreditCodeTaken."""
    if values.get("credit_code"):
        values["credit_code"] = checked_credit_code(values["credit_code"])
    try:
        with db.atomic():
            _known_building(values)
            enterprise = Enterprise.add(
                now=now,
                by=actor.id,
                name=name,
                short_name=short_name,
                **spelling(name, short_name),
                **values,
            )
            audit.record(actor, "enterprises.create", enterprise, now=now, after={"name": name})
    except IntegrityError:
        raise CreditCodeTaken from None
    return enterprise


def _known_building(values: dict[str, Any]) -> None:
    building = values.get("building")
    if isinstance(building, int) and not Building.select().where(Building.id == building).exists():
        raise NotFound("没有这栋楼，请重新选择")


def change(
    enterprise: Enterprise,
    wanted: dict[str, Any],
    *,
    actor: audit.Actor,
    now: dt.datetime,
    expected: int | None = None,
) -> Enterprise:
    """Write the given columns and return the company; a new name is found by its new pinyin.
    Raises Invalid, NotFound, CreditCodeTaken, EnterpriseMerged,
    VersionConflict."""
    if enterprise.status == EnterpriseStatus.MERGED:
        raise EnterpriseMerged
    values = dict(wanted)
    if values.get("credit_code"):
        values["credit_code"] = checked_credit_code(values["credit_code"])
    if values.keys() & {"name", "short_name"}:
        names = (values.get(key, getattr(enterprise, key)) for key in ("name", "short_name"))
        values |= spelling(*names)
    before = {key: str(getattr(enterprise, key)) for key in wanted}
    try:
        with db.atomic():
            _known_building(values)
            if not enterprise.change(now=now, by=actor.id, expected=expected, **values):
                raise VersionConflict
            after = {key: str(values[key]) for key in wanted}
            audit.record(
                actor, "enterprises.change", enterprise, now=now, before=before, after=after
            )
    except IntegrityError:
        raise CreditCodeTaken from None
    return enterprise


def rename(
    enterprise: Enterprise, name: str, *, actor: audit.Actor, now: dt.datetime
) -> Enterprise:
    """Give the company another name. Raises EnterpriseMerged, VersionConflict."""
    return change(enterprise, {"name": name}, actor=actor, now=now)


def enterprise_of(user_id: int) -> Enterprise | None:
    """Return the company a person is with now, verified or not (a merged one: its root)."""
    member = membership_of(user_id)
    return root_of(member.enterprise) if member else None


def membership_of(user_id: int) -> EnterpriseMember | None:
    """Return the person's current membership with its company, or None."""
    found: EnterpriseMember | None = (
        EnterpriseMember.select(EnterpriseMember, Enterprise)
        .join(Enterprise)
        .where(EnterpriseMember.user_id == user_id, EnterpriseMember.status != MemberStatus.ENDED)
        .first()
    )
    return found


def join(user: User, enterprise: Enterprise, *, now: dt.datetime) -> EnterpriseMember:
    """Say that the person works there; pending until staff verify it. Joining the same company
    again returns the membership there is. Raises AlreadyMember, NotFound for a company that moved
    out."""
    enterprise = root_of(enterprise)
    if enterprise.status != EnterpriseStatus.ACTIVE:
        raise NotFound
    try:
        with db.atomic():
            return EnterpriseMember.add(
                now=now,
                by=user.id,
                user_id=user.id,
                enterprise=enterprise,
                from_on=day_of(now),
            )
    except IntegrityError:
        current = membership_of(user.id)
        if current and root_of(current.enterprise) == enterprise:
            return current
        raise AlreadyMember from None


def found_or_join(
    user: User, name: str, *, building_id: int | None, actor: audit.Actor, now: dt.datetime
) -> EnterpriseMember:
    """Join the company of exactly this name; if there is none, add it first. Raises AlreadyMember,
    NotFound for an unknown building."""
    with db.atomic():
        # A refusal by `join` rolls the new company back with it.
        enterprise = _by_name(name) or create(name, building=building_id, actor=actor, now=now)
        return join(user, enterprise, now=now)


def _by_name(name: str) -> Enterprise | None:
    found: Enterprise | None = (
        Enterprise.select()
        .where(Enterprise.name == name, Enterprise.status == EnterpriseStatus.ACTIVE)
        .order_by(Enterprise.id)
        .first()
    )
    return found


def leave(user: User, *, now: dt.datetime) -> None:
    """End the person's membership, if there is one. Its history stays."""
    with db.atomic():
        EnterpriseMember.update(
            status=MemberStatus.ENDED,
            to_on=day_of(now),
            updated_at=now,
            updated_by=user.id,
            version=EnterpriseMember.version + 1,
        ).where(
            EnterpriseMember.user_id == user.id, EnterpriseMember.status != MemberStatus.ENDED
        ).execute()
