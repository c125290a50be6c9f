"""The loop from needs that ask for the same to an activity and back to those who asked."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import ActivityState, Origin, SessionState
from models.enterprises import MemberRole, MemberStatus
from models.needs import NeedState, Outcome, Solved
from models.needs_clusters import ClusterState
from models.signups import SignupState
from models.staff import Role
from server.clock import day_of
from server.config import CheckinsConfig
from server.errors import Invalid, NotFound
from server.schemas.needs_clusters import PlanIn
from server.schemas.signups import SignupIn
from server.services import (
    activities,
    needs,
    needs_clusters,
    needs_desk,
    needs_effects,
    needs_leads,
    needs_links,
    needs_plans,
    needs_similar,
    needs_verdicts,
    signups,
    staff,
    statistics,
)
from server.services.audit import Actor
from server.services.needs_effects import Says
from server.services.needs_words import Corpus, Text
from server.services.staff import Scope
from tests import factories
from tests.conftest import Sandbox, resources
from tests.needs_bench import DAY, NOON, Bench, events, make_bench

HOUR = dt.timedelta(hours=1)
TAX = (
    ("增值税专用发票怎么开", "刚转一般纳税人，增值税专用发票的开具和抵扣不太清楚"),
    ("研发费用加计扣除", "加计扣除的税务申报需要什么材料，发票怎么归集"),
    ("小规模纳税人的税收优惠", "增值税季度申报能减免多少，开发票有什么限制"),
    ("个税汇算清缴", "员工的个税汇算怎么报，发票能不能抵扣"),
    ("跨区经营的税务登记", "增值税在哪边申报，发票由谁开"),
    ("电子发票存档", "电子发票要存多久，税务检查时要什么"),
    ("房租发票抵扣", "房东不给开增值税发票，能不能抵扣"),
)
OTHER = (("午间电梯排队太久", "十二点前后要等十多分钟"), ("羽毛球搭子", "约球的人太少"))


@dataclass
class Loop:
    bench: Bench
    scope: Scope
    actor: Actor
    checkins: CheckinsConfig
    owners: list[models.User] = field(default_factory=list)
    needs: list[models.Need] = field(default_factory=list)

    def plan(self, cluster: models.NeedCluster | None = None, **over: Any) -> models.Activity:
        """Write the draft for all needs, three days on, with room for nine."""
        chosen = over.pop("needs", self.needs)
        proposal = needs_plans.propose(chosen, cluster)
        starts = over.pop("starts_at", NOON + 3 * DAY)
        values: dict[str, Any] = {
            "need_ids": [str(need.id) for need in chosen],
            "series_id": str(proposal.series.id if proposal.series else 0),
            "title": proposal.title,
            "theme": proposal.theme,
            "body": proposal.body,
            "starts_at": starts,
            "ends_at": starts + 2 * HOUR,
            "capacity": 9,
            "seats": len(chosen),
        }
        form = PlanIn.model_validate(values | over)
        place, rest = self.bench.space.id, {"checkins": self.checkins, "actor": self.actor}
        return needs_plans.hold(self.scope, place, form, cluster=cluster, now=NOON, **rest)

    def publish(self, draft: models.Activity) -> models.Session:
        activities.publish(draft, expected=draft.version, actor=self.actor, now=NOON)
        found: models.Session = models.Session.get(models.Session.activity == draft)
        return found

    def says(self, number: int, activity: models.Activity, solved: Solved, at: Any) -> Any:
        owner = self.owners[number]
        checker = self.bench.checker(owner)
        need_id = self.needs[number].id
        return needs_verdicts.answer(owner, need_id, activity.id, solved, checker=checker, now=at)


@pytest.fixture
def loop(app: Flask, sandbox: Sandbox) -> Loop:
    bench = make_bench(app, sandbox)
    account = factories.make_staff(Role.KEEPER, bench.space)
    scope = staff.scope_of(account, now=dt.datetime.now(dt.UTC))
    made = Loop(
        bench, scope, Actor("staff", account.id, account.name), resources(app).config.checkins
    )
    factories.make_series(name="心海", subtitle="税收政策宣讲")
    for number, (title, body) in enumerate((*TAX, *OTHER)):
        sandbox.post("users", openid=f"owner-{number}")
        owner = bench.member(f"owner-{number}")
        company = factories.make_enterprise()
        factories.make_member(owner, company, status=MemberStatus.VERIFIED)
        need = factories.make_need(
            bench.space,
            category=bench.category,
            title=title,
            body=body,
            user_id=owner.id,
            enterprise_id=company.id,
            received_at=NOON - (9 - number) * HOUR,
        )
        if number < len(TAX):
            made.owners.append(owner)
            made.needs.append(need)
    return made


def state_of(need: models.Need) -> tuple[NeedState, Outcome | None]:
    fresh = models.Need.get_by_id(need.id)
    return fresh.state, fresh.outcome


def told(user: models.User) -> list[str]:
    rows = models.Message.select().where(models.Message.user_id == user.id)
    return [row.title for row in rows.order_by(models.Message.id)]


def seats(session: models.Session) -> int:
    return int(models.Session.get_by_id(session.id).seats_taken)


def test_words_are_found_without_a_dictionary() -> None:
    texts = [Text.of(*pair) for pair in (*TAX, *OTHER)]
    corpus = Corpus(texts)
    assert {"增值税专用发票", "抵扣"} & set(corpus.shared(texts[0], texts[6]))
    assert corpus.shared(texts[0], texts[7]) == {}


def test_the_board_sees_the_theme_and_groups_without_merging(loop: Loop) -> None:
    [theme] = needs_similar.themes(loop.scope, loop.bench.space.id)
    assert {need.id for need in theme.needs} == {need.id for need in loop.needs}
    assert theme.companies == 7
    assert "都提到" in theme.reason
    assert "发票" in theme.reason
    near = needs_similar.to(loop.scope, loop.needs[0])
    assert {it.need.id for it in near} <= {need.id for need in loop.needs}
    assert all(any("都提到" in reason for reason in it.reasons) for it in near)

    actor, ids = loop.actor, [need.id for need in theme.needs]
    before = {need.id: need for need in theme.needs}
    cluster = needs_clusters.create(
        loop.scope, loop.bench.space.id, "税务发票", ids[:6], actor=actor, now=NOON
    )
    [joining] = needs_similar.themes(loop.scope, loop.bench.space.id)
    assert joining.cluster == cluster
    assert [need.id for need in joining.needs] == ids[6:]
    needs_clusters.put_in(loop.scope, cluster.id, ids, actor=actor, now=NOON)
    card = needs_clusters.card(loop.scope, cluster.id, now=NOON)
    assert card.says == "7 家企业问到税务发票"
    assert card.still_open == 7
    for need in card.needs:
        old = before[need.id]
        same = ("no", "state", "user_id", "enterprise_id", "due_resolve", "promise")
        assert [getattr(need, name) for name in same] == [getattr(old, name) for name in same]
    needs_clusters.take_out(loop.scope, cluster.id, ids[:1], actor=actor, now=NOON)
    assert needs_clusters.card(loop.scope, cluster.id, now=NOON).companies == 6

    elsewhere = factories.make_staff(Role.KEEPER, factories.make_space())
    strange = staff.scope_of(elsewhere, now=dt.datetime.now(dt.UTC))
    with pytest.raises(NotFound):
        needs_clusters.card(strange, cluster.id, now=NOON)
    foreign = factories.make_need(factories.make_space(), category=loop.bench.category)
    with pytest.raises(NotFound):
        needs_clusters.put_in(loop.scope, cluster.id, [foreign.id], actor=actor, now=NOON)
    assert needs_similar.themes(strange, loop.bench.space.id) == []


def test_who_asked_comes_first_and_the_needs_close_or_go_on(loop: Loop) -> None:
    ids = [need.id for need in loop.needs]
    cluster = needs_clusters.create(
        loop.scope, loop.bench.space.id, "税务发票", ids, actor=loop.actor, now=NOON
    )
    expert = models.Expert.add(
        now=NOON,
        org_unit=loop.bench.space.org_unit_id,
        name="王律师",
        skills="税务筹划、发票合规",
    )
    proposal = needs_plans.propose(loop.needs, cluster)
    assert [it.expert for it in proposal.experts] == [expert]
    with pytest.raises(Invalid):
        loop.plan(cluster, seats=8)
    assert models.Activity.select().count() == 0
    draft = loop.plan(cluster, seats=6, expert_id=str(expert.id))
    assert (draft.origin, draft.state) == (Origin.NEED, ActivityState.DRAFT)
    assert draft.experts == ["王律师"]
    assert needs_clusters.get(loop.scope, cluster.id).state is ClusterState.PLANNED
    assert told(loop.owners[0]) == []

    session = loop.publish(draft)
    assert seats(session) == 6
    ties = needs_links.of_activity(draft.id, now=NOON)
    held = [tie.link.seats_held_until for tie in ties]
    assert held == [NOON + 2 * DAY] * 6 + [None]
    assert all(told(owner) == [f"您问的事，我们办一场：{draft.title}"] for owner in loop.owners)

    # Three strangers find three places, the fourth waits; who was invited still has a place.
    strangers = [factories.make_user() for _ in range(4)]
    for stranger in strangers:
        signups.sign_up(stranger, session.id, SignupIn(join_waitlist=True), now=NOON + HOUR)
    line = models.Signup.get(models.Signup.user_id == strangers[3].id)
    assert line.state == SignupState.WAITLISTED
    taken = signups.sign_up(loop.owners[0], session.id, SignupIn(), now=NOON + HOUR)
    assert (taken.state, taken.hold_until) == (SignupState.CONFIRMED, None)
    kept = models.Signup.get(models.Signup.user_id == loop.owners[1].id)
    signups.accept(loop.owners[1], kept.id, now=NOON + HOUR)
    assert seats(session) == 9
    assert signups.expire_offers(NOON + 2 * DAY) == 4
    assert models.Signup.get_by_id(line.id).state == SignupState.CONFIRMED
    assert seats(session) == 6
    for number in (2, 3, 4):
        late = signups.sign_up(loop.owners[number], session.id, SignupIn(), now=NOON + 2 * DAY)
        factories.make_checkin(late)
    for signup in (taken, kept):
        factories.make_checkin(signup)

    over = session.ends_at + 2 * HOUR
    assert needs_verdicts.ask(now=over - HOUR) == 0
    models.Session.update(state=SessionState.ENDED).where(models.Session.id == session.id).execute()
    assert needs_verdicts.ask(now=over) == 7
    assert needs_verdicts.ask(now=over + HOUR) == 0
    came = [tie.link.came for tie in needs_links.of_activity(draft.id, now=over)]
    assert came == [True] * 5 + [False] * 2
    assert told(loop.owners[6])[-1] == "问题解决了吗？"

    # One had been answered by staff meanwhile and says that it did not help.
    desk = loop.bench.desk(loop.bench.triaged(loop.needs[6]))
    needs_desk.answer(desk, Outcome.PARTLY, "请看宣讲资料", now=over)
    for number in range(5):
        loop.says(number, draft, Solved.YES, over + HOUR)
    loop.says(5, draft, Solved.PARTLY, over + HOUR)
    again = loop.says(6, draft, Solved.NO, over + HOUR)
    assert state_of(loop.needs[0]) == (NeedState.CLOSED, Outcome.SOLVED)
    assert state_of(loop.needs[5]) == (NeedState.SUBMITTED, None)
    assert events(loop.needs[5])[-1] == "feedback"
    assert (again.state, again.reopen_count) == (NeedState.IN_PROGRESS, 1)
    assert events(loop.needs[6])[-1] == "reopen"
    with pytest.raises(needs_verdicts.AlreadyAnswered):
        loop.says(0, draft, Solved.NO, over + HOUR)

    effect = needs_clusters.card(loop.scope, cluster.id, now=over).effect
    assert effect.line == "1 场讲座，7 条诉求，5 条解决"
    assert [effect.count(says) for says in (Says.PARTLY, Says.NO, Says.WAITING)] == [1, 1, 0]
    assert needs_effects.of_activity(draft.id, now=over).line == effect.line
    assert needs_effects.of_month(loop.scope, "2026-05", now=over).line == effect.line
    period = statistics.Period.of_month("2026-05")
    figures = statistics.summary([loop.bench.space.id], period, now=over)
    rate = next(figure for figure in figures if figure.code == "resolution_rate")
    assert (rate.numerator, rate.denominator, rate.band) == (5, 6, 0)
    loop_of = ("answering_activities", "answered_needs", "solved_by_activity")
    assert [figure.value for figure in figures if figure.code in loop_of] == [1, 7, 5]

    # Nobody had it in hand when the activity solved it: opened again, it is whose it last was.
    models.Grant.update(from_on=day_of(NOON)).execute()
    first, at = loop.needs[0], over + DAY
    user = loop.owners[0]
    checker = loop.bench.checker(user)
    needs.reopen(user, first.id, "还是不清楚", checker=checker, now=at)
    lead = needs_leads.lead_of(first)
    assert lead is not None
    assert lead.staff_id == loop.actor.id


def test_a_withdrawn_need_is_left_alone_and_a_called_off_activity_asks_nobody(loop: Loop) -> None:
    one, other = loop.needs[:2]
    draft = loop.plan(needs=[one, other])
    owner = loop.owners[0]
    needs.withdraw(owner, one.id, "", checker=loop.bench.checker(owner), now=NOON)
    session = loop.publish(draft)
    assert (seats(session), told(owner)) == (1, [])
    fresh = activities.get(draft.id)
    activities.cancel(fresh, "老师生病", expected=fresh.version, actor=loop.actor, now=NOON + HOUR)
    assert needs_verdicts.ask(now=session.ends_at + 3 * HOUR) == 0
    [tie, _] = needs_links.of_activity(draft.id, now=NOON)
    assert needs_effects.of_activity(draft.id, now=NOON + 9 * DAY).line == ""
    assert needs_effects.says_of(tie) is Says.OFF


def test_a_need_may_be_tied_to_what_is_out_already(loop: Loop) -> None:
    session = factories.make_session(
        factories.make_activity(loop.bench.space), starts_at=NOON + 10 * HOUR, capacity=2
    )
    company = factories.make_enterprise()
    contact = factories.make_user()
    factories.make_member(contact, company, status=MemberStatus.VERIFIED, role=MemberRole.CONTACT)
    heard = factories.make_need(
        loop.bench.space, category=loop.bench.category, enterprise_id=company.id
    )
    nobody = factories.make_need(loop.bench.space, category=loop.bench.category)
    for need in (heard, nobody):
        needs_links.link(loop.scope, need.id, session.activity_id, actor=loop.actor, now=NOON)
    assert seats(session) == 1
    kept = models.Signup.get(models.Signup.session == session)
    # It ends with the last hour, in which nobody could take it over any more.
    assert (kept.user_id, kept.hold_until) == (contact.id, session.starts_at - HOUR)
    with pytest.raises(needs_links.AlreadyLinked):
        needs_links.link(loop.scope, heard.id, session.activity_id, actor=loop.actor, now=NOON)
    [tie] = needs_links.of_need(nobody, now=NOON)
    with pytest.raises(needs_links.AlreadyInvited):
        needs_links.unlink(loop.scope, tie.link.id, actor=loop.actor, now=NOON)
    over = session.ends_at + 2 * HOUR
    needs_verdicts.ask(now=over)
    say = {"actor": loop.actor, "now": over}
    needs_verdicts.note(loop.scope, tie.link.id, Solved.YES, text="电话里说的", **say)
    assert state_of(nobody) == (NeedState.CLOSED, Outcome.SOLVED)
    [theirs] = needs_links.of_need(heard, now=NOON)
    with pytest.raises(needs_verdicts.NotAsked):
        needs_verdicts.note(loop.scope, theirs.link.id, Solved.YES, **say)
