"""Companies that may have been entered twice: told by how their names read and where they are."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from peewee import JOIN, IntegrityError

from models import Building, Enterprise, EnterpriseDistinct, db
from models.enterprises import EnterpriseStatus
from server.errors import Invalid
from server.services import audit, enterprises
from server.services.audit import Actor
from server.services.enterprises_register import is_kept_by

MOST: Final = 200
"""Pairs told at a time; they become fewer as they are dealt with."""
_FEWEST_INITIALS: Final = 5
"""Shorter rows of initials are alike by chance."""
_FORM: Final = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|公司)+$")
_PLACE: Final = re.compile(r"上海市|上海")


@dataclass(frozen=True)
class Pair:
    """Two companies that look like one: `keep` is the fuller or older entry."""

    keep: Enterprise
    other: Enterprise
    why: str


def key_of(name: str) -> str:
    """Return a name as it compares: full-width letters, case, brackets and spaces make no
    difference."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def core_of(name: str) -> str:
    """Return what tells a company from others in its name: without the city and the legal form."""
    key = key_of(name)
    core = _PLACE.sub("", _FORM.sub("", key))
    return core if len(core) >= 2 else key


def initials_of(row: Any) -> str:
    """Return the initials of the full name alone; empty where they are too few to tell."""
    own = str(row.initials).split(" ", 1)[0]
    return own if len(own) >= _FEWEST_INITIALS else ""


_SIGNS: Final[tuple[tuple[str, Callable[[Enterprise], Any]], ...]] = (
    ("名称相同", lambda row: key_of(row.name)),
    ("名称只差地名或公司类型", lambda row: core_of(row.name)),
    (
        "同一栋楼，拼音首字母相同",
        lambda row: row.building_id and initials_of(row) and (row.building_id, initials_of(row)),
    ),
)


def pairs(space_ids: Iterable[int]) -> list[Pair]:
    """Return which companies of these Spaces look alike, the surest first, at most MOST. Two that
    have different credit codes are two companies unless their names are the same."""
    rows: list[Enterprise] = list(
        Enterprise.select(Enterprise, Building)
        .join(Building, JOIN.LEFT_OUTER)
        .where(is_kept_by(space_ids), Enterprise.status != EnterpriseStatus.MERGED)
        .order_by(Enterprise.id)
    )
    settled = {
        (row.first_id, row.second_id)
        for row in EnterpriseDistinct.select(EnterpriseDistinct.first, EnterpriseDistinct.second)
    }
    found: list[Pair] = []
    for why, sign in _SIGNS:
        for one, two in _alike(rows, sign):
            ids = (one.id, two.id)
            if ids in settled or (sign is not _SIGNS[0][1] and _differ(one, two)):
                continue
            settled.add(ids)
            keep, other = (one, two) if _fullness(one) >= _fullness(two) else (two, one)
            found.append(Pair(keep, other, why))
            if len(found) == MOST:
                return found
    return found


def _alike(
    rows: list[Enterprise], sign: Callable[[Enterprise], Any]
) -> Iterator[tuple[Enterprise, Enterprise]]:
    groups: dict[Any, list[Enterprise]] = defaultdict(list)
    for row in rows:
        if own := sign(row):
            groups[own].append(row)
    for group in groups.values():
        yield from ((group[0], other) for other in group[1:])


def _differ(one: Enterprise, two: Enterprise) -> bool:
    return bool(one.credit_code and two.credit_code and one.credit_code != two.credit_code)


def _fullness(row: Enterprise) -> tuple[bool, bool, int]:
    told = (row.short_name, row.building_id, row.room, row.industry, row.size_band)
    return (
        row.status == EnterpriseStatus.ACTIVE,
        bool(row.credit_code),
        sum(bool(each) for each in told),
    )


def tell_apart(one: Enterprise, two: Enterprise, *, actor: Actor, now: dt.datetime) -> None:
    """Write down that these two are not one company; a second time changes nothing. Raises Invalid
    for a company and itself, EnterpriseMerged."""
    if one.id == two.id:
        raise Invalid("请选择两家不同的企业")
    if EnterpriseStatus.MERGED in (one.status, two.status):
        raise enterprises.EnterpriseMerged
    first, second = sorted((one.id, two.id))
    try:
        with db.atomic():
            row = EnterpriseDistinct.add(now=now, by=actor.id, first=first, second=second)
            audit.record(actor, "enterprises.tell_apart", row, now=now)
    except IntegrityError:
        return  # somebody said so before
