"""Logging in: how long it lasts, who is kept out, what a guesser meets."""

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

import models
from server.config import AuthConfig
from server.errors import RateLimited
from server.services import audit, auth, staff
from tests import factories
from tests.conftest import ROOT, SECRETS, Sandbox

PASSWORD = "马路上的梧桐 1983"
SETTINGS = AuthConfig(
    console_days=7,
    second_factor_roles=[],
    token_days=30,
    console_hours=12,
    logins_per_minute=20,
    passwords_per_minute=10,
)


@pytest.fixture
def account(app: Flask, now: dt.datetime) -> models.Staff:
    factories.make_staff()
    return staff.create("keeper_x", "沈老师", PASSWORD, actor=audit.SYSTEM, now=now)


def come_in(
    now: dt.datetime, login: str = "keeper_x", password: str = PASSWORD, ip: str = "192.0.2.1"
) -> str:
    return auth.staff_log_in(login, password, settings=SETTINGS, now=now, ip=ip, agent="Firefox")


def test_password_opens_the_console(account: models.Staff, now: dt.datetime) -> None:
    cookie = come_in(now, login=" Keeper_X ")
    assert auth.staff_of_cookie(cookie, now=now) == account
    kept = models.ConsoleLogin.get()
    assert cookie not in (kept.cookie_hash, kept.agent)
    assert (kept.ip, kept.agent) == ("192.0.2.1", "Firefox")
    assert models.Staff.get_by_id(account.id).last_login_at == now


@pytest.mark.parametrize(
    ("login", "password"),
    [("keeper_x", PASSWORD + " "), ("keeper_x", ""), ("nobody", PASSWORD), ("", "")],
)
def test_wrong_name_and_wrong_password_sound_alike(
    account: models.Staff, now: dt.datetime, login: str, password: str
) -> None:
    with pytest.raises(auth.WrongPassword):
        come_in(now, login, password)
    assert models.ConsoleLogin.select().count() == 0


def test_unknown_name_takes_as_long_as_a_known_one(account: models.Staff, now: dt.datetime) -> None:
    def measure(login: str) -> float:
        began = time.perf_counter()
        with pytest.raises(auth.WrongPassword):
            come_in(now, login, "falsch-falsch")
        return time.perf_counter() - began

    measure("nobody")  # makes the stand-in hash
    known = min(measure("keeper_x") for _ in range(3))
    unknown = min(measure("nobody") for _ in range(3))
    assert 0.4 < unknown / known < 2.5


def test_closed_account_is_refused_like_an_unknown_one(
    account: models.Staff, now: dt.datetime
) -> None:
    cookie = come_in(now)
    staff.close(account, actor=audit.SYSTEM, now=now)
    assert auth.staff_of_cookie(cookie, now=now) is None
    with pytest.raises(auth.WrongPassword):
        come_in(now)


def test_console_login_slides(account: models.Staff, now: dt.datetime) -> None:
    cookie = come_in(now)
    for hours in (11, 22, 33):
        assert auth.staff_of_cookie(cookie, now=now + dt.timedelta(hours=hours)) == account
    assert auth.staff_of_cookie(cookie, now=now + dt.timedelta(hours=46)) is None


def test_console_login_unused_runs_out(account: models.Staff, now: dt.datetime) -> None:
    cookie = come_in(now)
    assert auth.staff_of_cookie(cookie, now=now + dt.timedelta(hours=12)) is None


def test_logging_out_ends_one_console(account: models.Staff, now: dt.datetime) -> None:
    here, there = come_in(now), come_in(now)
    auth.staff_log_out(here, now=now)
    assert auth.staff_of_cookie(here, now=now) is None
    assert auth.staff_of_cookie(there, now=now) == account


