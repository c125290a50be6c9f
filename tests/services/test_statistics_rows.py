"""The drill-down: the rows behind a figure add up to it, and tell nobody's name or words."""

import pytest
from flask import Flask

import models
from models.activities import SessionState
from models.needs import Outcome, Satisfaction, Solved
from models.signups import SignupState
from server.services import statistics
from server.services.statistics_figures import FIGURES
from tests import factories
from tests.services.test_statistics_figures import (
    IN_MAY,
    MAY,
    NOW,
    checkin,
    judge,
    need,
    rate,
    signup,
)


@pytest.fixture
def space(app: Flask) -> models.Space:
    """A Space with something behind every figure, five rows at least where it matters."""
    space = factories.make_space()
    for turn in range(5):
        session = factories.make_session(
            factories.make_activity(space),
            state=SessionState.ENDED,
            starts_at=IN_MAY,
            counted_guests=turn,
        )
        user = factories.make_user(nickname="王小明")
        there = checkin(
            session, user, party_present=turn, enterprise_id=factories.make_enterprise().id
        )
        rate(there, 1 + turn % 3)
        signup(session, SignupState.ATTENDED if turn % 2 else SignupState.NO_SHOW)
        told = need(space, answered_at=IN_MAY, first_response_at=IN_MAY, outcome=Outcome.SOLVED)
        base = {"space": space, "need": told, "activity": session.activity_id}
        models.NeedActivityLink.add(now=NOW, result=Solved.YES, **base)
        if turn:
            judge(told, list(Satisfaction)[turn % 3], list(Solved)[turn % 3])
    return space


def drill(code: str, space: models.Space, limit: int = 2) -> list[statistics.Row]:
    found: list[statistics.Row] = []
    cursor = None
    while True:
        page = statistics.rows(code, [space.id], MAY, cursor=cursor, limit=limit, now=NOW)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize("code", FIGURES)
def test_the_rows_add_up_to_the_figure(space: models.Space, code: str) -> None:
    figures = {figure.code: figure for figure in statistics.summary([space.id], MAY, now=NOW)}
    figure, rows = figures[code], drill(code, space)
    assert len(rows) >= 4
    assert len({row.id for row in rows}) == len(rows)
    assert sum(row.amount for row in rows) == figure.numerator
    if figure.denominator is None:
        assert figure.value == figure.numerator
    else:
        assert sum(row.base for row in rows) == figure.denominator


@pytest.mark.parametrize("code", FIGURES)
def test_no_names_and_no_words(space: models.Space, code: str) -> None:
    told = repr(drill(code, space))
    assert "王小明" not in told
    assert "不应外泄" not in told
    assert all(row.title for row in drill(code, space))
