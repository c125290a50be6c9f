"""Every figure against a month counted by hand, with noise in each place a filter could miss."""

import datetime as dt
from dataclasses import dataclass

import pytest
from flask import Flask

import models
from models.activities import SessionState
from models.checkins import CheckinMethod
from models.enterprises import EnterpriseStatus
from models.needs import NeedState, Outcome, Satisfaction, Solved
from models.signups import SignupState
from server.services import statistics
from server.services.statistics import Figure, Period
from tests import factories
from tests.needs_bench import shanghai

MAY = Period.of_month("2026-05")
IN_MAY = shanghai("2026-05-14 14:00")
NOW = shanghai("2026-06-20 12:00")
HOUR = dt.timedelta(hours=1)


@dataclass
class Place:
    space: models.Space
    enterprise: models.Enterprise
    merged: models.Enterprise

    def session(self, **over: object) -> models.Session:
        values = {"state": SessionState.ENDED, "starts_at": IN_MAY}
        activity = over.pop("activity", None) or factories.make_activity(self.space)
        return factories.make_session(activity, **values | over)


def checkin(
    session: models.Session, user: models.User | None = None, **over: object
) -> models.Checkin:
    user = user or factories.make_user()
    values = {
        "space": session.space_id,
        "session": session,
        "user_id": user.id,
        "method": CheckinMethod.SELF_QR,
        "occurred_at": session.starts_at,
        "recorded_at": session.starts_at,
    }
    return models.Checkin.add(now=session.starts_at, **values | over)


def rate(checkin: models.Checkin, score: int) -> None:
    models.Rating.add(
        now=NOW,
        space=checkin.space_id,
        session=checkin.session_id,
        checkin=checkin,
        user_id=checkin.user_id,
        score=score,
    )


def signup(session: models.Session, state: SignupState) -> None:
    user = factories.make_user()
    models.Signup.add(
        now=NOW, space=session.space_id, session=session, user_id=user.id, state=state
    )


def need(space: models.Space, **over: object) -> models.Need:
    number = models.Need.select().count() + 1
    due = over.pop("due", shanghai("2026-05-15 17:30"))
    values = {
        "no": f"{space.code}-2026-{number:06d}",
        "space": space,
        "category": models.Category.select().first() or factories.make_category(),
        "title": "标题不应外泄",
        "body": "内容不应外泄",
        "received_at": IN_MAY,
        "clock_from": IN_MAY,
        "respond_days": 1,
        "resolve_days": 5,
        "clock_days": 5,
        "due_respond": due,
        "due_resolve": due,
    }
    return models.Need.add(now=IN_MAY, **values | over)


def judge(judged: models.Need, satisfaction: Satisfaction, solved: Solved, round_: int = 0) -> None:
    models.NeedRating.add(
        now=NOW,
        space=judged.space_id,
        need=judged,
        round=round_,
        satisfaction=satisfaction,
        solved=solved,
    )


@pytest.fixture
def place(app: Flask) -> Place:
    enterprise = factories.make_enterprise()
    merged = factories.make_enterprise(status=EnterpriseStatus.MERGED, merged_into=enterprise)
    return Place(factories.make_space(), enterprise, merged)


@pytest.fixture
def noise(place: Place) -> None:
    """Full of what must not count: another Space's, last month's, cancelled, rehearsed."""
    rehearsal = factories.make_activity(place.space, is_rehearsal=True)
    other = factories.make_activity(factories.make_space())
    before, after = shanghai("2026-04-30 23:59"), shanghai("2026-06-01 00:00")
    for session in (
        place.session(activity=rehearsal),
        place.session(activity=other),
        place.session(starts_at=before),
        place.session(starts_at=after),
        place.session(state=SessionState.CANCELLED),
    ):
        session.counted_guests = 9
        session.save()
        rate(checkin(session, enterprise_id=factories.make_enterprise().id, party_present=7), 1)
        signup(session, SignupState.NO_SHOW)


def figures(place: Place, now: dt.datetime = NOW) -> dict[str, Figure]:
    found = statistics.summary([place.space.id], MAY, now=now)
    assert all(figure.as_of == now for figure in found)
    return {figure.code: figure for figure in found}


@pytest.mark.usefixtures("noise")
def test_sessions_and_activities(place: Place) -> None:
    activity = factories.make_activity(place.space)
    first = place.session(activity=activity, starts_at=shanghai("2026-05-01 00:00"))
    place.session(activity=activity, starts_at=shanghai("2026-05-31 23:59"))
    place.session(counted_guests=12)
    place.session(state=SessionState.SCHEDULED, counted_guests=3)
    found = figures(place)
    assert found["sessions"].value == 3
    assert found["activities"].value == 2
    assert found["counted_guests"].value == 12
    assert first.starts_at == MAY.starts_at


