"""The people of a benchmark: a session at its door, a crowd with confirmed signups, and a long past."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from peewee import Model, chunked

import models
from models import Activity, Checkin, OrgUnit, ScanLog, Series, Session, Signup, Space, Token, User
from models.activities import ActivityKind, ActivityState
from models.checkins import CheckinMethod
from models.signups import SignupState
from models.spaces import OrgKind, SpaceType
from server.clock import utcnow
from server.crypto import token_hash
from server.database import connect, migrate
from server.services import checkins_codes as codes

_SESSIONS = 8
_CHUNK = 200
_SLOT_SECONDS = 20
_PAST_SESSIONS = 500


@dataclass(frozen=True)
class Crowd:
    """Who has not checked in yet: each a bearer token and a session."""

    sessions: list[Session]
    waiting: deque[tuple[str, Session]]

    def scans(self, count: int) -> list[str]:
        """Return the check-ins of the next people, each an HTTP request with this moment's code;
        fewer when everybody is in."""
        slot = codes.slot_of(utcnow(), _SLOT_SECONDS)
        shown = {one.id: codes.make(one.id, one.qr_key, slot) for one in self.sessions}
        coming = [self.waiting.popleft() for _ in range(min(count, len(self.waiting)))]
        return [_request(token, shown[one.id]) for token, one in coming]

    def again(self) -> Crowd:
        """Return the same people, for another copy of the database."""
        return Crowd(self.sessions, self.waiting.copy())


def _request(token: str, code: str) -> str:
    body = json.dumps({"token": code})
    return (
        "POST /api/v1/checkins HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: MicroMessenger\r\n"
        # Everybody has a phone and a mobile network of their own, or they would look odd.
        f"X-Device-Id: {secrets.token_hex(16)}\r\nX-Forwarded-For: {_address()}\r\n"
        f"Accept: */*\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


def _address() -> str:
    return str(ipaddress.IPv6Address((0x2409 << 112) + secrets.randbits(112)))


@contextmanager
def tables(url: str) -> Iterator[Any]:
    """Let the models look into a database, of the newest shape; yields the database."""
    database = connect(url, pool=2)
    try:
        migrate(database)
        with database.connection_context():
            yield database
    finally:
        if hasattr(database, "close_all"):
            database.close_all()


def gather(people: int) -> Crowd:
    """Fill the open tables with sessions that begin in half an hour, and people with places."""
    now = utcnow()
    sessions = _sessions(now, _SESSIONS, now + dt.timedelta(minutes=30))
    waiting = deque(
        (secrets.token_urlsafe(32), sessions[number % _SESSIONS]) for number in range(people)
    )
    stamps = {"created_at": now, "updated_at": now}
    with models.db.atomic():
        for some in chunked(waiting, _CHUNK):
            taken = [(models.new_id(), token, session) for token, session in some]
            _insert(User, [{"id": id_, "first_seen_at": now} | stamps for id_, _, _ in taken])
            _insert(Token, [_token(token, id_, now) for id_, token, _ in taken])
            _insert(Signup, [_signup(session, id_) | stamps for id_, _, session in taken])
    return Crowd(sessions, waiting)


def _insert(table: type[Model], rows: list[dict[str, Any]]) -> None:
    table.insert_many(rows).execute()


def _token(token: str, user_id: int, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": models.new_id(),
        "token_hash": token_hash(token),
        "user_id": user_id,
        "created_at": now,
        "expires_at": now + dt.timedelta(days=30),
    }


def _signup(session: Session, user_id: int) -> dict[str, Any]:
    return {
        "id": models.new_id(),
        "space": session.space_id,
        "session": session.id,
        "user_id": user_id,
        "state": SignupState.CONFIRMED,
    }


def _sessions(now: dt.datetime, count: int, starts: dt.datetime) -> list[Session]:
    space = Space.get_or_none() or _space(now)
    series = Series.get_or_none() or Series.add(now=now, code="bench", name="心驿", color="#8a5a44")
    activity = Activity.add(
        now=now,
        space=space,
        series=series,
        title="签到演练",
        kind=ActivityKind.LECTURE,
        state=ActivityState.SCHEDULED,
    )
    hour = dt.timedelta(hours=1)
    return [
        Session.add(
            now=now,
            space=space,
            activity=activity,
            starts_at=starts,
            ends_at=starts + 2 * hour,
            checkin_opens_at=starts - hour,
            checkin_closes_at=starts + 3 * hour,
            qr_key=secrets.token_hex(32),
        )
        for _ in range(count)
    ]


def _space(now: dt.datetime) -> Space:
    id_ = models.new_id()
    unit = OrgUnit.add(now=now, id=id_, kind=OrgKind.SPACE, path=f"/{id_}/", name="签到空间")
    return Space.add(
        now=now, id=id_, org_unit=unit, code="BENCH", name="签到空间", type=SpaceType.PARK
    )


def add_past(database: Any, checkins: int) -> None:
    """Add so many check-ins of the last year, with their signups and scans: one row of each,
    multiplied by PostgreSQL itself."""
    now = utcnow()
    past = _sessions(now, _PAST_SESSIONS, now - dt.timedelta(days=1))
    user_id, ago = models.new_id(), now - dt.timedelta(days=365)
    stamps = {"created_at": ago, "updated_at": ago}
    signup = {"id": 1, "state": SignupState.ATTENDED} | stamps
    scan = {"id": 1, "at": ago, "space_id": past[0].space_id, "method": CheckinMethod.SELF_QR}
    checkin = {"id": 1, "method": CheckinMethod.SELF_QR, "occurred_at": ago, "recorded_at": ago}
    checkin |= {"space": past[0].space_id, "session": past[0].id, "user_id": user_id, "signup": 1}
    _insert(Signup, [_signup(past[0], user_id) | signup])
    _insert(Checkin, [checkin | stamps])
    scan |= {"session_id": past[0].id, "user_id": user_id, "result": "checked_in"}
    _insert(ScanLog, [scan | {"raw_hash": "0" * 64}])
    numbers = "{" + ",".join(str(session.id) for session in past) + "}"
    moment = f"m.{{}} + n * interval '365 days' / {checkins}"
    over = {
        "id": "n",
        "user_id": f"m.user_id + n / {_PAST_SESSIONS}",
        "session_id": f"('{numbers}'::bigint[])[mod(n, {_PAST_SESSIONS}) + 1]",
    }
    _multiply(database, Signup, checkins, over)
    is_when = {name: moment.format(name) for name in ("occurred_at", "recorded_at")}
    _multiply(database, Checkin, checkins, over | is_when | {"signup_id": "n"})
    _multiply(database, ScanLog, checkins, over | {"at": moment.format("at")})
    for table in (Signup, Checkin, ScanLog):
        database.execute_sql(f'VACUUM ANALYZE "{table._meta.table_name}"')


def _multiply(database: Any, table: type[Model], times: int, over: dict[str, str]) -> None:
    """Copy the row with the id 1 so many times, with other expressions for some of its columns."""
    columns = [field.column_name for field in table._meta.sorted_fields]
    values = ", ".join(over.get(name, f'm."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    name = table._meta.table_name
    database.execute_sql(
        f'INSERT INTO "{name}" ({names}) SELECT {values} FROM "{name}" m, '
        f"generate_series(2, {times}) n WHERE m.id = 1"
    )
