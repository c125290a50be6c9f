"""Members and their needs: who sees which, adding, taking back, judging, opening again."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.enterprises import EnterpriseStatus, MemberRole, MemberStatus
from models.needs import NeedState, Outcome, Satisfaction, Solved
from server.errors import NotFound
from server.services import needs, needs_desk
from server.services.needs_states import Act, WrongState
from tests import factories
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, events, make_bench, shanghai


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def answered(bench: Bench, need: models.Need, now: dt.datetime = NOON) -> models.Need:
    bench.triaged(need, now=now)
    return needs_desk.answer(bench.desk(need), Outcome.SOLVED, "已为您对接银行", now=now)


def how(bench: Bench, user: models.User, now: dt.datetime = NOON) -> dict[str, object]:
    return {"checker": bench.checker(user), "now": now}


def mine(user: models.User) -> list[str]:
    return [need.no for need in needs.of_user(user, cursor=None, limit=20).items]


def company(user: models.User) -> list[str]:
    return [need.no for need in needs.of_company(user, cursor=None, limit=20).items]


def test_each_sees_their_own(bench: Bench) -> None:
    one, other = bench.member("demo-u1"), bench.member("demo-u2")
    first, second = bench.submit(one), bench.submit(one, now=NOON + DAY)
    noise = bench.submit(other)
    assert mine(one) == [second.no, first.no]
    assert mine(other) == [noise.no]
    with pytest.raises(NotFound):
        needs.get(one, noise.id)


def test_the_contact_sees_what_the_company_asked(bench: Bench) -> None:
    enterprise, rival = factories.make_enterprise(), factories.make_enterprise()
    contact = bench.contact_of(enterprise, "demo-u1")
    colleague = bench.member_of(enterprise, "demo-u2")
    ours = bench.submit(colleague, for_company=True)
    private = bench.submit(colleague)
    theirs = bench.submit(bench.member_of(rival, "demo-u4"), for_company=True)
    assert company(contact) == [ours.no]
    assert needs.get(contact, ours.id) == ours
    assert company(colleague) == []
    for hidden in (private, theirs):
        with pytest.raises(NotFound):
            needs.get(contact, hidden.id)


@pytest.mark.parametrize(
    "over",
    [
        {"status": MemberStatus.PENDING},
        {"status": MemberStatus.ENDED},
        {"role": MemberRole.STAFF},
    ],
)
def test_only_the_verified_contact_does(bench: Bench, over: dict[str, object]) -> None:
    enterprise = factories.make_enterprise()
    ours = bench.submit(bench.member_of(enterprise, "demo-u2"), for_company=True)
    user = bench.member_of(enterprise, "demo-u1", **{"role": MemberRole.CONTACT} | over)
    assert company(user) == []
    with pytest.raises(NotFound):
        needs.get(user, ours.id)


def test_a_merger_brings_the_needs_along(bench: Bench) -> None:
    root, merged = factories.make_enterprise(), factories.make_enterprise()
    old = bench.submit(bench.member_of(merged, "demo-u2"), for_company=True)
    merged.status, merged.merged_into = EnterpriseStatus.MERGED, root
    merged.save()
    new = bench.submit(bench.member_of(root, "demo-u3"), now=NOON + DAY, for_company=True)
    assert company(bench.contact_of(root, "demo-u1")) == [new.no, old.no]
    assert company(bench.contact_of(merged, "demo-u4")) == [new.no, old.no]


def test_doubtful_words_are_not_shown_to_colleagues(bench: Bench) -> None:
    enterprise = factories.make_enterprise()
    contact = bench.contact_of(enterprise, "demo-u1")
    colleague = bench.member_of(enterprise, "demo-u2")
    need = bench.submit(colleague, for_company=True, body="待审测试词")
    assert company(contact) == []
    bench.triaged(need)  # a person has read it
    assert company(contact) == [need.no]


def test_submitter_and_contact_add_words(bench: Bench) -> None:
    enterprise = factories.make_enterprise()
    contact = bench.contact_of(enterprise, "demo-u1")
    user = bench.member_of(enterprise, "demo-u2")
    need = bench.submit(user, for_company=True)
    needs.supplement(user, need.id, "补充一", **how(bench, user))
    needs.supplement(contact, need.id, "补充二", **how(bench, contact))
    lines = needs.timeline(need)
    assert [line.event.text for line in lines[1:]] == ["补充一", "补充二"]
    assert lines[1].name != lines[2].name
    assert models.Need.get_by_id(need.id).body == "缺流动资金"
    with pytest.raises(NotFound):
        needs.withdraw(contact, need.id, "", **how(bench, contact))


def test_taking_it_back(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    gone = needs.withdraw(user, need.id, "已解决", **how(bench, user))
    assert (gone.state, gone.outcome) == (NeedState.WITHDRAWN, Outcome.WITHDRAWN)
    with pytest.raises(WrongState):
        needs.withdraw(user, need.id, "", **how(bench, user))


def test_an_answered_need_is_not_taken_back(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = answered(bench, bench.submit(user))
    with pytest.raises(WrongState):
        needs.withdraw(user, need.id, "", **how(bench, user))


def test_the_verdict_closes(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = answered(bench, bench.submit(user))
    closed = needs.rate(
        user, need.id, Satisfaction.BASIC, Solved.PARTLY, text="差一点", **how(bench, user)
    )
    assert (closed.state, closed.closed_at, closed.outcome) == (
        NeedState.CLOSED,
        NOON,
        Outcome.SOLVED,  # ours stays beside theirs
    )
    rating = needs.rating_of(closed)
    assert rating
    assert (rating.satisfaction, rating.solved) == (Satisfaction.BASIC, Solved.PARTLY)
    with pytest.raises(needs.AlreadyRated):
        needs.rate(user, need.id, Satisfaction.BASIC, Solved.YES, **how(bench, user))
    assert models.NeedRating.select().count() == 1


def test_no_verdict_before_an_answer(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    with pytest.raises(WrongState):
        needs.rate(user, need.id, Satisfaction.BASIC, Solved.YES, **how(bench, user))
    assert models.NeedRating.select().count() == 0


def test_opened_again_with_half_the_days(bench: Bench) -> None:
    bench.category.resolve_days = 15
    bench.category.save()
    user = bench.member("demo-u1")
    need = answered(bench, bench.submit(user))
    needs.rate(user, need.id, Satisfaction.UNSATISFIED, Solved.NO, **how(bench, user))
    again = needs.reopen(user, need.id, "银行没有联系我", **how(bench, user, NOON + DAY))
    assert (again.state, again.outcome, again.reopen_count) == (NeedState.IN_PROGRESS, None, 1)
    assert again.due_resolve == shanghai("2026-05-27 17:30")  # 8 days from Friday the 15th
    assert events(again)[-1] == "reopen"
    assert needs.rating_of(again) is None
    answered_again = needs_desk.answer(bench.desk(need), Outcome.PARTLY, "再答", now=NOON + 2 * DAY)
    needs.rate(
        user, need.id, Satisfaction.SATISFIED, Solved.YES, **how(bench, user, NOON + 3 * DAY)
    )
    assert models.NeedRating.select().count() == 2
    with pytest.raises(needs.ReopenUsed):
        needs.reopen(user, need.id, "再来", **how(bench, user, NOON + 3 * DAY))
    assert answered_again.no == need.no


def test_opened_again_never_below_three_days(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = answered(bench, bench.submit(user))
    again = needs.reopen(user, need.id, "还不行", **how(bench, user))
    assert again.due_resolve == shanghai("2026-05-19 17:30")


def test_not_opened_after_fifteen_days(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = answered(bench, bench.submit(user))
    late = NOON + 15 * DAY + dt.timedelta(seconds=1)
    with pytest.raises(needs.ReopenTooLate) as refused:
        needs.reopen(user, need.id, "太晚", **how(bench, user, late))
    assert refused.value.code == "too_late"
    assert needs.reopen(user, need.id, "刚好", **how(bench, user, NOON + 15 * DAY))


def test_not_opened_before_an_answer(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    with pytest.raises(WrongState) as refused:
        needs.reopen(user, need.id, "早了", **how(bench, user))
    assert refused.value.code == "need_state"


def test_the_buttons_are_what_works(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    assert needs.possible(user, need, now=NOON) == [Act.EDIT, Act.SUPPLEMENT, Act.WITHDRAW]
    need = answered(bench, need)
    assert needs.possible(user, need, now=NOON) == [Act.SUPPLEMENT, Act.RATE, Act.REOPEN]
    assert needs.possible(user, need, now=NOON + 16 * DAY) == [Act.SUPPLEMENT, Act.RATE]
    need = needs.rate(user, need.id, Satisfaction.BASIC, Solved.YES, **how(bench, user))
    assert needs.possible(user, need, now=NOON) == [Act.REOPEN]


def test_the_contact_acts_for_what_staff_took_in(bench: Bench) -> None:
    enterprise = factories.make_enterprise()
    contact = bench.contact_of(enterprise, "demo-u1")
    need = bench.submit(contact, for_company=True)
    models.Need.update(user_id=None).where(models.Need.id == need.id).execute()
    answered(bench, need)
    rated = needs.rate(contact, need.id, Satisfaction.BASIC, Solved.YES, **how(bench, contact))
    assert rated.state is NeedState.CLOSED


def test_colleagues_notes_stay_inside(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.triaged(bench.submit(user))
    needs_desk.note(bench.desk(need), "内部：客户较急", now=NOON)
    texts = [line.event.text for line in needs.timeline(need)]
    assert not any("内部" in text for text in texts)
    assert any("内部" in line.event.text for line in needs_desk.timeline(need))
