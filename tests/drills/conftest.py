"""The whole stack at work as scripts/run starts it, with one Space in it, and its tables behind it."""

import datetime as dt
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
import redis
import requests

import models
from models.notifications import DeliveryState
from models.staff import Role
from scripts.backing.postgres import Postgres
from server.clock import SHANGHAI
from server.database import connect
from tests import factories
from tests.conftest import ROOT, Sandbox
from tests.drills.phones import Phone
from tests.scripts.running import Running, clean_environment, running, wait_until

MEMBERS = 25
SEND_THREADS = 4
_OPEN = (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING)
_CHANGES = {
    # A killed worker's lease, and the patience with WeChat, that a test can wait for.
    "lease_seconds = 60": "lease_seconds = 5",
    "connect_timeout = 3.0": "connect_timeout = 1.0",
    "read_timeout = 8.0": "read_timeout = 3.0",
    "poll_seconds = 2.0": "poll_seconds = 0.3",
    "send_threads = 16": f"send_threads = {SEND_THREADS}",
    # A push to the whole Space that takes as long as the drill.
    "sends_per_second = 0": "sends_per_second = 5",
    # Everybody here has the same address.
    "logins_per_minute = 20": "logins_per_minute = 1000",
}


@dataclass
class Place:
    """The running stack: its addresses, its clock at noon of a Shanghai day, its tables."""

    stack: Running
    database_url: str
    base: str = field(init=False)
    sandbox: Sandbox = field(init=False)
    ahead: dt.timedelta = field(init=False)
    members: list[Phone] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = f"http://127.0.0.1:{self.stack.port}"
        self.sandbox = Sandbox(f"http://127.0.0.1:{self.stack.port + 1}")
        true = dt.datetime.now(SHANGHAI)
        noon = true.replace(hour=12, minute=0, second=0, microsecond=0)
        noon += dt.timedelta(days=1)
        while noon.day >= 25:  # when keepers are reminded, which would be one message more
            noon += dt.timedelta(days=1)
        self.move(noon - true)

    def move(self, ahead: dt.timedelta) -> None:
        """Set the clocks of all processes, ours and the sandbox's, so far ahead of the true time."""
        self.ahead = ahead
        self.sandbox.post("clock", offset_s=ahead.total_seconds())
        answer = requests.post(
            f"{self.base}/_dev/clock", json={"offset_s": ahead.total_seconds()}, timeout=10
        )
        assert answer.ok, answer.text

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead

    def job(self, name: str) -> None:
        answer = requests.post(f"{self.base}/_dev/jobs/{name}", timeout=30)
        assert answer.ok, answer.text

    @contextmanager
    def tables(self) -> Iterator[None]:
        """Let the models look into the stack's database, and give them back what they had."""
        before = models.db.obj
        database = connect(self.database_url, pool=2)
        try:
            with database.connection_context():
                yield
        finally:
            if hasattr(database, "close_all"):
                database.close_all()
            if before is not None:
                models.db.initialize(before)

    def kill(self, name: str) -> None:
        """End a process the hard way, and return once the supervisor has replaced it."""
        before = self.stack.pids[name]
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: self.stack.pids[name] != before, 30, f"{name} is back")

    def kill_a_web_worker(self) -> None:
        """End one of gunicorn's two; the other goes on, and gunicorn starts a new one."""
        master = psutil.Process(self.stack.pids["web"])
        victim = master.children()[0]
        victim.kill()
        wait_until(
            lambda: victim not in master.children() and len(master.children()) == 2, 30, "two"
        )

    @property
    def redis(self) -> redis.Redis:
        sockets = self.stack.state / "run" / "sockets"
        folder = sockets.read_text("utf-8") if sockets.exists() else str(sockets.parent)
        return redis.Redis.from_url(f"unix://{folder}/redis.sock", socket_timeout=1)

    def until(self, is_so: Callable[[], bool], what: str, seconds: float = 30) -> None:
        """Wait for something the tables say."""
        with self.tables():
            wait_until(is_so, seconds, what)

    def has_left(self) -> bool:
        """Whether anything is left to spread or to send; asked inside `tables`."""
        spreading = models.Campaign.select().where(models.Campaign.state == "spreading")
        left = models.Delivery.select().where(models.Delivery.state.in_(_OPEN))
        return bool(spreading.exists() or left.exists())

    def until_all_met_their_end(self) -> None:
        self.until(lambda: not self.has_left(), "every delivery has met its end")

    def offer(self, month_after: int = 0, **over: Any) -> list[models.Session]:
        """Four sessions of a new activity, starting in half an hour or in a later month."""
        starts = self.now + dt.timedelta(minutes=30)
        for _ in range(month_after):
            starts = (starts.replace(day=1) + dt.timedelta(days=32)).replace(day=3)
        with self.tables():
            activity = factories.make_activity(models.Space.get(), max_party=3)
            return [factories.make_session(activity, starts_at=starts, **over) for _ in range(4)]

    def publish_menu(self, sessions: list[models.Session]) -> int:
        """Publish the menu of the sessions' month by the keeper's phone; return its id."""
        month = f"{sessions[0].starts_at.astimezone(SHANGHAI):%Y-%m}"
        keeper = self.members[-1]
        space = keeper.ask("GET", "staff/me", 200).json()["spaces"][0]["id"]
        draft = keeper.ask(
            "POST", "staff/menus", 200, json={"space_id": space, "month": month}
        ).json()
        items = [{"activity_id": str(sessions[0].activity_id)}]
        words = {"title": "本月菜单", "items": items, "version": draft["version"]}
        path = f"staff/menus/{draft['id']}"
        saved = keeper.ask("PUT", path, 200, json=words).json()
        told = keeper.ask("POST", f"{path}/publish", 200, json={"version": saved["version"]})
        return int(told.json()["id"])

    def let_all_allow(self, members: list[Phone]) -> None:
        """Everybody accepts a menu message in WeChat's pop-up, and the server has heard of it."""

        def granted() -> int:
            rows = models.WalletEntry.select().where(models.WalletEntry.reason == "accept")
            return int(rows.count())

        with self.tables():
            before = granted()
        for member in members:
            member.allow_menu()
        self.until(lambda: granted() == before + len(members), "the accepts count")


