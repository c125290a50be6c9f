"""Pages: opaque cursors for the API, numbers for the console."""

import base64
import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from peewee import Model, ModelSelect

from server.errors import NotFound

T = TypeVar("T")

# No text of ours holds a control character or half of a surrogate pair; PostgreSQL cannot.
_UNTOLD = re.compile(r"[\x00-\x1f\ud800-\udfff]")


class PageUnknown(NotFound):
    """A cursor is the address of a page; one that is not ours leads nowhere."""

    message = "这一页不存在，请从第一页重新打开"


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows and the cursor to the next ones; None at the end."""

    items: list[T]
    next: str | None


def _pack(value: Any, row_id: int) -> str:
    if isinstance(value, dt.datetime):
        value = {"at": value.isoformat()}
    return base64.urlsafe_b64encode(json.dumps([value, str(row_id)]).encode()).decode().rstrip("=")


def _unpack(cursor: str) -> tuple[Any, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        value, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if isinstance(value, dict):
            value = dt.datetime.fromisoformat(value["at"])
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            raise ValueError("a cursor's moment carries its zone")
        number = int(row_id)
        value = value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value
    except (ValueError, TypeError, KeyError, OverflowError):
        raise PageUnknown from None
    if not 0 <= number < 2**63:
        raise PageUnknown
    return value, number


def _can_be(value: Any, column: str) -> bool:
    """Say whether a column of that kind (`BIGINT`, `DATETIME`, `VARCHAR`) could hold the value: a
    database refuses to compare it with another, and that would be our bug."""
    if column == "DATETIME":
        return isinstance(value, dt.datetime)
    if column == "VARCHAR":
        return isinstance(value, str) and not _UNTOLD.search(value)
    return type(value) is int and 0 <= value < 2**63


def keyset(
    query: Any, *, by: Any, cursor: str | None, limit: int, newest_first: bool = True
) -> Page[Any]:
    """Return a page of a select ordered by `by` and then id: no OFFSET, no COUNT, so that page 900
    costs what page 1 does. Raises PageUnknown on a cursor that is not ours."""
    table: type[Model] = by.model
    id_field: Any = table._meta.primary_key
    if cursor:
        value, last = _unpack(cursor)
        if not _can_be(value, by.field_type):
            raise PageUnknown
        beyond = (by < value) if newest_first else (by > value)
        tie = (by == value) & ((id_field < last) if newest_first else (id_field > last))
        query = query.where(beyond | tie)
    order = (by.desc(), id_field.desc()) if newest_first else (by.asc(), id_field.asc())
    rows = list(query.order_by(*order).limit(limit + 1))
    more = rows[limit - 1] if len(rows) > limit else None
    following = _pack(getattr(more, by.name), more.id) if more is not None else None
    return Page(rows[:limit], following)


@dataclass(frozen=True)
class NumberedPage(Generic[T]):
    """A page of the console: its rows, its number and how many there are in all."""

    items: list[T]
    number: int
    pages: int
    total: int


def numbered(query: "ModelSelect[Any]", *, number: int, size: int = 20) -> NumberedPage[Any]:
    """Return page `number` (from 1) of a select; numbers out of range are clamped."""
    total = query.count()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    return NumberedPage(list(query.paginate(number, size)), number, pages, total)
