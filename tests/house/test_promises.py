"""The table of promises names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (\d+) \|.*\|$", re.M)
_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(\w+)`")


def test_every_promise_is_held_by_a_test_that_is_there() -> None:
    text = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
    rows = {int(row[1]): row[0] for row in _ROW.finditer(text)}
    assert list(rows) == list(range(1, len(rows) + 1))
    assert len(rows) >= 18
    for number, row in rows.items():
        named = _TEST.findall(row)
        assert named, f"promise {number} names no test"
        for file, name in named:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (number, name)
