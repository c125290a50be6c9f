"""Whom a season chooses and why, what a visit leaves behind, and what a phone may hand in twice."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from flask import Flask

import models
from models.needs import NeedSource, NeedState
from models.staff import Role
from models.visits import TargetState, VisitKind
from server.clock import at_shanghai, day_of, iso
from server.errors import Forbidden, Invalid, NotFound
from server.schemas.visits import RuleIn, VisitCampaignIn, VisitIn, VisitSyncIn, Why
from server.services import (
    calendar,
    staff,
    visits,
    visits_exports,
    visits_progress,
    visits_records,
    visits_results,
    visits_routes,
    visits_seasons,
    visits_sync,
    visits_targets,
)
from server.services.audit import SYSTEM, Actor
from tests import factories
from tests.conftest import resources

QUESTIONS: list[dict[str, Any]] = [
    {"key": "q1", "label": "最大的困难", "kind": "choice", "options": ["用工", "资金"], "required": True},
    {"key": "q2", "label": "想要的服务", "kind": "multi", "options": ["政策", "法律", "健康"]},
    {"key": "q3", "label": "对园区满意吗", "kind": "scale", "options": ["不满意", "很满意"]},
    {"key": "q4", "label": "想对我们说", "kind": "text"},
]  # fmt: skip


class Ground:
    """A Space with towers, companies and two colleagues."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.space = factories.make_space()
        self.tower = factories.make_building(self.space, name="A 座")
        self.keeper = factories.make_staff(Role.KEEPER, self.space)
        self.other = factories.make_staff(Role.OPERATOR, self.space)
        self.scope = staff.scope_of(self.keeper, now=now)
        self.actor = Actor("staff", self.keeper.id, self.keeper.name)

    def company(self, **over: Any) -> models.Enterprise:
        return factories.make_enterprise(**{"building": self.tower, "room": "1203"} | over)

    def wanted(self, **over: Any) -> VisitCampaignIn:
        today = day_of(self.now)
        values = {
            "space_id": str(self.space.id),
            "kind": "other",
            "title": "走访",
            "starts_on": today.isoformat(),
            "ends_on": (today + dt.timedelta(days=30)).isoformat(),
        }
        return VisitCampaignIn.model_validate(values | over)

    def plan(self, **over: Any) -> models.VisitCampaign:
        wanted = self.wanted(**over)
        return visits_targets.plan(self.scope, wanted, actor=self.actor, now=self.now)[0]

    def visit(self, target: models.VisitTarget, **over: Any) -> models.VisitRecord:
        given = VisitIn.model_validate({"visited_at": iso(self.now)} | over)
        return visits_records.record(self.scope, target.id, given, actor=self.actor, now=self.now)


@pytest.fixture
def ground(app: Flask, now: dt.datetime) -> Ground:
    return Ground(now)


def test_spring_begins_after_the_festival(app: Flask, now: dt.datetime) -> None:
    calendar.seed_year(SYSTEM, 2026, now=now)
    known = visits_seasons.spring(2026)
    assert known.starts_on == dt.date(2026, 2, 24)
    assert not known.is_provisional
    assert "正月初一是2月17日（周二）" in known.reasons[0]
    assert known.reasons[1] == "春节放假 2月15日–2月23日（国务院办公厅放假安排）"
    guessed = visits_seasons.spring(2027)
    assert (guessed.starts_on, guessed.is_provisional) == (dt.date(2027, 2, 15), True)
    assert "尚未公布" in guessed.reasons[1]
    [space] = [factories.make_space().id]
    for moment, year in (("2026-01-05", 2026), ("2026-03-20", 2026), ("2026-12-01", 2027)):
        at = at_shanghai(dt.date.fromisoformat(moment), dt.time(9))
        proposed = visits_seasons.due([space], ahead=visits_seasons.EARLY, now=at)
        assert proposed[space].year == year
    summer = at_shanghai(dt.date(2026, 7, 1), dt.time(9))
    assert visits_seasons.due([space], ahead=visits_seasons.EARLY, now=summer) == {}


