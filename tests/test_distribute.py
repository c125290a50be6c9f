"""The schema can be spread over several machines: every table has its place, and its keys their column."""

import re

from flask import Flask

import models
from server import distribute

INSIDE = {
    "need_no": "begins with its Space's code",
    "signup_one_of_activity": "once_of is the id of an activity",
}
"""Unique indexes without the column their table is spread by that name no row of the same place, and
why they cannot meet another Space's all the same."""

CITUS = (
    "CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS ''",
    "CREATE FUNCTION create_distributed_table(name regclass, by text, colocate_with text) "
    "RETURNS void LANGUAGE sql AS ''",
)
"""Citus' two functions, that plain PostgreSQL runs the rest for real."""


def test_every_table_has_one_place() -> None:
    plan = distribute.plan()
    placed = [*plan.keys, *plan.reference, *plan.local]
    assert sorted(placed) == sorted(table._meta.table_name for table in models.TABLES)
    assert plan.keys["checkin"] == "space_id"
    named = distribute.REFERENCE | distribute.LOCAL.keys() | distribute.BY_PERSON
    assert named <= set(placed), "a table that is no more"


def test_unique_indexes_lie_inside_one_place(app: Flask) -> None:
    keys, wide, excused = distribute.plan().keys, [], set()
    for table in models.TABLES:
        meta = table._meta
        key = keys.get(meta.table_name)
        if key is None:
            continue
        inside = {key} | {
            field.column_name
            for field in meta.refs
            if keys.get(field.rel_model._meta.table_name) == key
        }
        for index in models.db.get_indexes(meta.table_name):
            if not index.unique or index.columns in ([], ["id"]) or inside & set(index.columns):
                continue
            (excused.add if index.name in INSIDE else wide.append)(index.name)
    assert wide == []
    assert excused == INSIDE.keys()


def test_the_statements_make_the_schema_citus_wants(app: Flask, engine: str) -> None:
    models.db.close()
    told = app.test_cli_runner().invoke(args=["db", "distribute"])
    models.db.connect()
    if engine == "sqlite":
        assert told.exit_code == 1
        assert "only PostgreSQL" in told.output
        return
    assert told.exit_code == 0, told.output
    keys = distribute.plan().keys
    with models.db.atomic() as spread:
        for statement in CITUS:
            models.db.execute_sql(statement)
        models.db.execute_sql(re.sub(r"^(BEGIN|COMMIT);$", "", told.output, flags=re.M))
        for name, key in keys.items():
            uniques = [index for index in models.db.get_indexes(name) if index.unique]
            assert uniques
            assert all(key in index.columns for index in uniques), name
        across = models.db.execute_sql(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, "
            "pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
        ).fetchall()
        assert len(across) > 60
        for table, target, text in across:
            mine, theirs = keys.get(table), keys.get(target)
            assert theirs is None or text.startswith(f"FOREIGN KEY ({mine}, "), (table, text)
            assert theirs in (None, mine)
        spread.rollback()
