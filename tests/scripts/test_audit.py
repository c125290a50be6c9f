"""What is made of the registers' answers; the answers are those the tools print."""

import datetime as dt
import json

from scripts._audit import EXCUSED, excuses, javascript_holes, python_holes


def test_an_excuse_ends() -> None:
    text = "# why\nGHSA-1 2026-11-24 we never call it\nGHSA-2 2026-11-23 was mended\n"
    assert excuses(text, dt.date(2026, 11, 24)) == {"GHSA-1"}
    assert excuses(EXCUSED.read_text(encoding="utf-8"), dt.date(2026, 1, 1)) is not None


def test_holes_of_python_are_told() -> None:
    known = {"name": "flask", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1"]}]}
    sound = {"name": "redis", "version": "1", "vulns": []}
    unknown = {"name": "peewee", "skip_reason": "not found"}
    told = json.dumps({"dependencies": [known, sound, unknown], "fixes": []})
    assert python_holes(told) == ["PYSEC-1 flask 0.1"]
    # A register that knows none of them was not asked.
    assert python_holes(json.dumps({"dependencies": [unknown]})) is None
    assert python_holes("") is None


def test_grave_holes_of_javascript_are_told() -> None:
    def hole(severity: str) -> dict[str, str]:
        return {"url": f"https://example.org/advisories/GHSA-{severity}", "severity": severity}

    told = {"vulnerabilities": {"a": {"via": [hole("high"), hole("low")]}, "b": {"via": ["a"]}}}
    assert javascript_holes(json.dumps(told)) == ["GHSA-high a"]
    assert javascript_holes(json.dumps({"vulnerabilities": {}})) == []
    assert javascript_holes(json.dumps({"error": {"code": "ENOAUDIT"}})) is None
