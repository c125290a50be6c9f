"""What can be said about the tree without running it; scripts/check and scripts/test share the list."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts._bootstrap import ROOT
from scripts.supervisor import preview

_BIN = Path(sys.prefix) / "bin"
_CHECKS: dict[str, list[str | Path]] = {
    "formatting": [_BIN / "ruff", "format", "--check", "--quiet"],
    "lint": [_BIN / "ruff", "check", "--quiet"],
    "types": [_BIN / "mypy", "--no-error-summary"],
    "who imports whom": [_BIN / "lint-imports", "--no-logo"],
}


# What package.json calls them; all need the packages of the lock.
_NPM_CHECKS = ("check:types", "check:scripts", "check:styles", "test", "size")


def failed() -> list[str]:
    """Run every check, print what it found, and return the names of those that failed."""
    problem = preview.install()
    if problem is not None:
        print(f"The mini-program is NOT checked: {problem}.", flush=True)
    npm = {} if problem else {f"npm {name}": ["npm", "run", "-s", name] for name in _NPM_CHECKS}
    return _failed(_CHECKS, ROOT) + _failed(npm, preview.FOLDER)


def _failed(checks: Mapping[str, Sequence[str | Path]], folder: Path) -> list[str]:
    names = []
    for name, argv in checks.items():
        began = time.monotonic()
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:20} {verdict:7} {time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
            names.append(name)
    return names
