import datetime as dt
from typing import Any

import pytest

import models
from models.activities import ActivityState, SharedTo
from models.menus import RevisionState
from models.staff import Role
from server.clock import at_shanghai, month_of
from tests import factories
from tests.conftest import Client, Sandbox
from tests.console.conftest import Desk, desk, words

MONTH = "2098-05"
NOON = at_shanghai(dt.date(2098, 5, 12), dt.time(12))


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space()


@pytest.fixture
def keeper(client: Client, space: models.Space) -> Desk:
    return desk(client, factories.make_staff(Role.KEEPER, space))


def _activity(space: models.Space, *, days: int = 0, **over: Any) -> models.Activity:
    activity = factories.make_activity(space, **over)
    factories.make_session(activity, starts_at=NOON + dt.timedelta(days=days))
    return activity


def _draft(keeper: Desk, space: models.Space) -> models.MenuRevision:
    keeper.do("/console/menus", space_id=space.id, month=MONTH)
    found: models.MenuRevision = models.MenuRevision.get(
        models.MenuRevision.state == RevisionState.DRAFT
    )
    return found


def _save(keeper: Desk, draft: models.MenuRevision, **typed: Any) -> str:
    fresh = models.MenuRevision.get_by_id(draft.id)
    return keeper.do(
        f"/console/menus/{draft.id}", version=fresh.version, preview="1", title="五月", **typed
    )


def _publish(keeper: Desk, draft: models.MenuRevision) -> Any:
    version = models.MenuRevision.get_by_id(draft.id).version
    return keeper.send(f"/console/menus/{draft.id}/publish", version=version)


def test_drafts_chooses_orders_and_publishes(keeper: Desk, space: models.Space) -> None:
    factories.make_user(home_space=space)
    first, second = _activity(space, days=2), _activity(space, days=1)
    left_out = _activity(space, days=3)
    draft = _draft(keeper, space)
    page = _save(
        keeper,
        draft,
        foreword="来坐坐",
        pick=[second.id, first.id],
        **{f"order-{first.id}": "1", f"order-{second.id}": "2", f"blurb-{first.id}": "带上问题"},
    )
    assert page.index(first.title) < page.index(second.title)
    assert "带上问题" in page
    assert left_out.title not in page
    assert "告诉本空间 1 位会员" in page
    assert _publish(keeper, draft).status_code == 303
    page = keeper.see(f"/console/menus/{draft.id}")
    assert "已发布" in page
    assert "推送" in page
    assert models.Campaign.select().count() == 1
    assert "第 1 版" in keeper.see(f"/console/menus?month={MONTH}")


def test_offers_the_months_activities_and_what_the_town_shares(
    keeper: Desk, space: models.Space
) -> None:
    own = _activity(space)
    next_month = _activity(space, days=40)
    cancelled = _activity(space, state=ActivityState.CANCELLED)
    neighbour = factories.make_space(space.org_unit.parent)
    shared = _activity(neighbour, shared_to=SharedTo.TOWN)
    private = _activity(neighbour)
    elsewhere = _activity(factories.make_space(), shared_to=SharedTo.TOWN)
    draft = _draft(keeper, space)
    page = keeper.see(f"/console/menus/{draft.id}/edit")
    assert own.title in page
    assert shared.title in page
    for other in (next_month, cancelled, private, elsewhere):
        assert other.title not in page


def test_says_what_keeps_it_from_being_published(keeper: Desk, space: models.Space) -> None:
    activity = _activity(space, theme="")
    draft = _draft(keeper, space)
    page = _save(keeper, draft, pick=[activity.id])
    assert "次次有主题" in page
    assert "没有填写主题" in page
    assert "发布菜单" not in page
    answer = _publish(keeper, draft)
    assert answer.status_code == 409
    assert models.MenuRevision.get_by_id(draft.id).state == RevisionState.DRAFT


