"""What is worth writing up: needs solved and activities held of which no case tells yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from models import Activity, CaseStory, Need, Space
from models.activities import ActivityState
from models.needs import NeedState, Outcome
from server.clock import day_of
from server.services import activities_effects, needs_scope
from server.services import activities_sessions as sessions
from server.services.cases import Root
from server.services.staff import Scope, Verb

MOST: Final = 10


def needs(scope: Scope) -> list[Need]:
    """Return the needs solved last that the staff may write up, with Space and category."""
    told = CaseStory.select(CaseStory.need).where(CaseStory.need.is_null(False))
    query: Any = needs_scope.readable(scope).where(
        Need.space.in_(_places(scope)),
        Need.state == NeedState.CLOSED,
        Need.outcome.in_((Outcome.SOLVED, Outcome.PARTLY)),
        Need.id.not_in(told),
    )
    return list(query.order_by(Need.closed_at.desc(), Need.id.desc()).limit(MOST))


def activities(scope: Scope) -> list[Activity]:
    """Return the activities that ended last that the staff may write up, with Spaces."""
    told = CaseStory.select(CaseStory.activity).where(CaseStory.activity.is_null(False))
    query: Any = (
        Activity.select(Activity, Space)
        .join(Space)
        .where(
            Activity.space.in_(_places(scope)),
            Activity.state.in_((ActivityState.ENDED, ActivityState.ARCHIVED)),
            Activity.is_rehearsal == False,  # noqa: E712
            Activity.id.not_in(told),
        )
    )
    return list(query.order_by(Activity.updated_at.desc(), Activity.id.desc()).limit(MOST))


def held_on(rows: Iterable[Activity]) -> dict[int, dt.datetime]:
    """Return when the last session of each activity began; those without any are not there."""
    found = sessions.of_activities([row.id for row in rows])
    return {key: max(each.starts_at for each in held) for key, held in found.items() if held}


def figures_of(root: Root, *, now: dt.datetime) -> list[dict[str, str]]:
    """Return what our own counts say about it, as a case may begin with: never a name."""
    if isinstance(root, Need):
        if root.answered_at is None:
            return []
        days = (day_of(root.answered_at) - day_of(root.received_at)).days
        return [{"name": "从提出到答复", "value": f"{days} 天" if days else "当天"}]
    effect = activities_effects.of([root], now=now)[root.id]
    told = [("参加", f"{effect.person_times} 人次"), ("举办", f"{effect.sessions} 场")]
    if effect.satisfaction is not None:
        told.append((f"满意度（{effect.rated} 人评价）", f"{effect.satisfaction:.0%}"))
    return [{"name": name, "value": value} for name, value in told]


def _places(scope: Scope) -> list[int]:
    return sorted(scope.space_ids(Verb.WRITE_CASES))
