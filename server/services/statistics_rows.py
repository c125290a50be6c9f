"""The selects behind the figures of activities: which rows count, with which amount and base."""

import datetime as dt
from typing import Any

from peewee import Case, Value, fn

from models import Activity, Checkin, Enterprise, NoShowMark, Rating, Session, Signup, User
from models.signups import SignupState
from server.services.statistics_asked import Asked, counted, held, of_companies, root_of, valid

Described = tuple[int | None, dt.datetime | None, str, str]


def columns(
    moment: Any, place: Any, *, amount: Any = 1, base: Any = 1, band: Any = 0
) -> tuple[Any, ...]:
    """Return what every row carries: its share of the figure, the moment that puts it into a month
    (None: the figure is not told by the month) and its Space."""

    def column(value: Any, name: str) -> Any:
        return (Value(value) if value is None or isinstance(value, int) else value).alias(name)

    told = column(amount, "amount"), column(base, "base"), column(band, "band")
    return *told, column(moment, "moment"), column(place, "at_space")


def _of_session(**told: Any) -> tuple[Any, ...]:
    return columns(Session.starts_at, Session.space, **told)


def sessions(asked: Asked) -> Any:
    """Sessions held."""
    query = Session.select(Session, Activity, *_of_session()).join(Activity)
    return query.where(held(asked))


def counted_guests(asked: Asked) -> Any:
    """Sessions with guests counted by hand."""
    told = _of_session(amount=Session.counted_guests)
    query = Session.select(Session, Activity, *told).join(Activity)
    return query.where(held(asked), Session.counted_guests > 0)


def activities_held(asked: Asked) -> Any:
    """Sessions held, each as the activity it is of."""
    told = Session.starts_at.alias("moment"), Session.space.alias("at_space")
    query = Session.select(*told, Session.activity.alias("thing")).join(Activity)
    return query.where(held(asked))


def activities(asked: Asked) -> Any:
    """Activities with at least one session held."""
    there = Session.select(Session.activity).join(Activity).where(held(asked))
    told = columns(None, Activity.space)
    return Activity.select(Activity, *told).where(Activity.id.in_(there))


def attendances(asked: Asked, *told: Any) -> Any:
    """Valid check-ins of sessions that count; `told` as in a select."""
    query = Checkin.select(*told).join(Session).join(Activity)
    companies = of_companies(Checkin.enterprise_id, asked)
    if companies is not None:
        query = query.where(companies)
    return query.where(counted(asked), valid(asked))


def person_times(asked: Asked) -> Any:
    """Valid check-ins, each with those who came along."""
    told = _of_session(amount=Checkin.party_present + 1)
    return attendances(asked, Checkin, Session, Activity, *told)


def people_there(asked: Asked) -> Any:
    """Valid check-ins, each as the person it is of."""
    told = Session.starts_at.alias("moment"), Session.space.alias("at_space")
    return attendances(asked, *told, Checkin.user_id.alias("thing"))


def members(asked: Asked) -> Any:
    """People with a valid check-in."""
    there = attendances(asked, Checkin.user_id)
    told = columns(None, User.home_space)
    return User.select(User, *told).where(User.id.in_(there))


def companies_there(asked: Asked) -> Any:
    """Valid check-ins of companies, each as the root of its company."""
    company = Enterprise.alias()
    told = Session.starts_at.alias("moment"), Session.space.alias("at_space")
    query = attendances(asked, *told, root_of(company, asked).alias("thing"))
    return query.join_from(Checkin, company, on=(company.id == Checkin.enterprise_id))


def enterprises(asked: Asked) -> Any:
    """Companies whose people were there, merged ones as their root."""
    company = Enterprise.alias()
    there = attendances(asked, Checkin.enterprise_id).where(Checkin.enterprise_id.is_null(False))
    roots = company.select(root_of(company, asked)).where(company.id.in_(there))
    told = columns(None, None)
    return Enterprise.select(Enterprise, *told).where(Enterprise.id.in_(roots))


def shows(asked: Asked) -> Any:
    """Signups that ended in being there or not. Of a past day their states are gone: then the
    check-ins and the marks tell."""
    came: Any = Signup.state == SignupState.ATTENDED
    missed: Any = Signup.state == SignupState.NO_SHOW
    if asked.is_past:
        there = Checkin.select(Checkin.id).where(Checkin.signup == Signup.id, valid(asked))
        marked = NoShowMark.select(NoShowMark.id).where(
            NoShowMark.signup == Signup.id, NoShowMark.created_at <= asked.as_of
        )
        came, missed = fn.EXISTS(there), fn.EXISTS(marked)
    told = _of_session(amount=Case(None, ((came, 1),), 0))
    query = Signup.select(Signup, Session, Activity, *told).join(Session).join(Activity)
    companies = of_companies(Signup.enterprise_id, asked)
    if companies is not None:
        query = query.where(companies)
    return query.where(counted(asked), came | missed)


def ratings(asked: Asked) -> Any:
    """Verdicts on activities."""
    told = _of_session(amount=Case(None, ((Rating.score >= 2, 1),), 0))
    query = (
        Rating.select(Rating, Session, Activity, *told)
        .join_from(Rating, Session)
        .join_from(Session, Activity)
        .join_from(Rating, Checkin)
        .where(counted(asked), valid(asked))
    )
    if asked.is_past:
        query = query.where(Rating.created_at <= asked.as_of)
    companies = of_companies(Checkin.enterprise_id, asked)
    return query if companies is None else query.where(companies)


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
