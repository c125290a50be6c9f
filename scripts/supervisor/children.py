"""What keeps the children alive: starts them, notices what dies, starts it again with patience, stops all."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from scripts._bootstrap import ROOT
from scripts.supervisor.errors import StartError, StopRequested
from scripts.supervisor.guardian import Guardian
from scripts.supervisor.spawn import HAS_PARENT_DEATH_SIGNAL, signal_group, spawn, tail

_BACK_OFF_S = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
_STEADY_AFTER_S = 60.0
_LOG_LIMIT = 20 * 1024 * 1024


def say(text: str) -> None:
    """Print a line for the person at the terminal; a terminal that is gone is no reason to stop."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


class Signals:
    """Ctrl-C and SIGTERM as a flag, and a sleep that ends early for them and for dying children."""

    def __init__(self) -> None:
        self.is_stop_requested = False
        self._woken, wake = socket.socketpair()
        self._woken.setblocking(False)
        wake.setblocking(False)
        self._wake = wake
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stop_requested = True

    def sleep(self, seconds: float, *readable: int) -> None:
        """Sleep at most so long, less when a descriptor becomes readable.

        Raises StopRequested once somebody wants us to stop.
        """
        self.nap(seconds, *readable)
        if self.is_stop_requested:
            raise StopRequested

    def nap(self, seconds: float, *readable: int) -> None:
        """Sleep at most so long, less when a signal comes or a descriptor becomes readable."""
        select.select([self._woken.fileno(), *readable], [], [], max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            while self._woken.recv(512):
                pass


@dataclass
class Child:
    """One program of the stack and how it fares."""

    name: str
    argv: list[str]
    env: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool] = lambda: True
    stdin: int = subprocess.DEVNULL  # for the first start only
    stop_rank: int = 0  # lower is stopped earlier
    ready_within_s: float = 20.0
    stop_within_s: float = 5.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started_at: float = 0.0
    failures: int = 0
    due_at: float | None = None

    def start(self) -> None:
        """Start the program. Raises StartError when it cannot even be executed."""
        try:
            self.process = spawn(self.argv, log=self.log, cwd=ROOT, env=self.env, stdin=self.stdin)
        except OSError as error:
            raise StartError(f"{self.name} cannot be started: {error}") from None
        self.stdin = subprocess.DEVNULL
        self.started_at = time.monotonic()
        self.due_at = None

    @property
    def ending(self) -> str | None:
        """How the program ended, None while it runs (or was never started)."""
        code = None if self.process is None else self.process.poll()
        if code is None:
            return None
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def schedule(self) -> float:
        """Note a death; return the seconds until the next start."""
        if time.monotonic() - self.started_at > _STEADY_AFTER_S:
            self.failures = 0
        delay = _BACK_OFF_S[min(self.failures, len(_BACK_OFF_S) - 1)]
        self.failures += 1
        self.due_at = time.monotonic() + delay
        return delay

    def last_words(self) -> str:
        """The end of its log, indented."""
        words = tail(self.log) or "(it said nothing)"
        return "\n".join(f"    {line}" for line in words.splitlines())


class Children:
    """All that runs."""

    def __init__(self, signals: Signals, record_pids: Callable[[dict[str, int]], None]) -> None:
        self._signals = signals
        self._record_pids = record_pids
        self._children: list[Child] = []
        self._guardian = None if HAS_PARENT_DEATH_SIGNAL else Guardian()

    def start(self, child: Child) -> None:
        """Start a child. Raises StartError."""
        child.start()
        self._children.append(child)
        self._note_pids()

    def wait_ready(self, child: Child) -> None:
        """Return once the child can be used. Raises StartError with its last words if it dies or dawdles."""
        deadline = time.monotonic() + child.ready_within_s
        while not child.is_ready():
            if child.ending or time.monotonic() > deadline:
                how = f"ended ({child.ending})" if child.ending else "does not answer"
                raise StartError(
                    f"{child.name} {how}:\n{child.last_words()}\n  All of it: {child.log}"
                )
            self._signals.sleep(0.03)

    def watch(self) -> None:
        """Keep everything running until somebody wants us to stop: raises StopRequested, never returns."""
        while True:
            for child in self._children:
                self._look_after(child)
            dues = [child.due_at for child in self._children if child.due_at is not None]
            self._signals.sleep(min(dues, default=time.monotonic() + 60.0) - time.monotonic())

    def stop(self) -> None:
        """Stop everything by rank, each within its time; a second Ctrl-C ends all at once."""
        self._signals.is_stop_requested = False
        for child in sorted(self._children, key=lambda child: child.stop_rank):
            self._stop_one(child)
        if self._guardian is not None:
            self._guardian.dismiss()

    def _look_after(self, child: Child) -> None:
        keep_short(child.log)
        if child.due_at is not None:
            if time.monotonic() >= child.due_at:
                self._start_again(child)
        elif ending := child.ending:
            assert child.process is not None
            signal_group(child.process, signal.SIGKILL)  # what it leaves behind would hold its port
            delay = child.schedule()
            if child.failures == 1:
                say(f"{child.name} ended ({ending}); starting it again. Its log: {child.log}")
            elif child.failures == 3:
                say(f"{child.name} keeps ending; trying on, every {delay:.0f} s and slower:")
                say(child.last_words())

    def _start_again(self, child: Child) -> None:
        try:
            child.start()
        except StartError as error:
            child.schedule()
            say(str(error))
        self._note_pids()

    def _stop_one(self, child: Child) -> None:
        process = child.process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            deadline = time.monotonic() + child.stop_within_s
            while process.poll() is None and time.monotonic() < deadline:
                if self._signals.is_stop_requested:
                    break
                self._signals.nap(min(0.2, deadline - time.monotonic()))
        signal_group(process, signal.SIGKILL)
        process.wait()

    def _note_pids(self) -> None:
        pids = {child.name: child.process.pid for child in self._children if child.process}
        self._record_pids(pids)
        if self._guardian is not None:
            self._guardian.watch(list(pids.values()))


def keep_short(log: Path, limit: int = _LOG_LIMIT) -> None:
    """Move a log that has grown too long aside; its writers append, so cutting it short is safe."""
    try:
        if log.stat().st_size <= limit:
            return
        with log.open("r+b") as file, log.with_name(f"{log.name}.1").open("wb") as old:
            while block := file.read(1 << 20):
                old.write(block)
            os.ftruncate(file.fileno(), 0)
    except OSError as error:
        say(f"{log} has grown long and cannot be moved aside: {error.strerror}")
