"""The ground under every table: the database handle, ids, moments and versions."""

import datetime as dt
import secrets
import threading
import time
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

from peewee import BigIntegerField, CharField, DatabaseProxy, DateTimeField, IntegerField, Model

from models.statements import insert_of

db = DatabaseProxy()

_EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00Z: 42 bits of milliseconds last until 2164.
_RANDOM_BITS = 21


_last = 0
_lock = threading.Lock()


def new_id() -> int:
    """Return a fresh 63-bit id: 42 bits of time, 21 of chance.

    Made by the application, never by a database sequence, so that rows can be born on any node
    and a table can later be spread over several machines without renumbering. Within a process
    ids only rise, so that a bulk insert cannot meet itself; between processes chance keeps them
    apart.
    """
    global _last  # noqa: PLW0603  # one row of ids per process is the point
    elapsed = time.time_ns() // 1_000_000 - _EPOCH_MS
    fresh = (elapsed << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS - 1)
    with _lock:
        _last = fresh if fresh > _last else _last + 1 + secrets.randbits(5)
        return _last


_V = TypeVar("_V")
_E = TypeVar("_E", bound=StrEnum)

if TYPE_CHECKING:
    # peewee's stubs are generic, its classes are not; these tell the checker what a row holds.
    class UTCDateTimeField(DateTimeField[_V]):
        @overload
        def __new__(
            cls, *, null: Literal[True], **kwargs: Any
        ) -> "UTCDateTimeField[dt.datetime | None]": ...
        @overload
        def __new__(
            cls, *, null: Literal[False] = ..., **kwargs: Any
        ) -> "UTCDateTimeField[dt.datetime]": ...
        def __new__(cls, **kwargs: Any) -> Any: ...

    class ChoiceField(CharField[_V]):
        @overload
        def __new__(
            cls, choices: type[_E], *, null: Literal[True], **kwargs: Any
        ) -> "ChoiceField[_E | None]": ...
        @overload
        def __new__(
            cls, choices: type[_E], *, null: Literal[False] = ..., **kwargs: Any
        ) -> "ChoiceField[_E]": ...
        def __new__(cls, choices: type[_E], **kwargs: Any) -> Any: ...

else:

    class UTCDateTimeField(DateTimeField):
        """A moment: aware UTC in Python, naive UTC in the column (the same on both engines)."""

        def db_value(self, value: Any) -> Any:
            """Return the naive UTC value to store. Raises ValueError on a naive moment."""
            if isinstance(value, dt.datetime):
                if value.tzinfo is None:
                    raise ValueError("a moment must carry its time zone")
                return value.astimezone(dt.UTC).replace(tzinfo=None)
            return super().db_value(value)

        def python_value(self, value: Any) -> Any:
            """Return the stored moment as aware UTC."""
            if not isinstance(value, dt.datetime):  # SQLite keeps text
                value = super().python_value(value)
            if isinstance(value, dt.datetime) and value.tzinfo is None:
                return value.replace(tzinfo=dt.UTC)
            return value

    class ChoiceField(CharField):
        """A short text that can only be one of an enum's values."""

        def __init__(self, choices: type[StrEnum], **kwargs: Any) -> None:
            kwargs.setdefault("max_length", 20)
            super().__init__(**kwargs)
            self.kind = choices

        def db_value(self, value: Any) -> Any:
            """Return the text to store. Raises ValueError when it is none of the choices."""
            return None if value is None else self.kind(value).value

        def python_value(self, value: Any) -> Any:
            """Return the enum member."""
            return None if value is None else self.kind(value)


@cache
def _references(table: type[Model]) -> frozenset[str]:
    """Return the names of the fields that take a row, or its id."""
    return frozenset(field.name for field in table._meta.refs)


class BaseModel(Model):
    """A table with an id of our own making."""

    id = BigIntegerField(primary_key=True, default=new_id)

    class Meta:
        database = db
        legacy_table_names = False
        only_save_dirty = True

    @classmethod
    def create(cls, **values: Any) -> Self:
        """Insert a row of plain values and return it; its SQL is written once per table."""
        row = cls.fresh(**values)
        insert_of(cls).execute(db.obj, row.__data__)
        return row

    @classmethod
    def fresh(cls, **values: Any) -> Self:
        """Return a whole row of plain values, for whoever inserts it by a statement of their own."""
        row = cls()
        data = row.__data__ = dict.fromkeys(cls._meta.sorted_field_names) | row.__data__
        references = _references(cls)
        for name, value in values.items():
            if name in data and name not in references:
                data[name] = value
            else:  # a row that is referred to, or its id
                setattr(row, name, value)
        row._dirty.clear()  # type: ignore[attr-defined]  # peewee: the columns to write
        return row


class Record(BaseModel):
    """A row people change: it knows its version, and who changed it when."""

    version = IntegerField(default=1)
    created_at = UTCDateTimeField()
    created_by = BigIntegerField(null=True)
    updated_at = UTCDateTimeField()
    updated_by = BigIntegerField(null=True)

    @classmethod
    def add(cls, *, now: dt.datetime, by: int | None = None, **values: Any) -> Self:
        """Insert a row stamped with who and when, and return it."""
        return cls.create(**cls.stamped(now=now, by=by), **values)

    @staticmethod
    def stamped(*, now: dt.datetime, by: int | None = None) -> dict[str, Any]:
        """Return what a fresh row says about who made it, and when."""
        return {"created_at": now, "updated_at": now, "created_by": by, "updated_by": by}

    def change(
        self,
        *,
        now: dt.datetime,
        by: int | None = None,
        expected: int | None = None,
        **values: Any,
    ) -> bool:
        """Write the values if nobody changed the row since `expected` (default: since it was read).

        Returns True when written; False when somebody else was first, and then nothing changed.
        """
        table = type(self)
        seen = self.version if expected is None else expected
        values |= {"updated_at": now, "updated_by": by, "version": seen + 1}
        written = (
            table.update(**values).where((table.id == self.id) & (table.version == seen)).execute()
        )
        if written:
            for name, value in values.items():
                setattr(self, name, value)
            self._dirty.clear()  # type: ignore[attr-defined]  # peewee: the columns to write
        return bool(written)
