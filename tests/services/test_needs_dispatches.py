"""Needs in many hands, and promises 19 to 23 as stories: outcome apart from state, days that are
counted as told, one question about satisfaction, two who never overwrite each other."""

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask
from peewee import IntegrityError

import models
from models.calendar import DayKind
from models.needs import NeedState, Outcome, Satisfaction, Solved
from models.needs_dispatches import DispatchRole, DispatchState, EscalationAnswer
from models.resources import PartnerType
from models.staff import Role
from server.errors import Forbidden, Invalid, NotFound, VersionConflict
from server.services import (
    audit,
    calendar,
    needs,
    needs_appeals,
    needs_categories,
    needs_clock,
    needs_desk,
    needs_dispatches,
    needs_escalations,
    needs_extensions,
    needs_handling,
    needs_leads,
    needs_scope,
    needs_templates,
    staff,
)
from server.services.needs_desk import Filters
from server.services.needs_dispatches import Errand
from server.services.needs_handling import Hand
from server.services.needs_scope import Side
from tests import factories
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, events, make_bench, shanghai

TODAY = dt.datetime.now(dt.UTC)


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def partner(bench: Bench, name: str = "物业公司") -> models.Partner:
    unit = bench.space.org_unit
    return models.Partner.add(now=NOON, org_unit=unit, type=PartnerType.OPERATOR, name=name)


def handler(bench: Bench, body: models.Partner) -> staff.Scope:
    account = factories.make_staff()
    given = staff.grant(
        account,
        Role.PARTNER_HANDLER,
        bench.space.org_unit,
        partner=body,
        actor=audit.SYSTEM,
        now=TODAY,
    )
    assert given.partner_id == body.id
    return staff.scope_of(account, now=TODAY)


def hand(scope: staff.Scope, row: models.Dispatch) -> Hand:
    fresh = models.Dispatch.get_by_id(row.id)
    return Hand(scope, row.id, fresh.version, audit.Actor("staff", scope.staff_id, "经办"))


def sent(bench: Bench, body: models.Partner) -> tuple[models.Need, models.Dispatch]:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    errand = Errand(partner_id=body.id, note="请看一下")
    need = needs_dispatches.dispatch(bench.desk(need), errand, now=NOON)
    lead = needs_leads.lead_of(need)
    assert lead
    return need, lead


def test_a_partner_takes_it_works_on_it_and_reports(bench: Bench) -> None:
    body = partner(bench)
    mine, other = handler(bench, body), handler(bench, partner(bench, "别家"))
    need, row = sent(bench, body)
    needs_desk.note(bench.desk(need), "只给同事看的话", now=NOON)
    hidden = bench.submit(bench.member("demo-u2"))
    assert (need.state, need.lead_unit) == (NeedState.DISPATCHED, "物业公司")
    assert [each.id for each in needs_handling.mine(mine)] == [row.id]
    for scope, need_id in ((mine, hidden.id), (other, need.id)):
        with pytest.raises(NotFound):
            needs_scope.get(scope, need_id)
    with pytest.raises(NotFound):
        needs_handling.accept(hand(other, row), now=NOON)

    needs_handling.accept(hand(mine, row), now=NOON)
    assert models.Need.get_by_id(need.id).state is NeedState.IN_PROGRESS
    seen = needs_scope.get(mine, need.id)
    version = seen.need.version
    needs_handling.say(hand(mine, row), "明天上门", is_public=True, seen_version=version, now=NOON)
    with pytest.raises(VersionConflict):
        needs_handling.say(hand(mine, row), "晚了", is_public=True, seen_version=version, now=NOON)
    row = needs_handling.finish(hand(mine, row), "修好了", now=NOON)
    assert (row.state, row.result) == (DispatchState.DONE, "修好了")
    told = [line.event.text for line in needs_handling.timeline(mine, seen, now=TODAY)]
    assert "明天上门" in told
    assert "物业公司已办完：修好了" in told
    assert "只给同事看的话" not in told
    with pytest.raises(needs_dispatches.DispatchEnded):
        needs_handling.give_back(hand(mine, row), "不想办了", now=NOON)