@pytest.mark.usefixtures("noise")
def test_person_times_members_enterprises(place: Place) -> None:
    regular = factories.make_user()
    one, two = place.session(), place.session()
    live = place.session(state=SessionState.SCHEDULED)
    checkin(one, regular, party_present=2, enterprise_id=place.enterprise.id)
    checkin(two, regular, enterprise_id=place.merged.id)
    checkin(one, enterprise_id=factories.make_enterprise().id)
    checkin(live)
    checkin(two, voided_at=NOW, party_present=5, enterprise_id=factories.make_enterprise().id)
    found = figures(place)
    assert found["person_times"].value == 3 + 1 + 1 + 1
    assert found["members"].value == 3
    assert found["enterprises"].value == 2


def test_a_void_counts_at_once(place: Place) -> None:
    there = checkin(place.session(), party_present=1)
    assert figures(place)["person_times"].value == 2
    there.change(now=NOW, voided_at=NOW)
    assert figures(place)["person_times"].value == 0


@pytest.mark.usefixtures("noise")
def test_show_rate(place: Place) -> None:
    session = place.session()
    for state in (
        *[SignupState.ATTENDED] * 3,
        SignupState.NO_SHOW,
        SignupState.CANCELLED,
        SignupState.WAITLISTED,
        SignupState.CONFIRMED,
    ):
        signup(session, state)
    found = figures(place)["show_rate"]
    assert (found.value, found.numerator, found.denominator) == (0.75, 3, 4)
    assert found.display == "75.0%"


@pytest.mark.usefixtures("noise")
def test_satisfaction_with_its_coverage(place: Place) -> None:
    session = place.session()
    there = [checkin(session, party_present=4) for _ in range(6)]
    for each, score in zip(there, (3, 2, 1), strict=False):
        rate(each, score)
    gone = checkin(session, voided_at=NOW)
    rate(gone, 1)
    found = figures(place)["satisfaction"]
    assert found.value == pytest.approx(2 / 3)
    assert found.coverage == pytest.approx(3 / 6)


def test_response_rate(place: Place) -> None:
    due = shanghai("2026-05-15 17:30")
    need(place.space, first_response_at=due)
    need(place.space, first_response_at=due + dt.timedelta(seconds=1))
    need(place.space)
    gone = {"state": NeedState.WITHDRAWN}
    need(place.space, closed_at=due - HOUR, **gone)
    need(place.space, closed_at=due + HOUR, **gone)
    need(place.space, due=shanghai("2026-04-30 17:30"))
    need(place.space, due=shanghai("2026-06-01 17:30"), first_response_at=due)
    need(factories.make_space())
    found = figures(place)["response_rate"]
    assert (found.numerator, found.denominator, found.value) == (1, 4, 0.25)


def test_what_is_not_due_yet_is_no_failure(place: Place) -> None:
    need(place.space, due=shanghai("2026-05-29 17:30"))
    assert figures(place, shanghai("2026-05-29 17:29"))["response_rate"].value is None
    assert figures(place, shanghai("2026-05-29 17:31"))["response_rate"].value == 0


def test_resolution_is_what_the_submitter_says(place: Place) -> None:
    told = {"answered_at": IN_MAY, "outcome": Outcome.SOLVED}
    for solved in (Solved.YES, Solved.YES, Solved.PARTLY, Solved.NO):
        judge(need(place.space, **told), Satisfaction.BASIC, solved)
    need(place.space, **told)  # ours says solved, theirs says nothing
    need(place.space, answered_at=IN_MAY, outcome=Outcome.EXPLAINED)
    reopened = need(place.space, answered_at=IN_MAY, reopen_count=1)
    judge(reopened, Satisfaction.SATISFIED, Solved.YES, round_=0)
    need(place.space)  # not answered
    outside = need(place.space, answered_at=shanghai("2026-06-01 00:00"), outcome=Outcome.SOLVED)
    judge(outside, Satisfaction.SATISFIED, Solved.YES)
    judge(need(factories.make_space(), **told), Satisfaction.SATISFIED, Solved.YES)
    found = figures(place)["resolution_rate"]
    assert (found.numerator, found.denominator) == (2.5, 7)
    assert found.value == pytest.approx(2.5 / 7)
    assert found.band == pytest.approx(1 / 7)


def test_unrated_is_not_satisfied(place: Place) -> None:
    told = {"answered_at": IN_MAY, "outcome": Outcome.PARTLY}
    for satisfaction in (*Satisfaction, Satisfaction.SATISFIED):
        judge(need(place.space, **told), satisfaction, Solved.NO)
    need(place.space, state=NeedState.CLOSED, **told)
    found = figures(place)["need_satisfaction"]
    assert (found.value, found.coverage) == (0.75, 0.8)


def test_nothing_at_all(place: Place) -> None:
    for figure in figures(place).values():
        assert figure.value == (None if figure.unit == "%" else 0)
        assert figure.display == ("—" if figure.unit == "%" else "0")
        assert figure.coverage is None


def test_every_figure_says_what_it_is(place: Place) -> None:
    found = figures(place)
    assert len({figure.definition for figure in found.values()}) == len(found) == 14
    assert all(figure.name and figure.unit for figure in found.values())
