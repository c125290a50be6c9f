import datetime as dt

from models.activities import ActivityState
from server.clock import at_shanghai
from server.services import activities_board
from tests import factories

LAST_DAY = at_shanghai(dt.date(2098, 5, 31), dt.time(23, 30))
NEXT_DAY = at_shanghai(dt.date(2098, 6, 1), dt.time(0, 30))


def test_finds_by_shanghai_month(app: object) -> None:
    space = factories.make_space()
    may, june = factories.make_activity(space), factories.make_activity(space)
    factories.make_session(may, starts_at=LAST_DAY)
    factories.make_session(june, starts_at=NEXT_DAY)
    factories.make_session(factories.make_activity(), starts_at=LAST_DAY)
    found = activities_board.index(frozenset({space.id}), month="2098-05")
    assert [row.id for row in found] == [may.id]


def test_the_latest_comes_first_and_a_new_draft_by_its_birth(app: object) -> None:
    space = factories.make_space()
    far, near, draft = (factories.make_activity(space) for _ in range(3))
    factories.make_session(near)
    factories.make_session(far, starts_at=LAST_DAY)
    factories.make_session(far, starts_at=LAST_DAY - dt.timedelta(days=20_000))
    found = activities_board.index(frozenset({space.id}))
    assert [row.id for row in found] == [far.id, near.id, draft.id]


def test_filters_by_series_and_state(app: object) -> None:
    space = factories.make_space()
    draft = factories.make_activity(space, state=ActivityState.DRAFT)
    factories.make_activity(space, series=draft.series)
    factories.make_activity(space, state=ActivityState.DRAFT)
    found = activities_board.index(
        frozenset({space.id}), series_id=draft.series_id, state=ActivityState.DRAFT
    )
    assert [row.id for row in found] == [draft.id]


def test_series_in_use_in_their_order(app: object) -> None:
    second, first = factories.make_series(order=2), factories.make_series(order=1)
    factories.make_series(order=0, active=False)
    assert activities_board.series() == [first, second]
