"""Inbox, wallet and the staff's ledger over HTTP."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models import Delivery, Wallet
from models.notifications import DeliveryState
from models.staff import Role
from server.services import notifications
from server.services.notifications import campaigns
from server.services.notifications.kinds import TITLES
from tests.conftest import Client, resources
from tests.factories import make_space, make_staff, make_token, make_user


def tell(user: models.User, now: dt.datetime, key: str = "k", **over: Any) -> models.Message:
    values: dict[str, Any] = {
        "kind": "reminder",
        "subject_type": "session",
        "subject_id": 7,
        "title": "活动快开始了",
        "body": "明天见",
        "page": "pages/activities/detail/detail?id=7",
        "fields": {"activity": "茶会", "starts_at": now, "place": "一楼"},
        "space_id": None,
    }
    return notifications.tell(user.id, dedupe_key=key, now=now, **values | over)


def keeper_of(client: Client, space: models.Space, role: Role = Role.KEEPER) -> Client:
    user = make_user()
    make_staff(role, space, user_id=user.id)
    other = client.application.test_client()
    other.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_token(user)}"
    assert isinstance(other, Client)
    return other


def test_the_inbox_says_what_became_of_each_message(client: Client, now: dt.datetime) -> None:
    user = make_user()
    tell(make_user(), now, "noise")
    message = tell(user, now)
    Delivery.update(state=DeliveryState.SKIPPED_NO_QUOTA).where(
        Delivery.message == message
    ).execute()
    answer = client.as_user(user).get("/api/v1/me/inbox")
    assert answer.status_code == 200, answer.json
    (item,) = answer.json["items"]
    assert item["mark"] == {"state": "not_delivered", "text": "未送达：提醒次数用完"}
    assert answer.json["unread"] == 1
    assert answer.json["next"] is None


def test_pages_follow_each_other(client: Client, now: dt.datetime) -> None:
    user = make_user()
    for number in range(5):
        tell(user, now + dt.timedelta(seconds=number), f"k{number}", title=f"第{number}条")
    member, seen, cursor = client.as_user(user), [], ""
    for _ in range(3):
        page = member.get(f"/api/v1/me/inbox?limit=2{cursor}").json
        seen += [item["title"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert seen == [f"第{number}条" for number in (4, 3, 2, 1, 0)]
    assert page["next"] is None
    assert member.get("/api/v1/me/inbox?cursor=nonsense").status_code == 404


def test_reading_is_for_the_owner(client: Client, now: dt.datetime) -> None:
    user = make_user()
    message = tell(user, now)
    url = f"/api/v1/me/inbox/{message.id}/read"
    assert client.as_user(make_user()).post(url).status_code == 404
    assert client.as_user(user).post(url).json["read_at"] is not None
    assert client.as_user(user).get("/api/v1/me/inbox").json["unread"] == 0
    assert client.as_user(user).post("/api/v1/me/inbox/x/read").status_code == 404


def test_the_wallet_tells_every_kind_in_plain_words(
    client: Client, app: Flask, now: dt.datetime
) -> None:
    user = make_user()
    notifications.grant_from_popup(user.id, "menu", accepted=True, ref="a", at=now, now=now)
    items = client.as_user(user).get("/api/v1/me/wallet").json["items"]
    menu = next(item for item in items if item["kind"] == "menu")
    assert menu["sentence"] == "还能提醒你 1 次"
    assert menu["template_id"] == resources(app).config.wechat.templates["menu"]
    assert not menu["is_lasting"]
    assert [item["kind"] for item in items] == [kind for kind in TITLES if kind != "duty"]
    make_staff(user_id=user.id)
    assert len(client.as_user(user).get("/api/v1/me/wallet").json["items"]) == len(TITLES)


def test_what_a_phone_claims_fills_no_wallet(client: Client, app: Flask) -> None:
    user = make_user()
    template = resources(app).config.wechat.templates["menu"]
    body = {"results": {template: "accept"}}
    answer = client.as_user(user).post("/api/v1/me/wallet/accepts", json=body)
    assert answer.status_code == 200, answer.json
    assert {item["balance"] for item in answer.json["items"]} == {0}
    assert Wallet.select().count() == 0


@pytest.mark.parametrize("body", [{}, {"results": {}}, {"results": {"x": "perhaps"}}])
def test_a_claim_that_makes_no_sense_is_refused(client: Client, body: Any) -> None:
    answer = client.as_user(make_user()).post("/api/v1/me/wallet/accepts", json=body)
    assert answer.status_code == 422


def test_strangers_see_nothing(client: Client) -> None:
    for path in ("me/inbox", "me/wallet", "staff/messages", "staff/campaigns"):
        assert client.get(f"/api/v1/{path}").status_code == 401


def test_staff_see_their_own_space_and_no_names(client: Client, now: dt.datetime) -> None:
    space, elsewhere = make_space(), make_space()
    user = make_user(nickname="不该出现")
    message = tell(user, now, "mine", space_id=space.id)
    tell(user, now, "theirs", space_id=elsewhere.id)
    Delivery.update(state=DeliveryState.UNKNOWN).where(Delivery.message == message).execute()
    keeper = keeper_of(client, space)
    answer = keeper.get("/api/v1/staff/messages")
    assert answer.status_code == 200, answer.json
    assert [item["state"] for item in answer.json["items"]] == ["unknown"]
    assert answer.json["troubles"]["unknown"] == 1
    assert "不该出现" not in answer.text
    assert str(user.id) not in answer.text
    assert keeper.get(f"/api/v1/staff/messages?space={elsewhere.id}").status_code == 404
    assert keeper.get("/api/v1/staff/messages?state=sent").json["items"] == []


def test_only_a_keeper_of_the_space_sends_again(client: Client, now: dt.datetime) -> None:
    space, elsewhere = make_space(), make_space()
    message = tell(make_user(), now, space_id=space.id)
    row = Delivery.get(Delivery.message == message)
    url = f"/api/v1/staff/messages/{row.id}/resend"
    keeper = keeper_of(client, space)
    refused = keeper.post(url)
    assert (refused.status_code, refused.json["code"]) == (409, "cannot_resend")
    Delivery.update(state=DeliveryState.UNKNOWN).where(Delivery.id == row.id).execute()
    assert keeper_of(client, space, Role.OPERATOR).post(url).status_code == 403
    assert keeper_of(client, elsewhere).post(url).status_code == 404
    assert keeper.post(url).json["state"] == "queued"


def test_a_stopped_campaign_is_shown_and_resumed(client: Client, now: dt.datetime) -> None:
    space, elsewhere = make_space(), make_space()
    fields = {"space": "新意城", "month": "2026年11月", "summary": "茶会", "count": "2"}
    campaigns.start(
        space.id,
        kind="menu",
        subject_type="menu",
        subject_id=1,
        dedupe_key="menu:1",
        title="菜单",
        body="",
        page="",
        fields=fields,
        activity_ids=None,
        now=now,
    )
    (campaign_id,) = campaigns.spreading()
    campaigns.stop(campaign_id, "微信返回 47003", now=now)
    keeper = keeper_of(client, space)
    (item,) = keeper.get("/api/v1/staff/campaigns").json["items"]
    assert (item["state"], item["stop_reason"]) == ("stopped", "微信返回 47003")
    url = f"/api/v1/staff/campaigns/{campaign_id}/resume"
    assert keeper_of(client, elsewhere).post(url).status_code == 404
    assert keeper.post(url).json["state"] == "spreading"
    assert keeper.post(url).status_code == 409
    for act, state in (("pause", "paused"), ("resume", "spreading"), ("cancel", "cancelled")):
        url = f"/api/v1/staff/campaigns/{campaign_id}/{act}"
        assert keeper_of(client, elsewhere).post(url).status_code == 404
        assert keeper_of(client, space, Role.OPERATOR).post(url).status_code == 403
        assert keeper.post(url).json["state"] == state
    assert keeper.post(url).json["code"] == "not_sending"
