"""The first answer is kept and given again; nothing happens twice."""

import datetime as dt
import threading
from typing import Any

import pytest

import models
from server.errors import Conflict
from server.services import idempotency
from tests import factories

pytestmark = pytest.mark.usefixtures("app")


class Act:
    """Counts how often it happens; a row in the database says whether it lasted."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> tuple[int, dict[str, Any]]:
        self.times += 1
        factories.make_series()
        return 201, {"n": self.times}


def test_the_same_request_gets_the_same_answer(now: dt.datetime) -> None:
    act = Act()
    first = idempotency.once(1, "k", "r", act, now=now)
    again = idempotency.once(1, "k", "r", act, now=now + dt.timedelta(hours=23))
    assert (first.status, first.body, first.is_repeat) == (201, {"n": 1}, False)
    assert (again.status, again.body, again.is_repeat) == (201, {"n": 1}, True)
    assert act.times == 1


def test_another_request_under_the_same_key_is_refused(now: dt.datetime) -> None:
    act = Act()
    idempotency.once(1, "k", "r", act, now=now)
    with pytest.raises(idempotency.KeyReused):
        idempotency.once(1, "k", "other", act, now=now)
    assert act.times == 1


def test_keys_belong_to_people(now: dt.datetime) -> None:
    act = Act()
    idempotency.once(1, "k", "r", act, now=now)
    assert idempotency.once(2, "k", "other", act, now=now).body == {"n": 2}


def test_without_a_key_it_simply_happens(now: dt.datetime) -> None:
    act = Act()
    idempotency.once(1, None, "r", act, now=now)
    idempotency.once(1, None, "r", act, now=now)
    assert act.times == 2
    assert models.IdempotencyKey.select().count() == 0


@pytest.mark.parametrize("key", ["", "x" * 81, "键", "a\tb"])
def test_a_malformed_key_is_refused(now: dt.datetime, key: str) -> None:
    act = Act()
    with pytest.raises(idempotency.KeyInvalid):
        idempotency.once(1, key, "r", act, now=now)
    assert act.times == 0


def test_a_refusal_is_not_kept_and_leaves_nothing(now: dt.datetime) -> None:
    def refuse() -> tuple[int, dict[str, Any]]:
        factories.make_series()
        raise Conflict

    with pytest.raises(Conflict):
        idempotency.once(1, "k", "r", refuse, now=now)
    assert models.Series.select().count() == 0
    assert idempotency.once(1, "k", "r", Act(), now=now).body == {"n": 1}


def test_a_key_lives_for_a_day(now: dt.datetime) -> None:
    act = Act()
    idempotency.once(1, "k", "r", act, now=now)
    later = now + idempotency.KEEP + dt.timedelta(seconds=1)
    assert idempotency.once(1, "k", "other", act, now=later).body == {"n": 2}


def test_old_keys_are_forgotten(now: dt.datetime) -> None:
    idempotency.once(1, "old", "r", Act(), now=now)
    idempotency.once(1, "new", "r", Act(), now=now + dt.timedelta(hours=2))
    assert idempotency.forget_old(now + dt.timedelta(hours=25)) == 1
    assert models.IdempotencyKey.get().key == "new"


def test_two_at_the_same_moment_happen_once(now: dt.datetime) -> None:
    act, answers = Act(), []
    barrier = threading.Barrier(4)

    def ask() -> None:
        with models.db.connection_context():
            barrier.wait()
            answers.append(idempotency.once(1, "k", "r", act, now=now).body)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [{"n": 1}] * 4
    assert models.Series.select().count() == 1
