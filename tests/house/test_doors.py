"""The law hangs on the doors: no route without a log-in but the listed ones."""

import re

import pytest
from flask import Flask

from tests.conftest import Client

OPEN = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/c/<payload>",
    "/l/<code>",
    "/console/welcome/<secret>",
    "/console/login/code",
    "/console/login/scan",
    "/console/login/scan/enter",
    "/spaces/<space_id>/menus.ics",
    "/wechat/callback",
    "/console/login",
    "/console/series.css",
    "/screen/<signed>",
    "/screen/<signed>/news",
    "/api/v1/auth/wechat",
    "/api/v1/sessions/<session_id>/draw",
    "/api/openapi.json",
}
OPEN_PREFIXES = (
    "/_dev/",
    "/api/static/",
    "/api/",
    "/console/static/",
    "/console/assets/",
    "/public/static/",
    "/bootstrap/",
    "/preview/",
)


def _routes(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append((method, rule.rule))
    return found


def _fill(rule: str) -> str:
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?\w+>", "1", rule)


def _is_open(rule: str) -> bool:
    if rule in OPEN:
        return True
    return rule.startswith(OPEN_PREFIXES) and not rule.startswith("/api/v1/")


def test_api_refuses_strangers(app: Flask, client: Client) -> None:
    checked = 0
    for method, rule in _routes(app):
        if rule.startswith("/api/v1/") and not _is_open(rule):
            answer = client.open(_fill(rule), method=method, json={} if method != "GET" else None)
            assert answer.status_code == 401, f"{method} {rule}: {answer.status_code}"
            assert answer.json
            assert answer.json["code"] == "unauthenticated"
            checked += 1
    assert checked > 20


def test_console_sends_strangers_to_the_login(app: Flask, client: Client) -> None:
    checked = 0
    for method, rule in _routes(app):
        if rule.startswith("/console") and not _is_open(rule):
            answer = client.open(_fill(rule), method=method)
            if method == "GET":
                assert answer.status_code == 303, f"{method} {rule}: {answer.status_code}"
                assert "/console/login" in answer.headers["Location"]
            else:  # neither logged in nor in possession of the form
                assert answer.status_code in (303, 400), f"{method} {rule}: {answer.status_code}"
            checked += 1
    assert checked > 15


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_every_door_is_one_of_the_rooms(app: Flask, method: str) -> None:
    for found, rule in _routes(app):
        if found == method:
            assert rule.startswith(("/api/", "/console")) or _is_open(rule), rule
