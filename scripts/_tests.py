"""Runs the tests: sees that there is a browser, then hands over to pytest and says what was left out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from scripts import _checks
from scripts._bootstrap import ROOT
from tests.failed_list import VARIABLE

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Without a Chinese font every page of ours is a page of boxes.
_PACKAGES = ("chromium", "fonts-noto-cjk")
_APT_WITHIN_S = 300
# More failures than this are no bad luck.
_FEW = 8


def main(arguments: Sequence[str]) -> int:
    """Run the tests named by the arguments (pytest's own), or all of them after the static checks.

    Returns the exit code: 0 only if everything passed.
    """
    began = time.monotonic()
    _see_to_browser()
    failed = [] if arguments else _checks.failed()
    code = _pytest(arguments)
    if code != 0:
        failed.append("tests")
    verdict = f"FAILED: {', '.join(failed)}" if failed else "All passed"
    print(f"\n{verdict} ({time.monotonic() - began:.0f} s)", flush=True)
    return code or int(bool(failed))


def _pytest(arguments: Sequence[str]) -> int:
    argv = [sys.executable, "-m", "pytest", "-p", "tests.browser_summary"]
    if arguments:
        return _run([*argv, *arguments])
    # One file stays in one process, so what a file sets up for its tests is set up once. One process
    # more than there are cores, as many a test waits for a process, a browser or a clock.
    processes = min((os.cpu_count() or 2) + 1, 4)
    everything = ["-n", str(processes), "--dist", "loadfile", "-q"]
    # A process that died is not replaced: its files' tests would be lost and the run wait for them.
    everything += ["--max-worker-restart", "0"]
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "failed"
        argv += ["-p", "tests.failed_list"]
        code = _run([*argv, *everything, "--durations", "15"], **{VARIABLE: str(told)})
        failed = told.read_text(encoding="utf-8").split("\n") if told.exists() else []
        if code != 1 or not 1 <= len(failed) <= _FEW:
            return code
        # Kills and time-outs are part of the tests; beside others on a busy machine they may come
        # out otherwise. What fails alone too is broken, and what does not is said aloud.
        print(
            f"\n{len(failed)} failed beside the others and are tried once more alone:", flush=True
        )
        print(*failed, sep="\n", flush=True)
        return _run([*argv, "-q", *failed], **{VARIABLE: str(told)})


def _run(argv: Sequence[str], **more: str) -> int:
    env = os.environ | more
    return subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, env=env, check=False).returncode


def _see_to_browser() -> None:
    """Install Chromium where we may; where we may not, the browser tests are skipped and counted."""
    if any(shutil.which(name) for name in _BROWSERS):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(
            f"No Chromium; for the browser tests: apt-get install {' '.join(_PACKAGES)}", flush=True
        )
        return
    print("Installing Chromium for the browser tests, only needed once …", flush=True)
    install = ["install", "-y", "--no-install-recommends", *_PACKAGES]
    if not (_apt(["update"]) and _apt(install)):
        print("Chromium could not be installed; the browser tests will be skipped.", flush=True)


def _apt(arguments: list[str]) -> bool:
    try:
        done = subprocess.run(
            ["apt-get", "-q", *arguments],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_APT_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"apt-get {arguments[0]} took more than {_APT_WITHIN_S} s.", flush=True)
        return False
    if done.returncode != 0:
        print(done.stderr.strip(), flush=True)
    return done.returncode == 0
