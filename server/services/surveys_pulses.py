"""归属感: two questions to every Space's members twice a year, and how they went, beside how many
came again and how many brought somebody along."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from peewee import Case, fn

from models import Checkin, Session, Space, Survey, User, db, new_id
from models.surveys import SurveyKind
from models.users import UserStatus
from server.clock import at_shanghai, day_of
from server.schemas.visits_questions import VisitQuestionKind
from server.services import audit, statistics_rows, surveys, surveys_results
from server.services.statistics_asked import Asked

DAYS: Final = 21
_LATEST: Final = 14
"""Days before its end on which a pulse may still begin: a server that was away for a while."""

_AGREE: Final = ["完全不同意", "完全同意"]
QUESTIONS: Final[tuple[dict[str, Any], ...]] = tuple(
    {
        "key": key,
        "label": label,
        "kind": VisitQuestionKind.SCALE.value,
        "options": _AGREE,
        "required": True,
    }
    for key, label in (("friends", "我在这里有认识的人"), ("first", "有事我会想到新空间"))
)
"""What is asked (product rule 5): never changed, so that half-years stay comparable."""

_NAMES: Final = {"1": "上", "2": "下"}
_INTRO = "每半年问两句话，半分钟就好。匿名填写：谁也看不到您选了什么，收到 10 份以上才汇总成数字。"


def half_of(day: dt.date) -> str:
    """Return the half-year a Shanghai day lies in: `2026-H1`."""
    return f"{day.year}-H{1 if day.month < 7 else 2}"  # July begins the second


def starts_on(half: str) -> dt.date:
    """Return the first day of a half-year's pulse: 15 May, 15 November, away from holidays."""
    year, part = half.split("-")
    return dt.date(int(year), 5 if part == "H1" else 11, 15)


def begin(*, now: dt.datetime) -> int:
    """Begin the pulse of this half-year in every Space that has members enough for anything to be
    shown of it; return how many were begun. A Space that has its pulse is left alone."""
    today = day_of(now)
    half = half_of(today)
    first = starts_on(half)
    last = first + dt.timedelta(days=DAYS - 1)
    if not first <= today <= last - dt.timedelta(days=_LATEST):
        return 0
    begun = 0
    for space_id in _large_enough():
        with db.atomic():
            begun += _begin(space_id, half, first, last, now)
    return begun


def _large_enough() -> list[int]:
    counted: Any = (
        User.select(User.home_space)
        .join(Space)
        .where(User.status == UserStatus.ACTIVE, Space.active == True)  # noqa: E712
        .group_by(User.home_space)
        .having(fn.COUNT(User.id) >= surveys_results.LEAST)
        .order_by(User.home_space)
        .tuples()
    )
    return [int(space_id) for (space_id,) in counted]


def _begin(space_id: int, half: str, first: dt.date, last: dt.date, now: dt.datetime) -> bool:
    values = {
        "id": new_id(),
        "version": 1,
        **Survey.stamped(now=now),
        "org_unit": space_id,  # a Space shares its id with its knot of the tree
        "space": space_id,
        "kind": SurveyKind.PULSE,
        "half": half,
        "title": f"{half[:4]} 年{_NAMES[half[-1]]}半年，新空间离您近吗",
        "intro": _INTRO,
        "questions": list(QUESTIONS),
        "is_anonymous": True,
        "starts_on": first,
        "ends_on": last,
        "published_at": now,
    }
    if not Survey.insert(values).on_conflict_ignore().as_rowcount().execute():
        return False
    row: Survey = Survey.get(Survey.id == values["id"])
    surveys.invite(row, now=now)
    audit.record(
        audit.SYSTEM,
        "surveys.publish",
        row,
        now=now,
        org_unit_id=space_id,
        after={"title": row.title},
    )
    return True


@dataclass(frozen=True)
class Warmth:
    """One Space in one half-year. `agree`: who chose 4 or 5, of those who answered, per question;
    None while held back. `again`: members who came twice or more, of those who came; `brought`:
    members who brought somebody along; None where fewer came than may be told of."""

    space: Space
    half: str
    survey: Survey | None
    rate: float | None
    agree: tuple[float | None, ...]
    came: int
    again: float | None
    brought: float | None


def halves(*, now: dt.datetime, count: int = 4) -> list[str]:
    """Return the latest half-years, the present one first."""
    half = half_of(day_of(now))
    found = []
    for _ in range(count):
        found.append(half)
        year, part = int(half[:4]), half[-1]
        half = f"{year}-H1" if part == "2" else f"{year - 1}-H2"
    return found


def warmth(spaces: Iterable[Space], *, now: dt.datetime) -> list[Warmth]:
    """Return how these Spaces went in the latest half-years, Space by Space, the latest first."""
    places = list(spaces)
    ids = [space.id for space in places]
    told = halves(now=now)
    pulses = {
        (row.space_id, row.half): row
        for row in Survey.select().where(Survey.space.in_(ids), Survey.half.in_(told))
    }
    came = {half: _came(ids, half, now) for half in told}
    return [
        _warmth(space, half, pulses.get((space.id, half)), came[half].get(space.id, (0, 0, 0)))
        for space in places
        for half in told
    ]


def _warmth(space: Space, half: str, row: Survey | None, came: tuple[int, int, int]) -> Warmth:
    people, again, brought = came
    is_told = people >= surveys_results.LEAST
    return Warmth(
        space,
        half,
        row,
        surveys_results.rate(row) if row else None,
        _agreement(row),
        people,
        again / people if is_told else None,
        brought / people if is_told else None,
    )


def _agreement(row: Survey | None) -> tuple[float | None, ...]:
    results = surveys_results.of_survey(row) if row else []
    if not results:
        return tuple(None for _ in QUESTIONS)
    return tuple(
        sum(count for step, count in each.counts if step in ("4", "5")) / each.answered
        if each.answered
        else None
        for each in results
    )


def _came(space_ids: list[int], half: str, now: dt.datetime) -> dict[int, tuple[int, int, int]]:
    """Return per Space how many members came in the half-year, how many of them to two sessions or
    more, and how many brought somebody."""
    year, is_first = int(half[:4]), half.endswith("1")
    begin = at_shanghai(dt.date(year, 1 if is_first else 7, 1), dt.time())
    end = at_shanghai(dt.date(year if is_first else year + 1, 7 if is_first else 1, 1), dt.time())
    asked = Asked(tuple(space_ids), begin, end, now)
    people: Any = (
        statistics_rows.attendances(
            asked,
            Session.space.alias("at_space"),
            fn.COUNT(Checkin.session.distinct()).alias("times"),
            fn.MAX(Checkin.party_present).alias("party"),
        )
        .group_by(Session.space, Checkin.user_id)
        .alias("people")
    )
    rows = people.select_from(
        people.c.at_space,
        fn.COUNT(people.c.times),
        fn.SUM(Case(None, ((people.c.times > 1, 1),), 0)),
        fn.SUM(Case(None, ((people.c.party > 0, 1),), 0)),
    ).group_by(people.c.at_space)
    return {
        int(space_id): (int(count), int(again), int(brought))
        for space_id, count, again, brought in rows.tuples()
    }
