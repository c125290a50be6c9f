"""The mini-program's preview: packages installed and pages built when they are not, or are old.

A program of its own, so that nobody waits for it: without the preview everything else works.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts._bootstrap import ROOT
from scripts.supervisor.spawn import signal_group, tie_to_parent

FOLDER = ROOT / "miniprogram"
_LOCK = FOLDER / "package-lock.json"
_INSTALLED = FOLDER / "node_modules" / ".installed"
_DIST = FOLDER / "preview" / "dist"
_BUILT = _DIST / ".built"
# What the pages are made of; node_modules is told by the lock.
_SOURCES = ("src", "preview")
_INSTALL_WITHIN_S = 300
_BUILD_WITHIN_S = 120


def main(url: str) -> int:
    """Bring the preview up to date and say in one line how that went; return the exit code."""
    # Whoever started us is gone: npm and what it runs must not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    problem = install() or build()
    if problem is not None:
        print(f"No preview of the mini-program: {problem}.", flush=True)
        return 1
    print(f"The mini-program's preview is ready: {url}", flush=True)
    return 0


def is_current() -> bool:
    """Tell whether the pages are newer than their sources."""
    return _read(_BUILT) == _fingerprint()


class Builder:
    """The program below, running beside the stack for as long as it takes."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, url: str) -> None:
        """Begin to bring the preview up to date; it speaks to the terminal itself."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.supervisor.preview", url],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=tie_to_parent(signal.SIGTERM),  # noqa: PLW1509 - single-threaded by design
        )

    def stop(self) -> None:
        """End it with all it has started; the next start goes on from there."""
        if self._process is not None:
            signal_group(self._process, signal.SIGKILL)
            self._process.wait()


def install() -> str | None:
    """Install the packages the lock names, unless they are; return what stands in the way."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "it is built with Node.js (20.19 or newer), and there is none here"
    with _one_at_a_time():
        stamp = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
        if _read(_INSTALLED) == stamp:
            return None
        print("Installing what the mini-program is built with, only needed once …", flush=True)
        problem = _run(["npm", "ci"], _INSTALL_WITHIN_S)
        if problem is None:
            _INSTALLED.write_text(stamp, encoding="ascii")
        return problem


def build() -> str | None:
    """Build the pages, unless they are newer than their sources; return what stands in the way."""
    with _one_at_a_time():
        stamp = _fingerprint()
        if _read(_BUILT) == stamp:
            return None
        problem = _run(["npm", "run", "--silent", "build"], _BUILD_WITHIN_S)
        if problem is None:
            _BUILT.write_text(stamp, encoding="ascii")
        return problem


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Keep scripts/run and scripts/test from building at once; the kernel drops the lock if we die."""
    folder = os.open(FOLDER, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _fingerprint() -> str:
    digest = hashlib.sha256(_LOCK.read_bytes())
    files = (file for source in _SOURCES for file in (FOLDER / source).rglob("*"))
    for file in sorted(file for file in files if file.is_file()):
        if _DIST not in file.parents and "miniprogram_npm" not in file.parts:
            digest.update(f"{file.relative_to(FOLDER)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _read(stamp: Path) -> str:
    return stamp.read_text(encoding="ascii") if stamp.exists() else ""


def _run(argv: Sequence[str], within_s: float) -> str | None:
    """Run npm; return what went wrong in one line, None when nothing did."""
    command = " ".join(argv)
    try:
        done = subprocess.run(
            argv,
            cwd=FOLDER,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command} took more than {within_s:.0f} s"
    except OSError as error:
        return f"{command} cannot be started ({error.strerror})"
    if done.returncode == 0:
        return None
    said = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    errors = [line for line in said if "npm warn" not in line]
    return f"{command} failed: {errors[0] if errors else 'without a word'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
