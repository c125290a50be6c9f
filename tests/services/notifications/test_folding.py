"""What folds into a newer message and what never does."""

import datetime as dt
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from models import Delivery, Message, User, db
from models.notifications import DeliveryState
from server.clock import SHANGHAI
from server.services import notifications
from server.services.notifications import outbox, outcomes
from server.services.notifications.outbox import Parcel
from server.wechat.fitting import Value
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("app")
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
LEASE = dt.timedelta(seconds=60)
CHANGED: dict[str, Value] = {
    "activity": "茶会",
    "change": "时间有调整",
    "starts_at": NOON,
    "place": "一楼",
}
CANCELLED: dict[str, Value] = {"activity": "茶会", "starts_at": NOON, "reason": "下雨"}
FIELDS: dict[str, dict[str, Value]] = {"changed": CHANGED, "cancelled": CANCELLED}
_numbers = itertools.count(1)


def allowing(quota: int = 3) -> User:
    user = make_user()
    for kind, _ in itertools.product(FIELDS, range(quota)):
        ref = f"popup{next(_numbers)}"
        notifications.grant_from_popup(user.id, kind, accepted=True, ref=ref, at=NOON, now=NOON)
    return user


def tell(user: User, kind: str = "changed", subject: int = 1) -> Delivery:
    message = notifications.tell(
        user.id,
        kind=kind,
        subject_type="session",
        subject_id=subject,
        dedupe_key=f"{kind}:{next(_numbers)}",
        title="活动有变",
        body="",
        page="",
        fields=FIELDS[kind],
        space_id=None,
        now=NOON,
    )
    row: Delivery = Delivery.get(Delivery.message == message.id)
    return row


def claim(user: User, owner: str = "a") -> list[Parcel]:
    return outbox.claim(owner, user.id % 64, limit=50, lease=LEASE, now=NOON)


def states(*rows: Delivery) -> list[DeliveryState]:
    return [Delivery.get_by_id(row.id).state for row in rows]


def test_the_newest_of_one_session_goes_and_costs_one() -> None:
    user = allowing()
    rows = [tell(user) for _ in range(3)]
    (parcel,) = claim(user)
    assert parcel.id == rows[2].id
    assert states(*rows) == [DeliveryState.FOLDED, DeliveryState.FOLDED, DeliveryState.RESERVED]
    held = {each.kind: each.balance for each in notifications.wallet_of(user.id)}
    assert held["changed"] == 2
    page = notifications.of_user(user.id, cursor=None, limit=10)
    assert [entry.mark.text for entry in page.items].count("已合并到后一条提醒") == 2
    assert Message.select().where(Message.user_id == user.id).count() == 3


def test_two_sessions_and_whatever_is_cancelled_never_fold() -> None:
    user = allowing()
    rows = [tell(user, "cancelled"), tell(user, "cancelled"), tell(user), tell(user, subject=2)]
    for _ in rows:
        (parcel,) = claim(user)
        outbox.begin_sending([parcel], owner="a", lease=LEASE, now=NOON)
        outcomes.settle([(parcel, None)], owner="a", now=NOON)
    assert states(*rows) == [DeliveryState.SENT] * 4


def test_an_older_one_does_not_follow_the_newer() -> None:
    user = allowing()
    older = tell(user)
    (parcel,) = claim(user)
    outbox.begin_sending([parcel], owner="a", lease=LEASE, now=NOON)
    newer = tell(user)
    assert claim(user) == []  # WeChat takes one at a time of a person
    outbox.put_back(Delivery.get_by_id(older.id), not_before=NOON, now=NOON)
    (parcel,) = claim(user)
    assert parcel.id == newer.id
    assert states(older) == [DeliveryState.FOLDED]


def both_claim(user: User) -> list[int]:
    """Two workers look into the person's bucket at the same moment; return what they reserved."""
    gate = threading.Barrier(2)

    def go(owner: str) -> list[int]:
        with db.connection_context():
            gate.wait()
            return [parcel.id for parcel in claim(user, owner)]

    with ThreadPoolExecutor(2) as workers:
        return [id_ for reserved in workers.map(go, "ab") for id_ in reserved]


def test_two_workers_at_once_send_the_newest_once() -> None:
    for _ in range(5):
        user = allowing()
        rows = [tell(user) for _ in range(3)]
        assert both_claim(user) == [rows[2].id]
        assert states(*rows[:2]) == [DeliveryState.FOLDED] * 2
