"""The reviewer's bench: there in development, nowhere in production."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import models
from server import clock
from server.config import ConfigError, load
from tests import factories
from tests.conftest import ROOT, SECRETS, Client


def test_clock_moves_by_seconds_and_back(client: Client) -> None:
    moved = client.post("/_dev/clock", json={"offset_s": 86_400}).json
    assert moved["offset_s"] == 86_400
    ahead = clock.utcnow() - dt.datetime.now(dt.UTC)
    assert abs(ahead - dt.timedelta(days=1)) < dt.timedelta(seconds=5)
    assert client.get("/_dev/clock").json["offset_s"] == 86_400
    assert client.delete("/_dev/clock").json["offset_s"] == 0
    assert abs(clock.utcnow() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=1)


def test_clock_moves_to_a_moment_wherever_it_was(client: Client) -> None:
    client.post("/_dev/clock", json={"offset_s": -4_000})
    told = client.post("/_dev/clock", json={"now": "2026-02-17T09:00:00+08:00"}).json
    assert told["now"] == "2026-02-17T01:00:00Z"
    assert abs(clock.utcnow() - dt.datetime(2026, 2, 17, 1, tzinfo=dt.UTC)) < dt.timedelta(
        seconds=5
    )


def test_the_moved_clock_is_everybodys(client: Client) -> None:
    token = factories.make_token(factories.make_user())
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=header).status_code == 200
    client.post("/_dev/clock", json={"offset_s": 401 * 86_400})
    assert client.get("/api/v1/me", headers=header).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": "2026-02-17T09:00:00"},
        {"now": "soon"},
        {"now": "0001-01-01T00:00:00Z"},
        {"offset_s": "1"},
        {"offset_s": 1e12},
        {"offset_s": 1, "now": "2026-02-17T09:00:00Z"},
        {"seconds": 1},
        [1],
    ],
)
def test_nonsense_moves_nothing(client: Client, body: Any) -> None:
    answer = client.post("/_dev/clock", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "validation")
    assert clock.offset() == dt.timedelta()


def test_unreadable_body(client: Client) -> None:
    for headers in ({}, {"Content-Type": "application/json"}):
        answer = client.post("/_dev/clock", data="{", headers=headers)
        assert answer.status_code in (400, 415)
        assert answer.mimetype == "application/problem+json"


def test_job_runs_at_once(client: Client, now: dt.datetime) -> None:
    session = factories.make_session(
        starts_at=now - dt.timedelta(hours=9), ends_at=now - dt.timedelta(hours=8)
    )
    coming = factories.make_session()
    answer = client.post("/_dev/jobs/finish_past")
    assert (answer.status_code, answer.json["job"]) == (200, "finish_past")
    assert models.Session.get_by_id(session.id).state == "ended"
    assert models.Session.get_by_id(coming.id).state == "scheduled"


def test_unknown_job(client: Client) -> None:
    answer = client.post("/_dev/jobs/nothing")
    assert (answer.status_code, answer.json["code"]) == (404, "job_unknown")


IN_PRODUCTION = """
import sys
from server import create_app
client = create_app().test_client()
paths = [("GET", "/_dev/clock"), ("POST", "/_dev/clock"), ("DELETE", "/_dev/clock"),
         ("POST", "/_dev/jobs/purge"), ("GET", "/healthz")]
print([client.open(path, method=method, json={}).status_code for method, path in paths])
"""


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """The environment of a production server, well configured."""
    told = (ROOT / "config.toml").read_text(encoding="utf-8")
    told = told.replace('mode = "development"', 'mode = "production"').replace("sbx_", "real_")
    (tmp_path / "config.toml").write_text(told, encoding="utf-8")
    return SECRETS | {
        "XINYI_CONFIG": str(tmp_path / "config.toml"),
        "WECHAT_APPID": "wx0123456789abcdef",
        "XINYI_PUBLIC_URL": "https://xinyi.example.org",
    }


def test_there_is_no_bench_in_production(production: dict[str, str], tmp_path: Path) -> None:
    """In a process of its own: a moved clock left behind must not move it either."""
    (tmp_path / "var" / "run").mkdir(parents=True)
    (tmp_path / "var" / "run" / "clock").write_text("86400")
    code = IN_PRODUCTION + "from server import clock; print(clock.offset().total_seconds())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | production,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["[404, 404, 404, 404, 200]", "0.0"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("WECHAT_APPID", "wxsandbox00000test", "sandbox"),
        ("XINYI_WECHAT_API_BASE", "http://127.0.0.1:9000", "sandbox"),
        ("XINYI_PUBLIC_URL", "http://xinyi.example.org", "https"),
    ],
)
def test_production_refuses_every_switch_of_the_bench(
    production: dict[str, str], name: str, value: str, told: str
) -> None:
    assert load(production).is_production
    with pytest.raises(ConfigError) as refused:
        load(production | {name: value})
    assert any(told in problem for problem in refused.value.problems)


def test_production_refuses_the_sandboxs_templates(
    production: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("real_menu", "sbx_menu"), "utf-8")
    with pytest.raises(ConfigError, match="sandbox"):
        load(production)


def test_the_bench_is_not_in_the_contract(app: Flask, client: Client) -> None:
    paths = client.get("/api/openapi.json").json["paths"]
    assert paths
    assert not [path for path in paths if "_dev" in path]
