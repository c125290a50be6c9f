import datetime as dt
from typing import Any

import pytest

import models
from models.needs import NeedState, Outcome
from models.staff import Role
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space()


@pytest.fixture
def operator(client: Client, space: models.Space) -> Desk:
    return desk(client, factories.make_staff(Role.OPERATOR, space))


def _fresh(need: models.Need) -> models.Need:
    found: models.Need = models.Need.get_by_id(need.id)
    return found


def test_the_board_shows_what_is_open_and_late(
    operator: Desk, space: models.Space, now: Any
) -> None:
    late = factories.make_need(space, due_resolve=now - dt.timedelta(hours=3))
    done = factories.make_need(space, state=NeedState.CLOSED)
    foreign = factories.make_need()
    page = operator.see("/console/needs")
    assert late.title in page
    assert "1 件逾期" in page
    assert done.title not in page
    assert foreign.title not in page
    page = operator.see("/console/needs?view=list")
    assert done.title in page
    assert foreign.title not in page
    assert late.title not in operator.see("/console/needs?view=list&state=closed")
    assert late.title in operator.see(f"/console/needs?view=list&text={late.no}")


def test_works_a_need_from_triage_to_answer(operator: Desk, space: models.Space) -> None:
    user = factories.make_user(nickname="林悦")
    need = factories.make_need(space, user_id=user.id)
    path = f"/console/needs/{need.id}"
    assert "林悦" in operator.see(path)
    me = models.Staff.get()

    operator.do(f"{path}/triage", version=need.version, summary="想听税务讲座", lead_unit="")
    assert _fresh(need).state == NeedState.TRIAGED
    operator.do(f"{path}/dispatch", version=_fresh(need).version, to=f"staff-{me.id}", role="lead")
    page = operator.do(f"{path}/reply", version=_fresh(need).version, text="周四来", to="member")
    assert "周四来" in page
    assert _fresh(need).first_response_at
    operator.do(f"{path}/reply", version=_fresh(need).version, text="对方较急", to="inside")
    event = models.NeedEvent.get(models.NeedEvent.text == "对方较急")
    assert not event.is_public
    operator.do(f"{path}/request-info", version=_fresh(need).version, text="请补充人数")
    assert _fresh(need).state == NeedState.WAITING_INFO
    operator.do(f"{path}/resume", version=_fresh(need).version)
    page = operator.do(
        f"{path}/answer", version=_fresh(need).version, outcome="solved", text="讲座已办"
    )
    assert "讲座已办" in page
    assert _fresh(need).outcome == Outcome.SOLVED
    told = models.Message.select().where(models.Message.user_id == user.id).count()
    assert told == 3  # the reply, the question, the answer; never the note


def test_gives_back_what_came_to_the_wrong_desk(operator: Desk, space: models.Space) -> None:
    need = factories.make_need(space, state=NeedState.DISPATCHED, lead_unit="物业")
    operator.do(f"/console/needs/{need.id}/return", version=need.version, text="不归物业管")
    assert _fresh(need).state == NeedState.RETURNED


def test_an_answer_without_words_or_outcome_comes_back(operator: Desk, space: models.Space) -> None:
    need = factories.make_need(space, state=NeedState.TRIAGED)
    answer = operator.send(
        f"/console/needs/{need.id}/answer", version=need.version, outcome="explained", text=" "
    )
    assert answer.status_code == 422
    assert "请填写此项" in words(answer)
    answer = operator.send(f"/console/needs/{need.id}/answer", version=need.version, text="讲过了")
    assert answer.status_code == 422
    assert "讲过了" in words(answer)
    assert _fresh(need).state == NeedState.TRIAGED


def test_who_was_overtaken_keeps_the_words(operator: Desk, space: models.Space, now: Any) -> None:
    need = factories.make_need(space, state=NeedState.TRIAGED)
    seen = need.version
    need.change(now=now, staff_summary="同事写的摘要")
    answer = operator.send(f"/console/needs/{need.id}/reply", version=seen, text="我写了很久的话")
    assert answer.status_code == 409
    assert "同事刚刚处理过" in words(answer)
    assert "我写了很久的话" in words(answer)
    assert "同事写的摘要" in words(answer)
    assert f'name="version" value="{need.version}"' in answer.text


def test_offers_only_steps_that_are_possible(operator: Desk, space: models.Space) -> None:
    closed = factories.make_need(space, state=NeedState.CLOSED)
    page = operator.see(f"/console/needs/{closed.id}")
    assert "给出答复" not in page
    assert "只记给同事看" in page
    answer = operator.send(
        f"/console/needs/{closed.id}/answer", version=1, outcome="solved", text="再答一次"
    )
    assert answer.status_code == 409
    assert _fresh(closed).state == NeedState.CLOSED


@pytest.mark.parametrize("role", [Role.SCANNER, Role.TOWN_OFFICER, Role.PLATFORM_ADMIN])
def test_needs_are_read_only_by_who_works_on_them(
    client: Client, space: models.Space, role: Role
) -> None:
    somebody = desk(client, factories.make_staff(role, space))
    need = factories.make_need(space, body="只有办理的人能看")
    assert "诉求" not in somebody.see("/console/activities")
    assert need.title not in somebody.see("/console/needs")
    assert "只有办理的人能看" not in somebody.see(f"/console/needs/{need.id}", 404)
    answer = somebody.send(f"/console/needs/{need.id}/reply", version=1, text="你好")
    assert answer.status_code == 404