def test_one_spring_a_year(ground: Ground) -> None:
    season = visits_seasons.spring(ground.now.year + 1)
    days = {"starts_on": season.starts_on.isoformat(), "ends_on": season.ends_on.isoformat()}
    ground.plan(kind=VisitKind.SPRING, **days)
    with pytest.raises(visits.SpringPlanned):
        ground.plan(kind=VisitKind.SPRING, **days)
    at = at_shanghai(season.starts_on, dt.time(9))
    assert visits_seasons.due([ground.space.id], ahead=visits_seasons.EARLY, now=at) == {}


def test_rule_orders_and_tells_why(ground: Ground, now: dt.datetime) -> None:
    today = day_of(now)
    year = dt.timedelta(days=365)
    visited = {name: ground.company() for name in ("calm", "waiting", "silent", "leaving")}
    earlier = ground.plan(title="去年", rule={"order": ["never"]})
    ago = {"calm": 20, "waiting": 20, "silent": 400, "leaving": 20}
    for target in visits_targets.of_campaign(earlier):
        [name] = [key for key, row in visited.items() if row.id == target.enterprise_id]
        ground.visit(target, visited_at=iso(now - dt.timedelta(days=ago[name])))
    factories.make_need(ground.space, enterprise_id=visited["waiting"].id)
    factories.make_need(
        ground.space, enterprise_id=visited["calm"].id, state=NeedState.CLOSED, received_at=now
    )
    visited["leaving"].change(now=now, tenancy_to=today + dt.timedelta(days=60))
    fresh = ground.company(tenancy_from=today - dt.timedelta(days=30))
    old = ground.company(tenancy_from=today - 3 * year)
    merged = ground.company(name="并走的")
    merged.change(now=now, status="merged", merged_into=old)
    ground.company(status="moved_out")
    factories.make_enterprise(building=factories.make_building())
    factories.make_need(
        ground.space, enterprise_id=merged.id, received_at=now - dt.timedelta(days=300)
    )
    campaign = ground.plan()
    found = visits_targets.of_campaign(campaign)
    told = [(row.enterprise_id, [each["text"] for each in row.reasons]) for row in found]
    leaves = today + dt.timedelta(days=60)
    since = today - dt.timedelta(days=30)
    assert told == [
        (fresh.id, ["从未走访", "从未来往", f"{since.year}年{since.month}月新入驻"]),
        (old.id, ["从未走访", "有 1 件诉求未办结", "9 个月没有来往"]),
        (visited["waiting"].id, ["有 1 件诉求未办结"]),
        (visited["silent"].id, ["13 个月没有来往"]),
        (visited["leaving"].id, [f"租期到 {leaves.year}年{leaves.month}月{leaves.day}日"]),
    ]
    everybody = ground.wanted(rule={"order": [why.value for why in (Why.NEVER, Why.REST)]})
    more = visits.change(campaign, everybody, actor=ground.actor, now=now)
    assert RuleIn.model_validate(more.rule).order == [Why.NEVER, Why.REST]
    assert visits_targets.fill(ground.scope, campaign.id, actor=ground.actor, now=now) == 1
    last = visits_targets.of_campaign(campaign)[-1]
    assert (last.enterprise_id, last.reasons[0]["text"]) == (visited["calm"].id, "例行走访")


def test_list_is_kept_by_hand(ground: Ground, now: dt.datetime) -> None:
    company = ground.company()
    campaign = ground.plan()
    act: dict[str, Any] = {"actor": ground.actor, "now": now}
    scope = ground.scope
    [target] = visits_targets.of_campaign(campaign)
    visits_targets.remove(scope, target.id, **act)
    assert visits_targets.fill(scope, campaign.id, **act) == 0, "who was taken off stays off"
    back = visits_targets.add(scope, campaign.id, company.id, **act)
    assert back.id == target.id
    with pytest.raises(visits_targets.AlreadyListed):
        visits_targets.add(scope, campaign.id, company.id, **act)
    guest = visits_targets.add(scope, campaign.id, factories.make_enterprise().id, **act)
    assert guest.reasons == [visits_targets.BY_HAND]
    ids = [back.id, guest.id]
    assert visits_targets.assign(scope, campaign.id, ids, ground.other.id, **act) == 2
    with pytest.raises(Invalid):
        visits_targets.assign(scope, campaign.id, ids, factories.make_staff().id, **act)
    ground.visit(back)
    with pytest.raises(visits_targets.VisitedAlready):
        visits_targets.remove(scope, back.id, **act)
    officer = factories.make_staff(Role.TOWN_OFFICER, ground.space.org_unit.parent)
    reads = staff.scope_of(officer, now=now)
    assert visits.get(reads, campaign.id) == campaign
    with pytest.raises(Forbidden):
        visits_targets.fill(reads, campaign.id, **act)
    stranger = staff.scope_of(factories.make_staff(Role.KEEPER, factories.make_space()), now=now)
    with pytest.raises(NotFound):
        visits_targets.get(stranger, back.id)


