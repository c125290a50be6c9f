"""Words of members and WeChat's check of them, when WeChat is there and when it is not."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.needs import NeedState, Outcome, TextCheck
from server.errors import NotFound
from server.services import needs, needs_desk
from server.services.needs_desk import Filters
from server.services.needs_texts import (
    PATIENCE,
    CheckUnavailable,
    ContentRefused,
    recheck_texts,
)
from tests import factories
from tests.conftest import Sandbox, resources
from tests.needs_bench import NOON, Bench, events, make_bench

SOON = NOON + dt.timedelta(minutes=5)


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def recheck(bench: Bench, now: dt.datetime = SOON) -> int:
    opened = resources(bench.app)
    return recheck_texts(opened.wechat, opened.vault, now=now)


def seen_by_staff(bench: Bench, need: models.Need) -> bool:
    scope = bench.desk(need).scope
    page = needs_desk.board(scope, Filters(), cursor=None, limit=20, now=NOON)
    try:
        needs_desk.get(scope, need.id)
    except NotFound:
        assert need not in page.items
        return False
    assert need in page.items
    return True


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"status": 502}, {"reset_after_effect": True}])
def test_without_wechat_a_need_waits_unseen(bench: Bench, fault: dict[str, object]) -> None:
    user = bench.member("demo-u1")
    bench.fail_check(**fault)
    need = bench.submit(user)
    assert need.text_check is TextCheck.PENDING
    assert needs.get(user, need.id) == need
    assert not seen_by_staff(bench, need)


def test_it_passes_later(bench: Bench) -> None:
    user = bench.member("demo-u1")
    bench.fail_check()
    need = bench.submit(user)
    assert recheck(bench) == 0
    bench.mend_check()
    other = bench.submit(user)
    assert recheck(bench) == 1
    assert seen_by_staff(bench, need)
    assert (events(need), events(other)) == (["submit", "check"], ["submit"])
    assert recheck(bench) == 0


def test_it_is_refused_later_and_told(bench: Bench) -> None:
    user = bench.member("demo-u1")
    bench.fail_check()
    need = bench.submit(user, body="违规测试词")
    bench.mend_check()
    assert recheck(bench) == 1
    refused = needs.get(user, need.id)
    assert (refused.text_check, refused.state) == (TextCheck.REFUSED, NeedState.WITHDRAWN)
    assert refused.outcome is Outcome.WITHDRAWN
    assert not seen_by_staff(bench, need)
    message = models.Message.get(models.Message.user_id == user.id)
    assert "请修改措辞" in message.body
    assert models.Delivery.select().where(models.Delivery.message == message).count() == 1
    assert "请修改措辞" in needs.timeline(need)[-1].event.text


def test_a_person_looks_when_wechat_stays_away(bench: Bench) -> None:
    user = bench.member("demo-u1")
    bench.fail_check()
    need = bench.submit(user)
    assert recheck(bench, NOON + PATIENCE - dt.timedelta(seconds=1)) == 0
    assert recheck(bench, NOON + PATIENCE) == 1
    assert models.Need.get_by_id(need.id).text_check is TextCheck.REVIEW
    assert seen_by_staff(bench, need)


def test_a_person_wechat_has_not_seen_for_long(bench: Bench) -> None:
    """61010: WeChat refuses to judge for somebody who was not there lately."""
    user = bench.member("demo-u1")
    bench.sandbox.post("clock", offset_s=3 * 3600)
    assert bench.submit(user).text_check is TextCheck.PENDING


def test_a_person_without_an_openid_waits_for_staff(bench: Bench) -> None:
    need = bench.submit(factories.make_user())
    assert need.text_check is TextCheck.PENDING


def test_what_is_withdrawn_is_not_asked_about(bench: Bench) -> None:
    user = bench.member("demo-u1")
    bench.fail_check()
    need = bench.submit(user)
    bench.mend_check()
    needs.withdraw(user, need.id, "", checker=bench.checker(user), now=SOON)
    assert recheck(bench) == 0


def test_words_added_later_are_looked_at_too(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need = bench.submit(user)
    add = {"checker": bench.checker(user), "now": NOON}
    with pytest.raises(ContentRefused):
        needs.supplement(user, need.id, "辱骂测试词", **add)
    bench.fail_check()
    with pytest.raises(CheckUnavailable):
        needs.supplement(user, need.id, "补充一句", **add)
    assert events(need) == ["submit"]


def test_many_short_texts_are_asked_about_in_few_calls(bench: Bench) -> None:
    checker = bench.checker(bench.member("demo-u1"))
    texts = ["", *(f"{number}" * 600 for number in range(1, 8)), "很好"]
    checker.accept_now("你好")  # a token of an earlier test is renewed here, at the cost of a call
    before = bench.sandbox.get("calls")["/wxa/msg_sec_check"]
    checker.accept_for_staff(texts)
    assert bench.sandbox.get("calls")["/wxa/msg_sec_check"] == before + 2
    with pytest.raises(ContentRefused):
        checker.accept_for_staff([*texts, "违规测试词"])
