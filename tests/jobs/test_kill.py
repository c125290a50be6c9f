"""The drill: real worker processes, killed with SIGKILL in the middle of it, lose and repeat nothing."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from models import Delivery, Wallet, db
from models.notifications import DeliveryState
from server.context import Resources
from tests.conftest import ROOT, SECRETS, Sandbox
from tests.jobs.conftest import Person, until

MESSAGES, KILLS, THREADS = 300, 3, 4


def settings(it: Resources, folder: Path) -> Path:
    """config.toml with a short lease, so that the drill need not wait a minute for it."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (
        ("lease_seconds = 60", "lease_seconds = 4"),
        ("send_threads = 16", f"send_threads = {THREADS}"),
        ("lease_batch = 50", "lease_batch = 20"),
        ("poll_seconds = 2.0", "poll_seconds = 0.2"),
        ("connect_timeout = 3.0", "connect_timeout = 1.0"),
        ("read_timeout = 8.0", "read_timeout = 2.0"),
    ):
        assert old in text
        text = text.replace(old, new)
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def start(it: Resources, config: Path) -> subprocess.Popen[bytes]:
    env = os.environ | SECRETS
    env |= {
        "XINYI_CONFIG": str(config),
        "DATABASE_URL": it.config.database_url,
        "XINYI_REDIS_URL": it.config.redis_url,
        "XINYI_WECHAT_API_BASE": it.config.wechat.api_base,
        "XINYI_STATE_DIR": str(it.config.state_dir),
    }
    command = [sys.executable, "-m", "flask", "--app", "server", "worker"]
    with (config.parent / "worker.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=env, stderr=log)


def left() -> int:
    """Messages that have not met their end."""
    open_ones = (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING)
    return int(Delivery.select().where(Delivery.state.in_(open_ones)).count())


def test_killed_workers_lose_nothing_and_send_nothing_twice(
    it: Resources, sandbox: Sandbox, tmp_path: Path
) -> None:
    with db.atomic():  # one transaction: three hundred would wait for the disk each
        people = [Person(it, sandbox).accept(it) for _ in range(MESSAGES)]
        for person in people:
            person.tell()
    sandbox.post("config", latency_ms=30)
    config = settings(it, tmp_path)
    for _ in range(KILLS):
        before = left()
        worker = start(it, config)
        try:
            until(lambda n=before: left() <= n - MESSAGES // 8, 40)
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
    assert left() > 0, "nothing was left to kill for"
    worker = start(it, config)
    try:
        until(lambda: left() == 0, 60)
        began = time.monotonic()
        worker.terminate()
        assert worker.wait(10) == 0
        assert time.monotonic() - began < 5
    finally:
        worker.kill()
    arrived = Counter(message["touser"] for message in sandbox.get("messages", limit=10_000))
    assert set(arrived.values()) == {1}, "somebody got it twice"
    states = {row.user_id: row.state for row in Delivery.select()}
    assert len(states) == MESSAGES
    sent = [each for each in people if states[each.user.id] == DeliveryState.SENT]
    unknown = [each for each in people if states[each.user.id] == DeliveryState.UNKNOWN]
    assert len(sent) + len(unknown) == MESSAGES
    assert len(unknown) <= KILLS * THREADS
    assert all(arrived[each.openid] == 1 for each in sent), "one called sent never arrived"
    # A possible send keeps its reminder, so every wallet is empty, and none says less than nothing.
    assert Wallet.select().where(Wallet.balance != 0).count() == 0
