"""A database of the first release, with rows in every table, comes to head with all of them, and the code
of that release still writes its rows there: the way forward and the way back of docs/deploy.md."""

import datetime as dt
import shutil
import time
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from peewee import Database
from playhouse import migrations
from playhouse.schema_diff import diff_models

import models
from scripts.backing.postgres import Postgres
from server.database import connect, migrate, pending

FIRST = "0001_initial.py"
GONE = {
    ("wallet", "always_accept"): "nothing ever read it; wallet_entry tells",
    ("activity", "service_project_id"): "a number without a table, now one that refers to it",
}
"""Columns of the first release that were taken away before there was a second, and why. Whoever goes
back to the first one must not: its code writes them (docs/deploy.md). Nothing may be added here."""

_MOMENT = dt.datetime(2026, 3, 2, 4, 5, 6)  # noqa: DTZ001  # columns are naive UTC
_VALUES: dict[str, Any] = {
    "timestamp": _MOMENT, "datetime": _MOMENT, "date": _MOMENT.date(), "json": "{}",
    "blob": b"\x01", "bytea": b"\x01", "real": 1.5, "double": 1.5,
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of one's own."""
    url = f"sqlite:///{tmp_path}/old.db"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create(f"old_{time.time_ns()}")
    before = models.db.obj
    opened = connect(url, pool=2)
    try:
        yield opened
    finally:
        opened.close_all()  # type: ignore[attr-defined]  # the pool's
        models.db.initialize(before)


def _value(column: str, kind: str, number: int) -> Any:
    """Return what fits a column of that type, another for each row; what begins ends later."""
    number += column.startswith("ends")
    kind = kind.lower()
    for name, value in _VALUES.items():
        if kind.startswith(name):
            return value + dt.timedelta(days=number) if isinstance(value, dt.date) else value
    if kind.startswith("bool"):
        return number % 2 == 0
    return number if "int" in kind else str(number)


def _shape(database: Database) -> dict[str, list[tuple[str, str]]]:
    """Return the columns, by table, whoever is referred to first."""
    names = [name for name in database.get_tables() if name != "schema_migration"]
    needs = {
        name: {key.dest_table for key in database.get_foreign_keys(name)} - {name} for name in names
    }
    return {
        name: [(column.name, column.data_type) for column in database.get_columns(name)]
        for name in TopologicalSorter(needs).static_order()
    }


def _insert(database: Database, shape: dict[str, list[tuple[str, str]]], number: int) -> None:
    """One row for each table, naming the columns the first release knows, and none else."""
    mark = database.param
    for table, columns in shape.items():
        names = ", ".join(f'"{name}"' for name, _ in columns)
        values = [_value(name, kind, number) for name, kind in columns]
        marks = ", ".join([mark] * len(values))
        database.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)


def _rows(database: Database, shape: dict[str, list[tuple[str, str]]]) -> dict[str, list[Any]]:
    told = {}
    for table, columns in shape.items():
        names = ", ".join(f'"{name}"' for name, _ in columns)
        told[table] = sorted(map(repr, database.execute_sql(f'SELECT {names} FROM "{table}"')))
    return told


def test_the_first_release_comes_to_head_and_may_go_back(
    database: Database, tmp_path: Path
) -> None:
    released = tmp_path / "released"
    released.mkdir()
    shutil.copy(Path(models.MIGRATIONS) / FIRST, released)
    with database.connection_context():
        migrations.run(database, str(released))
        shape = _shape(database)
        assert len(shape) > 25
        for number in (1, 2):
            with database.atomic():
                _insert(database, shape, number)
        kept = {
            table: [column for column in columns if (table, column[0]) not in GONE]
            for table, columns in shape.items()
        }
        before = _rows(database, kept)
    assert migrate(database)
    assert pending(database) == []
    with database.connection_context():
        assert not diff_models(database, models.TABLES)
        assert _rows(database, kept) == before
        with database.atomic():
            _insert(database, kept, 3)
        assert all(len(rows) == 3 for rows in _rows(database, kept).values())
