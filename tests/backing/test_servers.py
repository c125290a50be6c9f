"""The launchers give what they promise: one shared server, copies of a template, data that outlives a crash."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
import pytest
import redis

from scripts.backing.postgres import (
    Postgres,
    find_binaries,
    shared_postgres,
    start_postgres,
    start_standby,
)
from scripts.backing.redis import start_redis


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM note").fetchone()
        assert row is not None
        return int(row[0])


def _write(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (id int)")
        connection.execute("INSERT INTO note VALUES (1)")


def _join(folder: Path, told: Connection) -> None:
    with shared_postgres(folder) as server:
        url = server.create_once("template", _write)
        assert server.process is None, "a second server was started"
        told.send((str(server.home), _count(url)))


def test_a_second_process_joins_the_server_that_runs(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    with shared_postgres(tmp_path) as server:
        server.create_once("template", _write)
        heard, told = spawning.Pipe(duplex=False)
        second = spawning.Process(target=_join, args=(tmp_path, told))
        second.start()
        told.close()
        assert heard.recv() == (str(server.home), 1)
        second.join()
        heard.close()
        assert server.answers()
    assert not server.answers()
    assert not server.home.exists()


def test_each_copy_of_the_template_is_on_its_own(tmp_path: Path) -> None:
    with shared_postgres(tmp_path) as server:
        server.create_once("template", _write)
        first, second = (server.create(name, template="template") for name in ("first", "second"))
        _write(first)
        assert (_count(first), _count(second)) == (2, 1)
        server.drop("first")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(first)


def test_a_standby_takes_over_without_losing_a_row() -> None:
    primary = start_postgres()
    standby: Postgres | None = None
    try:
        _write(primary.url())
        standby = start_standby(primary, port=_free_port())
        primary.kill()
        standby.promote()
        _write(standby.url())
        assert _count(standby.url()) == 2
    finally:
        primary.stop()
        if standby is not None:
            standby.stop()


def test_binaries_where_the_account_cannot_walk_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root runs the server under another account")
    install = find_binaries()
    assert install is not None
    tmp_path.chmod(0o700)
    package = install.parent.parent
    hidden = tmp_path / package.name / install.parent.name
    shutil.copytree(install.parent, hidden, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, tmp_path / libraries.name)
    monkeypatch.setenv("XINYI_PG_BIN", str(hidden / "bin"))
    server = start_postgres()
    try:
        assert server.answers()
    finally:
        server.stop()


def test_redis_keeps_its_data_over_a_kill() -> None:
    server = start_redis()
    try:
        with redis.Redis.from_url(server.url) as client:
            client.set("kept", "1")
        server.kill()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("kept") == b"1"
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    finally:
        server.stop()
