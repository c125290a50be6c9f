"""The guardian, which stands in for the kernel where that has no parent-death signal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts._bootstrap import ROOT
from tests.scripts.running import wait_until

_SUPERVISOR = """
import subprocess, sys, time
from scripts.supervisor.guardian import Guardian
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
children = [
    subprocess.Popen(["sleep", "60"], process_group=0),
    subprocess.Popen([sys.executable, "-c", stubborn], process_group=0, stdout=subprocess.PIPE),
]
children[1].stdout.readline()
guardian = Guardian()
guardian.watch([child.pid for child in children])
print(*[child.pid for child in children], flush=True)
sys.stdin.readline()
guardian.dismiss()
print("dismissed", flush=True)
sys.stdin.readline()
for child in children:
    child.kill()
"""


def _start() -> tuple[subprocess.Popen[str], list[int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISOR],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    return process, [int(word) for word in process.stdout.readline().split()]


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_it_stops_the_children_of_a_killed_supervisor_even_a_stubborn_one() -> None:
    process, children = _start()
    with process:
        assert all(map(_is_alive, children))
        process.kill()
        took = wait_until(lambda: not any(map(_is_alive, children)), 10, "children gone")
        assert took < 3.0


def test_dismissed_it_leaves_the_children_alone() -> None:
    process, children = _start()
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "dismissed\n"
        assert all(map(_is_alive, children))
        process.stdin.write("\n")
