import pytest

from models.signups import SignupState
from server.clock import utcnow
from server.errors import NotFound
from server.services import signups_roster
from tests import factories


def test_brings_person_company_and_check_in(app: object) -> None:
    session = factories.make_session()
    company = factories.make_enterprise()
    came = factories.make_signup(session, enterprise_id=company.id)
    checkin = factories.make_checkin(came)
    alone = factories.make_signup(session)
    factories.make_signup()
    rows = list(signups_roster.of_session(session))
    assert [row.id for row in rows] == [came.id, alone.id]
    assert (rows[0].enterprise, rows[0].checkin) == (company, checkin)
    assert rows[0].user.id == came.user_id
    assert (rows[1].enterprise, rows[1].checkin) == (None, None)


def test_a_voided_check_in_is_none(app: object) -> None:
    signup = factories.make_signup()
    factories.make_checkin(signup, voided_at=utcnow())
    (row,) = signups_roster.of_session(signup.session)
    assert row.checkin is None


def test_the_line_stands_in_its_own_order_with_ranks_from_one(app: object) -> None:
    session = factories.make_session()
    waiting = SignupState.WAITLISTED
    last = factories.make_signup(session, state=waiting, position=40)
    first = factories.make_signup(session, state=waiting, position=7)
    seated = factories.make_signup(session)
    assert [row.id for row in signups_roster.of_session(session)] == [seated.id, first.id, last.id]
    rows = signups_roster.of_session(session, (waiting,))
    assert [(row.id, row.rank) for row in rows] == [(first.id, 1), (last.id, 2)]


def test_counts_every_state(app: object) -> None:
    session = factories.make_session()
    factories.make_signup(session)
    factories.make_signup(session)
    factories.make_signup(session, state=SignupState.CANCELLED)
    factories.make_signup()
    counts = signups_roster.counts(session)
    assert counts[SignupState.CONFIRMED] == 2
    assert counts[SignupState.CANCELLED] == 1
    assert counts[SignupState.WAITLISTED] == 0
    assert set(counts) == set(SignupState)


def test_gets_a_signup_or_says_there_is_none(app: object) -> None:
    signup = factories.make_signup()
    assert signups_roster.get(signup.id).session.activity.title
    with pytest.raises(NotFound):
        signups_roster.get(1)
