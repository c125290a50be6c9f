"""镇视图 and 区视图: the Spaces of a town side by side, and the towns of a district in sums."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Case, fn

from models import Checkin, OrgUnit, Session, Space, VisitCampaign
from server.clock import day_of
from server.services import menus, needs_desk, spaces, visits, visits_progress
from server.services.staff import Scope, Verb
from server.services.statistics import FEWEST, Period
from server.services.statistics_asked import Asked
from server.services.statistics_figures import FIGURES
from server.services.statistics_rows import attendances


@dataclass(frozen=True)
class Standing:
    """How one Space stands in a month. Rates are shares of 1; None: there is nothing to divide."""

    space: Space
    is_published: bool
    sessions: int
    person_times: int
    overdue: int
    """Needs that are late as of now."""
    satisfaction: float | None
    coverage: float | None
    """Of how many check-ins the satisfaction was heard."""
    visited: int
    targets: int
    campaign: VisitCampaign | None
    """The season of visits the two are of: the latest that had begun."""

    @property
    def visits(self) -> float | None:
        """The share of companies visited."""
        return self.visited / self.targets if self.targets else None


def of_town(scope: Scope, month: str, *, now: dt.datetime) -> list[Standing]:
    """Return how each Space stands whose figures the staff may see one by one, by name; nothing
    where there is none. A fixed number of queries. Raises Invalid for a month that is none."""
    rows = spaces.named(scope.space_ids(Verb.STATISTICS))
    ids = [row.id for row in rows]
    period = Period.of_month(month)
    asked = Asked(tuple(ids), period.starts_at, period.ends_at, now)
    sessions, times = _by_place("sessions", asked), _by_place("person_times", asked)
    verdicts, there = _by_place("satisfaction", asked), _checkins(asked)
    missing = {row.id for row in menus.unpublished(ids, month)}
    late = needs_desk.late_in(ids, now=now)
    seasons = _seasons(scope.space_ids(Verb.READ_VISITS) & set(ids), min(period.ends_at, now))
    walked = visits_progress.of_campaigns(seasons.values())

    def standing(row: Space) -> Standing:
        content, heard = verdicts.get(row.id, (0, 0))
        season = seasons.get(row.id)
        progress = walked[season.id] if season else None
        return Standing(
            space=row,
            is_published=row.id not in missing,
            sessions=int(sessions.get(row.id, (0, 0))[0]),
            person_times=int(times.get(row.id, (0, 0))[0]),
            overdue=late.get(row.id, 0),
            satisfaction=content / heard if heard else None,
            coverage=heard / there[row.id] if there.get(row.id) else None,
            visited=progress.done if progress else 0,
            targets=progress.targets if progress else 0,
            campaign=season,
        )

    return [standing(row) for row in rows]


def _seasons(space_ids: Iterable[int], until: dt.datetime) -> dict[int, VisitCampaign]:
    """Return the latest season of each Space that had begun."""
    begun = [row for row in visits.of_spaces(space_ids) if row.starts_on <= day_of(until)]
    return {row.space_id: row for row in reversed(begun)}


@dataclass(frozen=True)
class Cell:
    """A number of persons or what they did; `value` None where it may not be told."""

    value: int | None
    is_few: bool = False
    """Told as fewer than FEWEST."""


@dataclass(frozen=True)
class Sums:
    """A town of a district, or all of them: no Space apart, nobody recognisable."""

    name: str
    spaces: int
    published: int
    sessions: int
    members: Cell
    person_times: Cell
    needs: Cell


@dataclass(frozen=True)
class _Town:
    id: int
    name: str
    space_ids: tuple[int, ...]


def of_district(scope: Scope, month: str, *, now: dt.datetime) -> tuple[list[Sums], Sums | None]:
    """Return the towns whose sums the staff may see, by name, and their total (None: no town).
    What concerns fewer than FEWEST persons is hidden, and with it whatever would give it away.
    Raises Invalid for a month that is none."""
    towns = _towns(scope.space_ids(Verb.STATISTICS_SUMS))
    if not towns:
        return [], None
    period = Period.of_month(month)
    ids = [space_id for town in towns for space_id in town.space_ids]
    asked = Asked(tuple(sorted(ids)), period.starts_at, period.ends_at, now)
    held = {place: amount for place, (amount, _) in _by_place("sessions", asked).items()}
    missing = {row.id for row in menus.unpublished(ids, month)}
    columns = _columns(asked, towns)

    def sums(name: str, of: Sequence[_Town], at: int) -> Sums:
        space_ids = [space_id for town in of for space_id in town.space_ids]
        return Sums(
            name=name,
            spaces=len(space_ids),
            published=sum(space_id not in missing for space_id in space_ids),
            sessions=int(sum(held.get(space_id, 0) for space_id in space_ids)),
            **{code: cells[at] for code, cells in columns.items()},
        )

    return [sums(town.name, [town], at) for at, town in enumerate(towns)], sums("合计", towns, -1)


def _columns(asked: Asked, towns: Sequence[_Town]) -> dict[str, list[Cell]]:
    """Return the columns that are about persons, by town and with the total last."""

    def by_town(found: dict[int, float]) -> list[int]:
        return [int(sum(found.get(each, 0) for each in town.space_ids)) for town in towns]

    people = _people(asked, towns)
    members = [people.get(town.id, 0) for town in towns]
    times = {place: amount for place, (amount, _) in _by_place("person_times", asked).items()}
    raised = needs_desk.received_in(asked.space_ids, asked.starts_at, asked.ends_at)
    needs = {place: float(count) for place, (count, _) in raised.items()}
    askers = {place: float(persons) for place, (_, persons) in raised.items()}
    return {
        "members": suppressed(members, members),
        "person_times": suppressed(by_town(times), members),
        "needs": suppressed(by_town(needs), by_town(askers)),
    }


def suppressed(values: Sequence[int], persons: Sequence[int]) -> list[Cell]:
    """Return the cells of a column, its total last. A cell is hidden where fewer than FEWEST
    persons are behind it, and more cells, the smallest first, until what is left of the total
    allows each hidden cell more than one value; where they do not suffice, the total is hidden
    and no hidden cell says that it is small."""
    few = {
        at for at, value in enumerate(values) if value and min(value, persons[at] or value) < FEWEST
    }
    rest = sorted(
        (at for at, value in enumerate(values) if value and at not in few),
        key=lambda at: values[at],
    )
    shields: list[int] = []
    while few and not _is_open(values, few, shields) and rest:
        shields.append(rest.pop(0))
    is_safe = not few or _is_open(values, few, shields)
    hidden = few.union(shields)
    cells = [
        Cell(None, is_few=at in few and is_safe) if at in hidden else Cell(value)
        for at, value in enumerate(values)
    ]
    total = sum(values)
    return [*cells, Cell(total) if is_safe else Cell(None, is_few=total < FEWEST)]


def _is_open(values: Sequence[int], few: set[int], shields: list[int]) -> bool:
    """Say whether the hidden sum leaves every hidden cell room: each of the few is one at least,
    each of the shields FEWEST."""
    left = sum(values[at] for at in few.union(shields))
    return bool(shields) and left - (len(few) - 1) - FEWEST * len(shields) >= 2


def _towns(space_ids: Iterable[int]) -> list[_Town]:
    rows = spaces.named(space_ids)
    below: dict[int | None, list[int]] = {}
    for row in rows:
        below.setdefault(row.org_unit.parent_id, []).append(row.id)
    named: Any = OrgUnit.select().where(OrgUnit.id.in_([*below])).order_by(OrgUnit.name, OrgUnit.id)
    return [_Town(row.id, row.name, tuple(below[row.id])) for row in named]


def _by_place(code: str, asked: Asked) -> dict[int, tuple[float, float]]:
    """Return amount and base of a figure of sessions for each Space that has any, in one query."""
    # Activities have a column called `place`, so the Space goes by a name of its own.
    table: Any = FIGURES[code].select(asked).select_extend(Session.space.alias("at")).alias("told")
    query = table.select_from(table.c.at, fn.SUM(table.c.amount), fn.SUM(table.c.base))
    rows = query.group_by(table.c.at).tuples()
    return {int(place): (float(amount), float(base)) for place, amount, base in rows}


def _checkins(asked: Asked) -> dict[int, int]:
    """Return how many check-ins of each Space could have been heard."""
    query = attendances(asked, Session.space, fn.COUNT(Checkin.id)).group_by(Session.space)
    return {int(place): int(count) for place, count in query.tuples()}


def _people(asked: Asked, towns: Sequence[_Town]) -> dict[int, int]:
    """Return how many different people were there, in each town."""
    there = attendances(asked, Session.space.alias("at"), Checkin.user_id.alias("person"))
    table: Any = there.alias("there")
    town = Case(
        table.c.at,
        tuple((space_id, town.id) for town in towns for space_id in town.space_ids),
    )
    pairs: Any = table.select_from(town.alias("town"), table.c.person).distinct().alias("pairs")
    rows = pairs.select_from(pairs.c.town, fn.COUNT(pairs.c.person)).group_by(pairs.c.town).tuples()
    return {int(town_id): int(count) for town_id, count in rows}
