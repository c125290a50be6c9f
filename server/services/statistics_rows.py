"""The selects behind the figures: which rows count, and with which amount and base each."""

import datetime as dt
from typing import Any

from peewee import JOIN, Case, Value, fn

from models import (
    Activity,
    Checkin,
    Enterprise,
    Need,
    NeedActivityLink,
    NeedRating,
    Rating,
    Session,
    Signup,
    User,
)
from models.activities import ActivityState, SessionState
from models.needs import NeedState, Outcome, Satisfaction, Solved
from models.signups import SignupState

Described = tuple[int | None, dt.datetime | None, str, str]


def _columns(
    moment: Any, place: Any, *, amount: Any = 1, base: Any = 1, band: Any = 0
) -> tuple[Any, ...]:
    """`moment` is what puts a row into a month, `place` its Space."""

    def column(value: Any, name: str) -> Any:
        return (Value(value) if isinstance(value, int) else value).alias(name)

    told = column(amount, "amount"), column(base, "base"), column(band, "band")
    return *told, column(moment, "moment"), column(place, "place")


def _of_session(**told: Any) -> tuple[Any, ...]:
    return _columns(Session.starts_at, Session.space, **told)


def sessions(asked: Asked) -> Any:
    """Sessions held."""
    query = Session.select(Session, Activity, *_columns()).join(Activity)
    return query.where(held(asked))


def counted_guests(asked: Asked) -> Any:
    """Sessions with guests counted by hand."""
    columns = _columns(amount=Session.counted_guests)
    query = Session.select(Session, Activity, *columns).join(Activity)
    return query.where(held(asked), Session.counted_guests > 0)


def activities(asked: Asked) -> Any:
    """Activities with at least one session held."""
    held = Session.select(Session.activity).join(Activity).where(held(asked))
    return Activity.select(Activity, *_columns()).where(Activity.id.in_(held))


def attendances(asked: Asked, *columns: Any) -> Any:
    """Valid check-ins of sessions that count; `columns` as in a select."""
    return (
        Checkin.select(*columns)
        .join(Session)
        .join(Activity)
        .where(counted(asked), Checkin.voided_at.is_null())
    )


def person_times(asked: Asked) -> Any:
    """Valid check-ins, each with those who came along."""
    columns = _columns(amount=Checkin.party_present + 1)
    return attendances(asked, Checkin, Session, Activity, *columns)


def members(asked: Asked) -> Any:
    """People with a valid check-in."""
    there = attendances(asked, Checkin.user_id)
    return User.select(User, *_columns()).where(User.id.in_(there))


def enterprises(asked: Asked) -> Any:
    """Companies whose people were there, merged ones as their root."""
    company = Enterprise.alias()
    root = fn.COALESCE(company.merged_into, company.id)
    there = attendances(asked, Checkin.enterprise_id).where(Checkin.enterprise_id.is_null(False))
    roots = company.select(root).where(company.id.in_(there))
    return Enterprise.select(Enterprise, *_columns()).where(Enterprise.id.in_(roots))


def shows(asked: Asked) -> Any:
    """Signups that ended in being there or not."""
    came = Case(None, ((Signup.state == SignupState.ATTENDED, 1),), 0)
    columns = _columns(amount=came)
    query = Signup.select(Signup, Session, Activity, *columns).join(Session).join(Activity)
    ended = [SignupState.ATTENDED.value, SignupState.NO_SHOW.value]
    return query.where(counted(asked), Signup.state.in_(ended))


def ratings(asked: Asked) -> Any:
    """Verdicts on activities."""
    content = Case(None, ((Rating.score >= 2, 1),), 0)
    return (
        Rating.select(Rating, Session, Activity, *_columns(amount=content))
        .join_from(Rating, Session)
        .join_from(Session, Activity)
        .join_from(Rating, Checkin)
        .where(counted(asked), Checkin.voided_at.is_null())
    )


