"""Hot activities: a lottery still open, one already drawn, and a full one with people waiting."""

import datetime as dt
import random
from dataclasses import dataclass

from models import Activity, Series, Session, User
from models.activities import ActivityKind, SignupMode
from scripts.demo.people import People
from scripts.demo.places import Town
from server.clock import at_shanghai, day_of
from server.config import CheckinsConfig
from server.schemas.activities import ActivityIn, SessionIn
from server.schemas.signups import SignupIn
from server.services import activities, audit, signups, signups_draws
from server.services import activities_sessions as sessions

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SPACE = "XYC"


@dataclass(frozen=True)
class Hot:
    """An activity more people want than it has places. Days count from now."""

    series: str
    title: str
    theme: str
    body: str
    mode: SignupMode
    places: int
    wanted: int
    in_days: int
    closes_in: dt.timedelta | None


OFFERS = (
    Hot(
        "xinqing",
        "手冲咖啡体验课",
        "午休一小时，亲手冲一杯",
        "每人一套器具，老师逐位指导。名额少，用抽签决定，早报晚报机会一样。",
        SignupMode.LOTTERY,
        places=12,
        wanted=26,
        in_days=8,
        closes_in=4 * DAY,
    ),
    Hot(
        "xinqing",
        "亲子陶艺半日营",
        "和孩子一起做一只杯子",
        "大人孩子都占名额，一家人一起中签。第一次来的家庭多一支签。",
        SignupMode.LOTTERY,
        places=14,
        wanted=18,
        in_days=5,
        closes_in=-HOUR * 26,
    ),
    Hot(
        "xinling",
        "颈椎义诊与工位拉伸",
        "坐久了，请医生看一看",
        "中医师到现场，每位十分钟。报满后可以候补，有人退出按先后补上。",
        SignupMode.FCFS,
        places=10,
        wanted=15,
        in_days=4,
        closes_in=None,
    ),
)


def add_lotteries(
    town: Town,
    series: dict[str, Series],
    people: People,
    checkins: CheckinsConfig,
    now: dt.datetime,
) -> None:
    """Offer them and let the neighbours sign up, by the same services everybody uses."""
    rng = random.Random(OFFERS[0].title)
    known = set(people.known.values())
    neighbours = [person for person in people.of_space[SPACE] if person not in known]
    space_id = town.places[SPACE].space.id
    for hot in OFFERS:
        opened = now - 3 * DAY
        activity = _offered(space_id, series[hot.series], hot, opened, now)
        session = _scheduled(activity, hot, checkins, opened, now)
        activities.publish(activity, expected=activity.version, actor=audit.SYSTEM, now=opened)
        for number, person in enumerate(rng.sample(neighbours, hot.wanted)):
            party = 1 + (hot.closes_in is not None and number % 3 == 0)
            # More of them than a draw has places would not wait: whoever the seed favours, the demo
            # shows somebody who lost.
            form = SignupIn(party_size=party, join_waitlist=number % 4 == 0 or not hot.closes_in)
            user = User.get_by_id(person.user_id)
            signups.sign_up(user, session.id, form, now=opened + number * HOUR)
        if hot.closes_in is not None and hot.closes_in < dt.timedelta(0):
            drawn_at = now + hot.closes_in + HOUR
            signups_draws.draw(session.id, actor=audit.SYSTEM, now=drawn_at)


def _offered(
    space_id: int, series: Series, hot: Hot, opened: dt.datetime, now: dt.datetime
) -> Activity:
    told = {
        "series_id": str(series.id),
        "title": hot.title,
        "theme": hot.theme,
        "body": hot.body,
        "kind": ActivityKind.CLASS if hot.mode == SignupMode.LOTTERY else ActivityKind.SALON,
        "signup_mode": hot.mode,
        "signup_closes_at": None if hot.closes_in is None else now + hot.closes_in,
        "max_party": 2 if hot.mode == SignupMode.LOTTERY else 1,
        "first_timer_tickets": 2 if hot.mode == SignupMode.LOTTERY else 1,
        "per_enterprise_cap": 4 if hot.mode == SignupMode.LOTTERY else None,
        "place": "主阵地活动室",
    }
    form = ActivityIn.model_validate(told)
    return activities.draft(space_id, form, actor=audit.SYSTEM, now=opened)


def _scheduled(
    activity: Activity, hot: Hot, checkins: CheckinsConfig, opened: dt.datetime, now: dt.datetime
) -> Session:
    starts = at_shanghai(day_of(now) + hot.in_days * DAY, dt.time(12, 15))
    form = SessionIn(starts_at=starts, ends_at=starts + HOUR, capacity=hot.places)
    return sessions.add(activity, form, checkins=checkins, actor=audit.SYSTEM, now=opened)