def _config(folder: Path) -> Path:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in _CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def _settle_in(place: Place) -> None:
    """A Space, a kind of need, the members, and a keeper among them."""
    with place.tables():
        space = factories.make_space(code="XYC")
        factories.make_category(code="policy")
    place.members = [Phone(place, f"drill-{number}") for number in range(MEMBERS)]
    for member in place.members:
        member.log_in()
        member.ask("PATCH", "me", 200, json={"home_space": str(space.id)})
    with place.tables():
        factories.make_staff(Role.KEEPER, space, user_id=place.members[-1].user_id)


@contextmanager
def running_place(folder: Path, database_url: str = "") -> Iterator[Place]:
    """Start the stack on that PostgreSQL, or on a SQLite file of its own, and settle in."""
    state = folder / "state"
    more = {"XINYI_CONFIG": str(_config(folder))}
    if database_url:
        more["DATABASE_URL"] = database_url
    with running(state, "--no-demo", env=clean_environment(**more)) as stack:
        stack.wait_up()
        here = Place(stack, database_url or f"sqlite:///{state}/data/xinyi.db")
        _settle_in(here)
        yield here
        for member in here.members:
            member.close()
        here.sandbox.http.close()


@pytest.fixture
def place(stack_of_engine: Place) -> Place:
    """The stack with nothing left to do, and a WeChat that behaves and has delivered nothing yet."""
    for what in ("faults", "messages", "calls"):
        url = f"{stack_of_engine.sandbox.base}/_sandbox/{what}"
        assert stack_of_engine.sandbox.http.delete(url, timeout=10).ok
        stack_of_engine.until_all_met_their_end()  # what a drill that failed had left
    return stack_of_engine


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def stack_of_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """One start of the stack for all drills of an engine: each leaves it sound."""
    folder = tmp_path_factory.mktemp(f"drill-{request.param}")
    url = ""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create(f"drill_{time.time_ns()}")
    with running_place(folder, url) as here:
        yield here
