"""A write and the rows that go with it, in as few round trips as the database allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from peewee import Database, Field, Model, Query, Select, SqliteDatabase, Table

from models.statements import Statement, insert_of, stored

_FIRST = "first_write"


class Chain:
    """An UPDATE, and rows that are added if it found a row of its own: all of them or none.

    PostgreSQL gets one statement: where many wait, each round trip, and those that begin and end a
    transaction, cost about as much as what they carry. SQLite cannot write twice in one statement,
    but is no trip away: it gets one after the other in a transaction."""

    def __init__(
        self, first: Callable[[], Query], added: Mapping[type[Model], Collection[Field[Any]]]
    ) -> None:
        """`first` writes the UPDATE, of one row at most and with RETURNING; a row is `added` to
        each of the tables, in which these fields are still empty."""
        self._first = Statement(first)
        self._inserts = [insert_of(table) for table in added]
        self._dependent = [_after_first(table, empty) for table, empty in added.items()]
        self._texts: WeakKeyDictionary[Database, str] = WeakKeyDictionary()

    def execute(
        self, database: Database, given: Mapping[str, Any], *rows: Model
    ) -> tuple[Any, ...] | None:
        """Run it with the values for the UPDATE's gaps and a whole row for each table, and return what
        the UPDATE returns; None when it found nothing, and then nothing is written. Raises KeyError
        when a value is missing, and IntegrityError."""
        if isinstance(database, SqliteDatabase):
            return self._one_by_one(database, given, rows)
        arguments = self._first.text(database).filled(given)
        for insert, row in zip(self._dependent, rows, strict=True):
            arguments += insert.text(database).filled(row.__data__)
        sql = self._texts.get(database) or self._written(database)
        found: tuple[Any, ...] | None = database.execute_sql(sql, arguments).fetchone()
        return found

    def _one_by_one(
        self, database: Database, given: Mapping[str, Any], rows: tuple[Model, ...]
    ) -> tuple[Any, ...] | None:
        with database.atomic():
            found: tuple[Any, ...] | None = self._first.execute(database, given).fetchone()
            if found is not None:
                for insert, row in zip(self._inserts, rows, strict=True):
                    insert.execute(database, row.__data__)
        return found

    def _written(self, database: Database) -> str:
        first, *others = (part.text(database).sql for part in (self._first, *self._dependent))
        added = "".join(f', "added_{at}" AS ({text})' for at, text in enumerate(others))
        sql = f'WITH "{_FIRST}" AS ({first}){added} SELECT * FROM "{_FIRST}"'
        self._texts[database] = sql
        return sql


def _after_first(table: type[Model], empty: Collection[Field[Any]]) -> Statement:
    """Return the INSERT of a row for each one the UPDATE returns."""
    left_out = {field.name for field in empty}
    fields = [field for field in table._meta.sorted_fields if field.name not in left_out]
    return Statement(
        lambda: table.insert_from(
            Select((Table(_FIRST),), [stored(field) for field in fields]), fields
        )
    )
