"""A day of 义诊 by the quarter of an hour and a weekly class, made as staff would make them."""

import datetime as dt

from models import Activity, Series, Session, User
from models.activities import ActivityKind, SharedTo
from scripts.demo.people import People
from scripts.demo.places import Place
from server.clock import day_of
from server.config import CheckinsConfig
from server.schemas.activities import ActivityIn
from server.schemas.activities_plans import SlotsIn, WeeklyIn
from server.schemas.signups import SignupIn
from server.services import activities, signups, spaces_zones
from server.services import activities_plans as plans
from server.services import calendar as calendar_days
from server.services.audit import SYSTEM

_WEEKDAY = 3  # Thursday


def book_zones(now: dt.datetime) -> None:
    """Let the sessions to come have their zone; of two that want it, the first told has it."""
    ahead = Session.select().where(Session.ends_at > now, Session.zone.is_null(False))
    for session in ahead.order_by(Session.starts_at, Session.id):
        try:
            spaces_zones.book_session(session, by=None, now=now)
        except spaces_zones.ZoneTaken:
            session.change(now=now, zone=None)


def guests_of(crowd: People, code: str) -> list[User]:
    """Return a few members of a Space; not the five everybody logs in as, who shall find every
    button untouched."""
    known = {person.user_id for person in crowd.known.values()}
    ids = [person.user_id for person in crowd.of_space[code] if person.user_id not in known]
    return [User.get_by_id(user_id) for user_id in ids[:6]]


def add_classes(
    place: Place,
    series: dict[str, Series],
    members: list[User],
    checkins: CheckinsConfig,
    now: dt.datetime,
) -> None:
    """Publish both for a Space, with a few of its members in them."""
    slots = _clinic(place, series["xinling"], checkins, now)
    dates = _yoga(place, series["xinqing"], checkins, now)
    answers = {"why": "颈椎不舒服，久坐之后手麻"}
    for slot, member in zip(slots[1:6:2], members, strict=False):
        signups.sign_up(member, slot.id, SignupIn(answers=answers), now=now)
    for session in dates:
        for member in members[:5]:
            signups.sign_up(member, session.id, SignupIn(), now=now)


def _clinic(
    place: Place, series: Series, checkins: CheckinsConfig, now: dt.datetime
) -> list[Session]:
    day = _next(now, weeks=1)
    form = ActivityIn.model_validate(
        {
            "series_id": str(series.id),
            "title": "名医坐诊：颈肩与睡眠",
            "theme": "久坐的人怎么护颈",
            "kind": ActivityKind.CONSULT,
            "hosts": ["镇新实业"],
            "co_hosts": ["虹桥镇社区卫生服务中心"],
            "experts": ["陈主任医师"],
            "body": "每人一刻钟，一对一。请带近期的检查报告；咨询的内容只有医生知道。",
            "cancel_hours": 2,
            "one_session_each": True,
            "questions": [
                {
                    "key": "why",
                    "label": "想咨询什么",
                    "required": True,
                    "is_private": True,
                    "purge_on": day + dt.timedelta(days=7),
                }
            ],
        }
    )
    plan = SlotsIn.model_validate(
        {
            "day": day,
            "opens": dt.time(13, 30),
            "closes": dt.time(16, 0),
            "zone_id": str(place.zones[2].id),
        }
    )
    return _publish(place, form, plans.slots(plan), plan, checkins, now=now)


def _yoga(
    place: Place, series: Series, checkins: CheckinsConfig, now: dt.datetime
) -> list[Session]:
    form = ActivityIn.model_validate(
        {
            "series_id": str(series.id),
            "title": "午间瑜伽：八次课",
            "theme": "给肩颈放个假",
            "kind": ActivityKind.CLASS,
            "hosts": ["镇新实业"],
            "experts": ["林老师"],
            "body": "零基础，自带瑜伽垫。可以整期报名，也可以只来其中几次；缺了一次，有空位就能补另一次。",
            "cancel_hours": 4,
            "shared_to": SharedTo.TOWN,
            "share_quota": 5,
        }
    )
    first = _next(now, weeks=1) + dt.timedelta(days=1)
    plan = WeeklyIn.model_validate(
        {
            "first_on": first,
            "opens": dt.time(12, 10),
            "closes": dt.time(13, 0),
            "times": 8,
            "capacity": 18,
            "zone_id": str(place.zones[4].id),
        }
    )
    made = plans.weekly(plan, calendar_days.load(first))
    return _publish(place, form, made, plan, checkins, now=now)


def _publish(
    place: Place,
    form: ActivityIn,
    plan: plans.Plan,
    room: SlotsIn | WeeklyIn,
    checkins: CheckinsConfig,
    *,
    now: dt.datetime,
) -> list[Session]:
    activity = activities.draft(place.space.id, form, actor=SYSTEM, now=now)
    made = plans.carry_out(activity, plan, room, checkins=checkins, actor=SYSTEM, now=now)
    fresh: Activity = activities.get(activity.id)
    activities.publish(fresh, expected=fresh.version, actor=SYSTEM, now=now)
    return made


def _next(now: dt.datetime, *, weeks: int) -> dt.date:
    """Return the Thursday of the week after so many."""
    today = day_of(now)
    return today - dt.timedelta(days=today.weekday()) + dt.timedelta(weeks=weeks, days=_WEEKDAY)
