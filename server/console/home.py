"""工作台: what today asks for; each line leads to the act."""

import datetime as dt

from flask import render_template
from flask.typing import ResponseReturnValue

from models import Space
from models.menus import RevisionState
from models.needs import NeedState
from server.clock import at_shanghai, day_of, month_after, month_of, utcnow
from server.console import door, duties
from server.console.checkins import live_lines
from server.context import current_scope
from server.services import (
    activities_sessions,
    meetings_tasks,
    menus,
    needs_desk,
)
from server.services.needs_desk import Filters
from server.services.staff import Verb

bp = door.word("home")

_OURS = (
    NeedState.SUBMITTED,
    NeedState.RETURNED,
    NeedState.TRIAGED,
    NeedState.DISPATCHED,
    NeedState.IN_PROGRESS,
)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the day."""
    scope, now = current_scope(), utcnow()
    begin = at_shanghai(day_of(now), dt.time())
    seen = scope.space_ids(Verb.SEE)
    sessions = activities_sessions.of_day(seen, begin, begin + dt.timedelta(days=1))
    mine = door.spaces_of(Verb.SEE) if seen else []
    works = bool(scope.space_ids(Verb.WORK_NEEDS))
    waiting = needs_desk.board(scope, Filters(states=_OURS), cursor=None, limit=6, now=now)
    return render_template(
        "console/home/index.html",
        lines=live_lines(sessions),
        menus=[_menu_of(month, mine) for month in (month_of(now), month_after(month_of(now)))],
        edits_menus=bool(scope.space_ids(Verb.EDIT_MENU)),
        works=works,
        seen=bool(seen),
        duties=duties.of(scope, now=now),
        counts=needs_desk.counts(scope, now=now) if works else {},
        waiting=waiting.items,
        tasks=meetings_tasks.soon(scope, limit=6, now=now),
        owner_of=meetings_tasks.owner_of,
        is_late=lambda task: meetings_tasks.is_late(task, now=now),
    )


def _menu_of(month: str, spaces: list[Space]) -> dict[str, object]:
    """Return how the menus of a month stand in the staff's Spaces; of several only which are
    missing, because each sheet is read with all its items."""
    ids = [space.id for space in spaces]
    if len(ids) == 1:
        sheets = menus.of_spaces(ids, month)
        states = {sheet.revision.state for sheet in sheets}
        missing = set() if RevisionState.PUBLISHED in states else set(ids)
    else:
        sheets, missing = [], {space.id for space in menus.unpublished(ids, month)}
    return {
        "month": month,
        "sheets": sheets,
        "drafts": [each for each in sheets if each.revision.state == RevisionState.DRAFT],
        "published": len(ids) - len(missing),
        "missing": [space for space in spaces if space.id in missing],
        "spaces": spaces,
    }
