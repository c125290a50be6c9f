"""SQL that is written once. For every execution peewee writes a statement's text anew, which costs
more than a small statement itself; what runs in every request is therefore kept as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from peewee import Database, Field, JSONField, Model, Node, Query, Value, fn
from peewee import __exception_wrapper__ as _errors_of_peewee  # type: ignore[attr-defined]

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, eq=False)
class _Gap:
    """Stands in a query for an argument that is given when it runs."""

    name: str
    convert: Callable[[Any], Any]


def gap(name: str, field: Field[Any]) -> Value:
    """Return what stands in a query for the argument of that name, a value as `field` takes it."""
    return Value(_Gap(name, field.db_value), converter=False)


@dataclass(frozen=True, eq=False)
class _Text:
    """What a database is sent; `gaps` says at which places the arguments are still missing."""

    sql: str
    arguments: list[Any]
    gaps: list[tuple[int, str, Callable[[Any], Any]]]

    def filled(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the arguments with nothing missing. Raises KeyError."""
        given = self.arguments.copy()
        for place, name, convert in self.gaps:
            given[place] = convert(values[name])
        return given


class Statement:
    """A query with gaps, written at its first execution, once for each database."""

    def __init__(self, write: Callable[[], Query]) -> None:
        self._write = write
        self._texts: WeakKeyDictionary[Database, _Text] = WeakKeyDictionary()

    def execute(self, database: Database, values: Mapping[str, Any]) -> Any:
        """Run it with the values for its gaps and return the cursor. Raises KeyError when a gap
        gets none."""
        text = self._texts.get(database) or self._written(database)
        return database.execute_sql(text.sql, text.filled(values))

    def execute_many(self, database: Database, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each of these, which the driver does without waiting for each answer.
        Belongs inside a transaction. Raises KeyError when a gap gets no value."""
        text = self._texts.get(database) or self._written(database)
        filled = [text.filled(values) for values in rows]
        if filled:
            with _errors_of_peewee:
                database.cursor().executemany(text.sql, filled)

    def _written(self, database: Database) -> _Text:
        sql, arguments = self._write().sql()
        gaps = [
            (place, part.name, part.convert)
            for place, part in enumerate(arguments)
            if isinstance(part, _Gap)
        ]
        text = self._texts[database] = _Text(sql, arguments, gaps)
        return text


@cache
def insert_of(table: type[Model]) -> Statement:
    """Return the INSERT of one whole row; its gaps are named as the fields."""
    return Statement(lambda: _insert(table))


@cache
def insert_or_ignore_of(table: type[Model]) -> Statement:
    """Return the same INSERT, which does nothing where a unique key is taken."""
    return Statement(lambda: _insert(table).on_conflict_ignore())


def _insert(table: type[Model]) -> Any:
    return table.insert({field: _stored(field) for field in table._meta.sorted_fields})


def _stored(field: Field[Any]) -> Node:
    if isinstance(field, JSONField) and isinstance(field.db_value([]), Node):
        # SQLite keeps JSON by a function of its own, and peewee calls it around each value.
        return fn.json(Value(_Gap(field.name, _json), converter=False))
    return gap(field.name, field)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def row_of(table: type[M], fields: Iterable[Field[Any]], values: Iterable[Any]) -> M:
    """Return the row that holds these values of a cursor for these fields, as peewee reads it."""
    row = table(__no_default__=True)
    row.__data__ = {
        field.name: field.python_value(value) for field, value in zip(fields, values, strict=True)
    }
    return row
