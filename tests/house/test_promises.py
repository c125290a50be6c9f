"""The tables of promises, bad input and faults name tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (\d+) \|.*\|$", re.M)
_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(\w+)`")


@pytest.mark.parametrize(
    ("page", "least"), [("promises.md", 18), ("bad_input.md", 13), ("faults.md", 17)]
)
def test_every_row_is_held_by_a_test_that_is_there(page: str, least: int) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    rows = {int(row[1]): row[0] for row in _ROW.finditer(text)}
    assert list(rows) == list(range(1, len(rows) + 1))
    assert len(rows) >= least
    for number, row in rows.items():
        named = _TEST.findall(row)
        assert named, f"row {number} of {page} names no test"
        for file, name in named:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (number, name)
