"""What came of an activity, in the figures' own definitions: who was there, and what they said."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

from peewee import Case, fn

from models import Activity, Checkin, NeedActivityLink, Rating, Session, Signup
from models.needs import Solved
from models.signups import SignupState
from server.services import statistics_rows as rows
from server.services.statistics_asked import Asked

_ALWAYS = (
    dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2200, 1, 1, tzinfo=dt.UTC),
)


@dataclass(frozen=True)
class Effect:
    """Sessions held, people there and what they said. `shown` are the signups that ended in being
        there or not, `rated` the verdicts, `content` those of them that say 满意 or 基本满意; `needs` are
    those it was to answer, `solved` those whose owners say that it did."""

    sessions: int = 0
    attendances: int = 0
    person_times: int = 0
    came: int = 0
    shown: int = 0
    content: int = 0
    rated: int = 0
    solved: int = 0
    needs: int = 0

    @property
    def show_rate(self) -> float | None:
        """到场率; None where nobody was expected."""
        return self.came / self.shown if self.shown else None

    @property
    def satisfaction(self) -> float | None:
        """满意度; None where nobody rated."""
        return self.content / self.rated if self.rated else None

    @property
    def coverage(self) -> float | None:
        """How many of those who were there rated; None where nobody was."""
        return self.rated / self.attendances if self.attendances else None

    @classmethod
    def total(cls, effects: Iterable["Effect"]) -> Self:
        """Return several as one. Nobody is counted who could be counted twice: these are
        attendances and person-times, never heads."""
        found = list(effects)
        return cls(*(sum(getattr(each, one.name) for each in found) for one in fields(cls)))


def of(found: Iterable[Activity], *, now: dt.datetime) -> dict[int, Effect]:
    """Return the effect of each activity by its id, by a fixed number of queries."""
    activities = list(found)
    ids = [activity.id for activity in activities]
    spaces = tuple({activity.space_id for activity in activities})
    asked = Asked(spaces, *_ALWAYS, now)
    named: dict[int, dict[str, int]] = {each: {} for each in ids}
    for names, query in _selects(asked):
        for activity_id, *values in query.where(Activity.id.in_(ids)).tuples():
            named[int(activity_id)] |= {
                name: int(value) for name, value in zip(names, values, strict=True)
            }
    return {each: Effect(**values) for each, values in named.items()}


def _selects(asked: Asked) -> list[tuple[tuple[str, ...], Any]]:
    """Return per activity: the names of the figures, and the select that counts them."""
    of_activity = Session.activity
    came = Case(None, ((Signup.state == SignupState.ATTENDED, 1),), 0)
    content = Case(None, ((Rating.score >= 2, 1),), 0)
    there = rows.attendances(
        asked, of_activity, fn.COUNT(Checkin.id), fn.SUM(Checkin.party_present + 1)
    )
    held = rows.sessions(asked).select(of_activity, fn.COUNT(Session.id))
    shown = rows.shows(asked).select(of_activity, fn.SUM(came), fn.COUNT(Signup.id))
    rated = rows.ratings(asked).select(of_activity, fn.SUM(content), fn.COUNT(Rating.id))
    link = NeedActivityLink
    solved = Case(None, ((link.result == Solved.YES, 1),), 0)
    linked = link.select(link.activity, fn.SUM(solved), fn.COUNT(link.id)).join(Activity)
    return [
        (("solved", "needs"), linked.group_by(link.activity)),
        (("sessions",), held.group_by(of_activity)),
        (("attendances", "person_times"), there.group_by(of_activity)),
        (("came", "shown"), shown.group_by(of_activity)),
        (("content", "rated"), rated.group_by(of_activity)),
    ]
