"""What looks odd about a check-in: told to the staff of the door, never a reason to refuse."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from peewee import SQL, Database, Select

from models import Checkin, ScanLog, Session, User, db
from server.errors import NotFound
from server.services import activities_sessions as sessions
from server.services import audit
from server.services.audit import Actor
from server.services.checkins_entry import Trace

SHARED_DEVICE = "shared_device"
BURST = "burst"
CLOCK_OFF = "clock_off"

_BURST_TIME = dt.timedelta(seconds=10)
_BURST_OF = 3

# Stand for the arguments while the statement is written; nothing real looks like them.
_SESSION, _USER, _DEVICE, _NETWORK = -1, -2, "\x00device", "\x00network"
_SINCE = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Flagged:
    """A check-in somebody should look into, and whose it is."""

    checkin: Checkin
    user: User


@dataclass(frozen=True)
class Odd:
    """What a check-in is flagged with, and by their flags the earlier ones it makes look odd."""

    flags: list[str]
    earlier: dict[str, list[int]]


def look(session_id: int, user_id: int, trace: Trace, *, now: dt.datetime) -> Odd:
    """Return what is odd about somebody who is checking in by themselves: one phone for several
    people, or three within ten seconds from one network that is not the venue's.

    One look-up in two indexes. It belongs just before the check-in is written, inside its
    transaction: so the flags go in with the row, and of two at once the later sees the earlier.
    """
    network = "" if trace.is_venue else trace.ip_hash
    if not (trace.device or network):
        return Odd([], {})
    sql, marked = _statement(db.obj)
    given: dict[Any, Any] = {
        _SESSION: session_id,
        _USER: user_id,
        _DEVICE: trace.device or None,
        _NETWORK: network or None,
        _SINCE.replace(tzinfo=None): (now - _BURST_TIME).replace(tzinfo=None),
    }
    found = db.execute_sql(sql, [given.get(value, value) for value in marked]).fetchall()
    others: dict[str, dict[int, int | None]] = {SHARED_DEVICE: {}, BURST: {}}
    for flag, other_id, checkin_id in found:
        others[flag][other_id] = checkin_id
    flags, earlier = [], {}
    if others[SHARED_DEVICE]:
        flags.append(SHARED_DEVICE)
        earlier[SHARED_DEVICE] = list(filter(None, others[SHARED_DEVICE].values()))
    if len(others[BURST]) >= _BURST_OF - 1:
        flags.append(BURST)
    if len(others[BURST]) == _BURST_OF - 1:
        # The third makes the first two look odd; from the fourth on these are flagged already.
        earlier[BURST] = list(filter(None, others[BURST].values()))
    return Odd(flags, earlier)


def spread(odd: Odd, *, now: dt.datetime) -> None:
    """Flag the earlier check-ins too, but those somebody has looked into."""
    for flag, checkin_ids in odd.earlier.items():
        _mark(flag, checkin_ids, now=now)


def of_session(session: Session) -> list[Flagged]:
    """Return the check-ins of a session that have flags nobody has looked into, the latest first."""
    rows: Any = (
        Checkin.select(Checkin, User)
        .join(User, on=(Checkin.user_id == User.id), attr="user")
        .where(
            Checkin.session == session,
            Checkin.voided_at.is_null(),
            Checkin.flags.cast("text") != "[]",
        )
        .order_by(Checkin.occurred_at.desc(), Checkin.id.desc())
    )
    return [Flagged(row, row.user) for row in rows]


def get(checkin_id: int) -> Checkin:
    """Return a check-in with its session, as it is. Raises NotFound."""
    checkin: Checkin | None = Checkin.get_or_none(Checkin.id == checkin_id)
    if checkin is None:
        raise NotFound
    checkin.session = sessions.get(checkin.session_id)
    return checkin


def settle(checkin: Checkin, *, actor: Actor, now: dt.datetime) -> None:
    """Clear the flags of somebody who showed the colour and word; they get no new ones. Doing it
    twice changes nothing."""
    with db.atomic():
        settled = (
            Checkin.update(
                flags=[],
                challenged_at=now,
                challenged_by=actor.id,
                version=Checkin.version + 1,
                updated_at=now,
                updated_by=actor.id,
            )
            .where(
                Checkin.id == checkin.id,
                Checkin.voided_at.is_null(),
                Checkin.challenged_at.is_null(),
            )
            .execute()
        )
        if settled:
            audit.record(
                actor,
                "checkins.settle",
                checkin,
                now=now,
                org_unit_id=checkin.space_id,
                before={"flags": checkin.flags},
            )


def _mark(flag: str, checkin_ids: list[int], *, now: dt.datetime) -> None:
    with db.atomic():
        rows = Checkin.select().where(
            Checkin.id.in_(checkin_ids),
            Checkin.voided_at.is_null(),
            Checkin.challenged_at.is_null(),
        )
        if db.for_update:  # in the order of their ids, so that two never wait for each other
            rows = rows.order_by(Checkin.id).for_update()
        for row in rows:
            if flag not in row.flags:
                row.change(now=now, flags=[*row.flags, flag])


@cache
def _statement(_database: Database) -> tuple[str, tuple[Any, ...]]:
    """Return the look-up in this database's spelling, written once per process, and its arguments
    with the marks."""

    def others(flag: str, *conditions: Any) -> Any:
        found = ScanLog.select(
            SQL(f"'{flag}'").alias("flag"), ScanLog.user_id, ScanLog.checkin_id
        ).where(
            ScanLog.session_id == _SESSION,
            *conditions,
            ScanLog.user_id != _USER,
            ScanLog.result == "checked_in",
            ScanLog.staff_id.is_null(),
        )
        few = found.order_by(ScanLog.at.desc()).limit(_BURST_OF).alias(f"few_{flag}")
        return Select((few,), (few.c.flag, few.c.user_id, few.c.checkin_id))

    by_phone = others(SHARED_DEVICE, ScanLog.device == _DEVICE)
    by_network = others(BURST, ScanLog.ip_hash == _NETWORK, ScanLog.at >= _SINCE)
    sql, arguments = by_phone.union_all(by_network).bind(db.obj).sql()
    return sql, tuple(arguments)
