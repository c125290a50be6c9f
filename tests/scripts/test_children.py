"""What the supervisor does around its children: logs stay short, each death makes it more patient."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from scripts.supervisor.children import Child, keep_short
from scripts.supervisor.errors import StartError


def test_a_long_log_is_moved_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 100)
        keep_short(log, limit=1000)
        assert log.stat().st_size == 400
        writer.write(b"old\n" * 200)
        keep_short(log, limit=1000)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"old\n" * 300


def test_each_death_in_a_row_makes_the_next_start_wait_longer(tmp_path: Path) -> None:
    child = Child("never", [sys.executable, "-c", "1"], os.environ, tmp_path / "log")
    child.start()
    delays = [child.schedule() for _ in range(8)]
    assert delays == sorted(delays)
    assert delays[0] < 1.0
    assert delays[-1] == delays[-2] == 30.0
    assert child.process is not None
    child.process.wait(10)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal SIGKILL"),
        ("raise SystemExit(3)", "exit code 3"),
    ],
)
def test_how_a_child_ended_is_told_in_words(tmp_path: Path, program: str, told: str) -> None:
    child = Child("brief", [sys.executable, "-c", program], os.environ, tmp_path / "log")
    assert child.ending is None
    child.start()
    assert child.process is not None
    child.process.wait(10)
    assert child.ending == told


def test_a_child_is_in_a_group_of_its_own_so_ctrl_c_is_not_for_it(tmp_path: Path) -> None:
    child = Child("sleeper", ["sleep", "60"], os.environ, tmp_path / "log")
    child.start()
    assert child.process is not None
    assert os.getpgid(child.process.pid) == child.process.pid
    child.process.send_signal(signal.SIGKILL)
    child.process.wait(10)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    child = Child("redis", [str(tmp_path / "no-such-server")], os.environ, tmp_path / "log")
    with pytest.raises(StartError, match="redis cannot be started"):
        child.start()
