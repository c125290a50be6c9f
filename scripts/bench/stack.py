"""The parts under test: gunicorn as production runs it, a durable PostgreSQL, Redis; all on loopback."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from scripts._bootstrap import ROOT
from scripts.backing.postgres import Postgres, start_postgres
from scripts.backing.redis import start_redis
from scripts.supervisor import ports
from scripts.supervisor.errors import StartError
from scripts.supervisor.settings import environment
from scripts.supervisor.spawn import signal_group, spawn, tail
from scripts.supervisor.state import State

XINYI = "server:create_app()"
BARE = "scripts.bench.bare:app"
_UP_WITHIN_S = 30.0
# What is measured here never speaks with WeChat; the discard port makes sure.
_NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Server:
    """A gunicorn that serves one of the applications."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu_s(self) -> float:
        """Return the CPU seconds, user and system, its processes have used so far."""
        return cpu_s(self.process.pid)


@dataclass(frozen=True)
class Stack:
    """What every server of a run shares."""

    folder: Path
    postgres: Postgres
    redis_url: str
    exits: contextlib.ExitStack

    def serve(self, application: str, database_url: str) -> Server:
        """Start a gunicorn of our own configuration and return it once it takes connections. It
        ends with the stack. Raises StartError with its last words."""
        port = _free_port()
        state = State(self.folder / str(port))
        state.make()
        state.metrics.mkdir()
        env = environment(state, is_production=False) | {
            "DATABASE_URL": database_url,
            "XINYI_REDIS_URL": self.redis_url,
            "XINYI_PORT": str(port),
            "XINYI_SOCKET_DIR": str(state.sockets()),
            "XINYI_WECHAT_API_BASE": _NOBODY,
            "XINYI_CONFIG": str(_config(self.folder)),
        }
        gunicorn = f"{sys.prefix}/bin/gunicorn"
        argv = [gunicorn, "-c", f"{ROOT}/gunicorn.conf.py", application]
        log = state.log / "web.log"
        process = spawn(argv, log=log, cwd=ROOT, env=env)
        self.exits.callback(_end, process)
        deadline = time.monotonic() + _UP_WITHIN_S
        while not ports.accepts("127.0.0.1", port)():
            if process.poll() is not None or time.monotonic() > deadline:
                raise StartError(f"gunicorn does not start:\n{tail(log)}")
            time.sleep(0.05)
        return Server(port, process)

    def postgres_cpu_s(self) -> float:
        """Return the CPU seconds PostgreSQL's processes have used so far."""
        assert self.postgres.process is not None
        return cpu_s(self.postgres.process.pid)


@contextlib.contextmanager
def running() -> Iterator[Stack]:
    """The stack with no server yet; ends and removes everything afterwards."""
    with contextlib.ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="xinyi-bench-")))
        postgres = start_postgres(is_durable=True)
        exits.callback(postgres.stop)
        redis = start_redis()
        exits.callback(redis.stop)
        yield Stack(folder, postgres, redis.url, exits)


def _config(folder: Path) -> Path:
    """Return the settings as shipped, but behind a proxy that tells whose request it is."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    shipped = "trusted_proxies = 0"
    if shipped not in text:
        raise StartError(f"config.toml no longer says {shipped}")
    file = folder / "config.toml"
    file.write_text(text.replace(shipped, "trusted_proxies = 1"), encoding="utf-8")
    return file


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and all its descendants, ended ones included."""
    parent = psutil.Process(pid)
    own = [parent, *parent.children(recursive=True)]
    used = sum(sum(process.cpu_times()[:2]) for process in own) + sum(parent.cpu_times()[2:4])
    return float(used)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(12)
    signal_group(process, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
