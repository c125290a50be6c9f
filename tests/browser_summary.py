"""A pytest plugin: browser tests that did not run are said aloud, for a silent skip looks like a pass."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many browser tests were skipped, and why."""
    skipped = [
        report for report in terminalreporter.getreports("skipped") if "browser" in report.keywords
    ]
    reasons = Counter(_reason(report) for report in skipped)
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} browser tests were NOT run: {reason}", yellow=True)


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ")
