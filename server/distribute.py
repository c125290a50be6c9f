"""Writes the statements that spread the schema over several machines with Citus, and runs none."""

import re
from dataclasses import dataclass

from peewee import Database

import models

BY_PERSON = frozenset({"enterprise_member", "wallet", "wallet_entry", "message", "delivery"})
"""People's own rows: spread by `user_id`, for they belong to a person and not to a Space."""

LOCAL = {
    "audit_log": "read by time over all Spaces, written once",
    "scan_log": "tells of refused scans too, whose Space nobody knows",
    "push_event": "WeChat's pushes, before anybody knows whose they are",
    "job_run": "the timetable of the house",
    "idempotency_key": "short-lived, and asked by its whole key only",
    "file": "belongs to a Space or to a person alone",
    "enterprise_import": "a sheet while somebody reads it in",
    "enterprise_import_row": "the lines of such a sheet",
    "export_job": "a list made once for one of the staff, gone after its days",
    "export_file": "follows export_job",
    "visit_verdict": "answers to a phone that sends again, of a Space or of none",
    "survey": "of a Space or of a whole town",
    "survey_receipt": "follows survey",
    "survey_answer": "follows survey; what is anonymous names no person to spread by",
}
"""Tables that stay on the coordinator, and why."""

REFERENCE = frozenset(
    [
        "org_unit",
        "space",
        "building",
        "series",
        "category",
        "partner",
        "expert",
        "resource",
        "calendar_day",
        "answer_template",
        "enterprise",
        "enterprise_merge",
        "enterprise_distinct",
        "user",
        "user_openid",
        "token",
        "staff",
        "grant",
        "console_login",
        "scan_login",
        "invitation",
        "recovery_code",
        "device",
        "break_glass",
        "screen",
        "service_project",
    ]
)
"""Small tables that everybody joins, or that are looked up before the Space is known: every machine
has a copy."""


@dataclass(frozen=True)
class Plan:
    """How each table is spread: its column, by table; all others are copied or stay."""

    keys: dict[str, str]
    reference: list[str]
    local: list[str]


def plan() -> Plan:
    """Return where every table goes. Raises ValueError for one whose key is missing or may be empty."""
    keys: dict[str, str] = {}
    reference, local = [], []
    for table in models.TABLES:
        meta = table._meta
        name = meta.table_name
        if name in REFERENCE:
            reference.append(name)
        elif name in LOCAL:
            local.append(name)
        else:
            key = "user_id" if name in BY_PERSON else "space_id"
            field = meta.columns.get(key)
            if field is None or field.null:
                raise ValueError(f"{name} carries no {key}: give it one, or say where it goes")
            keys[name] = key
    return Plan(keys, reference, local)


_CONSTRAINTS = """
SELECT conname, contype, conrelid::regclass::text, confrelid::regclass::text,
       pg_get_constraintdef(oid)
FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'f', 'u')
ORDER BY conname
"""
_UNIQUE = """
SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = current_schema()::regnamespace
ORDER BY 1
"""
_REFERRING = re.compile(r"FOREIGN KEY \((\w+)\) REFERENCES (\S+)\((\w+)\)(.*)")


def statements(database: Database) -> list[str]:
    """Return the SQL for a PostgreSQL at head, in the order to run it in one transaction.

    A key becomes (space_id, id), a unique index gets the column its table is spread by, and a foreign key
    between two tables spread alike names it too. One between tables spread differently goes: Citus
    cannot hold it.
    """
    where = plan()
    before: list[str] = []
    after: list[str] = []
    for name, kind, table, target, text in database.execute_sql(_CONSTRAINTS).fetchall():
        if kind == "p" and _bare(table) in where.keys:
            key = where.keys[_bare(table)]
            # What refers to it goes first, and comes back with the key in it.
            before.append(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
            after.insert(0, f"ALTER TABLE {table} ADD PRIMARY KEY ({key}, id)")
        elif kind == "f":
            before.insert(0, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            if kept := _reference(where, table, target, text):
                after.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {kept}")
    for name, table, text in database.execute_sql(_UNIQUE).fetchall():
        key = where.keys.get(_bare(table), "")
        if key and not _names(text, key):
            before.append(f"DROP INDEX {name}")
            after.insert(0, re.sub(r"\bUSING btree \(", f"USING btree ({key}, ", text))
    spread = [f"SELECT create_reference_table('{_quoted(name)}')" for name in where.reference]
    first: dict[str, str] = {}
    for name, key in where.keys.items():
        beside = first.setdefault(key, name)
        together = "none" if beside == name else _quoted(beside)
        spread.append(
            f"SELECT create_distributed_table('{_quoted(name)}', '{key}', "
            f"colocate_with => '{together}')"
        )
    return before + spread + after


def _reference(where: Plan, table: str, target: str, text: str) -> str:
    """Return the foreign key as it is held across machines, or nothing when it cannot be."""
    table, target = _bare(table), _bare(target)
    mine, theirs = where.keys.get(table), where.keys.get(target)
    if theirs is None:
        is_copied = target in where.reference
        is_held = is_copied or (mine is None and table in where.local and target in where.local)
        return text if is_held else ""
    if mine != theirs:
        return ""
    found = _REFERRING.fullmatch(text)
    if found is None:
        raise ValueError(f"{table}: a foreign key of more than one column: {text}")
    column, target, id_, rest = found.groups()
    if "SET NULL" in rest:  # would empty the key as well
        rest = rest.replace("SET NULL", f"SET NULL ({column})")
    return f"FOREIGN KEY ({mine}, {column}) REFERENCES {target}({theirs}, {id_}){rest}"


def _names(text: str, column: str) -> bool:
    columns = text.partition("USING btree (")[2].partition(" WHERE ")[0]
    return re.search(rf"\b{column}\b", columns) is not None


def _bare(name: str) -> str:
    return name.strip('"')


def _quoted(name: str) -> str:
    return f'"{name}"' if name in {"user", "grant"} else name
