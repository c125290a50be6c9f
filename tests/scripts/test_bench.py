"""The benchmark runs and says what it promises; how fast is no matter of a test."""

import json
import subprocess
import sys

from scripts._bootstrap import ROOT

_FIGURES = {"cpu_ratio", "rps", "p99_ms_32", "rps_ratio_million", "sqlite_max_ms"}


def test_checkin_says_its_figures() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "bench" / "checkin", "--smoke"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.keys() == _FIGURES
    assert all(figure > 0 for figure in told.values())
