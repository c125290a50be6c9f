"""What holds for every answer, whoever asks: its headers, its cookies, where it leads, and what the log
keeps of it. All routes are walked, so a new one is in it by itself."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import structlog
from flask import Flask
from werkzeug.test import TestResponse

from models.staff import Role
from server import logs
from server.services.files_disk import Disk
from tests import factories, full_space
from tests.conftest import ROOT, Client, Sandbox, resources
from tests.house.walk import Call, Walk

ONE_ENGINE = pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")

HEADERS = {
    "X-Content-Type-Options": {"nosniff"},
    "X-Frame-Options": {"DENY"},
    "Referrer-Policy": {"same-origin", "no-referrer"},
}


@pytest.fixture
def as_it_was(app: Flask) -> Iterator[None]:
    """Afterwards the log goes where it went before."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def _require_safe(call: Call, answer: TestResponse) -> None:
    assert answer.status_code < 500, f"{call}: {answer.status_code} {answer.text[:400]}"
    for name, allowed in HEADERS.items():
        [told] = answer.headers.getlist(name)
        assert told in allowed, f"{call}: {name}: {told}"
    [policy] = answer.headers.getlist("Content-Security-Policy")
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] in ("'self'", "'none'"), f"{call}: {policy}"
    assert "unsafe-inline" not in rules.get("script-src", ""), f"{call}: {policy}"
    assert "sandbox" in rules or rules["frame-ancestors"] == "'none'", f"{call}: {policy}"
    for cookie in answer.headers.getlist("Set-Cookie"):
        flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags, f"{call}: {cookie}"
    if where := answer.headers.get("Location"):
        assert urlsplit(where).netloc in ("", "localhost"), f"{call} leads to {where}"


@ONE_ENGINE
@pytest.mark.usefixtures("as_it_was")
def test_every_answer_is_safe_and_the_log_names_nobody(
    app: Flask, client: Client, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.login_code(full_space.OPENID)
    it = resources(app)
    place = full_space.fill(it.vault, Disk(it.config.files_dir), it.config.secrets.secret_key)
    walk = Walk(app, place)
    keeper = client.as_staff(factories.make_staff(Role.KEEPER, place.space))
    logs.configure(as_json=True, level="INFO")
    evil = "https://evil.example/"
    member = client.as_user(place.member)
    for somebody in (keeper, member):
        # One row each: what is looked at here does not hang on whose row it is.
        for call in {(each.endpoint, each.method): each for each in walk.calls()}.values():
            if call.path.startswith("/api/v1/") != (somebody is member):
                continue  # the other door's, where this log-in is none
            _require_safe(call, somebody.open(call.path, method=call.method, **call.sent))
            if call.method == "GET" and call.endpoint.startswith(("console.auth", "console.staff")):
                answer = somebody.get(call.path, query_string={"next": evil})
                _require_safe(call, answer)
    kept = capsys.readouterr()
    lines = [line for line in (kept.out + kept.err).splitlines() if '"request"' in line]
    assert len(lines) > 250
    assert all(json.loads(line) for line in lines)
    marks = (full_space.PRIVATE, full_space.NAME, full_space.PHONE, full_space.OPENID)
    for mark in marks:
        assert mark not in kept.out + kept.err, f"the log tells {mark}"


def test_the_way_in_asks_for_https() -> None:
    text = (ROOT / "deploy/nginx/xinyi.conf").read_text(encoding="utf-8")
    assert "add_header Strict-Transport-Security" in text
    assert "return 301 https://" in text or "return 308 https://" in text
