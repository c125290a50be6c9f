"""The preview's builder: one line says how it went, and nothing stays behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from scripts._bootstrap import ROOT
from scripts.supervisor import preview
from tests.scripts.running import wait_until

URL = "http://127.0.0.1:1/preview/"


def _say(**environment: str) -> tuple[int, list[str]]:
    """Return the exit code and the lines of a builder with this environment."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.supervisor.preview", URL],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


def test_without_node_it_says_so_in_one_line(tmp_path: Path) -> None:
    code, lines = _say(PATH=str(tmp_path))
    assert code == 1
    (line,) = lines
    assert line.startswith("No preview of the mini-program: it is built with Node.js")


@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no Node.js here")
def test_npm_that_fails_is_told_in_one_line(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm warn x' >&2\necho 'npm error no network' >&2\nexit 1\n")
    npm.chmod(0o755)
    (tmp_path / "node").symlink_to(shutil.which("node") or "")
    copy = _copy(tmp_path / "copy")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.supervisor.preview", URL],
        cwd=copy,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == (
        "No preview of the mini-program: npm ci failed: npm error no network."
    )


def _copy(folder: Path) -> Path:
    """Return a tree like ours with nothing installed and nothing built."""
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    left_out = shutil.ignore_patterns("node_modules", "dist", "miniprogram_npm")
    shutil.copytree(ROOT / "miniprogram", folder / "miniprogram", ignore=left_out)
    return folder


@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no Node.js here")
def test_what_is_built_is_not_built_again() -> None:
    assert preview.install() is None
    assert preview.build() is None
    assert preview.is_current()
    built = ROOT / "miniprogram" / "preview" / "dist" / "app.js"
    before = built.stat().st_mtime_ns
    assert _say() == (0, [f"The mini-program's preview is ready: {URL}"])
    assert built.stat().st_mtime_ns == before


def _builders() -> int:
    commands = [child.cmdline() for child in psutil.Process().children(recursive=True)]
    return sum("scripts.supervisor.preview" in command for command in commands)


def test_stopping_it_ends_what_it_started() -> None:
    builder = preview.Builder()
    builder.stop()  # never started: nothing to end
    builder.start(URL)
    wait_until(lambda: _builders() > 0, 5, "the builder runs")
    builder.stop()
    assert _builders() == 0
