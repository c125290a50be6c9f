"""scripts/test must not let skipped browser tests pass for passed ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts._bootstrap import ROOT

_SKIPPED = """
import pytest
@pytest.mark.browser
@pytest.mark.parametrize("page", range(3))
def test_page(page):
    pytest.skip("no Chromium here")
@pytest.mark.skip(reason="something else")
def test_other():
    pass
"""


def test_skipped_browser_tests_are_counted_aloud(tmp_path: Path) -> None:
    (tmp_path / "test_pages.py").write_text(_SKIPPED)
    settings = tmp_path / "pytest.ini"
    settings.write_text("[pytest]\nmarkers = browser\naddopts = -p no:valkey -p no:cacheprovider\n")
    argv = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.browser_summary",
        "-n",
        "2",
        "-c",
        str(settings),
    ]
    done = subprocess.run(
        [*argv, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 browser tests were NOT run: no Chromium here" in done.stdout
    assert "something else" not in done.stdout
