"""What deploy/ watches is what /metrics tells."""

import json
import re

import pytest

from tests.conftest import ROOT, Client

WATCHERS = ("deploy/prometheus/xinyi.rules.yml", "deploy/grafana/xinyi.json")


@pytest.mark.parametrize("watcher", WATCHERS)
def test_every_series_watched_is_told(client: Client, watcher: str) -> None:
    client.get("/healthz")
    told = client.get("/metrics").text
    there = set(re.findall(r"^# TYPE (\w+) ", told, re.M)) | set(
        re.findall(r"^(\w+)(?:\{| )", told, re.M)
    )
    text = (ROOT / watcher).read_text(encoding="utf-8")
    watched = set(re.findall(r"\bxinyi_\w+", text))
    assert len(watched) > 8
    assert watched <= there, watched - there


def test_the_dashboard_can_be_read() -> None:
    board = json.loads((ROOT / "deploy/grafana/xinyi.json").read_text(encoding="utf-8"))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"]) >= 8
