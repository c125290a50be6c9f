"""The Spaces of a town side by side; a district without anybody recognisable."""

import datetime as dt
from itertools import product
from typing import Any

import pytest

import models
from models.activities import SessionState
from models.spaces import OrgKind
from models.staff import Role
from server.clock import month_of
from server.services import staff, statistics_towns
from server.services.statistics_towns import Cell, suppressed
from tests import factories


def _held(space: models.Space, now: dt.datetime, people: int) -> list[models.Checkin]:
    session = factories.make_session(
        factories.make_activity(space), starts_at=now, state=SessionState.ENDED
    )
    return [factories.make_checkin(factories.make_signup(session)) for _ in range(people)]


def test_spaces_stand_side_by_side(app: Any, now: dt.datetime) -> None:
    space = factories.make_space(name="A 空间")
    town = space.org_unit.parent
    quiet, foreign = factories.make_space(town, name="B 空间"), factories.make_space()
    there = _held(space, now, 3)
    _held(foreign, now, 2)
    session = there[0].session
    models.Rating.add(
        now=now, space=space, session=session, checkin=there[0], user_id=there[0].user_id, score=3
    )
    factories.make_need(space, due_respond=now - dt.timedelta(hours=1))
    scope = staff.scope_of(factories.make_staff(Role.TOWN_OFFICER, town), now=now)
    first, second = statistics_towns.of_town(scope, month_of(now), now=now)
    assert (first.space.id, second.space.id) == (space.id, quiet.id)
    assert (first.sessions, first.person_times, first.overdue) == (1, 3, 1)
    assert (first.satisfaction, first.coverage) == (1.0, pytest.approx(1 / 3))
    assert (second.sessions, second.person_times, second.overdue) == (0, 0, 0)
    assert second.satisfaction is None
    assert not first.is_published
    assert first.visits is None


def test_a_district_sees_sums_and_nothing_of_few(app: Any, now: dt.datetime) -> None:
    district = factories.make_org_unit(OrgKind.DISTRICT)
    small, large, larger = (
        factories.make_space(factories.make_org_unit(OrgKind.TOWN, district, name=name))
        for name in ("丙镇", "丁镇", "戊镇")
    )
    for space, people in ((small, 2), (large, 8), (larger, 9)):
        _held(space, now, people)
    scope = staff.scope_of(factories.make_staff(Role.DISTRICT_VIEWER, district), now=now)
    towns, total = statistics_towns.of_district(scope, month_of(now), now=now)
    assert total
    told = {row.name: row.members for row in [*towns, total]}
    assert told == {
        "丙镇": Cell(None, is_few=True),
        "丁镇": Cell(None),
        "戊镇": Cell(9),
        "合计": Cell(19),
    }
    assert total.sessions == 3


def test_no_hidden_cell_follows_from_what_is_told() -> None:
    """Every column of up to four cells of these sizes: whoever knows the rule, the total and the
    cells shown still finds two values possible for each that was hidden as few."""
    sizes = (0, 1, 2, 4, 5, 6, 9)
    for values in product(sizes, repeat=3):
        *cells, total = suppressed(values, values)
        for cell, value in zip(cells, values, strict=True):
            assert cell.value in (None, value)
            assert cell.value is None or not 0 < value < 5
        hidden = [at for at, cell in enumerate(cells) if cell.value is None]
        if not hidden or total.value is None:
            continue
        rest = total.value - sum(cell.value or 0 for cell in cells)
        ranges = [range(1, 5) if cells[at].is_few else range(5, rest + 1) for at in hidden]
        fits = [each for each in product(*ranges) if sum(each) == rest]
        for place, at in enumerate(hidden):
            if cells[at].is_few:
                assert len({each[place] for each in fits}) > 1, (values, cells)
