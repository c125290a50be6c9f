"""Where the kernel has no parent-death signal: a small process that outlives the supervisor just to stop its children.

It reads process groups from a pipe whose other end only the supervisor holds; when the pipe ends without
a goodbye the supervisor was killed, and the groups it knew last are stopped.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

_TIME_TO_TIDY_S = 2.0


class Guardian:
    """The supervisor's side of it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", os.path.abspath(__file__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C in the terminal is not for it
            text=True,
        )

    def watch(self, groups: list[int]) -> None:
        """Tell it which process groups to stop if we die; replaces what it was told before."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(str(group) for group in groups) + "\n")
        self._process.stdin.flush()

    def dismiss(self) -> None:
        """End it without stopping anything."""
        self.watch([])
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _signal_all(groups: list[int], number: int) -> list[int]:
    """Send the signal (0: none) to each group; return those that were still there."""
    alive = []
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            alive.append(group)
    return alive


def main() -> None:
    """Listen until the pipe ends, then stop the groups told last: asked first, killed after two seconds."""
    groups: list[int] = []
    for line in sys.stdin:
        groups = [int(word) for word in line.split()]
    groups = _signal_all(groups, signal.SIGTERM)
    deadline = time.monotonic() + _TIME_TO_TIDY_S
    while groups and time.monotonic() < deadline:
        time.sleep(0.05)
        groups = _signal_all(groups, 0)
    _signal_all(groups, signal.SIGKILL)


if __name__ == "__main__":
    main()
