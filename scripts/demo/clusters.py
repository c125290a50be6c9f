"""Two themes of the first Space: taxes, about which a lecture was held, and loans, still open."""

import datetime as dt
from typing import Any

from models import Expert, Need, NeedCluster, Session, Staff, User
from models.needs import Solved
from models.staff import Role
from scripts.demo.needs import OwnWords
from scripts.demo.people import People, Person
from scripts.demo.places import Place, Town, read
from server.clock import at_shanghai, day_of
from server.config import CheckinsConfig
from server.schemas.checkins import CheckinIn
from server.schemas.needs_clusters import PlanIn
from server.schemas.signups import SignupIn
from server.services import (
    activities,
    checkins,
    checkins_codes,
    needs_clusters,
    needs_desk,
    needs_intake,
    needs_plans,
    needs_verdicts,
    signups,
)
from server.services.audit import Actor
from server.services.needs_desk import Desk, Triage
from server.services.needs_intake import Draft
from server.services.staff import Scope

IN_FULL = "XYC"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ABSENT = 2
"""So many of those who asked did not come; they are asked all the same."""


def add_clusters(town: Town, crowd: People, settings: CheckinsConfig, now: dt.datetime) -> None:
    """Tell both, by the services staff and members use."""
    place = town.places[IN_FULL]
    keeper = Staff.get(Staff.login == "keeper_a")
    scope = Scope(keeper.id, ((Role.KEEPER, place.space.org_unit.path),))
    teller = _Teller(place, scope, Actor("staff", keeper.id, keeper.name), settings, now)
    told, people = read("clusters"), _of_companies(crowd)
    taxes = teller.hear(told["tax"], people, "policy", days_ago=24)
    loans = teller.hear(told["money"], people[7:], "finance", days_ago=5)
    teller.hold(taxes, told["tax"])
    teller.group("贷款与贴息", loans, now - DAY)


def _of_companies(crowd: People) -> list[Person]:
    """Return one person of each company, without those whose log-ins the README tells."""
    known = set(crowd.known.values())
    by_company: dict[int, Person] = {}
    for person in crowd.of_space[IN_FULL]:
        if person.enterprise_id is not None and person not in known:
            by_company.setdefault(person.enterprise_id, person)
    return list(by_company.values())


class _Teller:
    def __init__(
        self, place: Place, scope: Scope, actor: Actor, settings: CheckinsConfig, now: dt.datetime
    ) -> None:
        self.place, self.scope, self.actor = place, scope, actor
        self.settings, self.now = settings, now

    def _at(self, days_ago: int, hour: int) -> dt.datetime:
        return at_shanghai(day_of(self.now) - days_ago * DAY, dt.time(hour, 10))

    def hear(
        self, items: list[dict[str, Any]], people: list[Person], category: str, *, days_ago: int
    ) -> list[Need]:
        """Let each be sent in by somebody of another company, and be taken up."""
        heard = []
        for number, (item, person) in enumerate(zip(items, people, strict=False)):
            at = self._at(days_ago - number % 3, 10)
            user = User.get_by_id(person.user_id)
            draft = Draft(category, item["title"], item["body"], for_company=True)
            need = needs_intake.submit(
                user, self.place.space.id, draft, checker=OwnWords(), per_day=9, now=at
            )
            desk = Desk(self.scope, need.id, need.version, actor=self.actor)
            needs_desk.triage(desk, Triage(), now=at + HOUR)
            fresh = Need.get_by_id(need.id)
            desk = Desk(self.scope, need.id, fresh.version, actor=self.actor)
            text = "收到，好几家企业在问同样的事，我们想办法一起解决。"
            heard.append(needs_desk.reply(desk, text, now=at + 2 * HOUR))
        return heard

    def group(self, title: str, needs: list[Need], at: dt.datetime) -> NeedCluster:
        """Put them together under a title."""
        ids = [need.id for need in needs]
        space_id = self.place.space.id
        return needs_clusters.create(self.scope, space_id, title, ids, actor=self.actor, now=at)

    def hold(self, needs: list[Need], items: list[dict[str, Any]]) -> None:
        """Hold a lecture for them: who asked is invited, most come, and all are asked."""
        cluster = self.group("税务与发票", needs, self._at(20, 15))
        at = self._at(19, 11)
        draft = needs_plans.hold(
            self.scope,
            self.place.space.id,
            self._planned(needs, cluster),
            cluster=cluster,
            checkins=self.settings,
            actor=self.actor,
            now=at,
        )
        activities.publish(draft, expected=draft.version, actor=self.actor, now=at + HOUR)
        session = Session.get(Session.activity == draft)
        people = [User.get_by_id(need.user_id) for need in needs]
        for user in people:
            signups.sign_up(user, session.id, SignupIn(), now=at + 5 * HOUR)
        for user in people[:-ABSENT]:
            self._arrive(user, session)
        over = session.ends_at + 3 * HOUR
        activities.finish_past(over)
        needs_verdicts.ask(now=over)
        for user, need, item in zip(people, needs, items, strict=True):
            if "says" in item:
                solved, text = Solved(item["says"]), item.get("text", "")
                told = {"text": text, "checker": OwnWords(), "now": over + 15 * HOUR}
                needs_verdicts.answer(user, need.id, draft.id, solved, **told)

    def _planned(self, needs: list[Need], cluster: NeedCluster) -> PlanIn:
        """Return the wizard as it was filled in, mostly with what it proposed."""
        proposal = needs_plans.propose(needs, cluster)
        starts = self._at(14, 14)
        expert: Expert | None = proposal.experts[0].expert if proposal.experts else None
        return PlanIn.model_validate(
            {
                "need_ids": [str(need.id) for need in needs],
                "series_id": str(proposal.series.id if proposal.series else 0),
                "title": "税务与发票专场",
                "theme": "发票怎么开、怎么抵、怎么存",
                "body": proposal.body,
                "expert_id": str(expert.id) if expert else None,
                "venue_id": str(self.place.venues[0].id),
                "starts_at": starts,
                "ends_at": starts + 2 * HOUR,
                "capacity": 30,
                "seats": len(needs),
            }
        )

    def _arrive(self, user: User, session: Session) -> None:
        at, seconds = session.starts_at, self.settings.slot_seconds
        slot = checkins_codes.slot_of(at, seconds)
        code = CheckinIn(token=checkins_codes.make(session.id, session.qr_key, slot))
        checkins.check_in(user, code, slot_seconds=seconds, trace=checkins.Trace(), now=at)