def test_new_password_ends_every_console(account: models.Staff, now: dt.datetime) -> None:
    cookie = come_in(now)
    staff.change_password(account, "另一条路上的香樟 77", actor=audit.SYSTEM, now=now)
    assert auth.staff_of_cookie(cookie, now=now) is None
    with pytest.raises(auth.WrongPassword):
        come_in(now)


def test_weak_hash_is_made_anew(account: models.Staff, now: dt.datetime) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    models.Staff.update(password_hash=weak).where(models.Staff.id == account.id).execute()
    come_in(now)
    fresh = models.Staff.get_by_id(account.id)
    assert "m=65536" in fresh.password_hash
    assert fresh.version == account.version
    come_in(now)


def test_guessing_shuts_the_guessers_address_only(account: models.Staff, now: dt.datetime) -> None:
    for _ in range(10):
        with pytest.raises(auth.WrongPassword):
            come_in(now, password="geraten-geraten")
    with pytest.raises(RateLimited) as refused:
        come_in(now)
    assert 1 <= refused.value.retry_after <= 61
    assert come_in(now, ip="192.0.2.2")


def test_slow_guessing_at_one_name_is_stopped_too(account: models.Staff, now: dt.datetime) -> None:
    wide = SETTINGS.model_copy(update={"passwords_per_minute": 1000})

    def attempt(login: str, ip: str) -> None:
        auth.staff_log_in(login, "x", settings=wide, now=now, ip=ip, agent="")

    for _ in range(30):
        with pytest.raises(auth.WrongPassword):
            attempt("keeper_x", "192.0.2.1")
    with pytest.raises(RateLimited):
        attempt("keeper_x", "192.0.2.1")
    with pytest.raises(auth.WrongPassword):
        attempt("another", "192.0.2.1")
    assert come_in(now, ip="192.0.2.2")


WITHOUT_REDIS = """
import datetime as dt
from models import db
from server import create_app
from server.database import migrate
from server.errors import ServiceError
from server.services import audit, auth, staff

app = create_app()
migrate(db.obj)
now = dt.datetime.now(dt.UTC)
client = app.test_client()
codes = [
    client.post("/api/v1/auth/wechat", json={"code": "nobody"}).status_code for _ in range(21)
]
assert codes == [401] * 20 + [429], codes
settings = app.extensions["xinyi"].config.auth
outcomes = []
with db.connection_context():
    for _ in range(11):
        try:
            auth.staff_log_in("nobody", "x", settings=settings, now=now, ip="192.0.2.1", agent="")
        except ServiceError as error:
            outcomes.append(error.code)
assert outcomes == ["wrong_password"] * 10 + ["rate_limited"], outcomes
"""


def test_limits_hold_without_redis(tmp_path: Path, sandbox: Sandbox) -> None:
    """In a process of its own, whose Redis is not there."""
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/xinyi.db",
        "XINYI_REDIS_URL": f"unix://{tmp_path}/nobody.sock",
        "XINYI_WECHAT_API_BASE": sandbox.base,
        "XINYI_STATE_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_REDIS],
        cwd=ROOT,
        env=os.environ | SECRETS | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_many_at_once_share_the_memory(account: models.Staff, now: dt.datetime) -> None:
    cookies: list[str] = []

    def go(number: int) -> None:
        with models.db.connection_context():
            cookies.append(come_in(now, ip=f"192.0.2.{number}"))

    threads = [threading.Thread(target=go, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(cookies)) == 6


def test_tokens_of_others_and_old_ones_open_nothing(app: Flask, now: dt.datetime) -> None:
    user, other = factories.make_user(), factories.make_user()
    mine, theirs = factories.make_token(user), factories.make_token(other)
    expired = factories.make_token(user, expires_at=now)
    assert auth.user_of_token(mine, now=now) == user
    auth.log_out(mine, now=now)
    for token in (mine, expired, mine.upper(), ""):
        with pytest.raises(auth.TokenInvalid):
            auth.user_of_token(token, now=now)
    assert auth.user_of_token(theirs, now=now) == other
