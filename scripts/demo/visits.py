"""Two seasons of visits of the first Space, told by the services themselves: the spring of 2026,
which is over, and a research that goes on."""

import datetime as dt
import random
from typing import Any

from models import Need, Staff, VisitCampaign, VisitTarget
from models.needs import Outcome
from models.staff import Role
from models.visits import TargetState, VisitKind
from scripts.demo.places import Place, Town, read
from server.clock import at_shanghai, day_of
from server.schemas.visits import RuleIn, VisitCampaignIn, VisitIn, Why
from server.services import (
    calendar,
    enterprises,
    needs_desk,
    visits,
    visits_records,
    visits_routes,
    visits_seasons,
    visits_targets,
)
from server.services.audit import SYSTEM, Actor
from server.services.needs_desk import Desk, Triage
from server.services.staff import Scope

YEAR = 2026
IN_FULL = "XYC"
SEED = 1703


def add_visits(town: Town, now: dt.datetime) -> None:
    """Insert the companies that fill the park's towers, and both seasons."""
    told, place, rng = read("visits"), town.places[IN_FULL], random.Random(SEED)
    _add_companies(told, place, rng, now - dt.timedelta(days=600))
    _Season(told, place, rng, now).tell()


def _add_companies(
    told: dict[str, Any], place: Place, rng: random.Random, now: dt.datetime
) -> None:
    names = [f"上海{word}{trade}有限公司" for word in told["words"] for trade in told["trades"]]
    for number, name in enumerate(rng.sample(names, told["newcomers"])):
        since = day_of(now) - dt.timedelta(days=rng.randint(30, 1500))
        enterprises.create(
            name,
            actor=SYSTEM,
            now=now,
            short_name=name.removeprefix("上海").removesuffix("有限公司"),
            building=place.buildings[number % len(place.buildings)].id,
            room=f"{rng.randint(2, 17)}{rng.randint(1, 12):02d}",
            tenancy_from=since,
        )


