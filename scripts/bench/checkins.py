"""`scripts/bench/checkin`: what a check-in costs next to a bare answer, beside a long past, and on SQLite."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models import Checkin
from scripts.backing.postgres import PostgresUnavailable
from scripts.backing.redis import RedisUnavailable
from scripts.bench.crowd import Crowd, add_past, gather, tables
from scripts.bench.measure import BenchError, Burst, burst, median, row
from scripts.bench.stack import BARE, XINYI, Server, Stack, running
from scripts.supervisor.errors import StartError

# More than either does here. On a faster machine bursts end early for want of people, no more.
_CHECKINS_PER_S = 900
_ANSWERS_PER_S = 12_000
_DESK, _DOOR = 8, 32
"""Clients at once: an ordinary opening, and everybody in the same minute."""
_WARM_UP_S = 0.5


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    rounds: int
    seconds: float
    past: int
    sqlite_seconds: float
    clients: tuple[int, ...] = (1, _DESK, _DOOR)

    @property
    def people(self) -> int:
        """How many must have a place on PostgreSQL."""
        bursts = self.rounds * (len(self.clients) + 1)
        return int((bursts * self.seconds + _WARM_UP_S) * _CHECKINS_PER_S)

    @property
    def sqlite_people(self) -> int:
        """How many must have a place on SQLite."""
        return int((self.sqlite_seconds + _WARM_UP_S) * _CHECKINS_PER_S)


_FULL = Plan(rounds=3, seconds=4.0, past=1_000_000, sqlite_seconds=15.0)
_QUICK = Plan(rounds=3, seconds=1.0, past=100_000, sqlite_seconds=4.0)
_SMOKE = Plan(rounds=1, seconds=0.2, past=1_000, sqlite_seconds=0.3)


@dataclass
class _Door:
    """A server with those who come to it, and what was seen there."""

    name: str
    server: Server
    requests: Callable[[float], list[str]]
    stack: Stack
    seen: dict[int, list[Burst]] = field(default_factory=dict)
    answered: int = 0

    def rush(self, clients: int, seconds: float) -> Burst:
        """Let so many come at once for so many seconds."""
        one = burst(
            self.server,
            self.requests(seconds),
            clients=clients,
            seconds=seconds,
            postgres_cpu_s=self.stack.postgres_cpu_s,
        )
        self.answered += one.requests
        return one

    def observe(self, clients: int, seconds: float) -> None:
        """A rush that counts."""
        self.seen.setdefault(clients, []).append(self.rush(clients, seconds))

    def median(self, clients: int, name: str = "") -> Burst:
        """Return the medians of what was seen since the last time, and print them."""
        middle = median(self.seen.pop(clients))
        print(row(name or self.name, clients, middle), flush=True)
        return middle


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit code: 1 when there are no figures to trust."""
    parser = argparse.ArgumentParser(prog="scripts/bench/checkin", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within a minute, noisier")
    parser.add_argument("--smoke", action="store_true", help="only to see that it runs")
    options = parser.parse_args(arguments)
    plan = _SMOKE if options.smoke else _QUICK if options.quick else _FULL
    began = time.monotonic()
    print(row())
    try:
        with running() as stack:
            figures = _beside_bare(stack, plan) | _on_sqlite(stack, plan)
    except (BenchError, StartError, PostgresUnavailable, RedisUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print(f"{time.monotonic() - began:.0f} s in all")
    print(json.dumps(figures))
    return 0


def _beside_bare(stack: Stack, plan: Plan) -> dict[str, float]:
    """Return what a check-in costs beside a bare answer, and then with a long past."""
    with tables(stack.postgres.create("crowd")):
        crowd = gather(plan.people)
    url = stack.postgres.create("young", template="crowd")
    young = _open_door("check-in", stack, url, crowd.again())
    bare = _bare_door(stack, url, crowd)
    _interleave(plan, (bare, young), plan.clients)
    least = {clients: bare.median(clients) for clients in plan.clients}
    full = {clients: young.median(clients) for clients in plan.clients}
    old_url = stack.postgres.create("old", template="crowd")
    with tables(old_url) as database:
        add_past(database, plan.past)
    old = _open_door(f"beside {plan.past:,} older", stack, old_url, crowd.again())
    _interleave(plan, (young, old), (_DOOR,))
    rps_young = young.median(_DOOR, "beside none").rps
    rps_old = old.median(_DOOR).rps
    _require_all_kept(young, url)
    _require_all_kept(old, old_url, older=plan.past)
    return {
        "cpu_ratio": round(full[_DESK].cpu_us / least[_DESK].cpu_us, 2),
        "rps": round(full[_DESK].rps),
        "p99_ms_32": round(full[_DOOR].p99_ms, 1),
        "rps_ratio_million": round(rps_old / rps_young, 2),
    }


def _on_sqlite(stack: Stack, plan: Plan) -> dict[str, float]:
    """Return the longest wait of everybody at once when one file takes all writes."""
    url = f"sqlite:///{stack.folder}/xinyi.db"
    with tables(url):
        crowd = gather(plan.sqlite_people)
    door = _open_door("check-in, SQLite", stack, url, crowd)
    door.observe(_DOOR, plan.sqlite_seconds)
    longest = door.median(_DOOR).longest_ms
    _require_all_kept(door, url)
    return {"sqlite_max_ms": round(longest)}


def _open_door(name: str, stack: Stack, url: str, crowd: Crowd) -> _Door:
    """Return a server of ours, warm, with the crowd in front of it."""

    def scans(seconds: float) -> list[str]:
        return crowd.scans(int(seconds * _CHECKINS_PER_S))

    door = _Door(name, stack.serve(XINYI, url), scans, stack)
    door.rush(_DESK, _WARM_UP_S)
    return door


def _bare_door(stack: Stack, url: str, crowd: Crowd) -> _Door:
    """Return the yardstick, warm: it gets the same requests and looks at none."""
    some = crowd.again().scans(1)

    def same(seconds: float) -> list[str]:
        return some * int(seconds * _ANSWERS_PER_S)

    door = _Door("bare answer", stack.serve(BARE, url), same, stack)
    door.rush(_DESK, _WARM_UP_S)
    return door


def _interleave(plan: Plan, doors: Sequence[_Door], clients: Sequence[int]) -> None:
    """Take turns, so that whatever else the machine does meanwhile falls on all alike."""
    for _ in range(plan.rounds):
        for at_once in clients:
            for door in doors:
                door.observe(at_once, plan.seconds)


def _require_all_kept(door: _Door, url: str, *, older: int = 0) -> None:
    """Raise BenchError unless every check-in that was acknowledged stands in the database."""
    with tables(url):
        kept = Checkin.select().count() - older
    if kept != door.answered:
        raise BenchError(f"{door.name}: {door.answered} were acknowledged, {kept} are there")
