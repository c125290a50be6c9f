"""工作台: what today asks for; each line leads to the act."""

import datetime as dt

from flask import render_template
from flask.typing import ResponseReturnValue

from models import Space
from models.enterprises import MemberStatus
from models.menus import RevisionState
from models.needs import NeedState
from server.clock import at_shanghai, day_of, month_after, month_of, utcnow
from server.console import door
from server.console.checkins import live_lines
from server.context import current_scope
from server.services import (
    activities_sessions,
    enterprises_members,
    meetings_tasks,
    menus,
    needs_desk,
    signups_noshows,
    visits_seasons,
)
from server.services.needs_desk import Filters
from server.services.notifications import ledger
from server.services.staff import Verb
from server.services.visits_seasons import Spring

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
    works = bool(scope.space_ids(Verb.WORK_NEEDS))
    waiting = needs_desk.board(scope, Filters(states=_OURS), cursor=None, limit=6, now=now)
    return render_template(
        "console/home/index.html",
        lines=live_lines(sessions),
        menus=[_menu_of(month) for month in (month_of(now), month_after(month_of(now)))],
        edits_menus=bool(scope.space_ids(Verb.EDIT_MENU)),
        works=works,
        proposed=_proposed(now),
        appeals=signups_noshows.appeals(scope.space_ids(Verb.ADMIT)).count(),
        unverified=enterprises_members.search(
            scope.space_ids(Verb.VISIT), MemberStatus.PENDING
        ).count(),
        counts=needs_desk.counts(scope, now=now) if works else {},
        waiting=waiting.items,
        tasks=meetings_tasks.soon(scope, limit=6, now=now),
        owner_of=meetings_tasks.owner_of,
        is_late=lambda task: meetings_tasks.is_late(task, now=now),
        troubles=sum(ledger.troubles(scope.space_ids(Verb.EDIT_MENU)).values()),
        stopped=[
            row
            for row in ledger.campaigns_of(scope.space_ids(Verb.EDIT_MENU))
            if row.state == "stopped"
        ],
    )


def _proposed(now: dt.datetime) -> list[tuple[Space, Spring]]:
    """Return the Spaces whose spring season of visits is near and not planned."""
    mine = door.spaces_of(Verb.VISIT)
    due = visits_seasons.due((space.id for space in mine), ahead=visits_seasons.SOON, now=now)
    return [(space, due[space.id]) for space in mine if space.id in due]


def _menu_of(month: str) -> dict[str, object]:
    """Return how the menus of a month stand in the staff's Spaces."""
    spaces = door.spaces_of(Verb.SEE)
    sheets = menus.of_spaces([space.id for space in spaces], month)
    published = {
        sheet.revision.space_id
        for sheet in sheets
        if sheet.revision.state == RevisionState.PUBLISHED
    }
    drafts = [sheet for sheet in sheets if sheet.revision.state == RevisionState.DRAFT]
    return {
        "month": month,
        "sheets": sheets,
        "drafts": drafts,
        "published": len(published),
        "missing": [space for space in spaces if space.id not in published],
        "spaces": spaces,
    }