class _Season:
    """Tells both seasons, with the same two people who walk."""

    def __init__(
        self, told: dict[str, Any], place: Place, rng: random.Random, now: dt.datetime
    ) -> None:
        self.told, self.place, self.rng, self.now = told, place, rng, now
        self.walkers = [Staff.get(Staff.login == login) for login in ("keeper_a", "operator_a")]
        keeper = self.walkers[0]
        self.scope = Scope(keeper.id, ((Role.KEEPER, place.space.org_unit.path),))

    def tell(self) -> None:
        """Insert both."""
        self._spring()
        self._research()

    def _spring(self) -> None:
        season = visits_seasons.spring(YEAR)
        opens = at_shanghai(season.starts_on, dt.time(9))
        rule = RuleIn(order=[Why.NEVER, Why.OPEN_NEEDS, Why.SILENT, Why.REST])
        campaign = self._plan(
            opens,
            kind=VisitKind.SPRING,
            title=f"{YEAR} 年新春走访",
            starts_on=season.starts_on.isoformat(),
            ends_on=season.ends_on.isoformat(),
            rule=rule.model_dump(mode="json"),
        )
        targets = visits_routes.route(visits_targets.of_campaign(campaign))
        heard = iter(self.told["heard"])
        walks = self._walks(season.starts_on, season.ends_on, len(targets))
        for number, target in enumerate(targets):
            at = walks[number]
            if number % 23 == 11:
                self._mark(target, at)
                continue
            raised = [next(heard)] if number % 30 == 7 and number < 90 else []
            row = self._visit(target, at, needs=[_need(each) for each in raised], signed_off=True)
            for each, need in zip(raised, visits_records.story(row).needs, strict=True):
                self._answer(need, each["answer"], at)
        ends = at_shanghai(season.ends_on, dt.time(17))
        visits.close(VisitCampaign.get_by_id(campaign.id), actor=self._actor(0), now=ends)

    def _research(self) -> None:
        today = day_of(self.now)
        opens = at_shanghai(today - dt.timedelta(days=9), dt.time(9))
        campaign = self._plan(
            opens,
            kind=VisitKind.RESEARCH,
            title="企业发展需求大调研",
            starts_on=day_of(opens).isoformat(),
            ends_on=(today + dt.timedelta(days=30)).isoformat(),
            rule=RuleIn(order=[Why.OPEN_NEEDS, Why.SILENT, Why.REST]).model_dump(mode="json"),
            questions=self.told["asked"],
        )
        targets = visits_targets.of_campaign(campaign)[:60]
        for target in visits_targets.of_campaign(campaign)[60:]:
            visits_targets.remove(self.scope, target.id, actor=self._actor(0), now=opens)
        walked = visits_routes.route(targets)
        half = len(walked) // 2
        for number, part in enumerate((walked[:half], walked[half:])):
            ids = [target.id for target in part]
            visits_targets.assign(
                self.scope,
                campaign.id,
                ids,
                self.walkers[number].id,
                actor=self._actor(0),
                now=opens,
            )
        asking = iter(self.told["asking"])
        visited = self.rng.sample(walked, 22)
        yesterday = today - dt.timedelta(days=1)
        walks = self._walks(day_of(opens), yesterday, len(visited))
        for number, target in enumerate(sorted(visited, key=walked.index)):
            at = walks[number]
            raised = [next(asking)] if number in (9, 18) else []
            needs = [_need(each) for each in raised]
            self._visit(target, at, answers=self._answers(number), needs=needs)
        for target in [each for each in walked if each not in visited][:2]:
            self._mark(target, self.now - dt.timedelta(hours=3))

    def _plan(self, at: dt.datetime, **values: Any) -> VisitCampaign:
        wanted = VisitCampaignIn.model_validate({"space_id": str(self.place.space.id), **values})
        return visits_targets.plan(self.scope, wanted, actor=self._actor(0), now=at)[0]

    def _walks(self, first: dt.date, last: dt.date, count: int) -> list[dt.datetime]:
        """Return when each of so many companies was visited: in the working hours of these days."""
        work = calendar.load(first)
        span = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
        days = [day for day in span if work.is_work_day(day)]
        return [
            at_shanghai(days[number * len(days) // count], dt.time(10 + number % 6, 20))
            for number in range(count)
        ]

    def _visit(self, target: VisitTarget, at: dt.datetime, **more: Any) -> Any:
        walker = number = self.rng.randint(0, 1)
        given = VisitIn.model_validate(
            {
                "visited_at": at,
                "met": self.rng.choice(self.told["met"]),
                "visitors": "、".join(each.name for each in self.walkers[: number + 1]),
                "summary": self.rng.choice(self.told["summaries"]),
                **more,
            }
        )
        return visits_records.record(
            self.scope, target.id, given, actor=self._actor(walker), now=at
        )

    def _mark(self, target: VisitTarget, at: dt.datetime) -> None:
        state, why = self.rng.choice(
            [(TargetState.REFUSED, "refusals"), (TargetState.UNREACHABLE, "unreachable")]
        )
        reason = self.rng.choice(self.told[why])
        visits_records.mark(self.scope, target.id, state, reason, actor=self._actor(1), now=at)

    def _answers(self, number: int) -> dict[str, str]:
        asked = {each["key"]: each for each in self.told["asked"]}
        if number % 9 == 4:
            return {}
        chosen = self.rng.sample(asked["q2"]["options"], self.rng.randint(1, 3))
        answers = {
            "q1": self.rng.choice(asked["q1"]["options"]),
            "q2": "\n".join(each for each in asked["q2"]["options"] if each in chosen),
            "q3": str(self.rng.choice([3, 4, 4, 5, 5])),
        }
        if number % 4 == 1:
            answers["q4"] = self.rng.choice(self.told["texts"])
        return answers

    def _answer(self, need: Need, answer: str, at: dt.datetime) -> None:
        """Take the need up the same day and answer it two days later."""
        hours = dt.timedelta(hours=3)
        needs_desk.triage(self._desk(need), Triage(lead_unit="新空间"), now=at + hours)
        later = at + dt.timedelta(days=2)
        needs_desk.answer(self._desk(need), Outcome.SOLVED, answer, now=later)

    def _desk(self, need: Need) -> Desk:
        fresh = Need.get_by_id(need.id)
        return Desk(self.scope, need.id, fresh.version, actor=self._actor(0))

    def _actor(self, walker: int) -> Actor:
        account = self.walkers[walker]
        return Actor("staff", account.id, account.name)


def _need(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("category", "title", "body")}
