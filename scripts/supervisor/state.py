"""The state folder (var/): who may use it, where sockets go, and the lock that keeps a second start out."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from scripts.supervisor.errors import StartError
from scripts.supervisor.redis import SOCKET_PATH_LIMIT

_LONGEST_SOCKET_NAME = "gunicorn.ctl"


@dataclass
class State:
    """One state folder; open() before anything else is used."""

    root: Path
    _lock: int | None = field(default=None, repr=False)
    after_crash: bool = False

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def metrics(self) -> Path:
        return self.run / "metrics"

    @property
    def demo_logins(self) -> Path:
        return self.root / "demo-logins.txt"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.env"

    def make(self) -> None:
        """Make the folders. Raises StartError when that is not possible."""
        try:
            for folder in (self.root, self.run, self.data, self.data / "redis", self.log):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.run / "lock", os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StartError(
                f"The state folder {self.root} cannot be used ({error.strerror}: {error.filename}); "
                "name another one with --state-dir."
            ) from None

    def open(self) -> None:
        """Make the folders and take the lock. Raises StartError when it is not ours to use.

        after_crash then tells whether the one before us ended without tidying up.
        """
        self.make()
        self._lock = os.open(self.run / "lock", os.O_RDWR)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(self._who_runs()) from None
        shutil.rmtree(self.metrics, ignore_errors=True)  # counters of processes that are no more
        self.metrics.mkdir(mode=0o700)
        self.after_crash = bool(self._note())
        self.announce("")

    def announce(self, url: str) -> None:
        """Write who holds the lock, for a second start to tell."""
        self._write(f"{os.getpid()} {url}".strip())

    def close(self) -> None:
        """Leave a tidy folder and let the next start in."""
        self._write("")
        (self.run / "pids").unlink(missing_ok=True)
        note = self.run / "sockets"
        if note.exists():
            shutil.rmtree(note.read_text(encoding="utf-8"), ignore_errors=True)
            note.unlink()
        assert self._lock is not None
        os.close(self._lock)
        self._lock = None

    def record_pids(self, pids: dict[str, int]) -> None:
        """Keep the process ids of what runs where an operator finds them, at no moment half written."""
        fresh = self.run / "pids.new"
        fresh.write_text(json.dumps(pids) + "\n", encoding="utf-8")
        fresh.replace(self.run / "pids")

    def sockets(self) -> Path:
        """Return a folder whose path is short enough for unix sockets, noted in run/ if it is elsewhere."""
        if len(os.fsencode(self.run / _LONGEST_SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return self.run
        note = self.run / "sockets"
        if note.exists():
            known = Path(note.read_text(encoding="utf-8"))
            if known.is_dir() and known.stat().st_uid == os.geteuid():
                return known
        short = tempfile.mkdtemp(prefix="xinyi-", dir="/tmp")  # $TMPDIR itself may be too long
        note.write_text(short, encoding="utf-8")
        return Path(short)

    def _who_runs(self) -> str:
        pid, _, url = self._note().partition(" ")
        holder = f" (pid {pid})" if pid else ""
        return (
            f"Xinyi is already running{holder}, open {url}"
            if url
            else f"Xinyi is already running{holder}."
        )

    def _note(self) -> str:
        assert self._lock is not None
        return os.pread(self._lock, 1024, 0).decode("utf-8", "replace")

    def _write(self, text: str) -> None:
        assert self._lock is not None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text.encode(), 0)
