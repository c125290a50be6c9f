"""The selects behind the figures of needs: which rows count, with which amount and base."""

from typing import Any

from peewee import JOIN, Case, fn

from models import Activity, Need, NeedActivityLink, NeedRating, Session
from models.activities import ActivityState, SessionState
from models.needs import NeedState, Outcome, Satisfaction, Solved
from server.services.statistics_asked import Asked, of_companies
from server.services.statistics_rows import Described, columns


def _of(query: Any, asked: Asked) -> Any:
    """Narrow needs to the companies asked for."""
    companies = of_companies(Need.enterprise_id, asked)
    return query if companies is None else query.where(companies)


def _answered(**told: Any) -> tuple[Any, ...]:
    return columns(Need.answered_at, Need.space, **told)


def responses(asked: Asked) -> Any:
    """A reply of a person counts, a reply by itself does not: first_response_at is only written by
    staff. What is not due yet is left out: it can still be kept."""
    in_time = Case(None, ((Need.first_response_at <= Need.due_respond, 1),), 0)
    gone = (Need.state == NeedState.WITHDRAWN) & (Need.closed_at < Need.due_respond)
    query = Need.select(Need, *columns(Need.due_respond, Need.space, amount=in_time)).where(
        Need.space.in_(asked.space_ids),
        Need.due_respond >= asked.starts_at,
        Need.due_respond < asked.ends_at,
        Need.due_respond <= asked.as_of,
        ~gone,
    )
    return _of(query, asked)


def answered(asked: Asked, *told: Any) -> Any:
    """Needs answered in the period, each with the verdict on its present answer if there is one."""
    present = (NeedRating.need == Need.id) & (NeedRating.round == Need.reopen_count)
    if asked.is_past:
        present &= NeedRating.created_at <= asked.as_of
    query = (
        Need.select(Need, *told)
        .join(NeedRating, JOIN.LEFT_OUTER, on=present)
        .where(
            Need.space.in_(asked.space_ids),
            Need.answered_at >= asked.starts_at,
            Need.answered_at < asked.ends_at,
        )
    )
    if asked.is_past:
        query = query.where(Need.answered_at <= asked.as_of)
    return _of(query, asked)


def resolutions(asked: Asked) -> Any:
    """Needs answered, 1 or ½ where the submitter says solved: of our answer, or, without a word on
    that, of an activity held for the need."""
    solved = NeedActivityLink.select(NeedActivityLink.id).where(
        NeedActivityLink.need == Need.id, NeedActivityLink.result == Solved.YES
    )
    if asked.is_past:
        solved = solved.where(NeedActivityLink.answered_at <= asked.as_of)
    said_so = NeedRating.id.is_null() & (Need.outcome == Outcome.SOLVED) & fn.EXISTS(solved)
    amount = Case(
        None,
        (
            (NeedRating.solved == Solved.YES, 1.0),
            (NeedRating.solved == Solved.PARTLY, 0.5),
            (said_so, 1.0),
        ),
        0.0,
    )
    ours_only = (Need.outcome == Outcome.SOLVED) & NeedRating.id.is_null() & ~said_so
    return answered(asked, *_answered(amount=amount, band=Case(None, ((ours_only, 1),), 0)))


def need_ratings(asked: Asked) -> Any:
    """Needs answered and judged."""
    content = [Satisfaction.SATISFIED.value, Satisfaction.BASIC.value]
    amount = Case(None, ((NeedRating.satisfaction.in_(content), 1),), 0)
    return answered(asked, *_answered(amount=amount)).where(NeedRating.id.is_null(False))


def _held_for_needs(asked: Asked) -> Any:
    """Activities that began in the period, are over as things stand, and were held for needs."""
    spans = (
        Session.select(Session.activity)
        .join(Activity)
        .where(
            Session.space.in_(asked.space_ids),
            Session.state != SessionState.CANCELLED,
            Activity.state.not_in([ActivityState.DRAFT.value, ActivityState.CANCELLED.value]),
        )
        .group_by(Session.activity)
        .having(
            fn.MIN(Session.starts_at) >= asked.starts_at,
            fn.MIN(Session.starts_at) < asked.ends_at,
            fn.MAX(Session.ends_at) <= asked.as_of,
        )
    )
    return NeedActivityLink.select(NeedActivityLink.activity).where(
        NeedActivityLink.activity.in_(spans)
    )


def answering_activities(asked: Asked) -> Any:
    """Activities held for needs."""
    return Activity.select(Activity, *columns(None, Activity.space)).where(
        Activity.id.in_(_held_for_needs(asked))
    )


def answered_needs(asked: Asked) -> Any:
    """Needs such an activity was held for."""
    held = _held_for_needs(asked)
    tied = NeedActivityLink.select(NeedActivityLink.need).where(NeedActivityLink.activity.in_(held))
    return Need.select(Need, *columns(None, Need.space)).where(Need.id.in_(tied))


def solved_by_activity(asked: Asked) -> Any:
    """Those of them whose owner says that it solved them."""
    held = _held_for_needs(asked)
    tied = NeedActivityLink.select(NeedActivityLink.need).where(
        NeedActivityLink.activity.in_(held), NeedActivityLink.result == Solved.YES
    )
    return Need.select(Need, *columns(None, Need.space)).where(Need.id.in_(tied))


def of_need(need: Need) -> Described:
    """Show a need, never its words: who sees the figures of a town may not read those."""
    return need.space_id, need.received_at, need.no, need.state.value
