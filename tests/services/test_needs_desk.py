"""Staff at work on needs: the board, each step, and who may read what."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.needs import NeedState, Outcome
from models.staff import Role
from server.errors import Invalid, NotFound, VersionConflict
from server.services import needs, needs_desk, needs_dispatches, needs_intake, staff
from server.services.needs_desk import Desk, Filters, Triage
from server.services.needs_dispatches import Errand
from server.services.needs_states import WrongState
from tests import factories
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, events, make_bench, shanghai


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def board(bench: Bench, now: dt.datetime = NOON, **filters: object) -> list[str]:
    account = factories.make_staff(Role.KEEPER, bench.space)
    scope = staff.scope_of(account, now=dt.datetime.now(dt.UTC))
    page = needs_desk.board(scope, Filters(**filters), cursor=None, limit=50, now=now)
    return [need.no for need in page.items]


def test_the_board_shows_the_soonest_due_of_ones_own_spaces(bench: Bench) -> None:
    user = bench.member("demo-u1")
    late = bench.submit(user, now=NOON + DAY)
    soon = bench.submit(user)
    bench.submit(user, space_id=factories.make_space().id)
    assert board(bench) == [soon.no, late.no]


def test_filters(bench: Bench) -> None:
    user = bench.member("demo-u1")
    factories.make_category(code="tax")
    loan, tax = bench.submit(user), bench.submit(user, category="tax", title="税收优惠")
    bench.triaged(tax)
    needs_desk.reply(bench.desk(tax), "已联系", now=NOON)
    other = factories.make_space()
    assert board(bench, category="tax") == [tax.no]
    assert board(bench, states=(NeedState.SUBMITTED,)) == [loan.no]
    assert board(bench, text="税收") == [tax.no]
    assert board(bench, text=loan.no) == [loan.no]
    assert board(bench, space_id=other.id) == []
    assert board(bench, space_id=bench.space.id) == [loan.no, tax.no]
    after_contact = NOON + 2 * DAY
    assert board(bench, after_contact, is_overdue=True) == [loan.no]
    assert board(bench, after_contact, is_overdue=False) == [tax.no]
    after_all = NOON + 30 * DAY
    assert board(bench, after_all, is_overdue=True) == [loan.no, tax.no]
    assert board(bench, after_all, is_overdue=False) == []


def test_late_in_sql_is_late_in_python(bench: Bench) -> None:
    from server.services import needs_clock

    user = bench.member("demo-u1")
    made = [bench.submit(user) for _ in NeedState]
    for need, state in zip(made, NeedState, strict=True):
        contacted = NOON if state is NeedState.IN_PROGRESS else None
        models.Need.update(state=state, first_response_at=contacted).where(
            models.Need.id == need.id
        ).execute()
    for days in (0, 2, 30):
        when = NOON + days * DAY
        late = {need.no for need in models.Need.select() if needs_clock.is_overdue(need, now=when)}
        assert set(board(bench, when, is_overdue=True)) == late


def test_counts_of_the_board(bench: Bench) -> None:
    user = bench.member("demo-u1")
    bench.triaged(bench.submit(user))
    need = bench.submit(user)
    bench.submit(user, space_id=factories.make_space().id)
    counts = needs_desk.counts(bench.desk(need).scope, now=NOON + 2 * DAY)
    assert (counts["submitted"], counts["triaged"], counts["closed"]) == (1, 1, 0)
    assert counts["overdue"] == 2


@pytest.mark.parametrize(
    "role", [Role.SCANNER, Role.TOWN_OFFICER, Role.DISTRICT_VIEWER, Role.PLATFORM_ADMIN]
)
def test_who_does_not_work_on_needs_reads_none(bench: Bench, role: Role) -> None:
    need = bench.submit(bench.member("demo-u1"))
    at = bench.space if role is Role.SCANNER else bench.space.org_unit.parent
    desk = bench.desk(need, role, at)
    page = needs_desk.board(desk.scope, Filters(), cursor=None, limit=20, now=NOON)
    assert page.items == []
    for act in (
        lambda: needs_desk.get(desk.scope, need.id),
        lambda: needs_desk.triage(desk, Triage(), now=NOON),
        lambda: needs_desk.note(desk, "看看", now=NOON),
    ):
        with pytest.raises(NotFound):
            act()
    assert events(need) == ["submit"]


def test_staff_of_another_space_find_nothing(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    desk = bench.desk(need, Role.KEEPER, factories.make_space())
    with pytest.raises(NotFound):
        needs_desk.answer(desk, Outcome.SOLVED, "不该", now=NOON)
    assert events(need) == ["submit", "triage"]


def test_the_whole_way(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    given = Triage(summary="流动资金贷款", lead_unit="招商部")
    need = needs_desk.triage(bench.desk(need), given, now=NOON)
    assert (need.state, need.staff_summary, need.body) == (
        NeedState.TRIAGED,
        "流动资金贷款",
        "缺流动资金",
    )
    need = needs_dispatches.dispatch(bench.desk(need), Errand(unit="区金融办"), now=NOON)
    assert (need.state, need.lead_unit) == (NeedState.DISPATCHED, "区金融办")
    need = needs_dispatches.give_back(bench.desk(need), "不属本单位", now=NOON)
    assert (need.state, need.lead_unit) == (NeedState.RETURNED, "")
    need = needs_dispatches.dispatch(bench.desk(need), Errand(unit="街道"), now=NOON)
    need = needs_desk.reply(bench.desk(need), "已联系银行", now=NOON + DAY)
    assert (need.state, need.first_response_at) == (NeedState.IN_PROGRESS, NOON + DAY)
    need = needs_desk.reply(bench.desk(need), "银行明天来", now=NOON + 2 * DAY)
    assert need.first_response_at == NOON + DAY
    need = needs_desk.answer(bench.desk(need), Outcome.SOLVED, "已放款", now=NOON + 3 * DAY)
    assert (need.state, need.outcome, need.answered_at) == (
        NeedState.ANSWERED,
        Outcome.SOLVED,
        NOON + 3 * DAY,
    )
    told = models.Message.select().where(models.Message.user_id == user.id)
    assert [message.title for message in told.order_by(models.Message.created_at)] == [
        "您的诉求有新回复",
        "您的诉求有新回复",
        "您的诉求已答复",
    ]
    trail = models.AuditLog.select().where(models.AuditLog.object_id == need.id)
    assert [line.action for line in trail.order_by(models.AuditLog.at, models.AuditLog.id)] == [
        "needs.triage",
        "needs.dispatch",
        "needs.return",
        "needs.dispatch",
        "needs.reply",
        "needs.reply",
        "needs.answer",
    ]


def test_a_note_is_no_response(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    noted = needs_desk.note(bench.desk(need), "先问问银行", now=NOON)
    assert (noted.first_response_at, noted.state) == (None, NeedState.TRIAGED)
    assert models.Message.select().count() == 0


def test_several_departments_get_the_longer_promise(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    wide = needs_desk.triage(bench.desk(need), Triage(is_cross=True), now=NOON + DAY)
    assert wide.due_resolve == shanghai("2026-06-04 17:30")
    assert wide.resolve_days == 15
    assert any("6月4日" in line for line in wide.promise)
    assert any("协同" in line.event.text for line in needs.timeline(wide))


def test_triage_may_correct_the_category(bench: Bench) -> None:
    factories.make_category(code="tax")
    need = bench.submit(bench.member("demo-u1"))
    right = needs_desk.triage(bench.desk(need), Triage(category="tax"), now=NOON)
    assert right.category.code == "tax"
    other = bench.submit(bench.member("demo-u1"))
    with pytest.raises(needs_intake.CategoryUnknown):
        needs_desk.triage(bench.desk(other), Triage(category="nothing"), now=NOON)


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.DUPLICATE])
def test_an_answer_needs_an_outcome_of_ours(bench: Bench, outcome: Outcome) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    with pytest.raises(Invalid):
        needs_desk.answer(bench.desk(need), outcome, "好", now=NOON)


def test_a_polite_no_says_why(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    with pytest.raises(Invalid) as wrong:
        needs_desk.answer(bench.desk(need), Outcome.EXPLAINED, " ", now=NOON)
    assert "为什么" in wrong.value.detail
    with pytest.raises(Invalid):
        needs_desk.answer(bench.desk(need), Outcome.EXPLAINED, "政策不允许", now=NOON)
    done = needs_desk.answer(
        bench.desk(need), Outcome.EXPLAINED, "政策不允许", consulted="镇经发办", now=NOON
    )
    assert (done.outcome, done.consulted) == (Outcome.EXPLAINED, "镇经发办")


def test_a_duplicate_names_the_other(bench: Bench) -> None:
    user = bench.member("demo-u1")
    first, second = (bench.triaged(bench.submit(user)) for _ in range(2))
    foreign = bench.submit(user, space_id=factories.make_space().id)
    for wrong in (second.no, "XYC-2026-999999", foreign.no):
        with pytest.raises(Invalid):
            _duplicate(bench, second, wrong)
    assert _duplicate(bench, second, first.no).duplicate_of_id == first.id
    with pytest.raises(Invalid):
        _duplicate(bench, first, second.no)  # no rings


def _duplicate(bench: Bench, need: models.Need, number: str) -> models.Need:
    desk = bench.desk(need)
    return needs_desk.answer(desk, Outcome.DUPLICATE, "并入另一件", duplicate_of=number, now=NOON)


def test_the_second_of_two_is_told_what_the_first_wrote(bench: Bench) -> None:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    first, second = bench.desk(need), bench.desk(need)
    needs_desk.reply(first, "甲的回复", now=NOON)
    with pytest.raises(VersionConflict) as conflict:
        needs_desk.answer(second, Outcome.SOLVED, "乙的答复", now=NOON)
    current = conflict.value.facts["current"]
    assert current["last_event"]["text"] == "甲的回复"
    assert current["state"] == "in_progress"
    assert models.Need.get_by_id(need.id).outcome is None
    fresh = Desk(second.scope, need.id, current["version"], actor=second.actor)
    assert needs_desk.answer(fresh, Outcome.SOLVED, "乙的答复", now=NOON)


def test_no_answer_before_somebody_took_it_up(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    with pytest.raises(WrongState):
        needs_desk.answer(bench.desk(need), Outcome.SOLVED, "好了", now=NOON)
    assert models.Message.select().count() == 0


def test_whose_it_is(bench: Bench) -> None:
    enterprise = factories.make_enterprise(name="上海心驿科技有限公司")
    user = bench.member_of(enterprise, "demo-u1")
    models.User.update(nickname="小王").where(models.User.id == user.id).execute()
    ours, private = bench.submit(user, for_company=True), bench.submit(user)
    assert needs_desk.submitter(ours) == ("小王", "上海心驿科技有限公司")
    assert needs_desk.submitter(private) == ("小王", "")
