"""What must hold of needs, so that none is lost and each is somebody's."""

from collections.abc import Iterable

from peewee import JOIN, Value, fn

from models import Dispatch, Need, NeedCounter, NeedEvent
from models.needs import NeedState
from models.needs_dispatches import LIVE_DISPATCH, DispatchRole
from server.services.health_rules import REPORT, Rule, rows

_IN_HAND = (NeedState.DISPATCHED, NeedState.IN_PROGRESS, NeedState.WAITING_INFO)
"""States in which somebody is at work, or waits for a paper to go on."""


def _needs_without_past() -> Iterable[str]:
    query = (
        Need.select(Need.id, Need.no)
        .join(NeedEvent, JOIN.LEFT_OUTER, on=NeedEvent.need == Need.id)
        .where(NeedEvent.id.is_null())
    )
    for need_id, number in rows(query):
        yield f"need {need_id} ({number}): its history does not even say that it came in"


def _needs_undated() -> Iterable[str]:
    query = Need.select(Need.id, Need.no, Need.state).where(
        ((Need.state == NeedState.ANSWERED) & Need.answered_at.is_null())
        | ((Need.state == NeedState.CLOSED) & Need.closed_at.is_null())
    )
    for need_id, number, state in rows(query):
        yield f"need {need_id} ({number}): {state}, but not since when"


def _numbers_off() -> Iterable[str]:
    held = fn.COUNT(Need.id)
    year_in_no = Value("-").concat(NeedCounter.year.cast("text")).concat("-")
    query = (
        NeedCounter.select(NeedCounter.space, NeedCounter.year, NeedCounter.last, held)
        .join(
            Need,
            JOIN.LEFT_OUTER,
            on=(Need.space == NeedCounter.space) & Need.no.contains(year_in_no),
        )
        .group_by(NeedCounter.space, NeedCounter.year, NeedCounter.last)
        .having(held != NeedCounter.last)
    )
    for space_id, year, last, count in rows(query):
        yield f"space {space_id}, {year}: {last} numbers were given to needs, {count} needs are there"


def _leaderless() -> Iterable[str]:
    led = Dispatch.select(Dispatch.need).where(
        Dispatch.role == DispatchRole.LEAD, Dispatch.state.in_(LIVE_DISPATCH)
    )
    query = Need.select(Need.id, Need.no, Need.state).where(
        Need.state.in_([state.value for state in _IN_HAND]), Need.id.not_in(led)
    )
    for need_id, number, state in rows(query):
        yield f"need {need_id} ({number}): {state}, but nobody leads it"


RULES = (
    Rule("every need has its history", _needs_without_past, REPORT),
    Rule("every need says when it was answered and closed", _needs_undated, REPORT),
    Rule("every number given to a need is a need's", _numbers_off, REPORT),
    Rule(
        "what is worked on has somebody who leads",
        _leaderless,
        "open the need in the console and send it (派单) to whoever is to lead it",
    ),
)