def test_a_correction_is_a_new_revision_that_says_what_changed(
    keeper: Desk, space: models.Space
) -> None:
    kept, added = _activity(space), _activity(space, days=1)
    first = _draft(keeper, space)
    _save(keeper, first, pick=[kept.id])
    _publish(keeper, first)
    second = _draft(keeper, space)
    assert second.id != first.id
    page = _save(keeper, second, pick=[kept.id, added.id])
    assert "改了什么" in page
    assert f"新增“{added.title}”" in page
    _publish(keeper, second)
    assert "旧版" in keeper.see(f"/console/menus/{first.id}")
    answer = keeper.client.get(f"/console/menus/{first.id}/edit")
    assert answer.status_code == 303
    answer = keeper.send(f"/console/menus/{first.id}", version=1, title="改写历史")
    assert answer.status_code == 409


def test_who_was_overtaken_keeps_the_choice(keeper: Desk, space: models.Space) -> None:
    activity = _activity(space)
    draft = _draft(keeper, space)
    seen = draft.version
    _save(keeper, draft)
    answer = keeper.send(
        f"/console/menus/{draft.id}", version=seen, title="我的标题", pick=[activity.id]
    )
    assert answer.status_code == 409
    assert 'value="我的标题"' in answer.text
    assert f'id="pick-{activity.id}" checked' in answer.text
    assert "仍用我填写的保存" in words(answer)


@pytest.mark.parametrize("pick", ["abc", "99999999999999999999", "12345"])
def test_takes_no_activity_that_is_not_on_offer(
    keeper: Desk, space: models.Space, pick: str
) -> None:
    draft = _draft(keeper, space)
    answer = keeper.send(f"/console/menus/{draft.id}", version=draft.version, pick=pick)
    assert answer.status_code == 422
    assert models.MenuItem.select().count() == 0


def test_an_operator_drafts_but_does_not_publish(client: Client, space: models.Space) -> None:
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    activity = _activity(space)
    draft = _draft(operator, space)
    page = _save(operator, draft, pick=[activity.id])
    assert "请掌门人来发布" in page
    assert _publish(operator, draft).status_code == 403
    assert models.MenuRevision.get_by_id(draft.id).state == RevisionState.DRAFT


def test_a_malformed_month_is_no_menu(keeper: Desk, space: models.Space) -> None:
    answer = keeper.send("/console/menus", space_id=space.id, month="2098-13")
    assert answer.status_code == 404
    assert models.Menu.select().count() == 0
    keeper.see("/console/menus?month=2098-13")


def test_a_town_sees_who_has_not_published(client: Client, space: models.Space) -> None:
    other = factories.make_space(space.org_unit.parent)
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent))
    page = officer.see(f"/console/menus?month={MONTH}")
    assert space.name in page
    assert other.name in page
    assert "起草菜单" not in page


def test_a_published_menu_prints_with_wechats_code(
    client: Client, sandbox: Sandbox, now: dt.datetime
) -> None:
    space = factories.make_space()
    activity = factories.make_activity(space, title="<税务>讲座")
    factories.make_session(activity)
    menu = models.Menu.add(now=now, space=space, month=month_of(now))
    revision = models.MenuRevision.add(now=now, space=space, menu=menu, number=1, title="菜单")
    models.MenuItem.create(space=space, revision=revision, activity=activity)
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    path = f"/console/menus/{revision.id}/poster"
    assert keeper.client.get(path).status_code == 303, "a draft hangs on no wall"
    revision.change(now=now, state=RevisionState.PUBLISHED, published_at=now)
    sandbox.post("faults", path="/wxa/getwxacodeunlimit", errcode=45009)
    assert "小程序码暂时没有拿到" in keeper.see(path)
    sandbox.http.delete(f"{sandbox.base}/_sandbox/faults")
    for paper in ("a3", "a4", "table", "x"):
        page = keeper.client.get(f"{path}?paper={paper}").text
        assert "data:image/" in page
        assert "&lt;税务&gt;讲座" in page
    elsewhere = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    assert elsewhere.client.get(path).status_code == 404
