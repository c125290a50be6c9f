"""gunicorn's settings, found by gunicorn on its own; the numbers come from config.toml."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from typing import Any

from scripts.supervisor.settings import peek

_run = peek(None).state_dir / "run"
_metrics = _run / "metrics"
# prometheus_client looks at the variable when it is first imported, so before anything of ours.
# If it is set already, someone else (scripts/run, or the gunicorn before us) tidies the folder.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    shutil.rmtree(_metrics, ignore_errors=True)
    _metrics.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics)

from server.config import load  # noqa: E402 - see above

_server = load().server

bind = (
    f"[{_server.host}]:{_server.port}" if ":" in _server.host else f"{_server.host}:{_server.port}"
)
worker_class = "gthread"
workers = _server.workers
threads = _server.threads
# Imported once and shared by the workers. New code is taken up by SIGUSR2, not by SIGHUP.
preload_app = True
timeout = 60
graceful_timeout = 10
# The heartbeat's file must not live on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# By default every gunicorn of an account would share one socket in its home folder.
control_socket = str(Path(os.environ.get("XINYI_SOCKET_DIR") or _run) / "gunicorn.ctl")
# How many proxies are believed is the application's business: [server] trusted_proxies.
forwarded_allow_ips = "*" if _server.trusted_proxies else "127.0.0.1,::1"


def when_ready(_arbiter: Any) -> None:
    """Keep the garbage collector from touching what the workers share with us."""
    gc.collect()
    gc.freeze()
    gc.enable()


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Forget connections opened before the fork: two processes must not talk over one."""
    from models import db

    db.obj.dispose()


def child_exit(_arbiter: Any, worker: Any) -> None:
    """Take a dead worker's gauges out of /metrics; its counters stay, as they should."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
