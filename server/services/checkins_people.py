"""查人: finding somebody at the door by what they know of themselves."""

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from models import Checkin, Enterprise, ScanLog, Session, Signup, User
from models.checkins import CheckinMethod
from models.signups import LIVE
from models.users import UserStatus
from server.crypto import Vault
from server.errors import NotFound
from server.services import enterprises, signups_roster, users
from server.services.audit import Actor
from server.services.checkins_entry import Attempt
from server.services.checkins_stewards import Steward

SHORTEST = 2
"""Of one character half the list would come, and the list is nobody's to read at the door."""
MOST = 50
"""More nobody reads at a door; one more character is quicker."""
_WHOLE_PHONE = 11


@dataclass(frozen=True)
class Attendee:
    """A person as staff at the door see them: never the whole number, never the real name."""

    user_id: int
    name: str
    phone_masked: str | None
    enterprise: str | None

    def veiled(self) -> "Attendee":
        """Return the same person for somebody who need not know who it is."""
        return Attendee(self.user_id, f"{self.name[:1]}**", None, None)


@dataclass(frozen=True)
class Found:
    """Somebody found, with their signup for the session (None: not signed up) and, when they are
    there, their check-in."""

    person: Attendee
    signup: Signup | None
    checkin: Checkin | None


@dataclass(frozen=True)
class Matches:
    """Whom a text may mean; `has_more` when others are meant too, who are not among them."""

    found: list[Found]
    has_more: bool = False


@dataclass(frozen=True)
class Entered:
    """The check-in that stands, with session, signup and person; `is_repeat` when it stood before."""

    checkin: Checkin
    person: Attendee
    is_repeat: bool


def attendee(user: User, enterprise: Enterprise | None, vault: Vault) -> Attendee:
    """Return a person as staff at the door see them."""
    company = enterprise.name if enterprise else None
    return Attendee(user.id, users.display_name(user), users.masked_phone(user, vault), company)


def entered_for(steward: Steward, checkin_id: int, *, vault: Vault) -> Entered:
    """Return a check-in as this steward may see it: who may only scan reads the names of those they
    scanned themselves. Raises NotFound."""
    done = entered(checkin_id, vault=vault)
    if steward.can_admit or done.checkin.staff_id == steward.actor.id:
        return done
    return Entered(done.checkin, done.person.veiled(), done.is_repeat)


def entered(checkin_id: int, *, vault: Vault) -> Entered:
    """Return a check-in with person and signup, voided ones too. Raises NotFound."""
    found: Checkin | None = (
        Checkin.select(Checkin, Signup)
        .join(Signup, JOIN.LEFT_OUTER)
        .where(Checkin.id == checkin_id)
        .first()
    )
    if found is None:
        raise NotFound
    user = users.find(found.user_id)
    company = enterprises.find(found.enterprise_id) if found.enterprise_id else None
    if user is None:
        raise NotFound
    return Entered(found, attendee(user, company, vault), is_repeat=True)


def latest(session: Session, count: int) -> list[Checkin]:
    """Return the last check-ins of a session, voided ones too, the latest first; each with `user`,
    `company` (or None) and `signup` joined in."""
    rows: Any = (
        Checkin.select(Checkin, User, Enterprise, Signup)
        .join_from(Checkin, User, on=(Checkin.user_id == User.id), attr="user")
        .join_from(
            Checkin,
            Enterprise,
            JOIN.LEFT_OUTER,
            on=(Checkin.enterprise_id == Enterprise.id),
            attr="company",
        )
        .join_from(Checkin, Signup, JOIN.LEFT_OUTER)
        .where(Checkin.session == session)
        .order_by(Checkin.recorded_at.desc(), Checkin.id.desc())
        .limit(count)
    )
    return list(rows)


def search(session: Session, text: str, *, actor: Actor, vault: Vault, now: dt.datetime) -> Matches:
    """Return whom of the session's list the text may mean, by name, pinyin, initials, company or
    the end of their number; nobody for less than two characters. A whole number finds its member
    even if they are not on the list (whoever says it aloud is that person), and that is on record.
    """
    wanted = "".join(unicodedata.normalize("NFKC", text).lower().split())
    if len(wanted) < SHORTEST:
        return Matches([])
    meant = [line for line in _listed(session) if is_meant(line, wanted, vault)]
    if meant:
        found = [
            Found(attendee(line.user, line.enterprise, vault), line, line.checkin)
            for line in meant[:MOST]
        ]
        return Matches(found, has_more=len(meant) > MOST)
    user = _with_phone(wanted, vault)
    if user is None:
        return Matches([])
    method = CheckinMethod.STAFF_SEARCH
    seen = Attempt(method, wanted, now, actor.id or 0, session=session, staff_id=actor.id)
    seen.user_id = user.id
    seen.log("looked_up")
    return Matches([Found(attendee(user, enterprises.enterprise_of(user.id), vault), None, None)])


def known_to(session: Session, user_id: int) -> User | None:
    """Return an active member who has to do with the session's Space, or whom staff scanned or
    looked up at this session; None for a stranger, whose bare id shall open nothing."""
    user = users.find(user_id)
    if user is None or user.status != UserStatus.ACTIVE:
        return None
    signed_up = Signup.select(Signup.id).where(
        Signup.user_id == user_id, Signup.space == session.space_id
    )
    seen = ScanLog.select(ScanLog.id).where(
        ScanLog.session_id == session.id, ScanLog.user_id == user_id
    )
    is_known = user.home_space_id == session.space_id or signed_up.exists() or seen.exists()
    return user if is_known else None


def _with_phone(text: str, vault: Vault) -> User | None:
    is_whole = len(text) == _WHOLE_PHONE and text.isascii() and text.isdecimal()
    user = users.find_by_phone(text, vault) if is_whole else None
    return user if user and user.status == UserStatus.ACTIVE else None


def _listed(session: Session) -> list[Any]:
    """Return the signups of a session, each with `user`, `enterprise` and `checkin` (or None): those
    that stand, and the last one of whoever has given theirs back."""
    rows: Any = signups_roster.of_session(session)
    lines: dict[int, Any] = {}
    for row in rows:
        if row.user is None or row.user.status == UserStatus.ERASED:
            continue
        kept = lines.get(row.user_id)
        if kept is None or kept.state not in LIVE:
            lines[row.user_id] = row
    return sorted(lines.values(), key=lambda row: (row.checkin is not None, row.id))


def is_meant(line: Any, wanted: str, vault: Vault) -> bool:
    """Say whether a line of a list (with `user` and `enterprise`) may be meant by the text, which is
    lower case and without spaces."""
    names = [users.display_name(line.user), users.real_name_of(line.user, vault) or ""]
    company = line.enterprise
    spoken = [*names, *((company.name, company.short_name) if company else ())]
    if any(wanted in name.lower() for name in spoken):
        return True
    if not wanted.isascii():
        return False
    if wanted.isdecimal():
        return (users.phone_of(line.user, vault) or "").endswith(wanted)
    spelled = [part for name in names if name for part in enterprises.spelled(name)]
    spelled += [company.pinyin, company.initials] if company else []
    return any(wanted in part for part in spelled)
