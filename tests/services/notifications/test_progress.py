import models
from models.notifications import DeliveryState
from server.clock import utcnow
from server.services.notifications import progress
from tests import factories


def _delivery(campaign_id: int, state: DeliveryState) -> None:
    user, now = factories.make_user(), utcnow()
    message = models.Message.create(
        user_id=user.id, kind="menu", subject_type="menu", subject_id=1,
        dedupe_key=f"menu:{campaign_id}", title="菜单", created_at=now,
    )  # fmt: skip
    models.Delivery.add(
        now=now, user_id=user.id, message=message, campaign_id=campaign_id, kind="menu",
        bucket=user.id % 64, state=state, not_before=now,
    )  # fmt: skip


def test_every_message_is_counted_once_in_its_campaign(app: object) -> None:
    for state in DeliveryState:
        _delivery(7, state)
    _delivery(7, DeliveryState.QUEUED)
    _delivery(8, DeliveryState.SENT)
    found = progress.of_campaigns([7, 9])
    assert set(found) == {7, 9}
    assert found[7].total == len(DeliveryState) + 1
    assert found[7] == progress.Progress(waiting=4, carried=2, inbox_only=5, troubled=3)
    assert found[9].total == 0
