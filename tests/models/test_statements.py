"""Statements written once do what peewee does when it writes them each time."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from flask import Flask

import models
from models.statements import Statement, gap
from server.clock import utcnow
from tests import factories
from tests.conftest import resources


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("value", [[], {}, ["机密", 1], {"a": [True, None]}])
def test_a_created_row_reads_like_a_saved_one(value: Any) -> None:
    now = utcnow()
    fresh = {"first_seen_at": now, "created_at": now, "updated_at": now, "preferences": value}
    created = models.User.create(**fresh)
    saved = models.User(**fresh)
    saved.save(force_insert=True)
    rows = models.User.select().order_by(models.User.id).dicts()
    one, two = ({**row, "id": None} for row in rows)
    assert one == two
    assert one["preferences"] == value
    assert created.id != saved.id
    assert not created.is_dirty()


@pytest.mark.usefixtures("app")
def test_values_are_stored_as_their_column_wants() -> None:
    early = Statement(
        lambda: models.User.select(models.User.id).where(
            models.User.first_seen_at < gap("moment", models.User.first_seen_at)
        )
    )
    user = factories.make_user()
    seen = user.first_seen_at
    for moment, expected in ((seen, []), (seen + dt.timedelta(seconds=1), [(user.id,)])):
        cursor = early.execute(models.db.obj, {"moment": moment})
        assert [tuple(row) for row in cursor.fetchall()] == expected
    with pytest.raises(ValueError, match="time zone"):
        early.execute(models.db.obj, {"moment": seen.replace(tzinfo=None)})
    with pytest.raises(KeyError):
        early.execute(models.db.obj, {})


def test_a_connection_the_server_ended_is_not_used_again(app: Flask, engine: str) -> None:
    if engine != "postgresql":
        pytest.skip("a file ends no connections")
    models.db.close()  # it waits in the pool now
    before = _backend()
    with psycopg.connect(resources(app).config.database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (before,))
    assert _backend() != before


def _backend() -> int:
    with models.db.connection_context():
        return int(models.db.execute_sql("SELECT pg_backend_pid()").fetchone()[0])