def responses(asked: Asked) -> Any:
    """A reply of a person counts, a reply by itself does not: first_response_at is only written by
    staff. What is not due yet is left out: it can still be kept."""
    in_time = Case(None, ((Need.first_response_at <= Need.due_respond, 1),), 0)
    gone = (Need.state == NeedState.WITHDRAWN) & (Need.closed_at < Need.due_respond)
    return Need.select(Need, *_columns(amount=in_time)).where(
        Need.space.in_(asked.space_ids),
        Need.due_respond >= asked.starts_at,
        Need.due_respond < asked.ends_at,
        Need.due_respond <= asked.as_of,
        ~gone,
    )


def answered(asked: Asked, *columns: Any) -> Any:
    """Needs answered in the period, each with the verdict on its present answer if there is one."""
    present = (NeedRating.need == Need.id) & (NeedRating.round == Need.reopen_count)
    return (
        Need.select(Need, *columns)
        .join(NeedRating, JOIN.LEFT_OUTER, on=present)
        .where(
            Need.space.in_(asked.space_ids),
            Need.answered_at >= asked.starts_at,
            Need.answered_at < asked.ends_at,
        )
    )


def resolutions(asked: Asked) -> Any:
    """Needs answered, 1 or ½ where the submitter says solved: of our answer, or, without a word on
    that, of an activity held for the need."""
    said_so = (
        NeedRating.id.is_null()
        & (Need.outcome == Outcome.SOLVED)
        & fn.EXISTS(
            NeedActivityLink.select(NeedActivityLink.id).where(
                NeedActivityLink.need == Need.id, NeedActivityLink.result == Solved.YES
            )
        )
    )
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
    return answered(asked, *_columns(amount=amount, band=Case(None, ((ours_only, 1),), 0)))


def need_ratings(asked: Asked) -> Any:
    """Needs answered and judged."""
    content = [Satisfaction.SATISFIED.value, Satisfaction.BASIC.value]
    amount = Case(None, ((NeedRating.satisfaction.in_(content), 1),), 0)
    return answered(asked, *_columns(amount=amount)).where(NeedRating.id.is_null(False))


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
    return Activity.select(Activity, *_columns()).where(Activity.id.in_(_held_for_needs(asked)))


def answered_needs(asked: Asked) -> Any:
    """Needs such an activity was held for."""
    held = _held_for_needs(asked)
    tied = NeedActivityLink.select(NeedActivityLink.need).where(NeedActivityLink.activity.in_(held))
    return Need.select(Need, *_columns()).where(Need.id.in_(tied))


def solved_by_activity(asked: Asked) -> Any:
    """Those of them whose owner says that it solved them."""
    held = _held_for_needs(asked)
    tied = NeedActivityLink.select(NeedActivityLink.need).where(
        NeedActivityLink.activity.in_(held), NeedActivityLink.result == Solved.YES
    )
    return Need.select(Need, *_columns()).where(Need.id.in_(tied))


def of_session(session: Session) -> Described:
    """Show a session."""
    return session.space_id, session.starts_at, session.activity.title, session.state.value


def of_checkin(checkin: Checkin) -> Described:
    """Show a check-in, without whose it is."""
    detail = f"{checkin.method.value}，同行 {checkin.party_present} 人"
    return checkin.space_id, checkin.occurred_at, checkin.session.activity.title, detail


def of_signup(signup: Signup) -> Described:
    """Show a signup, without whose it is."""
    session = signup.session
    return signup.space_id, session.starts_at, session.activity.title, signup.state.value


def of_rating(rating: Rating) -> Described:
    """Show a verdict, without its words."""
    title = rating.session.activity.title
    return rating.space_id, rating.created_at, title, f"{rating.score} 分"


def of_need(need: Need) -> Described:
    """Show a need, never its words: who sees the figures of a town may not read those."""
    return need.space_id, need.received_at, need.no, need.state.value
