"""What /metrics tells, and to whom."""

import datetime as dt

import pytest
import structlog
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families as parse

import models
from server import create_app
from server.config import load
from server.database import connect
from server.services import jobs
from tests import factories
from tests.conftest import SECRETS, Client, resources

TOKEN = "a-token-of-the-test"


def read(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    """Return all samples by name and label values."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in parse(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(client: Client) -> None:
    before = read(client)
    client.get("/healthz")
    client.get("/healthz")
    client.open("/nowhere/13812345678", method="STRANGE")
    after = read(client)

    def more(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    assert more("xinyi_requests_total", "GET", "/healthz", "200") == 2
    assert more("xinyi_requests_total", "-", "-", "404") == 1
    assert more("xinyi_request_seconds_count", "/healthz") == 2
    assert after["xinyi_requests_in_flight",] == 1  # this one
    text = client.get("/metrics").text
    assert "13812345678" not in text
    assert "STRANGE" not in text


def test_queues_and_jobs_are_told(app: Flask, client: Client, now: dt.datetime) -> None:
    user = factories.make_user()
    message = models.Message.create(
        user_id=user.id,
        kind="menu",
        subject_type="menu",
        subject_id=1,
        dedupe_key="one",
        title="一",
        created_at=now,
    )
    models.Delivery.add(
        now=now,
        user_id=user.id,
        message=message,
        kind="menu",
        bucket=0,
        not_before=now - dt.timedelta(minutes=5),
    )
    run = jobs.take("purge", "one", now=now)
    assert run
    jobs.finish(run, "0", now=now)
    lost = jobs.take("remind", "one", now=now)
    assert lost
    jobs.fail(lost, "OperationalError")
    told = read(client)
    assert told["xinyi_deliveries", "queued"] == 1
    assert told["xinyi_deliveries", "sent"] == 0
    assert told["xinyi_deliveries_due",] == 1
    assert 300 <= told["xinyi_deliveries_oldest_due_seconds",] < 400
    assert told["xinyi_pushes_waiting",] == 0
    assert told["xinyi_job_last_success_timestamp_seconds", "purge"] == now.timestamp()
    assert told["xinyi_job_failed_runs", "remind"] == 1
    assert told["xinyi_redis_up",] == told["xinyi_database_up",] == 1
    assert told["xinyi_database_pool_size",] == resources(app).config.database.pool


def test_strangers_are_told_nothing(app: Flask, client: Client) -> None:
    through = {"X-Forwarded-For": "127.0.0.1"}  # a proxy on this machine asks for somebody
    assert client.get("/metrics", headers=through).status_code == 404
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", environ_base=far).status_code == 404
    # Without a token in the settings an empty one opens nothing.
    empty = {"Authorization": "Bearer "}
    assert client.get("/metrics", environ_base=far, headers=empty).status_code == 404


def test_a_token_opens_it_from_elsewhere(app: Flask) -> None:
    opened, settings = app.extensions["database"], resources(app).config
    given = {
        "XINYI_METRICS_TOKEN": TOKEN,
        "DATABASE_URL": settings.database_url,
        "XINYI_REDIS_URL": settings.redis_url,
        "XINYI_STATE_DIR": str(settings.state_dir),
        "XINYI_WECHAT_API_BASE": settings.wechat.api_base,
    }
    try:
        other = create_app(load(SECRETS | given)).test_client()
        far = {"REMOTE_ADDR": "203.0.113.9"}
        for token, status in ((TOKEN, 200), ("another-token-of-it", 404), ("密", 404)):
            header = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
            answer = other.get("/metrics", environ_base=far, headers=header)
            assert answer.status_code == status
        models.db.obj.close_all()
    finally:
        models.db.initialize(opened)


def test_slow_statements_are_logged_without_values(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    opened, log = models.db.obj, structlog.get_config()
    before = read(client)["xinyi_slow_statements_total",]
    structlog.reset_defaults()
    try:
        database = connect("sqlite:///:memory:", pool=1, slow_ms=50)
        heavy = (
            "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i < 900000) "
            "SELECT count(*) FROM c WHERE ? <> ''"
        )
        with database.connection_context():
            database.execute_sql("SELECT ?", ("13812345678",))
            database.execute_sql(heavy, ("13812345678",)).fetchall()
        database.close_all()
    finally:
        structlog.configure(**log)
        models.db.initialize(opened)
    said = capsys.readouterr().out
    assert said.count("slow statement") == 1
    assert "WITH RECURSIVE" in said
    assert "13812345678" not in said
    assert read(client)["xinyi_slow_statements_total",] == before + 1
