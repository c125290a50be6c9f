"""The state table: every step that is not in it is refused, and what is in it leaves one line."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

import models
from models.needs import NeedState
from server.errors import VersionConflict
from server.services import needs_desk
from server.services.audit import SYSTEM
from server.services.needs_states import OPEN, TABLE, Act, Move, WrongState, lock, transition
from tests.conftest import Sandbox
from tests.needs_bench import NOON, Bench, events, make_bench


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def test_what_ended_stays_ended() -> None:
    ends = {act for act, steps in TABLE.items() if NeedState.WITHDRAWN in steps}
    assert ends == {Act.NOTE, Act.CHECK}
    touching = {act for act, steps in TABLE.items() if steps.get(NeedState.CLOSED)} - ends
    leaving = {act for act in touching if TABLE[act][NeedState.CLOSED] is not NeedState.CLOSED}
    # The submitter reopens it, or the town says on an appeal that it be looked at again.
    assert leaving == {Act.REOPEN, Act.REVISIT}


def test_every_open_need_can_reach_an_explained_end() -> None:
    """A need never disappears: from everywhere there is a way to an answer."""
    reached = {NeedState.ANSWERED}
    for _ in NeedState:
        reached |= {
            source
            for steps in TABLE.values()
            for source, target in steps.items()
            if target in reached
        }
    assert set(OPEN) <= reached


def test_only_the_table_moves_a_need(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    for act, state in itertools.product(TABLE, NeedState):
        models.Need.update(state=state).where(models.Need.id == need.id).execute()
        before = models.NeedEvent.select().count()
        target = TABLE[act].get(state)
        with models.db.atomic():
            fresh = lock(need.id)
            if target is None:
                with pytest.raises(WrongState) as refused:
                    transition(fresh, Move(act), SYSTEM, now=NOON)
                assert refused.value.facts["current"]["state"] == state.value
            else:
                transition(fresh, Move(act), SYSTEM, now=NOON)
        now = models.Need.get_by_id(need.id)
        assert now.state is (target or state)
        assert models.NeedEvent.select().count() - before == (target is not None)


def test_history_says_what_was_and_what_is(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    needs_desk.triage(bench.desk(need), needs_desk.Triage(lead_unit="招商部"), now=NOON)
    line = models.NeedEvent.get(models.NeedEvent.type == "triage")
    assert line.before == {"state": "submitted", "lead_unit": ""}
    assert line.after == {"state": "triaged", "lead_unit": "招商部"}


def test_ten_replies_at_once_to_one_version_keep_one(bench: Bench) -> None:
    """Nine are told what the one wrote; none is overwritten, none half written."""
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    desk = bench.desk(need)
    gate = threading.Barrier(10)

    def say(turn: int) -> str:
        gate.wait()
        with models.db.connection_context():
            try:
                needs_desk.reply(desk, f"第 {turn} 人的回复", now=NOON)
            except VersionConflict as conflict:
                return str(conflict.facts["current"]["last_event"]["text"])
            return ""

    models.db.close()
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(say, range(10)))
    models.db.connect(reuse_if_open=True)
    assert told.count("") == 1
    written = models.NeedEvent.get(models.NeedEvent.type == "reply").text
    assert set(told) == {"", written}
    assert events(need) == ["submit", "triage", "reply"]
    assert models.Message.select().count() == 1
