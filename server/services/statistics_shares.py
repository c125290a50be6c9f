"""Where it came from: activities by series, kind and goal; people by company, tower and grid;
how soon needs were answered, and how many of us there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from peewee import JOIN, Case, fn

from models import Activity, Building, Checkin, Enterprise, Need, Series, Session
from models.activities import ActivityKind
from server.services import statistics_counted as counts
from server.services import statistics_rows as rows
from server.services.statistics_asked import Asked, root_of
from server.services.statistics_asked import held as was_held

NO_COMPANY = "未填企业"
NO_BUILDING = "未填楼宇"
NO_GRID = "未填网格"
NO_GOAL = "未选目标"


@dataclass
class Share:
    """One line of a table: what it is of, how to ask for its rows, and how much."""

    name: str
    key: Any
    sessions: int = 0
    activities: int = 0
    person_times: int = 0
    companies: int = 0
    detail: str = ""


@dataclass
class _Offer:
    """One activity with what it held and who came."""

    series: int
    kind: ActivityKind
    goals: list[str]
    sessions: int = 0
    person_times: int = 0


@dataclass(frozen=True)
class Offered:
    """Activities told apart three ways; one with several goals counts for each of them."""

    series: list[Share]
    kinds: list[Share]
    goals: list[Share]


def of_activities(asked: Asked, goals: Iterable[str]) -> Offered:
    """Return the shares of the series, the kinds and the goals; `goals` are those to show even
    where nothing was done for them."""
    offers = list(_offers(asked).values())
    names = {row.id: row.name for row in Series.select(Series.id, Series.name, Series.order)}
    known = [*dict.fromkeys(goals)]
    by_series = _split(offers, lambda each: [each.series], names)
    by_kind = _split(offers, lambda each: [each.kind], {kind: kind.value for kind in ActivityKind})
    by_goal = _split(offers, lambda each: each.goals or [""], {"": NO_GOAL}, known)
    return Offered(_most_first(by_series), _most_first(by_kind), by_goal)


def _offers(asked: Asked) -> dict[int, _Offer]:
    offers: dict[int, _Offer] = {}
    about = (Activity.id, Activity.series, Activity.kind, Activity.five_goals)

    def known(row: Any) -> _Offer:
        fresh = _Offer(row.series_id, row.kind, row.five_goals)
        return offers.setdefault(row.id, fresh)

    held: Any = _per_activity(was_held(asked))
    came: Any = rows.attendances(
        asked, Session.activity.alias("of"), fn.SUM(Checkin.party_present + 1).alias("total")
    ).group_by(Session.activity)
    for found, is_held in ((held, True), (came, False)):
        told = found.alias("told")
        query: Any = Activity.select(*about, told.c.total).join(told, on=(told.c.of == Activity.id))
        for row in query.objects():
            offer = known(row)
            if is_held:
                offer.sessions = int(row.total)
            else:
                offer.person_times = int(row.total)
    return offers


def _per_activity(condition: Any) -> Any:
    told = Session.activity.alias("of"), fn.COUNT(Session.id).alias("total")
    return Session.select(*told).join(Activity).where(condition).group_by(Session.activity)


def _split(
    offers: list[_Offer],
    keys: Callable[[_Offer], list[Any]],
    names: dict[Any, str],
    known: Iterable[Any] = (),
) -> list[Share]:
    shares = {key: Share(names.get(key, str(key)), key) for key in known}
    for offer in offers:
        for key in dict.fromkeys(keys(offer)):
            share = shares.setdefault(key, Share(names.get(key, str(key)), key))
            share.sessions += offer.sessions
            share.activities += bool(offer.sessions)
            share.person_times += offer.person_times
    return list(shares.values())


def _most_first(shares: list[Share]) -> list[Share]:
    return sorted(shares, key=lambda share: (-share.person_times, -share.sessions, share.name))


@dataclass(frozen=True)
class Came:
    """Who came told apart three ways; what nobody filled in stands in a line of its own."""

    companies: list[Share]
    buildings: list[Share]
    grids: list[Share]


def of_companies(asked: Asked) -> Came:
    """Return who came by company (its root), by the tower the company is in, and by grid."""
    company = Enterprise.alias()
    told = root_of(company, asked).alias("thing"), (Checkin.party_present + 1).alias("amount")
    came: Any = rows.attendances(asked, *told).join_from(
        Checkin, company, JOIN.LEFT_OUTER, on=(company.id == Checkin.enterprise_id)
    )
    there = came.alias("there")
    query = there.select_from(there.c.thing, fn.SUM(there.c.amount)).group_by(there.c.thing)
    totals = {root: int(count) for root, count in query.tuples()}
    found: Any = (
        Enterprise.select(Enterprise, Building)
        .join(Building, JOIN.LEFT_OUTER)
        .where(Enterprise.id.in_([key for key in totals if key is not None]))
    )
    told_apart = _Came()
    if None in totals:
        told_apart.add(None, totals[None])
    for row in found:
        told_apart.add(row, totals[row.id])
    groups = (told_apart.rows, told_apart.towers, told_apart.grids)
    return Came(*(_most_first(list(group.values())) for group in groups))


@dataclass
class _Came:
    rows: dict[Hashable, Share] = field(default_factory=dict)
    towers: dict[Hashable, Share] = field(default_factory=dict)
    grids: dict[Hashable, Share] = field(default_factory=dict)

    def add(self, company: Any, count: int) -> None:
        tower = company.building if company else None
        name, place = (company.name, company.room) if company else (NO_COMPANY, "")
        grid = tower.grid_code if tower else None
        told = (
            (self.rows, company and company.id, name, f"{tower.name} {place}" if tower else place),
            (self.towers, tower and tower.id, tower.name if tower else NO_BUILDING, grid or ""),
            (self.grids, grid, grid or NO_GRID, ""),
        )
        for group, key, title, detail in told:
            share = group.setdefault(key, Share(title, key, detail=detail))
            share.person_times += count
            share.companies += bool(company)


@dataclass(frozen=True)
class Speed:
    """How long until the first reply of a person, over needs received in the period. Hours by the
    wall clock, nights and rest days in them."""

    median_hours: float | None
    buckets: list[tuple[str, int]]
    replied: int
    received: int


_BUCKETS = (("4 小时内", 4), ("24 小时内", 24), ("3 天内", 72), ("7 天内", 168))
_LONGER = "超过 7 天"
_NEVER = "还没有回复"


def speed(asked: Asked) -> Speed:
    """Return how soon people heard from us."""
    told: Any = Need.select(Need.received_at, Need.first_response_at).where(
        Need.space.in_(asked.space_ids),
        Need.received_at >= asked.starts_at,
        Need.received_at < asked.ends_at,
        Need.received_at <= asked.as_of,
    )
    counted_in = dict.fromkeys([*(name for name, _ in _BUCKETS), _LONGER, _NEVER], 0)
    hours = []
    for received, replied in told.tuples():
        if replied is None or replied > asked.as_of:
            counted_in[_NEVER] += 1
            continue
        took = max(0.0, (replied - received) / dt.timedelta(hours=1))
        hours.append(took)
        counted_in[next((name for name, most in _BUCKETS if took <= most), _LONGER)] += 1
    return Speed(
        median(hours) if hours else None,
        list(counted_in.items()),
        len(hours),
        sum(counted_in.values()),
    )


@dataclass(frozen=True)
class Growth:
    """How many people were there for the first time in a month, and how many of us there are."""

    month: str
    joined: int
    members: int


def growth(asked: Asked, since: dt.datetime) -> list[Growth]:
    """Return the months of the question; `since` is when the first of all may have come."""
    ever = Asked(asked.space_ids, since, asked.ends_at, asked.as_of, is_past=asked.is_past)
    first: Any = (
        rows.attendances(ever, fn.MIN(Session.starts_at).alias("moment"))
        .group_by(Checkin.user_id)
        .alias("first")
    )
    months = counts.months_of(asked)
    early = counts.before(first.c.moment, asked.starts_at)
    bucket = Case(None, ((early, ""),), counts.bucket(first.c.moment, months)).alias("bucket")
    named = first.select_from(bucket).alias("named")
    query: Any = named.select_from(named.c.bucket, fn.COUNT(1)).group_by(named.c.bucket)
    joined = dict(query.tuples())
    members, told = joined.get("", 0), []
    for month in months:
        members += joined.get(month, 0)
        told.append(Growth(month, joined.get(month, 0), members))
    return told
