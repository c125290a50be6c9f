"""The supervisor's side of prepare.py: first the checked settings, then the order for the database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts._bootstrap import ROOT
from scripts.supervisor.children import Signals
from scripts.supervisor.errors import StartError
from scripts.supervisor.spawn import signal_group, tail, tie_to_parent


@dataclass(frozen=True)
class Settings:
    """What the supervisor must know of the checked settings."""

    is_production: bool
    host: str
    port: int
    public_url: str
    redis_url: str


class Preparation:
    """A process that checks at once and then waits: settings(), then finish() or abandon()."""

    def __init__(self, env: Mapping[str, str], log: Path, signals: Signals) -> None:
        self._log = log
        self._signals = signals
        self._unread = b""
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scripts.supervisor.prepare"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env=env,
                process_group=0,
                preexec_fn=tie_to_parent(signal.SIGTERM),  # noqa: PLW1509 - single-threaded by design
            )

    def settings(self) -> Settings:
        """Return the settings. Raises StartError with every mistake in them."""
        told = self._hear()
        if "problems" in told:
            mistakes = "\n".join(f"  - {problem}" for problem in told["problems"])
            raise StartError(f"The settings cannot be used:\n{mistakes}")
        return Settings(**told)

    def finish(self, environ: Mapping[str, str], logins: Path | None) -> None:
        """Bring the database to its newest shape and, if logins is given, make the demo data.

        Raises StartError with the last words when that fails.
        """
        order = {"environ": dict(environ), "logins": None if logins is None else str(logins)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        self._hear()
        self.abandon()

    def abandon(self) -> None:
        """End it, whatever it is at; a migration under way is rolled back by the database."""
        signal_group(self._process, signal.SIGTERM)
        try:
            self._process.communicate(timeout=3)
        except subprocess.TimeoutExpired:
            signal_group(self._process, signal.SIGKILL)
            self._process.communicate()

    def _hear(self) -> dict[str, Any]:
        """Return the next thing it says. Raises StartError if it ends instead, or misses a module."""
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            self._signals.sleep(60.0, self._process.stdout.fileno())
            block = os.read(self._process.stdout.fileno(), 65536)
            if not block:
                raise StartError(
                    f"The preparations failed:\n{tail(self._log)}\n  All of it: {self._log}"
                )
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        if "missing" in told:
            raise StartError(
                f"The Python module {told['missing']} is missing; delete {sys.prefix} and start again."
            )
        return told
