"""What the registers of known holes say of the pinned libraries. Where they cannot be asked, that is
said aloud and nothing fails: a tree that was sound must not turn red because a network is closed."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts._bootstrap import ROOT

EXCUSED = ROOT / "scripts" / "audit.txt"
_BIN = Path(sys.prefix) / "bin"
_WITHIN_S = 180


def failed() -> list[str]:
    """Ask for both languages, print what was found, and return the holes not excused."""
    excused = excuses(EXCUSED.read_text(encoding="utf-8"), dt.datetime.now(dt.UTC).date())
    found: list[str] = []
    for name, ask in (("Python", _python), ("JavaScript", _javascript)):
        holes = ask()
        if holes is None:
            print(f"{name} libraries are NOT audited: the register cannot be asked.", flush=True)
            continue
        open_ones = [each for each in holes if each.split()[0] not in excused]
        print(f"{name} libraries: {len(holes)} known, {len(open_ones)} not excused.", flush=True)
        found += open_ones
    print(*found, sep="\n", end="\n" if found else "", flush=True)
    return found


def excuses(text: str, today: dt.date) -> set[str]:
    """Return the names of the holes that are excused today: lines of name, last day and reason."""
    lines = [line.split(maxsplit=2) for line in text.splitlines() if line and line[0] != "#"]
    return {name for name, until, _ in lines if dt.date.fromisoformat(until) >= today}


def python_holes(told: str) -> list[str] | None:
    """Return the holes pip-audit tells of, `name library version`; None if it knew no library."""
    libraries: list[dict[str, Any]] = json.loads(told)["dependencies"] if told else []
    known = [each for each in libraries if "vulns" in each]
    if not known:
        return None
    return [
        f"{hole['id']} {each['name']} {each['version']}" for each in known for hole in each["vulns"]
    ]


def javascript_holes(told: str) -> list[str] | None:
    """Return the grave holes npm tells of, `name library`; None if it could not ask."""
    answer: dict[str, Any] = json.loads(told or "{}")
    if "vulnerabilities" not in answer:
        return None
    return sorted(
        f"{str(via['url']).rpartition('/')[2]} {library}"
        for library, each in answer["vulnerabilities"].items()
        for via in each["via"]
        if isinstance(via, dict) and via["severity"] in ("high", "critical")
    )


def _python() -> list[str] | None:
    quiet = ("--format", "json", "--progress-spinner", "off")
    lock = ("--disable-pip", "--require-hashes", "--requirement", "requirements.txt")
    return python_holes(_told([_BIN / "pip-audit", *lock, *quiet], ROOT))


def _javascript() -> list[str] | None:
    npm = shutil.which("npm")
    if npm is None:
        return None
    return javascript_holes(_told([npm, "audit", "--json"], ROOT / "miniprogram"))


def _told(argv: Sequence[str | Path], folder: Path) -> str:
    try:
        done = subprocess.run(
            argv, cwd=folder, capture_output=True, text=True, check=False, timeout=_WITHIN_S
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout
