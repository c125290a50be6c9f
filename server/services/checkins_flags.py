"""What looks odd about a check-in: told to the staff of the door, never a reason to refuse."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import SQL, Select, fn

from models import Checkin, ScanLog, Session, User, db
from models.statements import Statement, gap, literal
from server.errors import NotFound
from server.services import activities_sessions as sessions
from server.services import audit
from server.services.audit import Actor

SHARED_DEVICE = "shared_device"
BURST = "burst"
CLOCK_OFF = "clock_off"

_BURST_TIME = dt.timedelta(seconds=10)
_BURST_OF = 3


@dataclass(frozen=True)
class Trace:
    """Where an attempt came from; `ip_hash` tells addresses apart without keeping them. `is_venue`:
    from the venue's own network, where many at once are no wonder."""

    ip_hash: str = ""
    device: str = ""
    is_venue: bool = False


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


def somebody_near() -> Any:
    """Return the condition that `look` might find something; its gaps are filled by `nearness`.
    Asked within the statement that writes a check-in, it costs next to nothing, and of two at once
    the later sees the earlier."""
    near = [
        fn.EXISTS(ScanLog.select(SQL("1")).where(*_own_scan_of_others(), *conditions))
        for conditions in (_same_phone(), _same_network())
    ]
    return near[0] | near[1]


def nearness(
    session_id: int, user_id: int | None, trace: Trace, *, now: dt.datetime
) -> dict[str, Any]:
    """Return what tells who is near: the same phone, or the same network in the last seconds."""
    return {
        "session": session_id,
        "user": user_id,
        "device": trace.device or None,
        "network": None if trace.is_venue else trace.ip_hash or None,
        "since": now - _BURST_TIME,
    }


def look(session_id: int, user_id: int, trace: Trace, *, now: dt.datetime) -> Odd:
    """Return what is odd about somebody who checks in by themselves: one phone for several people,
    or three within ten seconds from one network that is not the venue's."""
    given = nearness(session_id, user_id, trace, now=now)
    if not (given["device"] or given["network"]):
        return Odd([], {})
    found = _WHO_ELSE.execute(db.obj, given).fetchall()
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


def spread(odd: Odd, checkin: Checkin, *, now: dt.datetime) -> None:
    """Flag the check-in, and the earlier ones it makes look odd, but those somebody has looked
    into."""
    for flag in odd.flags:
        _mark(flag, [checkin.id, *odd.earlier.get(flag, [])], now=now)


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


def _others(flag: str, *conditions: Any) -> Any:
    """Return who else of this session checked in by themselves, the latest few."""
    found = ScanLog.select(SQL(f"'{flag}'").alias("flag"), ScanLog.user_id, ScanLog.checkin_id)
    few = found.where(*_own_scan_of_others(), *conditions).order_by(ScanLog.at.desc())
    few = few.limit(_BURST_OF).alias(f"few_{flag}")
    return Select((few,), (few.c.flag, few.c.user_id, few.c.checkin_id))


def _own_scan_of_others() -> tuple[Any, ...]:
    return (
        ScanLog.session_id == gap("session", ScanLog.session_id),
        ScanLog.user_id != gap("user", ScanLog.user_id),
        ScanLog.result == literal("checked_in"),
        ScanLog.staff_id.is_null(),
    )


def _same_phone() -> tuple[Any, ...]:
    return (ScanLog.device == gap("device", ScanLog.device),)


def _same_network() -> tuple[Any, ...]:
    return (
        ScanLog.ip_hash == gap("network", ScanLog.ip_hash),
        ScanLog.at >= gap("since", ScanLog.at),
    )


_WHO_ELSE = Statement(
    lambda: (
        _others(SHARED_DEVICE, *_same_phone())
        .union_all(_others(BURST, *_same_network()))
        .bind(db.obj)
    )
)
