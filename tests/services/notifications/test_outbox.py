"""The outbox step by step: who died where, who was slow, and what may be said of a send."""

import datetime as dt
import itertools
from typing import Any

import pytest

from models import Delivery, User
from models.notifications import DeliveryState
from server.clock import SHANGHAI
from server.services import notifications
from server.services.notifications import outbox, outcomes
from server.services.notifications.outbox import Parcel
from server.wechat import WeChatError
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("app")
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
LEASE = dt.timedelta(seconds=60)
SECOND = dt.timedelta(seconds=1)
_numbers = itertools.count(1)


def queued(user: User | None = None, *, quota: int = 1) -> Delivery:
    user = user or make_user()
    number = next(_numbers)
    for each in range(quota):
        ref = f"popup{number}:{each}"
        notifications.grant_from_popup(
            user.id, "reminder", accepted=True, ref=ref, at=NOON, now=NOON
        )
    message = notifications.tell(
        user.id,
        kind="reminder",
        subject_type="session",
        subject_id=number,
        dedupe_key=f"reminder:{number}",
        title="活动快开始了",
        body="",
        page="pages/activities/detail/detail?id=7",
        fields={"activity": "茶会", "starts_at": NOON, "place": "一楼"},
        space_id=None,
        now=NOON,
    )
    row: Delivery = Delivery.get(Delivery.message == message.id)
    return row


def queued_twice() -> tuple[Delivery, Delivery]:
    """Two people's messages in two buckets: chance alone would put them into one now and then."""
    first = second = queued()
    while second.bucket == first.bucket:
        second = queued()
    return first, second


def claim(row: Delivery, owner: str = "a", now: dt.datetime = NOON) -> list[Parcel]:
    return outbox.claim(owner, row.bucket, limit=50, lease=LEASE, now=now)


def begin(parcels: list[Parcel], owner: str = "a", now: dt.datetime = NOON) -> list[Parcel]:
    return outbox.begin_sending(parcels, owner=owner, lease=LEASE, now=now)


def sending(row: Delivery, owner: str = "a", now: dt.datetime = NOON) -> Parcel:
    (parcel,) = begin(claim(row, owner, now), owner, now)
    return parcel


def settle(
    parcel: Parcel, error: WeChatError | None = None, owner: str = "a", now: dt.datetime = NOON
) -> None:
    outcomes.settle([(parcel, error)], owner=owner, now=now)


def state(row: Delivery) -> DeliveryState:
    now_row: Delivery = Delivery.get_by_id(row.id)
    return now_row.state


def balance(row: Delivery) -> int:
    held = {each.kind: each.balance for each in notifications.wallet_of(row.user_id)}
    return held["reminder"]


def confirm(row: Delivery, at: dt.datetime, **over: Any) -> bool:
    values: dict[str, Any] = {"msgid": "1", "errorcode": 0, "status": "success"}
    return outcomes.confirm(row.user_id, "reminder", received_at=at, **values | over)


def test_reserved_by_who_died_waits_again_with_its_reminder() -> None:
    row = queued()
    (parcel,) = claim(row)
    assert (state(row), balance(row)) == (DeliveryState.RESERVED, 0)
    outbox.recover(now=NOON + LEASE - SECOND)
    assert state(row) == DeliveryState.RESERVED
    outbox.recover(now=NOON + LEASE)
    assert (state(row), balance(row)) == (DeliveryState.QUEUED, 1)
    assert begin([parcel], now=NOON + LEASE) == []  # who was only slow may not send any more


def test_sending_when_the_worker_died_is_unknown_and_keeps_its_reminder() -> None:
    row = queued()
    sending(row)
    outbox.recover(now=NOON + LEASE)
    assert (state(row), balance(row)) == (DeliveryState.UNKNOWN, 0)
    assert claim(row, "b", NOON + 2 * LEASE) == []


def test_an_answer_that_outlived_the_lease_is_still_the_truth() -> None:
    row = queued()
    parcel = sending(row)
    outbox.recover(now=NOON + LEASE)
    settle(parcel, now=NOON + LEASE + SECOND)
    assert state(row) == DeliveryState.SENT


def test_a_worker_changes_nothing_that_is_no_longer_its_own() -> None:
    row = queued()
    (old,) = claim(row, "slow")
    outbox.recover(now=NOON + LEASE)
    new = sending(row, "quick", NOON + LEASE)
    assert begin([old], "slow", NOON + LEASE) == []
    settle(old, WeChatError("refused", 43101), "slow")
    assert (state(row), balance(row)) == (DeliveryState.SENDING, 0)
    settle(new, owner="quick", now=NOON + LEASE)
    settle(new, WeChatError("busy", -1), "quick", NOON + LEASE)  # a second word is not heard
    assert (state(row), balance(row)) == (DeliveryState.SENT, 0)


def test_a_lease_that_ran_out_forbids_the_send() -> None:
    row = queued()
    parcels = claim(row)
    assert begin(parcels, now=NOON + LEASE) == []
    assert begin(parcels, now=NOON + LEASE - SECOND) == parcels


