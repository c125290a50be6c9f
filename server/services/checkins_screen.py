"""What the door shows and knows: the rotating code, who is there, who came last."""

import base64
import datetime as dt
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import qrcode
from peewee import fn
from qrcode.image.svg import SvgPathImage

from models import Checkin, Session, Signup, User, db
from models.signups import SignupState
from server.services import audit, users
from server.services import checkins_codes as codes
from server.services.audit import Actor

WITH_PLACE = (SignupState.CONFIRMED, SignupState.ATTENDED, SignupState.NO_SHOW)


@dataclass(frozen=True)
class ShownCode:
    """One code and the time in which it is to be shown."""

    slot: int
    valid_from: dt.datetime
    valid_to: dt.datetime
    url: str


@dataclass(frozen=True)
class Presence:
    """`people` checked in themselves, `persons` counts whom they brought too; `signed_up` counts
    persons with a place; `capacity` is None without a limit."""

    people: int
    persons: int
    signed_up: int
    capacity: int | None


@dataclass(frozen=True)
class Arrival:
    """Somebody who came, as a screen in the lobby may name them."""

    name: str
    at: dt.datetime
    party_present: int


def qr(
    session: Session, *, base_url: str, slot_seconds: int, now: dt.datetime, slots: int = 3
) -> list[ShownCode]:
    """Return the codes to show from now on, one per slot."""
    first = codes.slot_of(now, slot_seconds)
    shown = []
    for slot in range(first, first + slots):
        begins = dt.datetime.fromtimestamp(slot * slot_seconds, dt.UTC)
        code = _code(session.id, session.qr_key, slot)
        url = f"{base_url.rstrip('/')}/c/{code}"
        shown.append(ShownCode(slot, begins, begins + dt.timedelta(seconds=slot_seconds), url))
    return shown


@lru_cache(maxsize=256)
def _code(session_id: int, key: str, slot: int) -> str:
    """One code per slot and process: screens ask every two seconds, and drawing it is the dearest
    thing about it."""
    return codes.make(session_id, key, slot)


@lru_cache(maxsize=256)
def qr_svg(url: str) -> str:
    """Return a QR code of a link as an SVG element, one path, to be put into a page."""
    image = qrcode.make(url, image_factory=SvgPathImage, border=2)
    return str(image.to_string(encoding="unicode"))


def picture(url: str) -> str:
    """Return a QR code as a picture's address: it needs no request of its own when it is due."""
    return f"data:image/svg+xml;base64,{base64.b64encode(qr_svg(url).encode()).decode()}"


def new_key(session: Session, *, actor: Actor, now: dt.datetime) -> None:
    """换码: make every code shown so far worthless at once."""
    with db.atomic():
        Session.update(qr_key=secrets.token_hex(32)).where(Session.id == session.id).execute()
        audit.record(actor, "checkins.new_key", session, now=now, org_unit_id=session.space_id)


def present(session: Session) -> Presence:
    """Return how many are here and how many are expected. Voided check-ins do not count."""
    here: Any = (
        Checkin.select(fn.COUNT(Checkin.id), fn.COALESCE(fn.SUM(1 + Checkin.party_present), 0))
        .where(Checkin.session == session, Checkin.voided_at.is_null())
        .tuples()
        .first()
    )
    expected = (
        Signup.select(fn.COALESCE(fn.SUM(Signup.party_size), 0))
        .where(Signup.session == session, Signup.state.in_(WITH_PLACE))
        .scalar()
    )
    return Presence(int(here[0]), int(here[1]), int(expected), session.capacity)


def surname(user: User) -> str:
    """Return what a screen in the lobby, or somebody who only scans, may read of a name."""
    return f"{users.display_name(user)[:1]}**"


def latest_arrivals(session: Session, count: int) -> list[Arrival]:
    """Return who came last, the last one first, by the first character of their name only: the
    screen is read by everybody in the lobby."""
    rows: Any = (
        Checkin.select(Checkin, User)
        .join(User, on=(Checkin.user_id == User.id), attr="user")
        .where(Checkin.session == session, Checkin.voided_at.is_null())
        .order_by(Checkin.occurred_at.desc(), Checkin.id.desc())
        .limit(count)
    )
    return [Arrival(surname(row.user), row.occurred_at, row.party_present) for row in rows]
