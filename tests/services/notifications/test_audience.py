"""Whom a message to many reaches, and why not the others: before and after it went out."""

import datetime as dt

import pytest

import models
from models.notifications import DeliveryState
from models.users import UserStatus
from server.services import notifications
from server.services.notifications import audience, campaigns, outbox
from server.services.notifications.audience import Reason
from tests.factories import make_space, make_user

pytestmark = pytest.mark.usefixtures("app")


def allow(user: models.User, now: dt.datetime, *, accepted: bool = True) -> None:
    notifications.grant_from_popup(user.id, "menu", accepted=accepted, ref="a", at=now, now=now)


def test_everybody_has_one_reason_before_and_after(now: dt.datetime) -> None:
    space = make_space()
    reached, silent, refused, muted, blocked, leaving = (
        make_user(home_space=space) for _ in range(6)
    )
    make_user(home_space=make_space())  # of another Space
    for user in (reached, muted, blocked, leaving):
        allow(user, now)
    allow(refused, now, accepted=False)
    muted.change(now=now, preferences={"menu": False})
    silent.change(now=now, preferences={"menu": True, "rating": False})
    blocked.change(now=now, status=UserStatus.BLOCKED)

    before = audience.before(space.id, "menu")
    assert before.counts == {
        Reason.REACHED: 2,
        Reason.NO_GRANT: 1,
        Reason.REFUSED: 1,
        Reason.MUTED: 1,
        Reason.BLOCKED: 1,
    }
    assert (before.members, before.reached) == (5, 2)

    def expected(reason: Reason) -> list[int]:
        page = audience.people_before(space.id, "menu", reason, cursor=None, limit=9)
        return sorted(user.id for user in page.items)

    assert expected(Reason.REACHED) == sorted([reached.id, leaving.id])
    assert expected(Reason.NO_GRANT) == [silent.id]
    assert expected(Reason.REFUSED) == [refused.id]
    assert expected(Reason.MUTED) == [muted.id]
    assert expected(Reason.BLOCKED) == [blocked.id]
    assert expected(Reason.FAILED) == []

    campaigns.start(
        space.id, kind="menu", subject_type="menu", subject_id=1, dedupe_key="menu:1", title="菜单来了",
        body="", page="", fields={"space": "S", "month": "1月", "summary": "x", "count": "1"},
        activity_ids=None, now=now,
    )  # fmt: skip
    campaign = models.Campaign.get()
    campaigns.spread(campaign.id, batch=50, now=now)
    lease = dt.timedelta(minutes=1)
    noon = models.Delivery.select(models.Delivery.not_before).scalar()
    for bucket in outbox.due_buckets(now=noon):
        outbox.claim("w", bucket, limit=50, lease=lease, now=noon)
    models.Delivery.update(state=DeliveryState.DELIVERED).where(
        models.Delivery.user_id == reached.id
    ).execute()
    notifications.forget(leaving.id)

    after = audience.after(models.Campaign.get())
    assert {reason: count for reason, count in after.counts.items() if count} == {
        Reason.REACHED: 1,
        Reason.NO_GRANT: 2,
        Reason.MUTED: 1,
        Reason.LEFT: 1,
    }
    assert sum(after.counts.values()) == models.Campaign.get().total == 5
    page = audience.people_after(campaign, Reason.NO_GRANT, cursor=None, limit=1)
    more = audience.people_after(campaign, Reason.NO_GRANT, cursor=page.next, limit=1)
    people = [user for _, user in [*page.items, *more.items]]
    assert {user.id for user in people if user} == {silent.id, refused.id}
    assert not audience.people_after(campaign, Reason.LEFT, cursor=None, limit=9).items
