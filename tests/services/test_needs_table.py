"""The state table as it was agreed, written down once more by hand: through the services' own doors
every step it allows works, and every other is refused with a sentence that says why."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

import models
from models.needs import NeedState, Outcome, Satisfaction, Solved
from server.schemas.needs import STATE_NAMES
from server.services import (
    needs,
    needs_clock,
    needs_desk,
    needs_dispatches,
    needs_escalations,
    needs_extensions,
    needs_intake,
)
from server.services.needs_states import WrongState
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, events, make_bench

S = NeedState
Step = Callable[[models.Need, dt.datetime], object]

_OPEN = (S.SUBMITTED, S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS, S.WAITING_INFO, S.RETURNED)
_READ = _OPEN[1:]
_RUNNING = (S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS, S.RETURNED)
_LATER = 8 * DAY
"""By then an answer nobody rated has closed, and can still be reopened."""


def _stay(*states: NeedState) -> dict[NeedState, NeedState]:
    return {state: state for state in states}


# fmt: off
AGREED: dict[str, dict[NeedState, NeedState]] = {
    # the submitter
    "edit": _stay(S.SUBMITTED),
    "supplement": _stay(*_OPEN, S.ANSWERED) | {S.WAITING_INFO: S.IN_PROGRESS},
    "withdraw": dict.fromkeys(_OPEN, S.WITHDRAWN),
    "rate": {S.ANSWERED: S.CLOSED, S.CLOSED: S.CLOSED},
    "reopen": {S.ANSWERED: S.IN_PROGRESS, S.CLOSED: S.IN_PROGRESS},
    # the desk
    "triage": {S.SUBMITTED: S.TRIAGED, S.RETURNED: S.TRIAGED},
    "dispatch": dict.fromkeys(_RUNNING, S.DISPATCHED),
    "return": {S.DISPATCHED: S.RETURNED, S.IN_PROGRESS: S.RETURNED},
    "reply": _stay(*_OPEN, S.ANSWERED) | {S.TRIAGED: S.IN_PROGRESS, S.DISPATCHED: S.IN_PROGRESS},
    "note": _stay(*_OPEN, S.ANSWERED, S.CLOSED, S.WITHDRAWN),
    "request_info": dict.fromkeys((S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS), S.WAITING_INFO),
    "resume": {S.WAITING_INFO: S.IN_PROGRESS},
    "extend_ask": _stay(*_RUNNING),
    "escalate": _stay(*_READ),
    "answer": dict.fromkeys(_READ, S.ANSWERED),
}
# fmt: on


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def _steps(bench: Bench, user: models.User) -> dict[str, Step]:
    """Return every step by its name, taken by whoever takes it."""
    checker = bench.checker(user)
    errand = needs_dispatches.Errand(unit="招商服务部")

    def desk(act: Callable[..., object], *given: Any) -> Step:
        return lambda need, now: act(bench.desk(need), *given, now=now)

    def own(act: Callable[..., object], *given: Any) -> Step:
        return lambda need, now: act(user, need.id, *given, checker=checker, now=now)

    def edit(need: models.Need, now: dt.datetime) -> object:
        seen = models.Need.get_by_id(need.id).version
        return needs_intake.edit(
            user, need.id, {"body": "缺设备款"}, expected=seen, checker=checker, now=now
        )

    return {
        "edit": edit,
        "supplement": own(needs.supplement, "又想到一点"),
        "withdraw": own(needs.withdraw, "不需要了"),
        "rate": own(needs.rate, Satisfaction.BASIC, Solved.PARTLY),
        "reopen": own(needs.reopen, "还是没有贷到"),
        "triage": desk(needs_desk.triage, needs_desk.Triage()),
        "dispatch": desk(needs_dispatches.dispatch, errand),
        "return": desk(needs_dispatches.give_back, "不归我们"),
        "reply": desk(needs_desk.reply, "正在问银行"),
        "note": desk(needs_desk.note, "下周再问"),
        "request_info": desk(needs_desk.request_info, "请补一张执照"),
        "resume": desk(needs_desk.resume),
        "extend_ask": desk(needs_extensions.ask, 3, "银行要再等几天"),
        "escalate": desk(needs_escalations.call, "请镇里帮忙"),
        "answer": desk(needs_desk.answer, Outcome.PARTLY, "贷到了一半"),
    }


_WAYS = {
    S.SUBMITTED: (),
    S.TRIAGED: ("triage",),
    S.DISPATCHED: ("triage", "dispatch"),
    S.IN_PROGRESS: ("triage", "reply"),
    S.WAITING_INFO: ("triage", "request_info"),
    S.RETURNED: ("triage", "dispatch", "return"),
    S.ANSWERED: ("triage", "answer"),
    S.CLOSED: ("triage", "answer"),
    S.WITHDRAWN: ("withdraw",),
}
"""How a need comes to stand there; closing takes a week of silence."""


@pytest.mark.parametrize("state", _WAYS)
def test_each_step_from_each_state(bench: Bench, state: NeedState) -> None:
    user = bench.member("demo-u1")
    steps, need = _steps(bench, user), bench.submit(user)
    for name in _WAYS[state]:
        steps[name](need, NOON)
    now = NOON
    if state is S.CLOSED:
        now += _LATER
        assert needs_clock.auto_close(now=now) == 1
    assert models.Need.get_by_id(need.id).state is state
    past = events(need)
    for name, step in steps.items():
        target = AGREED[name].get(state)
        with models.db.atomic() as tried:
            if target is None:
                with pytest.raises(WrongState) as refused:
                    step(need, now)
                told = str(refused.value)
                assert told.startswith(f"诉求{STATE_NAMES[state]}，")
                assert "这样操作" not in told
                assert events(need) == past, name
            else:
                step(need, now)
                assert len(events(need)) > len(past), name
            now_at = models.Need.get_by_id(need.id).state
            assert now_at is (target or state), (name, state)
            tried.rollback()


def test_no_state_is_left_out() -> None:
    """`reopened` is how a need in progress is shown after it was reopened; none ever stands there."""
    assert set(_WAYS) == set(NeedState) - {S.REOPENED}
