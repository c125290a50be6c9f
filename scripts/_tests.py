"""Runs the tests: sees that there is a browser, then hands over to pytest and says what was left out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

from scripts import _checks
from scripts._bootstrap import ROOT

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Without a Chinese font every page of ours is a page of boxes.
_PACKAGES = ("chromium", "fonts-noto-cjk")
_APT_WITHIN_S = 300


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
    # One file stays in one process, so what a file sets up for its tests is set up once. Many tests
    # wait for processes of their own, hence one worker more than there are cores.
    workers = min((os.cpu_count() or 2) + 1, 4)
    everything = ["-n", str(workers), "--dist", "loadfile", "-q", "--durations", "15"]
    argv = [sys.executable, "-m", "pytest", "-p", "tests.browser_summary"]
    argv += list(arguments) or everything
    return subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode


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