def test_the_lead_is_one_and_never_empty(bench: Bench) -> None:
    first, second = partner(bench), partner(bench, "税务所")
    need, row = sent(bench, first)
    with pytest.raises(IntegrityError), models.db.atomic():
        models.Dispatch.add(
            now=NOON, space=need.space, need=need, partner=second, role=DispatchRole.LEAD
        )
    assist = Errand(partner_id=second.id, role=DispatchRole.ASSIST)
    need = needs_dispatches.dispatch(bench.desk(need), assist, now=NOON)
    with pytest.raises(needs_dispatches.AlreadyDispatched):
        needs_dispatches.dispatch(bench.desk(need), assist, now=NOON)
    with pytest.raises(Invalid):
        needs_dispatches.recall(bench.desk(need), row.id, "", now=NOON)
    # Who assisted leads now; who led is relieved.
    need = needs_dispatches.dispatch(bench.desk(need), Errand(partner_id=second.id), now=NOON)
    states = {(each.partner_id, each.role): each.state for each in needs_leads.of_need(need)}
    assert states == {
        (second.id, DispatchRole.LEAD): DispatchState.SENT,
        (second.id, DispatchRole.ASSIST): DispatchState.RECALLED,
        (first.id, DispatchRole.LEAD): DispatchState.RECALLED,
    }
    filters = Filters(partner_id=second.id)
    page = needs_desk.board(bench.desk(need).scope, filters, cursor=None, limit=9, now=NOON)
    assert [each.id for each in page.items] == [need.id]
    mine, lead = handler(bench, second), needs_leads.lead_of(need)
    assert lead
    needs_handling.give_back(hand(mine, lead), "不归我们管", now=NOON)
    need = models.Need.get_by_id(need.id)
    assert (need.state, need.lead_unit) == (NeedState.RETURNED, "")
    with pytest.raises(NotFound):
        needs_scope.get(mine, need.id)
    # What somebody works on without sending it is theirs.
    alone = bench.triaged(bench.submit(bench.member("demo-u2")))
    desk = bench.desk(alone)
    needs_desk.reply(desk, "我来办", now=NOON)
    lead = needs_leads.lead_of(alone)
    assert lead
    assert lead.staff_id == desk.actor.id


def test_the_town_answers_what_it_was_called_to(bench: Bench) -> None:
    town = factories.make_staff(Role.TOWN_OFFICER, bench.space.org_unit.parent)
    officer = staff.scope_of(town, now=TODAY)
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    with pytest.raises(NotFound):
        needs_scope.get(officer, need.id)
    need = needs_escalations.call(bench.desk(need), "要镇里定", days=2, now=NOON)
    with pytest.raises(needs_escalations.AlreadyEscalated):
        needs_escalations.call(bench.desk(need), "再叫一次", now=NOON)
    [call] = needs_escalations.mine(officer)
    assert call.due_at == shanghai("2026-05-18 17:30")
    assert needs_scope.get(officer, need.id).side is Side.TOWN
    assert needs_escalations.overdue(officer, now=NOON) == []
    assert [each.id for each in needs_escalations.overdue(officer, now=NOON + 5 * DAY)] == [call.id]
    actor = audit.Actor("staff", town.id, "镇联络员")
    with pytest.raises(Invalid):
        needs_escalations.answer(
            officer, call.id, EscalationAnswer.UPHELD, "维持", actor=actor, now=NOON
        )
    joins = EscalationAnswer.TAKES_PART
    needs_escalations.answer(officer, call.id, joins, "我们一起办", actor=actor, now=NOON)
    [row] = needs_leads.of_need(need)
    assert (row.staff_id, row.role) == (town.id, DispatchRole.ASSIST)
    with pytest.raises(needs_escalations.AlreadyAnswered):
        needs_escalations.answer(officer, call.id, joins, "再答", actor=actor, now=NOON)


