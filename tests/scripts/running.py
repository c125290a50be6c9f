"""Drives scripts/run from outside, as a person at a terminal would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from scripts._bootstrap import ROOT

RUN = ROOT / "scripts" / "run"
_OURS = ("XINYI_", "WECHAT_", "DATABASE_URL", "PROMETHEUS_")


def clean_environment(**more: str) -> dict[str, str]:
    """Return our environment without anything that would change how the stack starts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | more


def free_ports() -> int:
    """Return a port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def wait_until(is_so: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for something to become true; return how long it took. Fails the test when it does not."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"after {seconds} s still not: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


@dataclass
class Family:
    """Processes as they were at one moment; a process id given out again does not confuse it."""

    members: list[psutil.Process]

    def alive(self) -> list[str]:
        """Return what still runs."""
        return [str(member) for member in self.members if _is_alive(member)]


def _is_alive(process: psutil.Process) -> bool:
    """An orphan that nobody has waited for yet is dead all the same."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@dataclass
class Running:
    """A started scripts/run."""

    process: subprocess.Popen[bytes]
    state: Path
    port: int
    output_file: Path

    @property
    def output(self) -> str:
        return self.output_file.read_text(encoding="utf-8")

    @property
    def pids(self) -> dict[str, int]:
        told: dict[str, int] = json.loads((self.state / "run" / "pids").read_text(encoding="utf-8"))
        return told

    def answers(self) -> bool:
        """Return whether the web server says that it is alive."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/healthz", timeout=5
            ) as answer:
                return int(answer.status) == 200
        except OSError:
            return False

    def wait_up(self) -> None:
        """Return once the banner is out. Fails the test with the output if it ends instead."""
        wait_until(
            lambda: "Ctrl-C stops" in self.output or self.process.poll() is not None, 60, "up"
        )
        assert self.process.poll() is None, self.output

    def family(self) -> Family:
        """Return every process this start has brought to life."""
        supervisor = psutil.Process(self.process.pid)
        return Family([supervisor, *supervisor.children(recursive=True)])

    def end(self) -> None:
        """Make sure that nothing is left, whatever the test did."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@contextlib.contextmanager
def running(
    state: Path, *arguments: str, port: int | None = None, env: dict[str, str] | None = None
) -> Iterator[Running]:
    """Start scripts/run on free ports with the given state folder; it has ended when the block ends."""
    port = port or free_ports()
    output_file = state.with_name(f"{state.name}.output")
    argv = [sys.executable, str(RUN), "--state-dir", str(state), "--port", str(port), *arguments]
    with output_file.open("wb") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env or clean_environment(),
            cwd=state.parent,
        )
    started = Running(process, state, port, output_file)
    try:
        yield started
    finally:
        started.end()


def refused(*arguments: str, env: dict[str, str] | None = None) -> str:
    """Run a start that must fail; return its one message."""
    done = subprocess.run(
        [sys.executable, str(RUN), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=env or clean_environment(),
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr.startswith("Traceback"), done.stderr
    return done.stderr.strip()
