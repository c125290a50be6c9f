"""The supervisor's side of what web.py says while the stack comes up."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from scripts.supervisor.children import Child, Signals
from scripts.supervisor.errors import StartError

_LAST_WORDS_WITHIN_S = 5.0


@dataclass(frozen=True)
class Settings:
    """What the supervisor must know of the checked settings."""

    is_production: bool
    host: str
    port: int
    public_url: str
    redis_url: str


class Conversation:
    """First settings(), then bring_up_to_date(), then close()."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._unread = b""
        self._ours, self.theirs = socket.socketpair()

    def settings(self, web: Child) -> Settings:
        """Return the settings. Raises StartError with every mistake in them."""
        told = self._hear(web)
        if "problems" in told:
            mistakes = "\n".join(f"  - {problem}" for problem in told["problems"])
            raise StartError(f"The settings cannot be used:\n{mistakes}")
        return Settings(**told)

    def bring_up_to_date(self, web: Child, environ: Mapping[str, str], logins: Path | None) -> None:
        """Have the database brought to its newest shape and, if logins is given, demo data made.

        Raises StartError with the last words when that fails.
        """
        order = {"environ": dict(environ), "logins": None if logins is None else str(logins)}
        with contextlib.suppress(ConnectionError):  # it has ended; _hear tells how
            self._ours.sendall(json.dumps(order).encode() + b"\n")
        self._hear(web)

    def close(self) -> None:
        """Hang up; web.py ends if it was still waiting for its order."""
        self._ours.close()
        self.theirs.close()

    def _hear(self, web: Child) -> dict[str, Any]:
        """Return the next thing said. Raises StartError if the process ends instead, or misses a module."""
        while b"\n" not in self._unread:
            self._signals.sleep(60.0, self._ours.fileno())
            try:
                block = self._ours.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            except ConnectionError:
                block = b""
            if not block:
                self._tell_end(web)
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        if "missing" in told:
            raise StartError(
                f"The Python module {told['missing']} is missing; delete {sys.prefix} and start again."
            )
        return told

    def _tell_end(self, web: Child) -> NoReturn:
        """Raise StartError with what the process said last, which it may say after hanging up."""
        deadline = time.monotonic() + _LAST_WORDS_WITHIN_S
        while web.ending is None and time.monotonic() < deadline:
            self._signals.sleep(0.05)
        raise StartError(f"The start failed:\n{web.last_words()}\n  All of it: {web.log}")
