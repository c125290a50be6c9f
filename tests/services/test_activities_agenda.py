"""What members find."""

import datetime as dt
from typing import Any

import pytest

import models
from models.activities import ActivityState, SessionState, SharedTo
from models.signups import SignupState
from server.errors import NotFound
from server.schemas.activities_seen import ButtonState
from server.services import activities_agenda as agenda
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)


def find(user: models.User, now: dt.datetime, **over: Any) -> Any:
    query = {"space_id": None, "month": None, "series_id": None, "cursor": None, "limit": 20}
    return agenda.index(user, **query | over, now=now)


def found(user: models.User, now: dt.datetime, **over: Any) -> list[models.Activity]:
    return [seen.activity for seen in find(user, now, **over).items]


def planned(space: models.Space, now: dt.datetime, hours: float, **over: Any) -> models.Activity:
    activity = factories.make_activity(space, **over)
    factories.make_session(activity, starts_at=now + hours * HOUR)
    return activity


def test_drafts_and_rehearsals_are_nobodys_business(now: dt.datetime) -> None:
    space = factories.make_space()
    user = factories.make_user(home_space=space)
    draft = planned(space, now, 1, state=ActivityState.DRAFT)
    rehearsal = planned(space, now, 2, is_rehearsal=True)
    shown = [
        planned(space, now, 3, state=ActivityState.SCHEDULED),
        planned(space, now, 4, state=ActivityState.CANCELLED),
        planned(space, now, 5, state=ActivityState.ENDED),
    ]
    assert found(user, now) == shown
    for hidden in (draft, rehearsal):
        with pytest.raises(NotFound):
            agenda.get(user, hidden.id, now=now)
    assert agenda.get(user, shown[0].id, now=now).activity == shown[0]


def test_of_the_space_asked_for_and_what_is_shared(now: dt.datetime) -> None:
    home, other = factories.make_space(), factories.make_space()
    user = factories.make_user(home_space=home)
    ours = planned(home, now, 1)
    theirs = planned(other, now, 2)
    shared = planned(other, now, 3, shared_to=SharedTo.TOWN)
    assert found(user, now) == [ours, shared]
    assert found(user, now, space_id=home.id) == [ours, shared]
    assert found(user, now, space_id=other.id) == [theirs, shared]
    assert found(factories.make_user(), now) == [ours, theirs, shared]


def test_of_a_series(now: dt.datetime) -> None:
    space, series = factories.make_space(), factories.make_series()
    wanted = planned(space, now, 2, series=series)
    planned(space, now, 1)
    assert found(factories.make_user(), now, series_id=series.id) == [wanted]


def test_of_a_shanghai_month_by_the_first_session_in_it() -> None:
    now = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
    space = factories.make_space()
    march = dt.datetime(2026, 2, 28, 16, tzinfo=dt.UTC)
    april = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
    weekly = factories.make_activity(space)
    for week in range(-1, 5):
        factories.make_session(weekly, starts_at=march + dt.timedelta(days=7 * week, hours=3))
    first = factories.make_activity(space)
    factories.make_session(first, starts_at=march)
    late = factories.make_activity(space)
    factories.make_session(late, starts_at=april)
    user = factories.make_user()
    assert found(user, now, month="2026-03") == [first, weekly]
    assert found(user, now, month="2026-02") == [weekly]
    assert found(user, now, month="2026-04") == [late]
    # Without a month: from the beginning of this one on.
    assert found(user, now) == [first, weekly, late]
    assert len(find(user, now, month="2026-03").items[1].sessions) == 6


def test_pages_meet_without_gap_or_repeat(now: dt.datetime) -> None:
    space = factories.make_space()
    start = now + HOUR
    wanted = []
    for index in range(7):
        activity = factories.make_activity(space)
        # Several begin at the same moment, and each has a second session.
        factories.make_session(activity, starts_at=start + (index // 3) * HOUR)
        factories.make_session(activity, starts_at=start + 9 * HOUR)
        wanted.append(activity)
    user, seen, cursor = factories.make_user(), [], None
    for _ in range(4):
        page = find(user, now, cursor=cursor, limit=2)
        seen += [item.activity for item in page.items]
        cursor = page.next
    assert cursor is None
    assert len(seen) == 7
    assert set(seen) == set(wanted)
    with pytest.raises(NotFound):
        find(user, now, cursor="nonsense")


def test_each_session_has_the_callers_button(now: dt.datetime) -> None:
    activity = factories.make_activity()
    rows = {
        name: factories.make_session(activity, starts_at=now + hours * HOUR, capacity=1)
        for hours, name in enumerate(("mine", "full", "line", "free", "off"), start=30)
    }
    user, somebody = factories.make_user(), factories.make_user()
    mine = factories.make_signup(rows["mine"], user)
    factories.make_signup(rows["full"], somebody)
    factories.make_signup(rows["line"], somebody)
    for place in (1, 4):
        factories.make_signup(rows["line"], state=SignupState.WAITLISTED, position=place)
    factories.make_signup(rows["line"], user, state=SignupState.WAITLISTED, position=7)
    factories.make_signup(rows["free"], user, state=SignupState.CANCELLED)
    models.Session.update(state=SessionState.CANCELLED).where(
        models.Session.id == rows["off"].id
    ).execute()
    seen = agenda.get(user, activity.id, now=now).sessions
    by_name = {name: item for name, item in zip(rows, seen, strict=True)}
    assert {name: item.button.state for name, item in by_name.items()} == {
        "mine": ButtonState.CONFIRMED,
        "full": ButtonState.FULL,
        "line": ButtonState.WAITLISTED,
        "free": ButtonState.SIGN_UP,
        "off": ButtonState.CANCELLED,
    }
    assert by_name["mine"].button.signup_id == mine.id
    assert by_name["line"].button.position == 3
    assert by_name["line"].waiting == 3
    assert by_name["free"].button.signup_id is None


def test_a_restriction_shows_its_public_reason(now: dt.datetime) -> None:
    activity = factories.make_activity(
        eligibility={"rule": "members", "ids": [1]}, eligibility_reason="仅限理事"
    )
    factories.make_session(activity)
    button = agenda.get(factories.make_user(), activity.id, now=now).sessions[0].button
    assert (button.state, button.reason) == (ButtonState.RESTRICTED, "仅限理事")
