"""Needs in every state, told by the services themselves so that promises, numbers and histories are
exactly what the product makes of them."""

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from models import Category, Need, Staff, User
from models.needs import Outcome, Satisfaction, Solved, TextCheck, Urgency
from models.staff import Role
from scripts.demo import papers
from scripts.demo.people import People, Person
from scripts.demo.places import Town, read
from server.clock import at_shanghai, day_of
from server.services import needs, needs_desk, needs_intake
from server.services.audit import Actor
from server.services.files_disk import Disk
from server.services.needs_desk import Desk, Triage
from server.services.needs_intake import Draft
from server.services.needs_texts import Checker
from server.services.staff import Scope

ELSEWHERE = 3
IN_FULL = "XYC"
PLENTY = 1000


class OwnWords(Checker):
    """The demo's words are ours; there is nobody to ask about them while the data is made."""

    def __init__(self) -> None:
        pass

    def look(self, title: str, texts: Iterable[str]) -> TextCheck:
        return TextCheck.PASSED


def add_needs(town: Town, crowd: People, rng: random.Random, disk: Disk, now: dt.datetime) -> None:
    """Insert the categories, every state of a need in the first Space, a few in the others."""
    told = read("needs")
    for order, item in enumerate(told["categories"]):
        Category.add(now=now, order=order, **item)
    keeper = Staff.get(Staff.login == "keeper_a")
    for code, people in crowd.of_space.items():
        space_id = town.places[code].space.id
        chosen = told["needs"] if code == IN_FULL else rng.sample(told["needs"], ELSEWHERE)
        # The first five of the first Space are the known members, so they find their own needs.
        askers = people if code == IN_FULL else rng.sample(people, ELSEWHERE)
        scope = Scope(keeper.id, ((Role.KEEPER, town.places[code].space.org_unit.path),))
        for number, item in enumerate(chosen):
            asker = askers[number % 5] if code == IN_FULL else askers[number]
            ago = 3 + (len(chosen) - number) * 5
            _Story(item, asker, scope, keeper, disk, now).tell(space_id, ago)


@dataclass
class _Story:
    """Tells one need from its first word to where it stands today."""

    item: dict[str, Any]
    asker: Person
    scope: Scope
    keeper: Staff
    disk: Disk
    now: dt.datetime

    def tell(self, space_id: int, days_ago: int) -> None:
        if self.item["ends"] == "submitted":
            days_ago = 1
        at = self._morning(days_ago)
        user = User.get_by_id(self.asker.user_id)
        draft = Draft(
            category=self.item["category"],
            title=self.item["title"],
            body=self.item["body"],
            urgency=Urgency(self.item.get("urgency", "normal")),
            for_company=self.asker.enterprise_id is not None,
            attachments=papers.enclose(self.item, user.id, self.disk, at),
        )
        need = needs_intake.submit(
            user, space_id, draft, checker=OwnWords(), per_day=PLENTY, now=at
        )
        self._goes_on(need, user, at)

    def _morning(self, days_ago: int) -> dt.datetime:
        day = day_of(self.now) - dt.timedelta(days=days_ago)
        return min(at_shanghai(day, dt.time(9, 40)), self.now - dt.timedelta(minutes=30))

    def _desk(self, need: Need) -> Desk:
        fresh = Need.get_by_id(need.id)
        actor = Actor("staff", self.keeper.id, self.keeper.name)
        return Desk(self.scope, need.id, fresh.version, actor=actor)

    def _goes_on(self, need: Need, user: User, at: dt.datetime) -> None:
        ends = self.item["ends"]
        if ends == "submitted":
            return
        if ends == "withdrawn":
            later = at + dt.timedelta(hours=2)
            needs.withdraw(user, need.id, "已自行解决，谢谢", checker=OwnWords(), now=later)
            return
        hour = dt.timedelta(hours=1)
        needs_desk.triage(self._desk(need), Triage(), now=at + hour)
        if ends == "waiting_info":
            needs_desk.request_info(self._desk(need), self.item["reply"], now=at + 2 * hour)
        elif "reply" in self.item:
            needs_desk.reply(self._desk(need), self.item["reply"], now=at + 2 * hour)
        if "answer" in self.item:
            self._answered(need, user, at + dt.timedelta(days=2))

    def _answered(self, need: Need, user: User, at: dt.datetime) -> None:
        ends = self.item["ends"]
        outcome = Outcome.EXPLAINED if ends == "explained" else Outcome.SOLVED
        consulted = "镇经济发展办" if outcome is Outcome.EXPLAINED else ""
        needs_desk.answer(
            self._desk(need), outcome, self.item["answer"], consulted=consulted, now=at
        )
        if ends == "rated":
            later = at + dt.timedelta(hours=5)
            needs.rate(
                user,
                need.id,
                Satisfaction.SATISFIED,
                Solved.YES,
                text="很快就有回音，问题解决了",
                checker=OwnWords(),
                now=later,
            )
