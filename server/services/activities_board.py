"""What staff find: the activities of their Spaces, drafts too, filtered and in order."""

from __future__ import annotations

from typing import Any

from peewee import ModelSelect, fn

from models import Activity, Series, Session, Space
from models.activities import ActivityState
from server.clock import month_bounds
from server.services.enterprises import spelled

SPELLED = 1_000
"""How many titles are spelled out for one search: a town's year and more."""


def index(
    space_ids: frozenset[int],
    *,
    month: str | None = None,
    series_id: int | None = None,
    state: ActivityState | None = None,
) -> ModelSelect[Activity]:
    """Return a select of activities with series and Space joined in, the latest first: by their
    last session (of the Shanghai month `YYYY-MM`, if asked for), a draft without one by its
    birth. Raises ValueError on a malformed month."""
    query: Any = (
        Activity.select(Activity, Series, Space)
        .join(Series)
        .switch(Activity)
        .join(Space)
        .where(Activity.space.in_(space_ids))
    )
    of_activity: Any = Session.activity == Activity.id
    if month is not None:
        first, following = month_bounds(month)
        of_activity &= (Session.starts_at >= first) & (Session.starts_at < following)
        query = query.where(fn.EXISTS(Session.select(Session.id).where(of_activity)))
    if series_id is not None:
        query = query.where(Series.id == series_id)
    if state is not None:
        query = query.where(Activity.state == state)
    latest = fn.COALESCE(
        Session.select(fn.MAX(Session.starts_at)).where(of_activity), Activity.created_at
    )
    ordered: ModelSelect[Activity] = query.order_by(latest.desc(), Activity.id.desc())
    return ordered


def series() -> list[Series]:
    """Return the series in use, in their order."""
    rows = Series.select().where(Series.active == True)  # noqa: E712
    return list(rows.order_by(Series.order, Series.id))


def search(space_ids: frozenset[int], text: str, *, limit: int) -> list[Activity]:
    """Return the activities of these Spaces whose title, theme or series holds the text, or, for
    letters, whose title is spelled so (among the SPELLED newest); the latest first."""
    found = list(
        index(space_ids)
        .where(
            Activity.title.contains(text)
            | Activity.theme.contains(text)
            | Series.name.contains(text)
        )
        .limit(limit)
    )
    wanted = text.lower().replace(" ", "")
    if found or not (wanted.isascii() and wanted.isalpha()):
        return found
    newest: Any = (
        Activity.select(Activity.id, Activity.title)
        .where(Activity.space.in_(space_ids))
        .order_by(Activity.id.desc())
        .limit(SPELLED)
        .tuples()
    )
    ids = [
        number for number, title in newest if any(wanted in part for part in spelled(str(title)))
    ]
    return list(index(space_ids).where(Activity.id.in_(ids[:limit])))
