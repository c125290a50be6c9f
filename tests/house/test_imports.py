"""Who may import whom stands in pyproject.toml; this holds everybody to it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_rooms_are_kept_apart() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_sandbox_shares_no_code_with_the_server() -> None:
    """A mistake made once must not hide on both sides of the wire."""
    for file in (ROOT / "scripts" / "sandbox").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for room in ("server", "models", "wechatpy"):
            assert f"import {room}" not in text, file
            assert f"from {room}" not in text, file


def test_one_room_writes_workbooks() -> None:
    """There every cell is text, so that no name people typed is computed on a colleague's screen."""
    writers = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "server").rglob("*.py")
        if "openpyxl" in file.read_text(encoding="utf-8")
    }
    assert writers == {"server/services/files_sheets.py"}
