"""One archive of everything that is the only copy: the database and the uploads."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from server.clock import iso
from server.database import sqlite_file

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_DATABASE: Final = "database"
_FILES: Final = "files"


class BackupError(Exception):
    """The archive cannot be made or brought back; the text says why and what to do."""


@dataclass(frozen=True)
class Made:
    """What went into an archive."""

    files: int
    size: int


def make(target: Path, *, database_url: str, files_dir: Path, now: datetime) -> Made:
    """Write the archive while everything runs, and return what is in it. The database is of one
    moment; uploads are read after it, for a row without its bytes is a loss and bytes without a row
    are swept away. `target` appears only when it is whole and on the disk. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} is there already; a backup never replaces another")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as place:
        dump, archive = Path(place, _DATABASE), Path(place, "archive")
        engine = _dump(database_url, dump)
        sums: dict[str, dict[str, Any]] = {}
        with tarfile.open(archive, "x") as tar:
            _put(tar, dump, _DATABASE, sums)
            for file in sorted(files_dir.glob("[0-9a-f][0-9a-f]/" + "[0-9a-f]" * 32)):
                _put(tar, file, f"{_FILES}/{file.parent.name}/{file.name}", sums)
            head = {"format": _FORMAT, "engine": engine, "made_at": iso(now), "holds": sums}
            _put_text(tar, json.dumps(head, indent=1))
        _keep(archive)
        # A link and not a rename: who was quicker with this name is not overwritten.
        os.link(archive, target)
        _keep(target.parent)
    return Made(len(sums) - 1, target.stat().st_size)


def restore(
    archive: Path, *, database_url: str, files_dir: Path, replace: bool, now: datetime
) -> str:
    """Bring an archive back and return when it was made. Everything is checked against the sums
    before anything is touched. What is there already is refused unless `replace`; then a SQLite
    file and the uploads are put aside, tables of PostgreSQL are dropped. Nothing of ours may be
    running. Raises BackupError."""
    files_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=files_dir.parent, prefix=".restore-") as place:
        head = _unpack(archive, Path(place))
        if head["engine"] != _engine(database_url):
            raise BackupError(
                f"the archive is of {head['engine']}, the settings name {_engine(database_url)}"
            )
        if not replace and not (_is_empty(database_url) and not _has_any(files_dir)):
            raise BackupError("there is data already; with --replace it makes room")
        aside = f".replaced-{now:%Y%m%dT%H%M%S}"
        _load(database_url, Path(place, _DATABASE), aside)
        if files_dir.exists():
            files_dir.rename(files_dir.with_name(files_dir.name + aside))
        Path(place, _FILES).rename(files_dir)
        _keep(files_dir.parent)
    return str(head["made_at"])


def _put(tar: tarfile.TarFile, file: Path, name: str, sums: dict[str, dict[str, Any]]) -> None:
    try:
        source = file.open("rb")
    except FileNotFoundError:  # an upload deleted meanwhile
        return
    with source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        member = tar.gettarinfo(arcname=name, fileobj=source)
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        tar.addfile(member, source)
    sums[name] = {"bytes": member.size, "sha256": digest}


def _put_text(tar: tarfile.TarFile, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(_MANIFEST)
    member.size = len(data)
    tar.addfile(member, BytesIO(data))


def _unpack(archive: Path, place: Path) -> dict[str, Any]:
    """Lay the archive out and return its manifest, after every byte has been checked."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(place, filter="data")
        head: dict[str, Any] = json.loads(Path(place, _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BackupError(f"{archive} is no whole backup: {error}") from None
    if head.get("format") != _FORMAT:
        raise BackupError(f"{archive} has a form this release does not know")
    there = {
        PurePosixPath(file.relative_to(place)).as_posix(): file
        for file in place.rglob("*")
        if file.is_file() and file.name != _MANIFEST
    }
    if there.keys() != head["holds"].keys():
        raise BackupError(f"{archive} does not hold what its manifest says")
    for name, file in there.items():
        with file.open("rb") as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != head["holds"][name]["sha256"]:
                raise BackupError(f"{archive} is damaged: {name}")
    Path(place, _FILES).mkdir(exist_ok=True)
    return head


def _engine(url: str) -> str:
    return "sqlite" if url.startswith("sqlite:") else "postgresql"


def _dump(url: str, target: Path) -> str:
    """Write the database as of one moment; return which engine it is."""
    if _engine(url) == "postgresql":
        with _credentials(url) as (address, environ):
            _run(["pg_dump", "-Fc", "--no-owner", "--no-acl", "-f", str(target), address], environ)
        return "postgresql"
    file = sqlite_file(urlsplit(url))
    if not file.exists():
        raise BackupError(f"there is no database {file}")
    with (
        closing(sqlite3.connect(file, timeout=30)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # In one go: page by page it would begin anew with every write of another process.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = delete")
    return "sqlite"


def _is_empty(url: str) -> bool:
    if _engine(url) == "postgresql":
        return not _tables(url)
    file = sqlite_file(urlsplit(url))
    if not file.exists():
        return True
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _has_any(folder: Path) -> bool:
    return any(file.is_file() for file in folder.rglob("*"))


def _load(url: str, dump: Path, aside: str) -> None:
    if _engine(url) == "postgresql":
        with _credentials(url) as (address, environ):
            _run(["pg_restore", "--list", str(dump)], environ)  # readable, before anything goes
            _drop_tables(url)
            options = ["--no-owner", "--no-acl", "--single-transaction", "--exit-on-error"]
            _run(["pg_restore", *options, "-d", address, str(dump)], environ)
        return
    file = sqlite_file(urlsplit(url))
    with closing(sqlite3.connect(dump)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise BackupError(f"the database in the archive is damaged: {said}")
    file.parent.mkdir(parents=True, exist_ok=True)
    incoming = file.with_name(f"{file.name}.incoming")
    shutil.copy(dump, incoming)
    _keep(incoming)
    for suffix in ("", "-wal", "-shm"):  # the log belongs to its file, and would spoil another
        old = file.with_name(file.name + suffix)
        if old.exists():
            old.rename(file.with_name(f"{file.name}{aside}{suffix}"))
    incoming.replace(file)
    _keep(file.parent)


def _tables(url: str) -> list[str]:
    with closing(psycopg.connect(url)) as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        )
        return [name for (name,) in found]


def _drop_tables(url: str) -> None:
    with psycopg.connect(url) as connection:
        for name in _tables(url):
            connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))


@contextmanager
def _credentials(url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the address without its password, and an environment with it: everybody on the machine
    sees what a program was called with."""
    parts = urlsplit(url)
    environ = dict(os.environ)
    if parts.password:
        environ["PGPASSWORD"] = unquote(parts.password)
    who, _, where = parts.netloc.rpartition("@")
    netloc = f"{who.split(':')[0]}@{where}" if who else where
    yield urlunsplit(parts._replace(netloc=netloc)), environ


def _run(command: list[str], environ: dict[str, str]) -> None:
    folder = environ.get("XINYI_PG_BIN")
    tool = shutil.which(command[0], path=folder) if folder else shutil.which(command[0])
    if tool is None:
        raise BackupError(f"{command[0]} is not here: install PostgreSQL's client programs")
    done = subprocess.run(
        [tool, *command[1:]], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupError(f"{command[0]}: {done.stderr.strip()}")


def _keep(path: Path) -> None:
    """Make sure that a file or a folder survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
