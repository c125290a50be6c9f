"""What is backed up while people write comes back whole, or is refused."""

import datetime as dt
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

import models
from scripts.backing.postgres import Postgres, find_binaries
from server import create_app
from server.config import load
from server.services import files
from server.services.files_disk import Disk
from tests import factories, file_samples
from tests.conftest import SECRETS, resources


def run(app: Flask, *command: str) -> Result:
    """Run a command as a process of its own would, without a connection left open."""
    models.db.close()
    done = app.test_cli_runner().invoke(args=list(command))
    models.db.connect(reuse_if_open=True)
    return done


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump of the server's own release."""
    binaries = find_binaries()
    assert binaries
    monkeypatch.setenv("XINYI_PG_BIN", str(binaries))


@pytest.fixture
def elsewhere(
    app: Flask, engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Flask]:
    """The same application on another machine, where nothing is yet."""
    url = f"sqlite:///{tmp_path}/there/xinyi.db"
    if engine == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create(f"xinyi_{secrets.token_hex(4)}")
    here, settings = models.db.obj, resources(app).config
    given = {
        "DATABASE_URL": url,
        "XINYI_REDIS_URL": settings.redis_url,
        "XINYI_WECHAT_API_BASE": settings.wechat.api_base,
        "XINYI_STATE_DIR": str(tmp_path / "there"),
    }
    there = create_app(load(SECRETS | given))
    there.extensions["database"] = models.db.obj
    models.db.initialize(here)
    models.db.connect(reuse_if_open=True)
    yield there
    there.extensions["database"].close_all()
    models.db.initialize(here)


@contextmanager
def in_(app: Flask) -> Iterator[None]:
    here = models.db.obj
    models.db.close()
    models.db.initialize(app.extensions["database"])
    try:
        yield
    finally:
        models.db.close()
        models.db.initialize(here)
        models.db.connect(reuse_if_open=True)


@contextmanager
def people_signing_up(session: models.Session) -> Iterator[None]:
    """Somebody takes a place, and it is counted, again and again until the end."""
    over, began = threading.Event(), threading.Event()

    def write() -> None:
        while not over.is_set():
            with models.db.connection_context(), models.db.atomic():
                factories.make_signup(session)
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert began.wait(10)
        yield
    finally:
        over.set()
        writer.join(10)


def test_backup_and_restore(
    app: Flask, elsewhere: Flask, tools: None, tmp_path: Path, now: dt.datetime
) -> None:
    session = factories.make_session(capacity=1_000_000)
    disk = Disk(resources(app).config.files_dir)
    kept = files.upload(
        factories.actor(), "证明.pdf", file_samples.PDF, disk=disk, per_day=3, now=now
    )
    archive = tmp_path / "kept" / "one.tar"
    with people_signing_up(session):
        before = models.Signup.select().count()
        done = run(app, "backup", str(archive))
        after = models.Signup.select().count()
    assert done.exit_code == 0, done.output
    assert "and 1 uploads" in done.output
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert after > before
    refused = run(app, "backup", str(archive))
    assert refused.exit_code == 1
    assert "never replaces" in refused.output
    assert [file.name for file in archive.parent.iterdir()] == ["one.tar"]

    with in_(elsewhere):
        done = run(elsewhere, "restore", str(archive))
        assert done.exit_code == 0, done.output
        assert "rules hold" in done.output  # among them: places taken are those of the signups
        assert before <= models.Signup.select().count() <= after
        again = Disk(resources(elsewhere).config.files_dir).path(models.File.get_by_id(kept.id).key)
        assert again.read_bytes() == disk.path(kept.key).read_bytes()

        models.Signup.delete().execute()
        refused = run(elsewhere, "restore", str(archive))
        assert refused.exit_code == 1
        assert "--replace" in refused.output
        assert models.Signup.select().count() == 0

        whole = archive.read_bytes()
        for broken in (whole[: len(whole) // 2], _other_byte(whole), b"", os.urandom(4096)):
            archive.write_bytes(broken)
            refused = run(elsewhere, "restore", "--replace", str(archive))
            assert refused.exit_code == 1, refused.output
            assert models.Signup.select().count() == 0
            assert again.exists()
        archive.write_bytes(whole)
        done = run(elsewhere, "restore", "--replace", str(archive))
        assert done.exit_code == 0, done.output
        assert models.Signup.select().count() >= before


def _other_byte(data: bytes) -> bytes:
    at = len(data) // 3
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_without_the_tools_it_says_what_to_install(
    app: Flask, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "sqlite":
        pytest.skip("SQLite needs none")
    monkeypatch.setenv("XINYI_PG_BIN", str(tmp_path))
    done = run(app, "backup", str(tmp_path / "one.tar"))
    assert done.exit_code == 1
    assert "install PostgreSQL's client programs" in done.output
    assert list(tmp_path.iterdir()) == []
