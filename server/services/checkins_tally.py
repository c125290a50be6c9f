"""The numbers at the door beside who is there: by which way, through which entrance, beyond what."""

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from models import Checkin, Session, Signup, Staff
from models.checkins import CheckinMethod
from models.signups import SEATED
from server.services.checkins_screen import Presence, present


@dataclass(frozen=True)
class Tally:
    """`guests` were counted by hand and stand beside the others; `over_capacity` counts persons let
    in for whom there was no place; `by_method` and `by_door` count persons, companions included. A
    door without a label goes by who stood there; people who scanned for themselves by 自助扫码."""

    presence: Presence
    guests: int
    over_capacity: int
    by_method: list[tuple[CheckinMethod, int]]
    by_door: list[tuple[str, int]]


def tally(session: Session) -> Tally:
    """Return the numbers of a session. Voided check-ins do not count."""
    beyond = (
        Signup.select(fn.COALESCE(fn.SUM(Signup.over_capacity), 0))
        .where(Signup.session == session, Signup.state.in_(SEATED))
        .scalar()
    )
    guests = Session.select(Session.counted_guests).where(Session.id == session.id).scalar()
    by_method, by_door = _by_way(session)
    return Tally(present(session), int(guests), int(beyond), by_method, by_door)


def _by_way(
    session: Session,
) -> tuple[list[tuple[CheckinMethod, int]], list[tuple[str, int]]]:
    rows: Any = (
        Checkin.select(Checkin.method, Checkin.door, Staff.name, fn.SUM(1 + Checkin.party_present))
        .join(Staff, JOIN.LEFT_OUTER, on=(Checkin.staff_id == Staff.id))
        .where(Checkin.session == session, Checkin.voided_at.is_null())
        .group_by(Checkin.method, Checkin.door, Staff.name)
        .tuples()
    )
    methods: dict[CheckinMethod, int] = {}
    doors: dict[str, int] = {}
    for method, door, name, persons in rows:
        way = CheckinMethod(method)
        methods[way] = methods.get(way, 0) + int(persons)
        label = door or name or "自助扫码"
        doors[label] = doors.get(label, 0) + int(persons)
    return (
        sorted(methods.items(), key=lambda item: -item[1]),
        sorted(doors.items(), key=lambda item: (-item[1], item[0])),
    )
