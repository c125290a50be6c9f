"""SQL that is written once. For every execution peewee writes a statement's text anew, which costs
more than a small statement itself; what runs in every request is therefore kept as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from peewee import (
    SQL,
    CharField,
    Database,
    Field,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    Node,
    Query,
    TextField,
    Value,
    fn,
)
from peewee import __exception_wrapper__ as _errors_of_peewee  # type: ignore[attr-defined]

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, eq=False)
class _Gap:
    """Stands in a query for an argument that is given when it runs."""

    name: str
    convert: Callable[[Any], Any]
    ready: type | None = None
    """Values of exactly this type go to the column as they are."""


def gap(name: str, field: Field[Any]) -> Value:
    """Return what stands in a query for the argument of that name, a value as `field` takes it."""
    return Value(_Gap(name, *_to_column(field)), converter=False)


def literal(value: str | int) -> SQL:
    """Return a constant of our own as part of a statement's text. psycopg reads a text of more than
    fifty arguments anew each time."""
    return SQL(str(value) if isinstance(value, int) else f"'{value}'")


def _to_column(field: Field[Any]) -> tuple[Callable[[Any], Any], type | None]:
    """Return what makes a value, which is not None, one of the column, and what type needs none."""
    if type(field).db_value is Field.db_value:
        for kind, ready in ((IntegerField, int), (CharField, str), (TextField, str)):
            if isinstance(field, kind):
                return field.adapt, ready
    elif isinstance(field, ForeignKeyField):
        return field.db_value, _to_column(field.rel_field)[1]
    return field.db_value, None


def _from_column(field: Field[Any]) -> Callable[[Any], Any] | None:
    """Return what makes a column's value, which is not None, one of the row; None where both
    databases already give it as it is."""
    if isinstance(field, ForeignKeyField):
        return _from_column(field.rel_field)
    is_plain = type(field).python_value is Field.python_value
    if is_plain and isinstance(field, IntegerField | CharField | TextField):
        return None
    return field.python_value


@dataclass(frozen=True, eq=False)
class Text:
    """What a database is sent; `gaps` says at which places the arguments are still missing."""

    sql: str
    arguments: list[Any]
    gaps: list[tuple[int, _Gap]]

    def filled(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the arguments with nothing missing. Raises KeyError."""
        given = self.arguments.copy()
        for place, part in self.gaps:
            value = values[part.name]
            is_ready = value is None or type(value) is part.ready
            given[place] = value if is_ready else part.convert(value)
        return given


class Statement:
    """A query with gaps, written at its first execution, once for each database."""

    def __init__(self, write: Callable[[], Query]) -> None:
        self._write = write
        self._texts: WeakKeyDictionary[Database, Text] = WeakKeyDictionary()

    def execute(self, database: Database, values: Mapping[str, Any]) -> Any:
        """Run it with the values for its gaps and return the cursor. Raises KeyError when a gap
        gets none."""
        text = self.text(database)
        return database.execute_sql(text.sql, text.filled(values))

    def execute_many(self, database: Database, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each of these, which the driver does without waiting for each answer.
        Belongs inside a transaction. Raises KeyError when a gap gets no value."""
        text = self.text(database)
        filled = [text.filled(values) for values in rows]
        if filled:
            with _errors_of_peewee:
                database.cursor().executemany(text.sql, filled)

    def text(self, database: Database) -> Text:
        """Return what this database is sent."""
        return self._texts.get(database) or self._written(database)

    def _written(self, database: Database) -> Text:
        sql, arguments = self._write().sql()
        gaps = [(place, part) for place, part in enumerate(arguments) if isinstance(part, _Gap)]
        text = self._texts[database] = Text(sql, arguments, gaps)
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
    return table.insert({field: stored(field) for field in table._meta.sorted_fields})


def stored(field: Field[Any]) -> Node:
    """Return the gap of a column in an INSERT, named as its field."""
    if isinstance(field, JSONField) and isinstance(field.db_value([]), Node):
        # SQLite keeps JSON by a function of its own, and peewee calls it around each value.
        return fn.json(Value(_Gap(field.name, _json), converter=False))
    return gap(field.name, field)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


class Reading(Generic[M]):
    """Reads rows of a table off a cursor whose columns are these fields, as peewee would; what each
    value takes to be read is found out once."""

    def __init__(self, table: type[M], fields: Iterable[Field[Any]]) -> None:
        named: list[Any] = [getattr(field, "field", field) for field in fields]  # behind an alias
        readers = [(field.name, _from_column(field)) for field in named]
        self._table = table
        self._names = [name for name, _ in readers]
        self._readers = [(name, read) for name, read in readers if read]

    def row(self, values: Iterable[Any]) -> M:
        """Return the row that holds these values and no others."""
        row = self._table(__no_default__=True)
        data = row.__data__ = dict(zip(self._names, values, strict=True))
        for name, read in self._readers:
            value = data[name]
            if value is not None:
                data[name] = read(value)
        return row
