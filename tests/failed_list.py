"""A pytest plugin: writes which tests failed into the file named by the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "XINYI_FAILED_TESTS"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the ids of failed tests, one a line."""
    reports = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    ids = dict.fromkeys(report.nodeid for report in reports)
    Path(os.environ[VARIABLE]).write_text("\n".join(ids), encoding="utf-8")