def test_only_one_send_to_a_person_is_ever_on_its_way() -> None:
    user = make_user()
    first, second = queued(user), queued(user)
    (one,) = claim(first)  # one per person in a batch
    assert claim(first) == []  # and none while another is held
    assert one.id == first.id
    # Two workers that look at the same moment may each hold one; the index stops the second send.
    Delivery.update(state=DeliveryState.RESERVED, owner="b", leased_until=NOON + LEASE).where(
        Delivery.id == second.id
    ).execute()
    other = Parcel(second.id, user.id, "reminder", second.fields, "", second.version)
    assert begin([one]) == [one]
    assert begin([other], "b") == []
    waiting = Delivery.get_by_id(second.id)
    assert waiting.state == DeliveryState.QUEUED
    assert waiting.not_before > NOON


def test_one_that_cannot_leave_does_not_hold_up_its_batch() -> None:
    blocked, free = queued_twice()
    user = User.get_by_id(blocked.user_id)
    sending(blocked, "elsewhere")
    again = queued(user)
    Delivery.update(state=DeliveryState.RESERVED, owner="a", leased_until=NOON + LEASE).where(
        Delivery.id == again.id
    ).execute()
    held = Parcel(again.id, user.id, "reminder", again.fields, "", again.version)
    parcels = [held, *claim(free)]
    assert [each.id for each in begin(parcels)] == [free.id]


def test_stopping_gives_back_only_ones_own() -> None:
    mine, others = queued_twice()
    claim(mine, "a")
    claim(others, "b")
    assert outbox.give_back("a", now=NOON) == 1
    assert (state(mine), balance(mine)) == (DeliveryState.QUEUED, 1)
    assert state(others) == DeliveryState.RESERVED


def test_wechats_event_says_delivered() -> None:
    row, noise = queued_twice()
    settle(sending(row))
    settle(sending(noise))
    assert confirm(row, NOON + SECOND)
    now_row = Delivery.get_by_id(row.id)
    assert (now_row.state, now_row.delivered_at) == (DeliveryState.DELIVERED, NOON + SECOND)
    assert state(noise) == DeliveryState.SENT
    assert not confirm(row, NOON + 2 * SECOND)  # nothing is left to confirm


def test_an_event_before_our_own_answer_waits() -> None:
    row = queued()
    parcel = sending(row)
    assert not confirm(row, NOON + SECOND)
    settle(parcel)
    assert confirm(row, NOON + SECOND)
    assert state(row) == DeliveryState.DELIVERED


def test_an_event_turns_unknown_into_delivered() -> None:
    row = queued()
    settle(sending(row), WeChatError("unknown_outcome"))
    assert state(row) == DeliveryState.UNKNOWN
    assert confirm(row, NOON + SECOND)
    assert (state(row), balance(row)) == (DeliveryState.DELIVERED, 0)


def test_an_event_cannot_come_before_its_cause_or_days_after() -> None:
    row = queued()
    settle(sending(row))
    assert not confirm(row, NOON - SECOND)
    assert not confirm(row, NOON + dt.timedelta(days=2))


def test_an_event_belongs_to_the_last_send_before_it() -> None:
    user = make_user()
    lost, good = queued(user), queued(user)
    settle(sending(lost), WeChatError("unknown_outcome"))
    later = NOON + dt.timedelta(minutes=3)
    settle(sending(good, now=later), now=later)
    assert confirm(good, later + SECOND)
    assert (state(lost), state(good)) == (DeliveryState.UNKNOWN, DeliveryState.DELIVERED)


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        ("failed: user refused", DeliveryState.FAILED_REFUSED),
        ("failed: system failed", DeliveryState.FAILED_TEMP),
    ],
)
def test_a_delivery_that_fails_at_wechat_is_final(status: str, ends: DeliveryState) -> None:
    row = queued()
    settle(sending(row))
    assert confirm(row, NOON + SECOND, errorcode=5, status=status)
    assert (state(row), balance(row)) == (ends, 0)
    assert claim(row, now=NOON + dt.timedelta(hours=1)) == []


def test_after_ten_minutes_unknown_stays_and_is_marked() -> None:
    row = queued()
    settle(sending(row), WeChatError("unknown_outcome"))
    assert outcomes.give_up_unknown(now=NOON + dt.timedelta(minutes=9)) == 0
    assert outcomes.give_up_unknown(now=NOON + dt.timedelta(minutes=10)) == 1
    assert outcomes.give_up_unknown(now=NOON + dt.timedelta(minutes=11)) == 0
    assert (state(row), balance(row)) == (DeliveryState.UNKNOWN, 0)


def test_who_left_meanwhile_is_no_accident() -> None:
    row = queued()
    parcel = sending(row)
    notifications.forget(row.user_id)
    settle(parcel)
    settle(parcel, WeChatError("refused", 43101))
    assert not Delivery.select().where(Delivery.id == row.id).exists()
    assert begin([parcel]) == []
