"""Opens the one database: SQLite embedded, or PostgreSQL."""

import fcntl
import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from peewee import Database, QueryEvent, SqliteDatabase
from playhouse import migrations
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import set_json_loads
from pydantic_core import from_json

import models
from server import logs, metrics

_SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "busy_timeout": 10_000,
    "foreign_keys": 1,
    # With NORMAL a power cut loses commits we have already acknowledged.
    "synchronous": "full",
}
_MIGRATION_LOCK = 7_216_401  # any number, the same on every node


class _PostgresqlPool(PooledPostgresqlDatabase):  # type: ignore[misc]  # it has no stubs
    """Asks a connection's socket whether it still stands. peewee asks the server: a round trip for
    every request, while every other thread of the process waits for the pool."""

    def _is_closed(self, conn: Any) -> bool:
        if conn.closed:
            return True
        # An idle connection has nothing to say, except that the server ended it.
        poll = select.poll()
        poll.register(conn.fileno(), select.POLLIN)
        if poll.poll(0):
            conn.close()
        return bool(conn.closed)


class _SqliteFile(PooledSqliteDatabase):  # type: ignore[misc]  # it has no stubs
    """Lets transactions of all threads and processes take turns. SQLite itself has no queue: who
    finds the file taken sleeps and looks again, longer each time, and the unlucky wait for seconds
    (docs/decisions/0005-sqlite-turns.md)."""

    def __init__(self, file: Path, **settings: Any) -> None:
        super().__init__(str(file), **settings)
        self._turns = f"{file}.turns"
        self._own = threading.local()

    def begin(self, lock_type: str | None = None) -> None:
        self.connection()  # whoever has the turn must not wait for the pool
        # A descriptor of its own for each transaction: only then do threads wait for one another.
        self._own.turn = os.open(self._turns, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._own.turn, fcntl.LOCK_EX)
            super().begin(lock_type)
        except BaseException:
            self._end_turn()
            raise

    def commit(self) -> None:
        super().commit()
        self._end_turn()  # a commit that fails is rolled back by peewee

    def rollback(self) -> None:
        try:
            # SQLite itself ends a transaction whose disk is full, and would not know of it any more.
            if self.connection().in_transaction:
                super().rollback()
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        turn, self._own.turn = getattr(self._own, "turn", None), None
        if turn is not None:
            os.close(turn)


def connect(url: str, *, pool: int, slow_ms: int | None = None) -> Database:
    """Return the database behind an URL and make it the one all tables use.

    `sqlite:////path/file.db` or `postgresql://user:password@host:port/name?option=value`, where
    several hosts with commas between them are tried in turn (docs/deploy.md, "Fail-over").
    Statements that take longer than `slow_ms` milliseconds are logged and counted. Raises
    ValueError for any other address.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        database = _sqlite(parts, pool)
    elif parts.scheme in ("postgresql", "postgres"):
        database = _postgresql(url, pool)
    else:
        raise ValueError("the database URL must begin with sqlite:// or postgresql://")
    if slow_ms is not None:
        database.query_hooks.append(_slow_log(slow_ms / 1000))
    models.db.initialize(database)
    return database


def _slow_log(limit_s: float) -> Callable[[QueryEvent], None]:
    """Return a hook that tells of slow statements: their text, for the values are people's."""

    def look(event: QueryEvent) -> None:
        if event.duration >= limit_s:
            metrics.slow_statement()
            logs.get().warning(
                "slow statement", sql=event.sql[:2000], ms=round(event.duration * 1000, 1)
            )

    return look


def sqlite_file(url: SplitResult) -> Path:
    """Return the file a `sqlite:` address means."""
    return Path(unquote(url.path)[1:] if url.netloc else unquote(url.path))


def _sqlite(url: SplitResult, pool: int) -> Database:
    file = sqlite_file(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE: a transaction that reads and then writes would otherwise fail with "database is
    # locked" as soon as two of them meet, whatever the busy timeout.
    return _SqliteFile(
        file,
        max_connections=pool,
        timeout=10,
        pragmas=_SQLITE_PRAGMAS,
        lock_type="IMMEDIATE",
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )


def _postgresql(url: str, pool: int) -> Database:
    set_json_loads(from_json)  # the standard library's is Python that guesses the encoding first
    try:
        options: dict[str, Any] = conninfo_to_dict(url)
    except ProgrammingError:  # whose words may hold the password
        raise ValueError("the database URL is none PostgreSQL understands") from None
    return _PostgresqlPool(
        options.pop("dbname", ""),
        max_connections=pool,
        stale_timeout=300,
        timeout=10,
        prefer_psycopg3=True,
        **options,
    )


@contextmanager
def _one_migrator(database: Database) -> Iterator[None]:
    """Let only one process migrate at a time: a file lock, or PostgreSQL's advisory lock."""
    if isinstance(database, SqliteDatabase):
        handle = os.open(f"{database.database}.migrate", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
    else:
        database.execute_sql("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        try:
            yield
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))


def migrate(database: Database) -> list[str]:
    """Bring the schema to head; return the names of the migrations that were applied."""
    with database.connection_context(), _one_migrator(database):
        applied = migrations.run(database, str(models.MIGRATIONS))
    return [str(name) for name in applied or []]


def pending(database: Database) -> list[str]:
    """Return the names of migrations not applied yet."""
    with database.connection_context():
        status = migrations.Runner(database, str(models.MIGRATIONS)).status()
    return [item.name for item in status if item.applied is None]
