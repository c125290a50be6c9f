"""The inbox: told once, together with what it tells about, and honest about WeChat."""

import datetime as dt
from typing import Any

import pytest

from models import Delivery, Message, db
from models.notifications import DeliveryState
from models.users import UserStatus
from server.clock import SHANGHAI
from server.errors import NotFound
from server.services import notifications, users_privacy
from server.services.audit import SYSTEM
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("app")
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)


def tell(user: Any, now: dt.datetime = NOON, **over: Any) -> Message:
    values: dict[str, Any] = {
        "kind": "reminder",
        "subject_type": "session",
        "subject_id": 7,
        "dedupe_key": "reminder:7",
        "title": "活动快开始了",
        "body": "明天见",
        "page": "pages/activities/detail/detail?id=7",
        "fields": {"activity": "茶会", "starts_at": NOON, "place": "一楼"},
        "space_id": None,
    }
    return notifications.tell(user.id, now=now, **values | over)


def test_a_message_goes_into_inbox_and_outbox() -> None:
    user = make_user()
    message = tell(user)
    row = Delivery.get(Delivery.user_id == user.id)
    assert row.message_id == message.id
    assert row.state == DeliveryState.QUEUED
    assert row.fields == {"activity": "茶会", "starts_at": "2026年11月20日 12:00", "place": "一楼"}
    assert row.bucket == user.id % 64


def test_the_same_key_tells_a_person_once() -> None:
    user, other = make_user(), make_user()
    tell(other)
    first, again = tell(user), tell(user, title="另一个标题")
    assert again.id == first.id
    assert again.title == "活动快开始了"
    assert Message.select().where(Message.user_id == user.id).count() == 1
    assert Delivery.select().where(Delivery.user_id == user.id).count() == 1


def test_nothing_is_told_when_the_act_itself_fails() -> None:
    user = make_user()
    with db.atomic() as transaction:
        tell(user)
        transaction.rollback()
    assert not Message.select().where(Message.user_id == user.id).exists()
    assert not Delivery.select().where(Delivery.user_id == user.id).exists()


def test_a_muted_kind_stays_in_the_inbox() -> None:
    user = make_user(preferences={"reminder": False, "menu": True})
    tell(user)
    assert not Delivery.select().where(Delivery.user_id == user.id).exists()
    (entry,) = notifications.of_user(user.id, cursor=None, limit=20).items
    assert entry.mark.state == "inbox_only"


def test_nobody_rings_a_phone_of_somebody_who_left() -> None:
    user = make_user(status=UserStatus.ERASED)
    tell(user)
    assert not Delivery.select().where(Delivery.user_id == user.id).exists()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("reminder", {"activity": "茶会"}), ("newsletter", {})],
)
def test_a_message_that_could_not_be_sent_is_refused_at_once(
    kind: str, fields: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=kind):
        tell(make_user(), kind=kind, fields=fields)


@pytest.mark.parametrize(
    ("said_at", "goes_at"),
    [
        ("21:29", "20 21:29"),
        ("21:30", "21 08:30"),
        ("23:59", "21 08:30"),
        ("00:10", "20 08:30"),
        ("08:29", "20 08:30"),
        ("08:30", "20 08:30"),
    ],
)
def test_nights_are_quiet(said_at: str, goes_at: str) -> None:
    hour, minute = map(int, said_at.split(":"))
    user = make_user()
    tell(user, NOON.replace(hour=hour, minute=minute))
    row = Delivery.get(Delivery.user_id == user.id)
    assert row.not_before.astimezone(SHANGHAI).strftime("%d %H:%M") == goes_at


def test_a_cancelled_activity_is_told_at_night_too() -> None:
    user, night = make_user(), NOON.replace(hour=23)
    fields = {"activity": "茶会", "starts_at": NOON, "reason": "讲师有事"}
    tell(user, night, kind="cancelled", fields=fields)
    assert Delivery.get(Delivery.user_id == user.id).not_before == night


@pytest.mark.parametrize(
    ("state", "mark", "text"),
    [
        (DeliveryState.QUEUED, "waiting", "等待发送"),
        (DeliveryState.SENT, "waiting", "已发出，等待微信确认"),
        (DeliveryState.DELIVERED, "delivered", "已送达"),
        (DeliveryState.SKIPPED_NO_QUOTA, "not_delivered", "未送达：提醒次数用完"),
        (DeliveryState.UNKNOWN, "not_delivered", "不确定是否送达：微信没有确认"),
    ],
)
def test_the_mark_says_what_became_of_it(state: DeliveryState, mark: str, text: str) -> None:
    user = make_user()
    tell(user)
    Delivery.update(state=state).where(Delivery.user_id == user.id).execute()
    (entry,) = notifications.of_user(user.id, cursor=None, limit=20).items
    assert (entry.mark.state, entry.mark.text) == (mark, text)


def test_every_state_has_its_mark() -> None:
    user = make_user()
    tell(user)
    for state in DeliveryState:
        Delivery.update(state=state).where(Delivery.user_id == user.id).execute()
        assert notifications.of_user(user.id, cursor=None, limit=1).items[0].mark.text


def test_pages_go_from_new_to_old_and_show_only_mine() -> None:
    user = make_user()
    tell(make_user())
    for number in range(5):
        tell(user, NOON + dt.timedelta(minutes=number), dedupe_key=f"k{number}")
    first = notifications.of_user(user.id, cursor=None, limit=3)
    rest = notifications.of_user(user.id, cursor=first.next, limit=3)
    keys = [entry.message.dedupe_key for entry in first.items + rest.items]
    assert keys == ["k4", "k3", "k2", "k1", "k0"]
    assert rest.next is None


def test_reading_keeps_the_first_time_and_is_only_for_the_owner() -> None:
    user = make_user()
    message = tell(user)
    assert notifications.unread(user.id) == 1
    notifications.read(user.id, message.id, now=NOON)
    later = notifications.read(user.id, message.id, now=NOON + dt.timedelta(hours=1))
    assert later.message.read_at == NOON
    assert notifications.unread(user.id) == 0
    with pytest.raises(NotFound):
        notifications.read(make_user().id, message.id, now=NOON)


def test_an_erasure_empties_inbox_and_outbox() -> None:
    user, other = make_user(), make_user()
    tell(user)
    tell(other)
    users_privacy.erase(user, actor=SYSTEM, now=NOON)
    assert [row.user_id for row in Message.select()] == [other.id]
    assert [row.user_id for row in Delivery.select()] == [other.id]
