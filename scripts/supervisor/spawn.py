"""How a long-running process is born here: in a group of its own, and never outliving whoever started it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
HAS_PARENT_DEATH_SIGNAL = sys.platform.startswith("linux")
# Looked up once, before any fork: resolving symbols in a forked child may take locks.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if HAS_PARENT_DEATH_SIGNAL else None


def tie_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what a fresh child runs before exec so that the kernel signals it when its parent dies.

    Linux only (None elsewhere, see guardian.py). The kernel watches the *thread* that forked, so this
    belongs in the main thread.
    """
    if _prctl is None:
        return None
    parent = os.getpid()

    def tie() -> None:
        if _prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            os._exit(126)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(126)

    return tie


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start argv in its own process group with its output appended to log; return the process.

    user (root only) is the account it runs as, without supplementary groups. Raises OSError when the
    program cannot be started.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [os.fspath(part) for part in argv],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            process_group=0,
            preexec_fn=tie_to_parent(death_signal),  # noqa: PLW1509 - single-threaded by design
            user=user,
            group=_primary_group(user),
            extra_groups=[] if user else None,
        )


def _primary_group(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd

    return pwd.getpwnam(user).pw_gid


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to the process and everything in its group; one that is gone already is no error."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
        return


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log file, "" when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 16384))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
