"""The disk of the database is full: people are told to come back, nothing is half-written, and once there
is room it goes on."""

import pytest
from flask import Flask

import models
from server import clock
from server.services import health
from tests.conftest import Client, Sandbox
from tests.needs_bench import NOON, make_bench

ENOUGH = 40


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    app: Flask, client: Client, sandbox: Sandbox
) -> None:
    clock.move(NOON - clock.utcnow())
    bench = make_bench(app, sandbox)
    user = client.as_user(bench.member("demo-u1"))
    words = {
        "space_id": str(bench.space.id),
        "category": "loan",
        "title": "贷款",
        "body": "缺" * 800,
    }
    # SQLite itself says that the disk is full: there is room for hardly a page more.
    [pages] = models.db.execute_sql("PRAGMA page_count").fetchone()
    models.db.execute_sql(f"PRAGMA max_page_count = {pages + 4}")
    told = 0
    try:
        for _ in range(ENOUGH):
            answer = user.post("/api/v1/needs", json=words)
            if answer.status_code != 201:
                break
            told += 1
        assert (answer.status_code, answer.json["code"]) == (503, "busy"), answer.text
        assert models.Need.select().count() == told
        assert models.NeedEvent.select(models.NeedEvent.need).distinct().count() == told
        assert user.get("/api/v1/needs").status_code == 200, "reading needs no room"
        assert health.broken() == []
    finally:
        models.db.execute_sql("PRAGMA max_page_count = 1073741823")
    assert user.post("/api/v1/needs", json=words).status_code == 201
    assert health.broken() == []
