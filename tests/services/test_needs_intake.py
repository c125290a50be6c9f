"""Needs coming in: promise, number, company, the day's limit, the edit."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

import models
from models.enterprises import EnterpriseStatus, MemberStatus
from models.needs import NeedSource, NeedState, TextCheck, Urgency
from models.staff import Role
from server.errors import Forbidden, Invalid, NotFound, RateLimited, VersionConflict
from server.services import audit, needs_desk, needs_intake, staff
from server.services.needs_states import WrongState
from server.services.needs_texts import ContentRefused
from tests import factories
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, events, make_bench, shanghai


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def test_the_promise_is_shown_before_sending_and_kept(bench: Bench) -> None:
    when = shanghai("2026-02-13 16:00")
    shown = needs_intake.preview("loan", Urgency.NORMAL, now=when)
    assert shown.respond_by == shanghai("2026-02-14 17:30")
    assert shown.resolve_by == shanghai("2026-02-27 17:30")
    assert not shown.provisional
    assert shown.explained == (
        "我们会在2月14日（周六）17:30前联系您",
        "我们会在2月27日（周五）17:30前给您答复",
        "2月14日（周六）调休上班，计 1 天",
        "跳过 2月15日–2月23日 春节",
    )
    need = models.Need.get_by_id(bench.submit(bench.member("demo-u1"), now=when).id)
    assert (need.due_respond, need.due_resolve) == (shown.respond_by, shown.resolve_by)
    assert need.promise == list(shown.explained)


def test_urgent_is_promised_sooner(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"), urgency=Urgency.URGENT)
    assert need.due_resolve == shanghai("2026-05-19 17:30")


def test_a_year_nobody_announced_is_provisional(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"), now=shanghai("2026-12-30 10:00"))
    assert need.is_provisional
    assert any("2027 年的放假安排尚未确认" in line for line in need.promise)


def test_numbers_run_by_space_and_shanghai_year(bench: Bench) -> None:
    user = bench.member("demo-u1")
    other = factories.make_space(code="GLD")
    eve = shanghai("2026-12-31 23:59")
    numbers = [
        bench.submit(user).no,
        bench.submit(user, space_id=other.id).no,
        bench.submit(user).no,
        bench.submit(user, now=eve).no,
        bench.submit(user, now=eve + dt.timedelta(minutes=1)).no,
    ]
    assert numbers == [
        "XYC-2026-000001",
        "GLD-2026-000001",
        "XYC-2026-000002",
        "XYC-2026-000003",
        "XYC-2027-000001",
    ]


def test_twenty_at_once_get_twenty_numbers(bench: Bench) -> None:
    """And a refused one in between gives its number back."""
    user = bench.member("demo-u1")
    limited = bench.member("demo-u2")
    bench.submit(limited)
    gate = threading.Barrier(20)

    def send(turn: int) -> str:
        gate.wait()
        with models.db.connection_context():
            if turn % 5 == 0:  # over the day's limit: raised after the number was taken
                with pytest.raises(RateLimited):
                    bench.submit(limited, per_day=1)
                return ""
            return bench.submit(user).no

    models.db.close()
    with ThreadPoolExecutor(20) as pool:
        numbers = sorted(filter(None, pool.map(send, range(20))))
    models.db.connect(reuse_if_open=True)
    assert numbers == [f"XYC-2026-{number:06d}" for number in range(2, 18)]
    assert models.NeedCounter.get().last == 17


def test_so_many_a_day_and_not_more(bench: Bench) -> None:
    user = bench.member("demo-u1")
    bench.submit(bench.member("demo-u2"))
    bench.submit(user, per_day=2, now=NOON - DAY)
    for _ in range(2):
        bench.submit(user, per_day=2)
    with pytest.raises(RateLimited) as refused:
        bench.submit(user, per_day=2)
    assert refused.value.retry_after == 12 * 3600
    assert bench.submit(user, per_day=2, now=NOON + dt.timedelta(hours=12))


def test_the_limit_holds_when_all_come_at_once(bench: Bench) -> None:
    user = bench.member("demo-u1")
    gate = threading.Barrier(8)

    def send(_: int) -> bool:
        gate.wait()
        with models.db.connection_context():
            try:
                bench.submit(user, per_day=3)
            except RateLimited:
                return False
            return True

    models.db.close()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(send, range(8)))
    models.db.connect(reuse_if_open=True)
    assert sum(taken) == models.Need.select().count() == 3


def test_refused_words_leave_nothing(bench: Bench) -> None:
    with pytest.raises(ContentRefused) as refused:
        bench.submit(bench.member("demo-u1"), body="这里有违规测试词")
    assert refused.value.code == "content_refused"
    assert models.Need.select().count() == models.NeedEvent.select().count() == 0
    assert models.NeedCounter.select().count() == 0


@pytest.mark.parametrize("where", ["title", "body", "answers"])
def test_every_part_is_looked_at(bench: Bench, where: str) -> None:
    bench.category.questions = [{"key": "why", "label": "用途", "kind": "text", "options": []}]
    bench.category.save()
    words = {"why": "辱骂测试词"} if where == "answers" else "辱骂测试词"
    with pytest.raises(ContentRefused):
        bench.submit(bench.member("demo-u1"), **{where: words})


def test_doubtful_words_are_stored_and_marked(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"), body="待审测试词")
    assert need.text_check is TextCheck.REVIEW
    scope = bench.desk(need).scope
    assert needs_desk.get(scope, need.id).text_check is TextCheck.REVIEW


def test_own_questions_of_a_category(bench: Bench) -> None:
    bench.category.questions = [
        {"key": "amount", "label": "需要多少", "kind": "text", "options": [], "required": True},
        {"key": "when", "label": "何时", "kind": "choice", "options": ["本月", "今年"]},
        {"key": "tried", "label": "找过银行吗", "kind": "yes_no", "options": []},
    ]
    bench.category.save()
    user = bench.member("demo-u1")
    with pytest.raises(Invalid) as wrong:
        bench.submit(user, answers={"when": "明年", "tried": "maybe", "x": "y"})
    fields = {error["field"] for error in wrong.value.facts["errors"]}
    assert fields == {"answers.amount", "answers.when", "answers.tried", "answers.x"}
    answers = {"amount": "五十万", "when": "今年", "tried": "是"}
    assert bench.submit(user, answers=answers).answers == answers


@pytest.mark.parametrize("code", ["nothing", ""])
def test_an_unknown_category_is_told(bench: Bench, code: str) -> None:
    with pytest.raises(needs_intake.CategoryUnknown):
        bench.submit(bench.member("demo-u1"), category=code)


def test_a_closed_category_or_space_takes_nothing(bench: Bench) -> None:
    factories.make_category(code="old", active=False)
    closed = factories.make_space(active=False)
    user = bench.member("demo-u1")
    with pytest.raises(needs_intake.CategoryUnknown):
        bench.submit(user, category="old")
    with pytest.raises(NotFound):
        bench.submit(user, space_id=closed.id)
    assert [kind.code for kind in needs_intake.categories()] == ["loan"]


def test_only_the_verified_speak_for_their_company(bench: Bench) -> None:
    enterprise = factories.make_enterprise()
    user = bench.member_of(enterprise, "demo-u1")
    assert bench.submit(user, for_company=True).enterprise_id == enterprise.id
    assert bench.submit(user).enterprise_id is None
    pending = bench.member_of(enterprise, "demo-u2", status=MemberStatus.PENDING)
    for stranger in (pending, bench.member("demo-u3")):
        with pytest.raises(needs_intake.NoCompany):
            bench.submit(stranger, for_company=True)


def test_a_merged_company_is_its_root(bench: Bench) -> None:
    root = factories.make_enterprise()
    merged = factories.make_enterprise(status=EnterpriseStatus.MERGED, merged_into=root)
    user = bench.member_of(merged, "demo-u1")
    assert bench.submit(user, for_company=True).enterprise_id == root.id


def test_the_submitter_edits_what_nobody_took_up(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    wanted = {"title": "想了解担保", "urgency": Urgency.URGENT}
    changed = _edit(bench, user, need, wanted)
    again = models.Need.get_by_id(need.id)
    assert (again.title, again.body, again.version) == ("想了解担保", "缺流动资金", 2)
    assert again.due_resolve == shanghai("2026-05-19 17:30")
    assert changed.version == 2
    edit = models.NeedEvent.get(models.NeedEvent.type == "edit")
    assert edit.before["title"] == "想了解贷款"
    assert edit.after["title"] == "想了解担保"


def _edit(
    bench: Bench, user: models.User, need: models.Need, wanted: dict[str, object], version: int = 1
) -> models.Need:
    return needs_intake.edit(
        user, need.id, dict(wanted), expected=version, checker=bench.checker(user), now=NOON
    )


def test_edits_that_meet_lose_nothing(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    _edit(bench, user, need, {"title": "第一个"})
    with pytest.raises(VersionConflict) as conflict:
        _edit(bench, user, need, {"title": "第二个"})
    assert conflict.value.facts["current"]["title"] == "第一个"
    assert conflict.value.facts["current"]["version"] == 2
    assert models.Need.get_by_id(need.id).title == "第一个"
    assert events(need) == ["submit", "edit"]


def test_no_edit_after_it_was_taken_up(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.triaged(bench.submit(user))
    with pytest.raises(WrongState) as refused:
        _edit(bench, user, need, {"title": "太晚"}, need.version)
    assert refused.value.facts["current"]["state"] == "triaged"


def test_an_edit_is_looked_at_again(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    with pytest.raises(ContentRefused):
        _edit(bench, user, need, {"body": "违规测试词"})
    bench.fail_check()
    assert _edit(bench, user, need, {"body": "换了说法"}).text_check is TextCheck.PENDING


def test_nobody_edits_what_is_not_theirs(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    with pytest.raises(NotFound):
        _edit(bench, bench.member("demo-u2"), need, {"title": "不是我的"})


def test_staff_take_in_what_they_heard(bench: Bench) -> None:
    account = factories.make_staff(Role.OPERATOR, bench.space)
    scope = staff.scope_of(account, now=dt.datetime.now(dt.UTC))
    actor = audit.Actor("staff", account.id, account.name)
    enterprise = factories.make_enterprise()
    draft = needs_intake.Draft("loan", "走访所提", "需要贷款")
    take = {"source": NeedSource.VISIT, "actor": actor, "now": NOON}
    need = needs_intake.submit_on_behalf(
        scope, bench.space.id, draft, enterprise_id=enterprise.id, **take
    )
    assert (need.on_behalf_by, need.user_id, need.state) == (account.id, None, NeedState.SUBMITTED)
    assert need.source is NeedSource.VISIT
    trail = models.AuditLog.get(models.AuditLog.action == "needs.submit_on_behalf")
    assert (trail.actor_id, trail.object_id, trail.before) == (account.id, need.id, {})
    wrongs = (({"user_id": 1}, NotFound), ({"enterprise_id": 1}, NotFound))
    for wrong, refusal in (*wrongs, ({"source": NeedSource.SELF}, Invalid)):
        with pytest.raises(refusal):
            needs_intake.submit_on_behalf(scope, bench.space.id, draft, **take | wrong)


def test_staff_take_in_only_where_they_may(bench: Bench) -> None:
    account = factories.make_staff(Role.SCANNER, bench.space)
    scope = staff.scope_of(account, now=dt.datetime.now(dt.UTC))
    actor = audit.Actor("staff", account.id, account.name)
    draft = needs_intake.Draft("loan", "走访所提", "需要贷款")
    take = {"source": NeedSource.PHONE, "actor": actor, "now": NOON}
    with pytest.raises(Forbidden):
        needs_intake.submit_on_behalf(scope, bench.space.id, draft, **take)
    with pytest.raises(NotFound):
        needs_intake.submit_on_behalf(scope, factories.make_space().id, draft, **take)
    assert models.Need.select().count() == 0
