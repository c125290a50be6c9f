"""The documents say what is, and all of it."""

import re
import tomllib
from pathlib import Path

from flask import Flask

from scripts._api_docs import TARGET, render
from server.config import ENVIRONMENT

ROOT = Path(__file__).parents[2]


def _keys(table: dict[str, object], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in table.items():
        found |= _keys(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name}
    return found


def test_every_setting_is_documented_and_back() -> None:
    keys = _keys(tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8")))
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z_]+(?:\.[a-z_]+)+)` \|", text, re.M))
    assert told == keys


def test_every_environment_variable_is_documented() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert {name for name in ENVIRONMENT if f"`{name}`" not in text} == set()


def test_every_setting_is_commented() -> None:
    lines = (ROOT / "config.toml").read_text(encoding="utf-8").splitlines()
    explained = False
    for line in lines:
        if not line.strip() or line.startswith("["):
            explained = False
        elif line.startswith("#"):
            explained = True
        else:
            assert explained, f"no comment stands over: {line}"


def test_every_endpoint_and_code_is_documented(app: Flask) -> None:
    spec = app.test_client().get("/api/openapi.json").json
    assert spec
    assert render(spec) == TARGET.read_text(encoding="utf-8"), "run scripts/api-docs"


def test_every_route_of_the_api_is_in_the_contract(app: Flask) -> None:
    spec = app.test_client().get("/api/openapi.json").json
    assert spec
    told = {(m.upper(), path) for path, methods in spec["paths"].items() for m in methods}
    there = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/")
    }
    assert told == there


def test_links_between_documents_lead_somewhere() -> None:
    for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (file.parent / target).exists(), f"{file.name} links to {target}"
