"""成效: what activities held for needs came to, in one line whose every number has its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models import Activity
from models.activities import ActivityKind, ActivityState
from models.needs import Solved
from server.clock import month_bounds
from server.services import needs_links
from server.services.needs_links import Tie
from server.services.staff import Scope, Verb

_KINDS = {ActivityKind.LECTURE: "场讲座", ActivityKind.SALON: "场沙龙", ActivityKind.FAIR: "场集市"}


class Says(StrEnum):
    """Where a need stands with the activity held for it."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    WAITING = "waiting"
    """Asked; nothing said yet."""
    COMING = "coming"
    """Not asked: the activity is still to come, or not long over."""
    OFF = "off"
    """The activity was called off."""


@dataclass(frozen=True)
class Effect:
    """The ties behind the line. Numbers are of needs, each counted once however many activities
    were held for it; what was only planned is in none of them."""

    ties: Sequence[Tie]

    @property
    def held(self) -> list[Activity]:
        """The activities that have taken place."""
        found = {tie.activity.id: tie.activity for tie in self.ties if is_held(tie)}
        return list(found.values())

    @property
    def rows(self) -> list[Tie]:
        """The ties of activities that have taken place."""
        return [tie for tie in self.ties if is_held(tie)]

    @property
    def needs(self) -> int:
        return len({tie.need.id for tie in self.rows})

    def count(self, says: str) -> int:
        """Return of how many needs the best word is this one."""
        best: dict[int, Says] = {}
        order = list(Says)
        for tie in self.rows:
            said = says_of(tie)
            key = tie.need.id
            if key not in best or order.index(said) < order.index(best[key]):
                best[key] = said
        return sum(said == says for said in best.values())

    @property
    def solved(self) -> int:
        return self.count(Says.YES)

    @property
    def held_text(self) -> str:
        """`1 场讲座`, or `2 场活动` where they are of several kinds."""
        return f"{len(self.held)} {self.unit}"

    @property
    def unit(self) -> str:
        """`场讲座`, or `场活动` where they are of several kinds."""
        kinds = {activity.kind for activity in self.held}
        return _KINDS.get(kinds.pop(), "场活动") if len(kinds) == 1 else "场活动"

    @property
    def line(self) -> str:
        """`1 场讲座，7 条诉求，5 条解决`; empty while nothing has been held."""
        if not self.held:
            return ""
        return f"{self.held_text}，{self.needs} 条诉求，{self.solved} 条解决"


def of_ties(ties: Sequence[Tie]) -> Effect:
    """Return the effect of these ties."""
    return Effect(ties)


def is_held(tie: Tie) -> bool:
    """Say whether the tie's activity has taken place."""
    return tie.ended_at is not None and tie.activity.state in (
        ActivityState.SCHEDULED,
        ActivityState.ENDED,
        ActivityState.ARCHIVED,
    )


def says_of(tie: Tie) -> Says:
    """Return where the need of a tie stands with the activity."""
    if tie.activity.state is ActivityState.CANCELLED:
        return Says.OFF
    if tie.link.result is not None:
        return {Solved.YES: Says.YES, Solved.PARTLY: Says.PARTLY, Solved.NO: Says.NO}[
            tie.link.result
        ]
    return Says.WAITING if tie.link.asked_at else Says.COMING


def of_activity(activity_id: int, *, now: dt.datetime) -> Effect:
    """Return what an activity came to for the needs it was held for."""
    return Effect(needs_links.of_activity(activity_id, now=now))


def of_month(scope: Scope, month: str, *, space_id: int | None = None, now: dt.datetime) -> Effect:
    """Return what the activities held in a Shanghai month (`YYYY-MM`) came to, in the staff's
    Spaces. Raises ValueError on a malformed month."""
    mine = scope.space_ids(Verb.WORK_NEEDS)
    spaces = mine & {space_id} if space_id is not None else mine
    start, end = month_bounds(month)
    return Effect(needs_links.of_spaces(sorted(spaces), start, end, now=now))
