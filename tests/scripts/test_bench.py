"""The benchmarks run and say what they promise; how fast is no matter of a test."""

import json
import subprocess
import sys
from typing import Any

from scripts._bootstrap import ROOT

_CHECKIN = {"cpu_ratio", "rps", "p99_ms_32", "rps_ratio_million", "sqlite_max_ms"}
_PUSH = {"publish_s", "rate_ratio", "cpu_us_per_send", "rss_growth_mb", "lost", "twice", "unknown"}


def told_by(bench: str) -> dict[str, Any]:
    """The figures of a run that is only there to see that it runs."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "bench" / bench, "--smoke"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def test_checkin_says_its_figures() -> None:
    told = told_by("checkin")
    assert told.keys() == _CHECKIN
    assert all(figure > 0 for figure in told.values())


def test_push_says_its_figures_and_loses_nothing() -> None:
    told = told_by("push")
    assert told.keys() == _PUSH
    assert all(told[name] > 0 for name in ("publish_s", "rate_ratio", "cpu_us_per_send"))
    assert (told["lost"], told["twice"]) == (0, 0)
