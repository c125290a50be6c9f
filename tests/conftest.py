"""The ground of the tests: the real application on SQLite and on PostgreSQL, a real Redis, the real
sandbox over HTTP. Nothing of ours is replaced."""

import base64
import datetime as dt
import os
import secrets
import shutil
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from peewee import SqliteDatabase
from werkzeug.serving import make_server

import models
from scripts.backing.postgres import Postgres, shared_postgres
from scripts.backing.redis import RedisServer, start_redis
from server import clock, create_app
from server.config import load
from server.context import Resources
from server.database import connect, migrate
from tests import factories
from tests.browser import chromium

__all__ = ["chromium"]

ROOT = Path(__file__).parent.parent
SECRETS = {
    "XINYI_SECRET_KEY": secrets.token_hex(32),
    "XINYI_DATA_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    "WECHAT_APPID": "wxsandbox00000test",
    "WECHAT_SECRET": secrets.token_hex(16),
    "WECHAT_PUSH_TOKEN": secrets.token_hex(8),
    "WECHAT_PUSH_AES_KEY": "".join(secrets.choice("ABCDEFGHabcdefgh0123") for _ in range(42)) + "A",
}


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    server = start_redis()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with shared_postgres(shared) as server:
        yield server


class Sandbox:
    """The WeChat sandbox as a test talks to it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = requests.Session()

    def post(self, path: str, /, **body: Any) -> Any:
        answer = self.http.post(f"{self.base}/_sandbox/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def get(self, path: str, /, **query: Any) -> Any:
        answer = self.http.get(f"{self.base}/_sandbox/{path}", params=query, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def login_code(self, openid: str) -> str:
        return str(self.post(f"users/{urllib.parse.quote(openid)}/login")["code"])


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.sandbox", "--port", "0"],
        cwd=ROOT,
        env=os.environ | SECRETS,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    assert "listening on" in line, f"the sandbox did not start: {line!r}"
    yield Sandbox(line.split()[-1])
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """The sandbox with nothing in it but the demo members."""
    sandbox_process.post("reset")
    return sandbox_process


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Every test of the application runs on both engines."""
    return str(request.param)


@pytest.fixture(scope="session")
def _app(
    engine: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    redis_server: RedisServer,
    sandbox_process: Sandbox,
) -> Iterator[Flask]:
    state = tmp_path_factory.mktemp(f"state-{engine}")
    if engine == "sqlite":
        url = f"sqlite:///{state}/xinyi.db"
        migrate(connect(url, pool=10))
        models.db.obj.close_all()
        shutil.copy(state / "xinyi.db", state / "empty.db")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        template = "xinyi_template"
        server.create_once(template, _fill)
        url = server.create(f"xinyi_{secrets.token_hex(4)}", template=template)
    config = load(
        SECRETS
        | {
            "DATABASE_URL": url,
            "XINYI_REDIS_URL": redis_server.url,
            "XINYI_WECHAT_API_BASE": sandbox_process.base,
            "XINYI_STATE_DIR": str(state),
        }
    )
    app = create_app(config)
    app.config["TESTING"] = False  # errors become answers here as they do in service
    database = app.extensions["database"] = models.db.obj
    yield app
    database.close_all()
    resources(app).redis.close()


def _fill(url: str) -> None:
    database = connect(url, pool=2)
    migrate(database)
    database.close_all()


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    """The application on an empty database, with an empty Redis and the true time."""
    # Another application of this process may have turned the one handle and the clock to itself.
    models.db.initialize(_app.extensions["database"])
    clock.follow(resources(_app).config.clock_file)
    _empty_database(_app)
    shutil.rmtree(resources(_app).config.files_dir, ignore_errors=True)
    resources(_app).redis.flushall()
    clock.move(None)
    models.db.connect(reuse_if_open=True)
    yield _app
    if not models.db.is_closed():
        models.db.close()
    clock.move(None)


def _empty_database(app: Flask) -> None:
    database = models.db.obj
    if isinstance(database, SqliteDatabase):
        database.close_all()
        file = Path(database.database)
        fresh = file.with_name("fresh.db")
        shutil.copy(file.with_name("empty.db"), fresh)
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        # A new file, not new content: a thread that still holds the old one cannot harm it.
        fresh.replace(file)
    else:
        # TRUNCATE makes a new file of every table and index: forty times the time of this, for
        # tables that hold a handful of rows. As a replica it need not mind the foreign keys' order.
        emptied = "; ".join(f'DELETE FROM "{table._meta.table_name}"' for table in models.TABLES)
        with database.connection_context(), database.atomic():
            database.execute_sql(f"SET LOCAL session_replication_role = replica; {emptied}")


def resources(app: Flask) -> Resources:
    """What the application opened at its start."""
    opened: Resources = app.extensions["xinyi"]
    return opened


class Client(FlaskClient):
    """A test client that can be somebody."""

    def as_user(self, user: models.User) -> "Client":
        """Return a client logged in as the member, by a real token."""
        token = factories.make_token(user)
        client = self.application.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        assert isinstance(client, Client)
        return client

    def as_staff(self, staff: models.Staff) -> "Client":
        """Return a client whose cookie is a real console log-in of the account, and which sends
        the CSRF token of a page it has seen."""
        client = self.application.test_client()
        client.set_cookie("xinyi_console", factories.make_console_login(staff))
        with self.application.test_request_context():
            client.environ_base["HTTP_X_CSRFTOKEN"] = generate_csrf()
            seen = dict(session)
        with client.session_transaction() as kept:
            kept.update(seen)
        assert isinstance(client, Client)
        return client


@pytest.fixture
def client(app: Flask) -> Client:
    app.test_client_class = Client
    test_client = app.test_client()
    assert isinstance(test_client, Client)
    return test_client


@pytest.fixture
def live(app: Flask, sandbox: Sandbox) -> Iterator[str]:
    """The application on a real port (its URL); the sandbox pushes to it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    sandbox.post("config", callback=f"{url}/wechat/callback")
    yield url
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def now() -> dt.datetime:
    """This moment, without microseconds so that it survives both engines and the wire."""
    return clock.utcnow().replace(microsecond=0)
