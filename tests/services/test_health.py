"""The doctor names every row that breaks a rule, and only those."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest

import models
from models.notifications import BUCKETS, CampaignState, DeliveryState
from models.signups import SignupState
from server.services import health, notifications
from server.services.notifications import ledger, outbox, wallet
from tests import factories
from tests.services import breakers_activities, breakers_needs, breakers_surveys

pytestmark = pytest.mark.usefixtures("app")
_numbers = itertools.count(1)


def tell(user: models.User, now: dt.datetime) -> models.Delivery:
    """A message of the menu in the outbox."""
    number = next(_numbers)
    message = notifications.tell(
        user.id,
        kind="menu",
        subject_type="menu",
        subject_id=number,
        dedupe_key=f"menu:{number}",
        title="菜单来了",
        body="",
        page="pages/tabs/home/home",
        fields={"space": "空间", "month": "2026年6月", "summary": "茶会", "count": "1"},
        space_id=None,
        now=now,
    )
    row: models.Delivery = models.Delivery.get(models.Delivery.message == message.id)
    return row


def reserved(now: dt.datetime) -> models.Delivery:
    """A delivery a worker has taken, paid for with the reminder its person had."""
    user = factories.make_user()
    notifications.grant_from_popup(user.id, "menu", accepted=True, ref="yes", at=now, now=now)
    row = tell(user, now)
    # At noon, for at night nothing would be due.
    models.Delivery.update(not_before=now).where(models.Delivery.id == row.id).execute()
    noon = now.replace(hour=4)
    noon += dt.timedelta(days=1) if noon < now else dt.timedelta()
    outbox.claim("w", row.bucket, limit=9, lease=dt.timedelta(minutes=1), now=noon)
    fresh: models.Delivery = models.Delivery.get_by_id(row.id)
    assert fresh.state == DeliveryState.RESERVED
    return fresh


def write(row: models.BaseModel, **values: Any) -> None:
    table = type(row)
    assert table.update(**values).where(table.id == row.id).execute() == 1


def take_a_seat_unseen(_: dt.datetime) -> models.BaseModel:
    session = factories.make_session()
    write(session, seats_taken=3)
    return session


def shrink_the_room(_: dt.datetime) -> models.BaseModel:
    session = factories.make_session()
    factories.make_signup(session, party_size=3)
    write(session, capacity=2)
    return session


def lose_the_place_in_the_line(_: dt.datetime) -> models.BaseModel:
    return factories.make_signup(state=SignupState.WAITLISTED, position=None)


def keep_the_place_in_the_line(_: dt.datetime) -> models.BaseModel:
    return factories.make_signup(state=SignupState.CONFIRMED, position=4)


def offer_for_ever(_: dt.datetime) -> models.BaseModel:
    return factories.make_signup(state=SignupState.OFFERED)


def check_in_without_a_signup(_: dt.datetime) -> models.BaseModel:
    signup = factories.make_signup()
    checkin = factories.make_checkin(signup)
    write(signup, state=SignupState.CONFIRMED)
    return checkin


def check_in_somebody_else(_: dt.datetime) -> models.BaseModel:
    checkin = factories.make_checkin()
    write(checkin, user_id=factories.make_user().id)
    return checkin


def check_in_elsewhere(_: dt.datetime) -> models.BaseModel:
    checkin = factories.make_checkin()
    write(checkin, session=factories.make_session())
    return checkin


def attend_unseen(now: dt.datetime) -> models.BaseModel:
    signup = factories.make_signup()
    write(factories.make_checkin(signup), voided_at=now, void_reason="扫错了")
    return signup


def give_a_reminder_away(now: dt.datetime) -> models.BaseModel:
    held: models.Wallet = models.Wallet.get(models.Wallet.user_id == reserved(now).user_id)
    write(held, balance=1)
    return held


def send_unpaid(now: dt.datetime) -> models.BaseModel:
    row = tell(factories.make_user(), now)
    write(row, state=DeliveryState.SENT)
    return row


def send_what_was_paid_back(now: dt.datetime) -> models.BaseModel:
    row = reserved(now)
    outbox.release(row, now=now)
    return row


def keep_a_reminder_for_nothing(now: dt.datetime) -> models.BaseModel:
    row = reserved(now)
    write(row, state=DeliveryState.FAILED_PARAM)
    return row


def carry_a_strangers_message(now: dt.datetime) -> models.BaseModel:
    row = tell(factories.make_user(), now)
    write(row, user_id=row.user_id + BUCKETS)
    return row


def put_into_a_wrong_bucket(now: dt.datetime) -> models.BaseModel:
    row = tell(factories.make_user(), now)
    write(row, bucket=(row.bucket + 1) % BUCKETS)
    return row


def strand_a_delivery(now: dt.datetime) -> models.BaseModel:
    campaign = models.Campaign.add(
        now=now,
        space=factories.make_space(),
        kind="menu",
        dedupe_key="menu:1",
        subject_type="menu",
        subject_id=1,
        title="菜单来了",
        state=CampaignState.DONE,
    )
    row = tell(factories.make_user(), now)
    write(row, campaign_id=campaign.id)
    return row


def answer_nothing(now: dt.datetime) -> models.BaseModel:
    return models.IdempotencyKey.create(
        user_id=factories.make_user().id, key="k", request_hash="h", created_at=now
    )


BREAKERS: dict[str, tuple[Callable[[dt.datetime], models.BaseModel], ...]] = {
    "places taken are those of the signups": (take_a_seat_unseen,),
    "a session takes no more people than it has places": (shrink_the_room,),
    "everybody who waits stands in the line": (
        lose_the_place_in_the_line,
        keep_the_place_in_the_line,
        offer_for_ever,
    ),
    "who is checked in was signed up and attended": (
        check_in_without_a_signup,
        check_in_somebody_else,
        check_in_elsewhere,
    ),
    "who attended is checked in": (attend_unseen,),
    "a wallet holds the sum of its entries": (give_a_reminder_away,),
    "what was sent was paid for with a reminder": (send_unpaid, send_what_was_paid_back),
    "a reminder is spent or put back": (keep_a_reminder_for_nothing,),
    "a delivery carries its own person's message": (
        carry_a_strangers_message,
        put_into_a_wrong_bucket,
    ),
    "nothing waits in a campaign that is over": (strand_a_delivery,),
    "every idempotency key has its answer": (answer_nothing,),
    **breakers_activities.BREAKERS,
    **breakers_needs.BREAKERS,
    **breakers_surveys.BREAKERS,
}


@pytest.fixture(autouse=True)
def _noise(now: dt.datetime) -> None:
    """Sound rows of everything, of which no rule may complain."""
    session = factories.make_session()
    factories.make_checkin(factories.make_signup(session, party_size=2))
    factories.make_signup(session, state=SignupState.WAITLISTED, position=1)
    factories.make_signup(session, state=SignupState.CANCELLED)
    factories.make_session(capacity=None)
    reserved(now)
    sent = reserved(now)
    write(sent, state=DeliveryState.SENT)
    wallet.commit(sent.user_id, "menu", wallet.ref_of(sent.id, sent.version), now=now)
    outbox.put_back(reserved(now), not_before=now, now=now)
    tell(factories.make_user(), now)
    breakers_needs.need(now)
    breakers_activities.make_sound(now)
    breakers_surveys.make_sound(now)


def test_sound_data_is_not_complained_of() -> None:
    assert health.broken() == []


def test_every_rule_has_a_breaker() -> None:
    assert set(BREAKERS) == {rule.holds for rule in health.RULES}


@pytest.mark.parametrize(
    ("holds", "break_it"),
    [
        pytest.param(holds, breaker, id=breaker.__name__)
        for holds, breakers in BREAKERS.items()
        for breaker in breakers
    ],
)
def test_a_broken_row_is_named(
    holds: str, break_it: Callable[[dt.datetime], models.BaseModel], now: dt.datetime
) -> None:
    row = break_it(now)
    [breach] = [each for each in health.breaches() if each.rule.holds == holds]
    [line] = breach.lines
    assert str(row.id) in line
    assert line in health.broken()


def test_a_thousand_rows_are_told_as_twenty(now: dt.datetime) -> None:
    for _ in range(25):
        answer_nothing(now)
    lines = health.broken()
    assert len(lines) == 21
    assert lines[-1] == "… and more"


def test_a_message_of_an_unclear_end_sent_again_by_hand_breaks_nothing(now: dt.datetime) -> None:
    row = reserved(now)
    write(row, state=DeliveryState.UNKNOWN)
    ledger.resend(ledger.get(row.id), actor=factories.actor(), now=now)
    assert health.broken() == []