def test_route_goes_up_the_building(ground: Ground) -> None:
    tower = factories.make_building(ground.space, name="B 座")
    rooms = ["1203", "8F-02", "B1", "302", "前台"]
    here = [ground.company(room=room) for room in rooms]
    there = ground.company(building=tower, room="101")
    campaign = ground.plan()
    order = visits_routes.route(visits_targets.of_campaign(campaign))
    assert [row.enterprise_id for row in order] == [
        *(here[number].id for number in (2, 3, 1, 0, 4)),
        there.id,
    ]
    assert [visits_routes.floor_of(room)[1] for room in rooms] == ["12", "8", "B1", "3", ""]


def test_record_bears_needs_and_counts(ground: Ground, now: dt.datetime) -> None:
    category = factories.make_category()
    companies = [ground.company(room=str(100 + number)) for number in range(3)]
    campaign = ground.plan(kind=VisitKind.RESEARCH, questions=QUESTIONS)
    first, second, third = visits_targets.of_campaign(campaign)
    heard = {"category": category.code, "title": "缺停车位", "body": "每天找半小时"}
    wrong = {"visited_at": iso(now), "answers": {"q2": "政策"}}
    with pytest.raises(Invalid) as refused:
        ground.visit(first, **wrong)
    assert refused.value.facts["errors"][0]["field"] == "answers.q1"
    with pytest.raises(Invalid):
        ground.visit(first, needs=[heard | {"answers": {"nope": "1"}}])
    assert not models.VisitRecord.select().exists(), "half of a visit was kept"
    row = ground.visit(
        first, met="王经理", answers={"q1": "用工", "q2": "政策\n健康", "q3": "4"}, needs=[heard]
    )
    [need] = visits_records.story(row).needs
    assert (need.source, need.enterprise_id) == (NeedSource.VISIT, first.enterprise_id)
    assert need.on_behalf_by == ground.keeper.id
    with pytest.raises(visits_records.AlreadyRecorded):
        ground.visit(first)
    act: dict[str, Any] = {"actor": ground.actor, "now": now}
    with pytest.raises(Invalid):
        visits_records.mark(ground.scope, second.id, TargetState.REFUSED, "", **act)
    visits_records.mark(ground.scope, second.id, TargetState.REFUSED, "在忙年审", **act)
    visits_targets.assign(ground.scope, campaign.id, [third.id], ground.other.id, **act)
    standing = visits_progress.of_campaigns([campaign])[campaign.id]
    assert vars(standing) == {
        "todo": 1, "done": 1, "refused": 1, "unreachable": 0, "answered": 1, "needs": 1,
    }  # fmt: skip
    shares = visits_progress.by_assignee(campaign)
    assert [(share.name, share.standing.targets) for share in shares] == [
        (ground.other.name, 1),
        ("未分配", 2),
    ]
    with pytest.raises(visits.QuestionsAnswered):
        visits.change(campaign, ground.wanted(kind=VisitKind.OTHER), **act)
    given = VisitIn.model_validate(
        {
            "visited_at": iso(now),
            "summary": "谈得很好",
            "answers": {"q1": "资金"},
            "signed_off": True,
        }
    )
    mended = visits_records.change(ground.scope, row.id, given, expected=row.version, **act)
    assert visits_records.story(mended).answers == {"q1": "资金"}
    with pytest.raises(visits_records.SignedOff):
        visits_records.change(ground.scope, row.id, given, expected=mended.version, **act)
    results = visits_results.of_campaign(models.VisitCampaign.get_by_id(campaign.id))
    assert results.questions[0].counts == [("用工", 0), ("资金", 1)]
    assert visits.of_enterprise(companies[0].id, [ground.space.id]) == [row]
    assert visits.of_enterprise(companies[0].id, []) == []
    assert visits.last_visited([companies[0].id, companies[1].id]) == {companies[0].id: now}


