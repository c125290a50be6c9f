"""The 心 series as data: a new one needs no release, one that is over is retired, never deleted."""

import datetime as dt
from typing import Any

from peewee import IntegrityError, fn

from models import Activity, Series, db
from server.errors import Conflict, NotFound, VersionConflict
from server.services import audit
from server.services.audit import Actor


class SeriesCodeTaken(Conflict):
    code, message = "series_code_taken", "这个系列代码已被使用"


def get(series_id: int) -> Series:
    """Return a series, retired ones too. Raises NotFound."""
    found: Series | None = Series.get_or_none(Series.id == series_id)
    if found is None:
        raise NotFound
    return found


def search() -> list[Series]:
    """Return every series, those in use first, in the order they are shown."""
    return list(Series.select().order_by(Series.active.desc(), Series.order, Series.id))


def used() -> dict[int, int]:
    """Return how many activities each series has."""
    query: Any = Activity.select(Activity.series, fn.COUNT(Activity.id)).group_by(Activity.series)
    return {series_id: int(count) for series_id, count in query.tuples()}


def add(code: str, values: dict[str, Any], *, actor: Actor, now: dt.datetime) -> Series:
    """Add a series and return it; its code stays what it is. Raises SeriesCodeTaken."""
    try:
        with db.atomic():
            row = Series.add(now=now, by=actor.id, code=code, **values)
            audit.record(
                actor, "activities.add_series", row, now=now, after={"code": code} | values
            )
    except IntegrityError:
        raise SeriesCodeTaken from None
    return row


def change(
    row: Series, values: dict[str, Any], *, expected: int, actor: Actor, now: dt.datetime
) -> None:
    """Change how a series looks, or retire it (`active`): its activities keep it, new ones are not
    offered it. Raises VersionConflict."""
    before = {name: getattr(row, name) for name in values}
    changed = [name for name, value in values.items() if before[name] != value]
    with db.atomic():
        if not row.change(now=now, by=actor.id, expected=expected, **values):
            raise VersionConflict
        if changed:
            audit.record(
                actor,
                "activities.change_series",
                row,
                now=now,
                before={name: before[name] for name in changed},
                after={name: values[name] for name in changed},
            )
