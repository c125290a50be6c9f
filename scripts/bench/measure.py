"""One burst of load and what it cost; medians over rounds; the table people read."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scripts._bootstrap import ROOT
from scripts.bench.stack import Server


class BenchError(Exception):
    """The figures would mean nothing; the message says why."""


@dataclass(frozen=True)
class Burst:
    """What one burst showed."""

    requests: int
    rps: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    cpu_us: float
    postgres_us: float


def burst(
    server: Server,
    requests: Sequence[str],
    *,
    clients: int,
    seconds: float,
    postgres_cpu_s: Callable[[], float],
) -> Burst:
    """Send the requests over so many connections, for at most so many seconds. Raises BenchError if
    any answer is not 200."""
    order = {
        "port": server.port,
        "clients": clients,
        "seconds": seconds,
        "requests": list(requests),
    }
    before, postgres_before = server.cpu_s(), postgres_cpu_s()
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench.load"],
        cwd=ROOT,
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    cpu, postgres_cpu = server.cpu_s() - before, postgres_cpu_s() - postgres_before
    told = json.loads(done.stdout)
    if set(told["statuses"]) != {"200"}:
        raise BenchError(f"answers by status, where only 200 is right: {told['statuses']}")
    waits = sorted(told["waits_ms"])
    return Burst(
        requests=len(waits),
        rps=len(waits) / told["seconds"],
        p50_ms=statistics.median(waits),
        p99_ms=waits[int(len(waits) * 0.99)],
        longest_ms=waits[-1],
        cpu_us=cpu / len(waits) * 1e6,
        postgres_us=postgres_cpu / len(waits) * 1e6,
    )


def median(bursts: Iterable[Burst]) -> Burst:
    """Return the median of every figure, but of the longest waits the longest."""
    rounds = list(bursts)
    columns = {name: [getattr(one, name) for one in rounds] for name in Burst.__annotations__}
    middle = {name: statistics.median(values) for name, values in columns.items()}
    middle["requests"] = sum(columns["requests"])
    middle["longest_ms"] = max(columns["longest_ms"])
    return Burst(**middle)


def row(name: str = "", clients: int = 0, seen: Burst | None = None) -> str:
    """Return one line of the table; without anything seen its head."""
    cells: Iterable[object] = (
        "clients",
        "req/s",
        *(f"{what} ms" for what in ("p50", "p99", "max")),
    )
    cells = (*cells, "CPU µs", "PG CPU µs")
    if seen is not None:
        waits = (f"{wait:.1f}" for wait in (seen.p50_ms, seen.p99_ms, seen.longest_ms))
        costs = (f"{cost:.0f}" for cost in (seen.rps, seen.cpu_us, seen.postgres_us))
        rate, *costs_us = costs
        cells = (clients, rate, *waits, *costs_us)
    return f"{name:24}" + "".join(f"{cell!s:>10}" for cell in cells)