def test_anonymous_answers_lead_nowhere(ground: Ground, now: dt.datetime) -> None:
    companies = [ground.company(room=str(101 + number)) for number in range(5)]
    campaign = ground.plan(kind=VisitKind.RESEARCH, questions=QUESTIONS, is_anonymous=True)
    targets = visits_targets.of_campaign(campaign)
    for number, target in enumerate(targets):
        if number == 4:
            assert visits_results.of_campaign(campaign).is_held_back
            with pytest.raises(visits_exports.HeldBack):
                visits_exports.workbook(campaign, "核对", actor=ground.actor, now=now)
        row = ground.visit(
            target, answers={"q1": "资金", "q2": "法律", "q3": str(number + 1), "q4": "=1+1"}
        )
        assert row.has_answers
        assert visits_records.story(row).answers == {}
    kept = list(models.VisitAnswer.select())
    assert [each.record_id for each in kept] == [None] * 5
    results = visits_results.of_campaign(campaign)
    assert results.questions[2].average == 3.0
    assert results.questions[1].counts == [("政策", 0), ("法律", 5), ("健康", 0)]
    book = openpyxl.load_workbook(
        io.BytesIO(visits_exports.workbook(campaign, "核对", actor=ground.actor, now=now))
    )
    head, *lines = book["编码结果"].iter_rows(values_only=True)
    assert head == ("序号", "q1", "q2_1", "q2_2", "q2_3", "q3", "q4")
    assert {line[1:5] for line in lines} == {(2, 0, 1, 0)}
    assert sorted(line[5] for line in lines) == [1, 2, 3, 4, 5]
    assert book["编码结果"]["G2"].data_type == "s"
    told = str(list(book["编码结果"].values))
    assert not any(company.name in told for company in companies)


def test_queue_twice_is_once(ground: Ground, now: dt.datetime) -> None:
    category = factories.make_category()
    for _ in range(3):
        ground.company()
    campaign = ground.plan()
    first, second, third = visits_targets.of_campaign(campaign)
    heard = [{"category": category.code, "title": "招人难", "body": "缺技工"}]
    visit = {"visited_at": iso(now), "summary": "都好", "needs": heard}
    items: list[dict[str, Any]] = [
        {"client_ref": "a", "target_id": str(first.id), "state": "done", "visit": visit},
        {"client_ref": "b", "target_id": str(second.id), "state": "refused", "reason": "没空"},
        {"client_ref": "c", "target_id": str(third.id), "state": "refused"},
        {"client_ref": "d", "target_id": "没有", "state": "done", "visit": {"visited_at": 1}},
        {"client_ref": "e", "target_id": str(first.id), "state": "done", "visit": visit},
    ]
    said = []
    for part in (items, items[::-1], items[:2]):
        batch = VisitSyncIn.model_validate({"items": part})
        said.append(visits_sync.sync(batch, ground.scope, actor=ground.actor, now=now))
    results = {each.client_ref: each.result for each in said[0]}
    assert results == {
        "a": "recorded", "b": "marked", "c": "validation", "d": "validation", "e": "already_recorded",
    }  # fmt: skip
    assert said[1] == said[0][::-1]
    assert said[2] == said[0][:2]
    assert models.VisitRecord.select().count() == models.Need.select().count() == 1
    stranger = staff.scope_of(factories.make_staff(Role.KEEPER, factories.make_space()), now=now)
    theirs = VisitSyncIn.model_validate({"items": [items[0] | {"target_id": str(third.id)}]})
    [verdict] = visits_sync.sync(theirs, stranger, actor=ground.actor, now=now)
    assert verdict.result == "not_found"
    assert visits_sync.forget_old(now=now + dt.timedelta(days=91)) == 6


def test_phone_numbers_are_masked(ground: Ground, app: Flask, now: dt.datetime) -> None:
    vault = resources(app).vault
    company = ground.company()
    user = factories.make_user(nickname="小李")
    sealed = vault.seal("13812345678", place=f"user.phone:{user.id}")
    models.User.update(phone_enc=sealed).where(models.User.id == user.id).execute()
    factories.make_member(user, company, role="contact", status="verified")
    assert visits_routes.contacts([company.id], vault) == {
        company.id: visits_routes.Contact("小李", "138****5678")
    }
