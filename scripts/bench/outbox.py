"""The parts of a benchmark of messages: the WeChat sandbox, members who allow menus, and workers."""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import requests
from peewee import chunked

import models
from models import Activity, OrgUnit, Series, Session, Space, User, Wallet, WalletEntry
from models.activities import ActivityKind, ActivityState
from models.notifications import EntryReason
from models.spaces import OrgKind, SpaceType
from scripts._bootstrap import ROOT
from scripts.bench.crowd import tables
from scripts.bench.measure import BenchError
from scripts.bench.stack import Stack
from scripts.supervisor.settings import environment
from scripts.supervisor.spawn import spawn, tail
from scripts.supervisor.state import State
from server import clock, create_app
from server.clock import SHANGHAI, utcnow
from server.config import load
from server.context import Resources
from server.services import menus, menus_publishing
from server.services.audit import SYSTEM

SEND: Final = "/cgi-bin/message/subscribe/send"
KIND: Final = "menu"
ALLOWED: Final = 2
"""Accepts of each member, on both sides: with one, WeChat's own ledger would hide a second send."""

_CHUNK = 500
_UP_WITHIN_S = 30.0


@dataclass(frozen=True)
class Outbox:
    """One deployment without a web server: its tables, its sandbox, and workers to be started."""

    it: Resources
    env: dict[str, str]
    state: State
    stack: Stack
    sandbox: str

    def ask(self, method: str, path: str, /, **body: Any) -> Any:
        """Call the sandbox's control door."""
        answer = requests.request(method, f"{self.sandbox}/_sandbox/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def delay(self, delay_ms: int) -> None:
        """Let WeChat answer each send only after so long."""
        self.ask("DELETE", "faults")
        if delay_ms:
            self.ask("POST", "faults", path=SEND, delay_ms=delay_ms)

    def sends(self) -> int:
        """Return how many sends have come to WeChat so far."""
        return int(self.ask("GET", "calls").get(SEND, 0))

    def arrived(self) -> Counter[str]:
        """Return how many messages each openid has received."""
        return Counter(each["touser"] for each in self.ask("GET", "messages?limit=1000000"))

    def crowd(self, prefix: str, count: int, accepts: int) -> None:
        """Let WeChat know so many people, `prefix`0 and on."""
        template = self.it.config.wechat.templates[KIND]
        self.ask(
            "POST", "crowds", prefix=prefix, count=count, template_id=template, accepts=accepts
        )

    def work(self) -> psutil.Popen:
        """Start a worker as production does; it is killed with the stack at the latest."""
        argv = [sys.executable, "-m", "flask", "--app", "server", "worker"]
        process = spawn(argv, log=self.state.log / "worker.log", cwd=ROOT, env=self.env)
        self.stack.exits.callback(end, process)
        return process


def open_outbox(stack: Stack, *, lease_s: int, timeouts_s: tuple[float, float]) -> Outbox:
    """Return a deployment on fresh tables, at noon in Shanghai: at night menus do not go out."""
    name = f"outbox{secrets.token_hex(4)}"
    state = State(stack.folder / name)
    state.make()
    state.metrics.mkdir()
    env = environment(state, is_production=False) | {
        "DATABASE_URL": stack.postgres.create(name),
        "XINYI_REDIS_URL": stack.redis_url,
        "XINYI_CONFIG": str(_config(state.root, lease_s, timeouts_s)),
    }
    env["XINYI_WECHAT_API_BASE"] = sandbox = _sandbox(stack, state, env)
    with tables(env["DATABASE_URL"]):
        pass  # brought to the newest shape
    app = create_app(load(env))
    noon = utcnow().astimezone(SHANGHAI).replace(hour=12, minute=0, second=0)
    clock.move(noon - utcnow())
    return Outbox(app.extensions["xinyi"], env, state, stack, sandbox)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process if it still lives."""
    process.kill()
    process.wait()


def _config(folder: Path, lease_s: int, timeouts_s: tuple[float, float]) -> Path:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for name, value in (
        ("lease_seconds", lease_s),
        ("connect_timeout", timeouts_s[0]),
        ("read_timeout", timeouts_s[1]),
    ):
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        if found != 1:
            raise BenchError(f"config.toml no longer says {name}")
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def _sandbox(stack: Stack, state: State, env: dict[str, str]) -> str:
    """Start WeChat's stand-in; return its address."""
    log = state.log / "sandbox.log"
    argv = [sys.executable, "-m", "scripts.sandbox", "--port", "0"]
    process = spawn(argv, log=log, cwd=ROOT, env=os.environ | env)
    stack.exits.callback(end, process)
    until(lambda: "listening on" in tail(log), _UP_WITHIN_S, "the sandbox listens")
    return tail(log).split()[-1]


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something to become true. Raises BenchError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise BenchError(f"did not happen within {seconds:.0f} s: {what}")
        time.sleep(0.05)


def add_space(outbox: Outbox, prefix: str, members: int, *, every: int) -> Space:
    """Return a Space with an activity this month and so many members, every so-many-th of whom
    allows menu messages and is known to WeChat as `prefix`0 and on."""
    now, began = utcnow(), time.monotonic()
    id_ = models.new_id()
    unit = OrgUnit.add(now=now, id=id_, kind=OrgKind.SPACE, path=f"/{id_}/", name=prefix)
    code = prefix.upper()
    space: Space = Space.add(
        now=now, id=id_, org_unit=unit, code=code, name="消息空间", type=SpaceType.PARK
    )
    _add_session(space, now)
    for some in chunked(range(members), _CHUNK):
        with models.db.atomic():
            _add_members(outbox, space, prefix, list(some), every=every, now=now)
    models.db.execute_sql("ANALYZE")
    outbox.crowd(prefix, (members + every - 1) // every, ALLOWED)
    print(f"{members:,} members made in {time.monotonic() - began:.1f} s", flush=True)
    return space


def _add_session(space: Space, now: dt.datetime) -> None:
    series = Series.get_or_none() or Series.add(now=now, code="bench", name="心驿", color="#8a5a44")
    kind, state = ActivityKind.LECTURE, ActivityState.SCHEDULED
    values: dict[str, Any] = {"title": "消息演练", "theme": "演练", "kind": kind, "state": state}
    activity = Activity.add(now=now, space=space, series=series, **values)
    ends = now + dt.timedelta(hours=2)
    times: dict[str, Any] = {
        "starts_at": now,
        "ends_at": ends,
        "checkin_opens_at": now,
        "checkin_closes_at": ends,
    }
    key = secrets.token_hex(32)
    Session.add(now=now, space=space, activity=activity, qr_key=key, **times)


def _add_members(
    outbox: Outbox, space: Space, prefix: str, numbers: list[int], *, every: int, now: dt.datetime
) -> None:
    stamps = {"created_at": now, "updated_at": now}
    users, wallets, entries = [], [], []
    for number in numbers:
        id_ = models.new_id()
        person = {"id": id_, "home_space": space.id, "first_seen_at": now, "openid_enc": None}
        users.append(person | stamps)
        if number % every:
            continue
        openid = f"{prefix}{number // every}"
        # The place server/services/users.py gives an openid; elsewhere it does not open.
        users[-1]["openid_enc"] = outbox.it.vault.seal(openid, place=f"user.openid:{id_}")
        wallet = {"id": models.new_id(), "user_id": id_, "kind": KIND, "balance": ALLOWED}
        wallets.append(wallet | stamps)
        entry = {"id": models.new_id(), "wallet": wallet["id"], "user_id": id_, "ref": "bench"}
        entries.append(entry | {"reason": EntryReason.ACCEPT, "change": ALLOWED, "at": now})
    User.insert_many(users).execute()
    Wallet.insert_many(wallets).execute()
    WalletEntry.insert_many(entries).execute()


def publish(space: Space) -> float:
    """Publish the Space's first menu of the month; return the seconds the call took."""
    now = utcnow()
    draft = menus.draft(space.id, clock.month_of(now), actor=SYSTEM, now=now).revision
    activity = Activity.get(Activity.space == space)
    sheet = menus.edit(
        draft,
        title="本月菜单",
        foreword="",
        entries=[menus.Entry(activity.id)],
        expected=draft.version,
        actor=SYSTEM,
        now=now,
    )
    began = time.perf_counter()
    version = sheet.revision.version
    menus_publishing.publish(sheet.revision, expected=version, actor=SYSTEM, now=now)
    return time.perf_counter() - began
