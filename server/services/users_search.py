"""Finding members by what staff know of them: name, company, whole number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from models import Enterprise, EnterpriseMember, User
from models.enterprises import MemberStatus
from models.users import UserStatus
from server.crypto import Vault
from server.services import enterprises, users

SPELLED = 2_000
"""Among how many members, those who came last, a name is looked for by its pinyin."""
_WHOLE_PHONE = 11


@dataclass(frozen=True)
class Person:
    """A member as staff who may look for people see them: never the whole number or real name."""

    id: int
    name: str
    phone_masked: str | None
    company: Enterprise | None


def search(text: str, space_ids: Iterable[int], *, vault: Vault, limit: int) -> list[Person]:
    """Return members at home in these Spaces whose nickname holds the text or whose company is
    called so, or whose whole number it is; where nobody is, for letters, whose nickname is spelled
    so (among the SPELLED who came last). Who came last first."""
    spaces = sorted(space_ids)
    wanted = text.lower().replace(" ", "")
    if len(wanted) == _WHOLE_PHONE and wanted.isascii() and wanted.isdecimal():
        owner = users.find_by_phone(wanted, vault)
        meant = User.id == (owner.id if owner else None)
    else:
        meant = User.nickname.contains(text) | User.id.in_(_working_at(text))
    rows = _seen(spaces, meant, limit)
    if not rows and wanted.isascii() and wanted.isalpha():
        rows = _seen(spaces, User.id.in_(_spelled(wanted, spaces)[:limit]), limit)
    return [
        Person(
            row.id,
            users.display_name(row),
            users.masked_phone(row, vault),
            enterprises.root_of(row.membership.enterprise) if row.membership else None,
        )
        for row in rows
    ]


def _seen(spaces: list[int], meant: Any, limit: int) -> list[Any]:
    current = (EnterpriseMember.user_id == User.id) & (
        EnterpriseMember.status != MemberStatus.ENDED
    )
    rows: Any = (
        User.select(User, EnterpriseMember, Enterprise)
        .join(EnterpriseMember, JOIN.LEFT_OUTER, on=current, attr="membership")
        .join(Enterprise, JOIN.LEFT_OUTER)
        .where(User.home_space.in_(spaces), User.status == UserStatus.ACTIVE, meant)
        .order_by(User.id.desc())
        .limit(limit)
    )
    return list(rows)


def _working_at(text: str) -> Any:
    return (
        EnterpriseMember.select(EnterpriseMember.user_id)
        .join(Enterprise)
        .where(EnterpriseMember.status != MemberStatus.ENDED, enterprises.is_called(text))
    )


def _spelled(wanted: str, spaces: list[int]) -> list[int]:
    newest: Any = (
        User.select(User.id, User.nickname)
        .where(User.home_space.in_(spaces), User.status == UserStatus.ACTIVE, User.nickname != "")
        .order_by(User.id.desc())
        .limit(SPELLED)
        .tuples()
    )
    return [
        number
        for number, name in newest
        if any(wanted in part for part in enterprises.spelled(str(name)))
    ]
