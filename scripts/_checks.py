"""What can be said about the tree without running it; scripts/check and scripts/test share the list."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from scripts._bootstrap import ROOT

_BIN = Path(sys.prefix) / "bin"
_CHECKS: dict[str, list[str | Path]] = {
    "formatting": [_BIN / "ruff", "format", "--check", "--quiet"],
    "lint": [_BIN / "ruff", "check", "--quiet"],
    "types": [_BIN / "mypy", "--no-error-summary"],
    "who imports whom": [_BIN / "lint-imports", "--no-logo"],
}


def failed() -> list[str]:
    """Run every check, print what it found, and return the names of those that failed."""
    names = []
    for name, argv in _CHECKS.items():
        began = time.monotonic()
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:20} {verdict:7} {time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
            names.append(name)
    return names
