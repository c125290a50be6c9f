"""Who must not be read out of a case: the people and companies of its need or activity."""

import re
from collections.abc import Iterable
from typing import Any, Final

from models import CaseStory, Enterprise, Need, Session, Signup, User
from server.crypto import Vault
from server.services import users
from server.services.enterprises_duplicates import core_of, key_of

_MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_GAPS: Final = re.compile(r"(?<=\d)[ -](?=\d)")
_LEAST: Final = 2
"""A single character is in every text."""


def found(row: CaseStory, vault: Vault) -> list[str]:
    """Return the names and numbers of the case's own people and companies that its text holds, and
    any mobile number, each once. Nothing of what is returned may be written down."""
    text = _text(row)
    key = key_of(text)
    names = [*_of_people(_people(row), vault), *_of_companies(_companies(row))]
    held = [name for name in names if len(key_of(name)) >= _LEAST and key_of(name) in key]
    numbers = _MOBILE.findall(_GAPS.sub("", text))
    return list(dict.fromkeys([*held, *numbers]))


def is_doubtful(row: CaseStory) -> bool:
    """Say whether a draft was taken back because somebody of its story left: it named somebody, and
    their names are no longer there to be held against it."""
    return row.is_named and row.published_at is None


def _text(row: CaseStory) -> str:
    figures = (f"{each['name']} {each['value']}" for each in row.figures)
    return "\n".join([row.title, row.before, row.doing, row.after, *figures])


def _people(row: CaseStory) -> Iterable[User]:
    if row.need_id is not None:
        mine = Need.select(Need.user_id).where(Need.id == row.need_id)
        return list(User.select().where(User.id.in_(mine)))
    came = Signup.select(Signup.user_id).join(Session).where(Session.activity == row.activity_id)
    return list(User.select().where(User.id.in_(came)).order_by(User.id))


def _companies(row: CaseStory) -> Iterable[Enterprise]:
    theirs: Any = Need.select(Need.enterprise_id).where(Need.id == row.need_id)
    if row.need_id is None:
        came = Signup.select(Signup.enterprise_id).join(Session)
        theirs = came.where(Session.activity == row.activity_id)
    return list(Enterprise.select().where(Enterprise.id.in_(theirs)).order_by(Enterprise.id))


def _of_people(people: Iterable[User], vault: Vault) -> Iterable[str]:
    for user in people:
        for name in (
            users.real_name_of(user, vault),
            user.nickname,
            users.phone_of(user, vault),
        ):
            if name:
                yield name


def _of_companies(companies: Iterable[Enterprise]) -> Iterable[str]:
    for company in companies:
        yield company.name
        yield company.short_name
        yield core_of(company.name)
