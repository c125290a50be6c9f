"""An empty database, migrated, is exactly what the tables say, on both engines."""

import re
from pathlib import Path

from flask import Flask
from peewee import CharField
from playhouse.schema_diff import diff_models

import models
from server.database import migrate, pending


def test_names_are_numbered_without_a_gap() -> None:
    names = sorted(file.stem for file in Path(models.MIGRATIONS).glob("[0-9]*.py"))
    assert names
    for number, name in enumerate(names, 1):
        assert re.fullmatch(rf"{number:04d}_[a-z_]+", name)


def test_head_is_what_the_tables_say(app: Flask) -> None:
    diff = diff_models(models.db.obj, models.TABLES)
    assert not diff, diff


def test_nothing_is_pending_and_again_does_nothing(app: Flask) -> None:
    models.db.close()
    assert pending(models.db.obj) == []
    assert migrate(models.db.obj) == []


def test_null_and_lengths_agree(app: Flask) -> None:
    """The diff above does not see these."""
    for table in models.TABLES:
        meta = table._meta
        columns = {column.name: column for column in models.db.get_columns(meta.table_name)}
        for field in meta.sorted_fields:
            column = columns[field.column_name]
            assert column.null == field.null, f"{table.__name__}.{field.name}"
            if type(field) is CharField and column.full_type:
                assert str(field.max_length) in column.full_type, f"{table.__name__}.{field.name}"


def test_partial_indexes_are_there(app: Flask) -> None:
    """Neither the diff nor the generator looks at these, and the invariants live in them."""
    wanted = {
        (table._meta.table_name, index._name)
        for table in models.TABLES
        for index in table._meta.indexes
        if not isinstance(index, tuple | list)
    }
    assert len(wanted) >= 8
    for table, name in wanted:
        [found] = [index for index in models.db.get_indexes(table) if index.name == name]
        assert found.unique
        assert " WHERE " in found.sql


def test_constraints_are_there(app: Flask) -> None:
    wanted = sum(len(table._meta.constraints or ()) for table in models.TABLES)
    if "sqlite" in type(models.db.obj).__name__.lower():
        sql = models.db.execute_sql("SELECT group_concat(sql) FROM sqlite_master").fetchone()[0]
        assert sql.count(" CHECK (") == wanted
    else:
        rows = models.db.execute_sql(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'c' "
            "AND connamespace = 'public'::regnamespace"
        )
        assert rows.fetchone()[0] == wanted
