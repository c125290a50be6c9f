"""What the Spaces offer: three past months, this one, the next, and a session open at the door now."""

import datetime as dt
import random
import secrets
from dataclasses import dataclass
from typing import Any

from models import Activity, Series, Session
from models.activities import ActivityKind, ActivityState, Origin, SessionState, SignupMode
from models.spaces import SpaceType
from scripts.demo.places import Place, Town, read
from server.clock import at_shanghai, day_of, month_of

MONTHS_BACK = 3
IN_FULL = "XYC"
A_MONTH = {IN_FULL: 12, "WXH": 8}
USUALLY = 4
HOURS = ((12, 15, 45), (14, 0, 90), (16, 0, 90), (18, 30, 90))
OPEN_NOW = ("XYC", "WXH")


@dataclass(frozen=True)
class Offer:
    """An activity on the programme with its one session."""

    code: str
    month: str
    activity: Activity
    session: Session
    draw: float
    """How well it is liked, 0 to 1; decides how many come."""


def add_series(now: dt.datetime) -> dict[str, Series]:
    """Insert the seven 心 series; return them by code."""
    return {
        item["code"]: Series.add(now=now, order=order, **item)
        for order, item in enumerate(read("programme")["series"])
    }


def months_around(now: dt.datetime) -> list[str]:
    """Return the past months, the present one and the next, oldest first, as `YYYY-MM`."""
    day = day_of(now).replace(day=1)
    months = [month_of(now), (day + dt.timedelta(days=32)).strftime("%Y-%m")]
    for _ in range(MONTHS_BACK):
        day = (day - dt.timedelta(days=1)).replace(day=1)
        months.insert(0, day.strftime("%Y-%m"))
    return months


def add_offers(
    town: Town, series: dict[str, Series], rng: random.Random, now: dt.datetime
) -> list[Offer]:
    """Insert the activities and sessions of every Space and month."""
    told = read("programme")["offers"]
    offers = []
    for code, place in town.places.items():
        teller = _Teller(place, series, rng, now)
        count = A_MONTH.get(code, USUALLY)
        for month in months_around(now):
            chosen = rng.sample(told, min(count, len(told)))
            days = _work_days(month)
            for number, item in enumerate(chosen):
                day = days[(number * len(days)) // len(chosen)]
                offers.append(teller.add(item, month, *_hour(day, rng)))
        if code in OPEN_NOW:
            offers.append(teller.add_open_now(told[0]))
    return offers


def _work_days(month: str) -> list[dt.date]:
    first = dt.date.fromisoformat(f"{month}-01")
    days = [first + dt.timedelta(days=n) for n in range(31)]
    return [day for day in days if day.month == first.month and day.weekday() < 5]


def _hour(day: dt.date, rng: random.Random) -> tuple[dt.datetime, int]:
    hour, minute, length = rng.choice(HOURS)
    return at_shanghai(day, dt.time(hour, minute)), length


@dataclass(frozen=True)
class _Teller:
    """Tells what one Space offers."""

    place: Place
    series: dict[str, Series]
    rng: random.Random
    now: dt.datetime

    def add_open_now(self, item: dict[str, Any]) -> Offer:
        """The session a newcomer can check in to the moment they look."""
        told = item | {"title": "开放日：来新空间坐坐", "theme": "认识邻居，也说说你的需求"}
        starts = self.now.replace(second=0, microsecond=0) - dt.timedelta(minutes=10)
        return self.add(told, month_of(self.now), starts, 240)

    def add(self, item: dict[str, Any], month: str, starts: dt.datetime, minutes: int) -> Offer:
        ends = starts + dt.timedelta(minutes=minutes)
        activity = self._activity(item, starts, is_over=ends < self.now)
        session = Session.add(
            now=activity.created_at,
            space=self.place.space,
            activity=activity,
            starts_at=starts,
            ends_at=ends,
            venue=activity.venue_id,
            zone=self.rng.choice(self.place.zones) if self.place.zones else None,
            capacity=item["capacity"] or None,
            checkin_opens_at=starts - dt.timedelta(hours=1),
            checkin_closes_at=ends + dt.timedelta(minutes=30),
            qr_key=secrets.token_hex(32),
            state=SessionState.ENDED if ends < self.now else SessionState.SCHEDULED,
        )
        code = self.place.space.code
        return Offer(code, month, activity, session, self.rng.uniform(0.35, 1.0))

    def _activity(self, item: dict[str, Any], starts: dt.datetime, *, is_over: bool) -> Activity:
        place, restriction = self.place, item.get("restriction", "")
        online = place.space.type == SpaceType.ONLINE
        return Activity.add(
            now=min(self.now, starts - dt.timedelta(days=20)),
            space=place.space,
            series=self.series[item["series"]],
            title=item["title"],
            theme=item["theme"],
            kind=ActivityKind.ONLINE if online else ActivityKind(item["kind"]),
            origin=Origin(item["origin"]),
            five_goals=[item["goal"]],
            hosts=["园区综合党委"] if place.space.code == IN_FULL else [],
            experts=item["experts"],
            venue=place.venues[0] if place.venues else None,
            place="线上会议，报名后可见链接" if online else "",
            body=item["body"],
            eligibility={"rule": "declared"} if restriction else {},
            eligibility_reason=restriction,
            signup_mode=_mode(item),
            max_party=2 if item["kind"] == "salon" else 1,
            state=ActivityState.ENDED if is_over else ActivityState.SCHEDULED,
        )


def _mode(item: dict[str, Any]) -> SignupMode:
    if item["kind"] == "fair":
        return SignupMode.NONE
    return SignupMode.APPROVAL if item.get("restriction") else SignupMode.FCFS
