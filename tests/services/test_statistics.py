"""Who may see which figures, and how small numbers are kept from pointing at somebody."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.activities import SessionState
from models.staff import Role
from server.errors import Invalid, NotFound
from server.services import staff, statistics
from server.services.staff import Scope
from server.services.statistics import Figure, Period
from tests import factories
from tests.needs_bench import shanghai
from tests.services.test_statistics_figures import IN_MAY, MAY, NOW, checkin


def scope(role: Role, at: models.OrgUnit | models.Space) -> Scope:
    return staff.scope_of(factories.make_staff(role, at), now=dt.datetime.now(dt.UTC))


def visitors(space: models.Space, count: int) -> None:
    session = factories.make_session(
        factories.make_activity(space), state=SessionState.ENDED, starts_at=IN_MAY
    )
    for _ in range(count):
        checkin(session)


def by_code(found: list[Figure]) -> dict[str, Figure]:
    return {figure.code: figure for figure in found}


@pytest.mark.parametrize(
    ("month", "starts", "ends"),
    [
        ("2026-05", "2026-05-01 00:00", "2026-06-01 00:00"),
        ("2026-12", "2026-12-01 00:00", "2027-01-01 00:00"),
    ],
)
def test_a_month_is_a_shanghai_month(month: str, starts: str, ends: str) -> None:
    period = Period.of_month(month)
    assert (period.starts_at, period.ends_at) == (shanghai(starts), shanghai(ends))


@pytest.mark.parametrize("month", ["2026-13", "2026", "", "9999-12", "x"])
def test_no_month(month: str) -> None:
    with pytest.raises(Invalid):
        Period.of_month(month)


def test_a_town_sees_its_spaces_one_by_one(app: Flask) -> None:
    town = factories.make_org_unit()
    one, two = factories.make_space(town), factories.make_space(town)
    elsewhere = factories.make_space()
    visitors(one, 2)
    visitors(two, 1)
    visitors(elsewhere, 4)
    officer = scope(Role.TOWN_OFFICER, town)
    spaces = statistics.spaces_for(officer)
    assert spaces == {one.id, two.id}
    found = statistics.by_space(spaces, MAY, now=NOW)
    assert [by_code(found[space.id])["person_times"].value for space in (one, two)] == [2, 1]
    total = by_code(statistics.summary(spaces, MAY, now=NOW))
    assert total["person_times"].value == 3
    assert statistics.spaces_for(officer, one.id) == {one.id}
    with pytest.raises(NotFound):
        statistics.spaces_for(officer, elsewhere.id)


@pytest.mark.parametrize("role", [Role.SCANNER, Role.DISTRICT_VIEWER, Role.PLATFORM_ADMIN])
def test_who_sees_no_single_space(app: Flask, role: Role) -> None:
    space = factories.make_space()
    at = space if role is Role.SCANNER else space.org_unit.parent
    with pytest.raises(NotFound):
        statistics.spaces_for(scope(role, at))


def test_a_district_sees_sums_and_no_small_numbers(app: Flask) -> None:
    town = factories.make_org_unit()
    space = factories.make_space(town)
    viewer = scope(Role.DISTRICT_VIEWER, town)
    visitors(space, 4)
    few = by_code(statistics.sums_for(viewer, MAY, now=NOW))
    for code in ("person_times", "members"):
        assert few[code].is_hidden
        assert (few[code].value, few[code].numerator, few[code].display) == (None, 0, "<5")
    assert few["sessions"].value == 1
    visitors(factories.make_space(town), 1)
    visitors(factories.make_space(), 3)
    viewer = scope(Role.DISTRICT_VIEWER, town)
    enough = by_code(statistics.sums_for(viewer, MAY, now=NOW))
    assert (enough["person_times"].value, enough["members"].display) == (5, "5")
    assert not enough["response_rate"].is_hidden  # nothing is nobody
    with pytest.raises(NotFound):
        statistics.sums_for(scope(Role.OPERATOR, space), MAY, now=NOW)


def test_no_figure_of_that_name(app: Flask) -> None:
    with pytest.raises(NotFound):
        statistics.rows("weather", [1], MAY, cursor=None, limit=10, now=NOW)
