"""The environment is made once, by whoever comes first, and says in a sentence why it cannot be made."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts._bootstrap import ROOT
from tests.scripts.running import clean_environment

_COMMANDS = ("run", "test", "check", "migrate")
_PROGRAM = """
import sys
sys.path[0] = {root!r}
from scripts import _bootstrap
_bootstrap.enter("requirements.txt")
print("inside", sys.prefix, *sys.argv[1:])
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of its own whose lock file pins nothing."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "_bootstrap.py", tmp_path / "scripts")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "command").write_text(_PROGRAM.format(root=str(tmp_path)))
    return tmp_path


def _command(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    return subprocess.run(
        [python, str(tree / "command"), *arguments],
        cwd="/",
        env=clean_environment(PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null", HOME=str(tree)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_it_makes_the_environment_once_and_goes_on_inside_it(tree: Path) -> None:
    first = _command(tree, "--port", "1")
    assert first.returncode == 0, first.stderr
    assert "Making .venv" in first.stdout
    assert first.stdout.endswith(f"inside {tree / '.venv'} --port 1\n")
    second = _command(tree)
    assert second.stdout == f"inside {tree / '.venv'}\n"

    # Another lock file is looked at again, an environment that broke is made again.
    (tree / "requirements.txt").write_text("# nothing else\n")
    assert "Installing 0 Python packages" in _command(tree).stdout
    (tree / ".venv" / "bin" / "python").unlink()
    assert "Making .venv" in _command(tree).stdout


def test_an_installation_that_fails_says_why_and_is_tried_again(tree: Path) -> None:
    (tree / "requirements.txt").write_text("flask==3.1.3 --hash=sha256:" + "0" * 64 + "\n")
    for _ in range(2):
        failed = _command(tree)
        assert failed.returncode == 1
        assert "Installing the Python packages failed:" in failed.stderr
        assert "No matching distribution found for flask==3.1.3" in failed.stderr
        assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("name", _COMMANDS)
def test_an_old_python_is_told_so_before_it_meets_anything_new(name: str) -> None:
    text = (ROOT / "scripts" / name).read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 4))
    older = "import sys; sys.version_info = (3, 9, 2); sys.argv = ['x']; exec(sys.stdin.read())"
    told = subprocess.run(
        [sys.executable, "-c", older], input=text, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert told.stderr.startswith("Xinyi needs Python 3.11 or newer, this is Python 3.9")
    assert len(told.stderr.splitlines()) == 1


def test_both_lock_files_pin_the_same() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^[\w.\[\]-]+==[^\s\\]+", text, re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
    assert len(pins("requirements.txt")) > 40


def test_every_pin_has_a_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for block in re.split(r"\n(?=[\w.\[\]-]+==)", text)[1:]:
            assert "--hash=sha256:" in block, block.splitlines()[0]