def test_promise_19_an_end_is_explained_and_open_to_appeal(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.triaged(bench.submit(user))
    needs_desk.answer(
        bench.desk(need), Outcome.EXPLAINED, "政策不允许", consulted="镇经发办", now=NOON
    )
    checker = bench.checker(user)
    needs.rate(user, need.id, Satisfaction.UNSATISFIED, Solved.NO, checker=checker, now=NOON)
    rating = needs.rating_of(models.Need.get_by_id(need.id))
    assert rating
    assert rating.solved is Solved.NO  # theirs beside ours
    need = needs_appeals.appeal(user, need.id, "隔壁就可以", checker=checker, now=NOON + DAY)
    with pytest.raises(needs_appeals.AppealUsed):
        needs_appeals.appeal(user, need.id, "再来", checker=checker, now=NOON + DAY)
    assert needs_clock.auto_close(now=NOON + 20 * DAY) == 0
    town = factories.make_staff(Role.TOWN_OFFICER, bench.space.org_unit.parent)
    officer = staff.scope_of(town, now=TODAY)
    [call] = needs_escalations.mine(officer)
    assert call.is_appeal
    needs_escalations.answer(
        officer,
        call.id,
        EscalationAnswer.TAKES_PART,
        "我们协调",
        actor=audit.Actor("staff", town.id),
        now=NOON + DAY,
    )
    need = models.Need.get_by_id(need.id)
    assert (need.state, need.outcome, need.reopen_count) == (NeedState.IN_PROGRESS, None, 1)
    assert need.due_resolve == shanghai("2026-05-20 17:30")  # half of 5, at least 3, from the 15th
    assert events(need)[-4:] == ["answer", "rate", "appeal", "revisit"]


def test_promise_20_days_asked_for_are_counted_as_told(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    assert need.due_resolve == shanghai("2026-05-21 17:30")
    desk = bench.desk(need)
    need = needs_extensions.ask(desk, 3, "等区里批复", now=NOON)
    with pytest.raises(needs_extensions.AlreadyAsked):
        needs_extensions.ask(bench.desk(need), 3, "再要", now=NOON)
    assert need.due_resolve == shanghai("2026-05-21 17:30")
    [row] = needs_extensions.of_need(need)
    with pytest.raises(Forbidden):
        needs_extensions.decide(bench.desk(need), row.id, is_approved=True, now=NOON)
    keeper = bench.desk(need, Role.KEEPER)
    need = needs_extensions.decide(keeper, row.id, is_approved=True, now=NOON)
    # Thursday the 14th, five and three working days, one weekend and Monday between.
    assert need.due_resolve == shanghai("2026-05-26 17:30")
    said = needs.timeline(need)[-1].event
    assert (said.type, said.is_public) == ("extend", True)
    assert "5月26日（周二）17:30" in said.text
    assert "等区里批复" in said.text
    again = replace(keeper, expected=need.version)
    with pytest.raises(needs_extensions.AlreadyDecided):
        needs_extensions.decide(again, row.id, is_approved=False, words="不", now=NOON)


def test_promise_23_the_second_of_two_answers_sees_the_first(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    first, second = bench.desk(need), bench.desk(need)
    needs_desk.answer(first, Outcome.SOLVED, "第一个答复", now=NOON)
    with pytest.raises(VersionConflict) as refused:
        needs_desk.answer(second, Outcome.PARTLY, "第二个答复", now=NOON)
    assert refused.value.facts["current"]["last_event"]["text"] == "第一个答复"
    assert events(need).count("answer") == 1


def test_promise_21_a_changed_calendar_moves_what_was_promised_with_a_trace(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    calendar.set_day(audit.SYSTEM, dt.date(2026, 5, 20), DayKind.REST, "临时放假", now=NOON)
    fresh = models.Need.get_by_id(need.id)
    assert fresh.due_resolve == shanghai("2026-05-22 17:30")
    said = needs.timeline(fresh)[-1].event
    assert (said.type, "5月22日" in said.text) == ("recompute", True)
    assert calendar.recompute(audit.SYSTEM, now=NOON) == 0


def test_the_catalogue_changes_no_promise_made(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    nation = bench.space.org_unit.parent
    admin = staff.Scope(1, ((Role.PLATFORM_ADMIN, nation.path),))
    kind = needs_categories.Kind("贷款", resolve_days=9, urgent_days=2)
    with pytest.raises(Forbidden):
        needs_categories.change(
            staff.Scope(1, ((Role.KEEPER, nation.path),)),
            bench.category,
            kind,
            expected=1,
            actor=audit.SYSTEM,
            now=NOON,
        )
    needs_categories.change(admin, bench.category, kind, expected=1, actor=audit.SYSTEM, now=NOON)
    assert models.Need.get_by_id(need.id).due_resolve == need.due_resolve
    later = bench.submit(bench.member("demo-u2"))
    assert later.resolve_days == 9
    assert (
        models.AuditLog.get(models.AuditLog.action == "needs.change_category").before[
            "resolve_days"
        ]
        == 5
    )


def test_a_template_is_filled_in(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    scope = bench.desk(need).scope
    text = "{称呼}，您的{编号}我们会在{期限}前答复。{经办}"
    wording = needs_templates.Wording("收到", text, space_id=bench.space.id)
    needs_templates.write(scope, wording, actor=audit.SYSTEM, now=NOON)
    with pytest.raises(Forbidden):
        needs_templates.write(
            scope, needs_templates.Wording("全部", "您好"), actor=audit.SYSTEM, now=NOON
        )
    seen = needs_scope.get(scope, need.id).need
    [(_, filled)] = needs_templates.offered(seen, name="林悦", by="小沈")
    assert filled == f"林悦，您的{need.no}我们会在5月21日（周四）17:30前答复。小沈"
