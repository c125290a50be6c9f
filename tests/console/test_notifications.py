import datetime as dt
from typing import Any

import pytest

import models
from models.notifications import CampaignState, DeliveryState
from models.staff import Role
from server.clock import at_shanghai, day_of, utcnow
from server.services.notifications import campaigns, outbox
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk

NOON = at_shanghai(day_of(utcnow()) + dt.timedelta(days=1), dt.time(12))
"""By day, when everything may ring."""


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space()


@pytest.fixture
def keeper(client: Client, space: models.Space) -> Desk:
    return desk(client, factories.make_staff(Role.KEEPER, space))


def _delivery(
    space: models.Space, now: dt.datetime, state: DeliveryState, **over: Any
) -> models.Delivery:
    user = factories.make_user()
    message = models.Message.create(
        user_id=user.id,
        space_id=space.id,
        kind="menu",
        subject_type="menu",
        subject_id=1,
        dedupe_key="menu:1",
        title=over.pop("title", "菜单来了"),
        created_at=now,
    )
    values = {"user_id": user.id, "message": message, "kind": "menu", "bucket": user.id % 64}
    return models.Delivery.add(now=now, state=state, not_before=now, **values | over)


def test_shows_what_did_not_arrive_and_sends_it_again(
    keeper: Desk, space: models.Space, now: Any
) -> None:
    failed = _delivery(space, now, DeliveryState.FAILED_TEMP, error="微信接口繁忙")
    _delivery(space, now, DeliveryState.SENT, title="顺利的")
    foreign = _delivery(factories.make_space(), now, DeliveryState.FAILED_TEMP, title="别处的")
    page = keeper.see("/console/notifications")
    assert "微信接口繁忙" in page
    assert "顺利的" not in page
    assert "别处的" not in page
    assert "已重新排队" in keeper.do(f"/console/notifications/{failed.id}/resend")
    assert models.Delivery.get_by_id(failed.id).state == DeliveryState.QUEUED
    assert keeper.send(f"/console/notifications/{foreign.id}/resend").status_code == 404
    assert models.Delivery.get_by_id(foreign.id).state == DeliveryState.FAILED_TEMP
    assert "不需要或不能重发" in keeper.do(f"/console/notifications/{failed.id}/resend")


def test_only_a_keeper_risks_that_somebody_reads_it_twice(
    client: Client, space: models.Space, now: Any
) -> None:
    failed = _delivery(space, now, DeliveryState.FAILED_TEMP)
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    path = f"/console/notifications/{failed.id}/resend"
    assert path not in operator.see("/console/notifications")
    assert operator.send(path).status_code == 403
    assert models.Delivery.get_by_id(failed.id).state == DeliveryState.FAILED_TEMP


def test_lets_a_stopped_campaign_go_on(client: Client, space: models.Space, now: Any) -> None:
    campaign = models.Campaign.add(
        now=now,
        space=space,
        kind="menu",
        dedupe_key="menu:1",
        subject_type="menu",
        subject_id=1,
        title="五月菜单来了",
        state=CampaignState.STOPPED,
        stop_reason="模板被停用",
    )
    path = f"/console/campaigns/{campaign.id}/resume"
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    assert operator.send(path).status_code == 403
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    assert "模板被停用" in keeper.see("/console/notifications")
    assert "模板被停用" in keeper.see("/console/")
    assert "已恢复发送" in keeper.do(path)
    assert models.Campaign.get_by_id(campaign.id).state == CampaignState.SPREADING
    assert "没有停下" in keeper.do(path)


def test_a_campaign_is_held_and_called_off_where_it_is_seen(
    client: Client, space: models.Space, now: Any
) -> None:
    campaign = models.Campaign.add(
        now=now,
        space=space,
        kind="menu",
        dedupe_key="menu:1",
        subject_type="menu",
        subject_id=1,
        title="五月菜单来了",
        state=CampaignState.RUNNING,
    )
    waiting = _delivery(space, now, DeliveryState.QUEUED, campaign_id=campaign.id)
    path = f"/console/campaigns/{campaign.id}"
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    assert "暂停" not in operator.see(path)
    assert operator.send(f"{path}/pause").status_code == 403
    elsewhere = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    assert elsewhere.client.get(path).status_code == 404
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    assert "hx-get" in keeper.client.get(path).text
    assert "已暂停" in keeper.do(f"{path}/pause")
    assert outbox.due_buckets(now=NOON) == []
    assert "hx-get" not in keeper.client.get(path).text, "nothing moves, so nobody need ask"
    assert "已恢复发送" in keeper.do(f"{path}/resume")
    assert outbox.due_buckets(now=NOON) == [waiting.bucket]
    assert "已取消" in keeper.do(f"{path}/cancel")
    assert "已经结束" in keeper.do(f"{path}/cancel")
    assert campaigns.settle_cancelled(now=now) == 1
    assert campaigns.settle_cancelled(now=now) == 0
    ended = models.Delivery.get_by_id(waiting.id)
    assert (ended.state, ended.error) == (DeliveryState.EXPIRED, "这次群发已被取消")
    assert models.Message.select().count() == 1, "what stands in the inbox stays there"


def test_who_was_told_and_why_the_others_were_not(
    keeper: Desk, client: Client, space: models.Space, now: Any
) -> None:
    people = [factories.make_user(home_space=space, nickname=name) for name in ("<王>小明", "李雷")]
    factories.make_user(home_space=space, nickname="韩梅梅", preferences={"menu": False})
    menu = models.Menu.add(now=now, space=space, month="2027-03")
    draft = models.MenuRevision.add(now=now, space=space, menu=menu, number=1, title="菜单")
    url = f"/console/menus/{draft.id}/audience"
    page = keeper.see(f"{url}?reason=no_grant")
    assert "发布会告诉谁" in page
    assert "<王>小明" in page  # escaped: it came back as text
    assert "韩梅梅" not in page
    assert "韩梅梅" in keeper.see(f"{url}?reason=muted")

    campaign = models.Campaign.add(
        now=now, space=space, kind="menu", dedupe_key="m", subject_type="menu", title="三月菜单来了",
        subject_id=draft.id, total=3, state=CampaignState.RUNNING,
    )  # fmt: skip
    for user, state in zip(people, (DeliveryState.SENT, DeliveryState.FAILED_TEMP), strict=True):
        row = _delivery(space, now, state, campaign_id=campaign.id, error="微信接口繁忙")
        models.Delivery.update(user_id=user.id).where(models.Delivery.id == row.id).execute()
    url = f"/console/campaigns/{campaign.id}"
    page = keeper.see(f"{url}/people?reason=failed")
    assert "李雷" in page
    assert "微信接口繁忙" in page
    assert "小明" not in page
    sheet = keeper.client.get(f"{url}/counts.csv").text
    assert sheet.startswith("\ufeff情况,人数")
    for line in ("微信已提醒,1", "没有发成,1", "已注销或停用,1", "合计,3"):
        assert line in sheet.splitlines()

    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    page = operator.see(f"{url}/people?reason=failed")
    assert "李**" in page
    assert "李雷" not in page
    stranger = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    for path in ("people", "counts.csv"):
        stranger.see(f"{url}/{path}", 404)
