"""The list of a session as staff look through it: by state, by company, by what they know."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models import Enterprise, Session, Signup
from models.signups import SignupState
from server.crypto import Vault
from server.services import checkins_people as people
from server.services import signups_roster


@dataclass(frozen=True)
class Wanted:
    """What is looked for; nothing of it means everything."""

    states: tuple[SignupState, ...] = ()
    enterprise_id: int | None = None
    text: str = ""


def select(session: Session, wanted: Wanted, *, vault: Vault) -> Any:
    """Return a select of the signups that are meant, in the order of the list, as
    `signups_roster.of_session`. Text finds names, pinyin, initials, companies and the end of a
    phone number."""
    query: Any = signups_roster.of_session(session, wanted.states)
    if wanted.enterprise_id is not None:
        query = query.where(Signup.enterprise_id == wanted.enterprise_id)
    text = "".join(unicodedata.normalize("NFKC", wanted.text).lower().split())
    if text:
        # Real names and numbers are ciphertext in the table: only we can look into them.
        rows = [row for row in query if row.user and people.is_meant(row, text, vault)]
        query = query.where(Signup.id.in_([row.id for row in rows]))
    return query


def companies(session: Session) -> list[tuple[Enterprise, int]]:
    """Return the companies on the list and how many signups each has, the most first."""
    rows: Any = (
        Enterprise.select(Enterprise, fn.COUNT(Signup.id).alias("signups"))
        .join(Signup, on=(Signup.enterprise_id == Enterprise.id))
        .where(Signup.session == session)
        .group_by(Enterprise)
        .order_by(fn.COUNT(Signup.id).desc(), Enterprise.id)
    )
    return [(row, int(row.signups)) for row in rows]
