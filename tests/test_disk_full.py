"""The disk of the database is full: people are told to come back, nothing is half-written, and once there
is room it goes on."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

import models
from scripts.backing.postgres import ACCOUNT
from server import clock
from server.services import health
from tests.conftest import Client, Sandbox
from tests.needs_bench import NOON, make_bench

ENOUGH = 10
"""As many needs as one person may send in a day."""


@contextmanager
def full_file() -> Iterator[None]:
    """SQLite itself says that the disk is full: there is room for hardly a page more."""
    [pages] = models.db.execute_sql("PRAGMA page_count").fetchone()
    models.db.execute_sql(f"PRAGMA max_page_count = {pages + 4}")
    try:
        yield
    finally:
        models.db.execute_sql("PRAGMA max_page_count = 1073741823")


@contextmanager
def full_disk(disk: Path) -> Iterator[None]:
    """Somebody has filled the disk PostgreSQL's needs lie on, but for three pages."""
    room = os.statvfs(disk)
    (disk / "other").write_bytes(bytes(room.f_bavail * room.f_frsize - 3 * 8192))
    try:
        yield
    finally:
        (disk / "other").unlink()


@pytest.fixture
def disk(app: Flask, engine: str, tmp_path: Path) -> Iterator[Path]:
    """A small disk of their own for the needs, on PostgreSQL."""
    if engine == "sqlite":
        yield tmp_path
        return
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0755", "tmpfs", str(small)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        for above in small.parents:
            above.chmod(above.stat().st_mode | 0o011)  # the server is somebody else
        place = small / "needs"
        place.mkdir()
        shutil.chown(place, ACCOUNT)
        models.db.execute_sql(f"CREATE TABLESPACE small LOCATION '{place}'")
        models.db.execute_sql("ALTER TABLE need SET TABLESPACE small")
        yield small
        models.db.connect(reuse_if_open=True)
        models.db.execute_sql("ALTER TABLE need SET TABLESPACE pg_default")
        models.db.execute_sql("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    app: Flask, client: Client, sandbox: Sandbox, engine: str, disk: Path
) -> None:
    clock.move(NOON - clock.utcnow())
    bench = make_bench(app, sandbox)
    user = client.as_user(bench.member("demo-u1"))
    # No text that could be kept in less room.
    body = "".join(random.choices([chr(each) for each in range(0x4E00, 0x9FA5)], k=800))
    words = {"space_id": str(bench.space.id), "category": "loan", "title": "贷款", "body": body}
    told = 0
    with full_file() if engine == "sqlite" else full_disk(disk):
        for _ in range(ENOUGH):
            answer = user.post("/api/v1/needs", json=words)
            if answer.status_code != 201:
                break
            told += 1
        assert (answer.status_code, answer.json["code"]) == (503, "busy"), answer.text
        assert models.Need.select().count() == told
        assert models.NeedEvent.select(models.NeedEvent.need).distinct().count() == told
        assert user.get("/api/v1/needs").status_code == 200, "reading needs no room"
        assert health.broken() == []
    assert user.post("/api/v1/needs", json=words).status_code == 201
    assert health.broken() == []
