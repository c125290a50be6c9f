"""Telling one thing to many: spread over people in batches, stopped as a whole when WeChat says no."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from models import Campaign, Delivery, Session, Signup, User, db, new_id
from models.activities import SessionState
from models.notifications import CampaignState, DeliveryState
from models.signups import SignupState
from models.users import UserStatus
from server import logs
from server.errors import Conflict
from server.services.notifications import bell
from server.services.notifications.inbox import tell_many
from server.services.notifications.kinds import written
from server.wechat.fitting import Value

SENDING: Final = (CampaignState.SPREADING, CampaignState.RUNNING)
"""States in which a campaign's messages may go out."""

_AWAITED: Final = (
    SignupState.PENDING,
    SignupState.CONFIRMED,
    SignupState.WAITLISTED,
    SignupState.OFFERED,
)
_OPEN: Final = (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING)


_HELD: Final = (CampaignState.STOPPED, CampaignState.PAUSED)
_SETTLED_AT_ONCE: Final = 5_000


class NotStopped(Conflict):
    code, message = "not_stopped", "这次群发没有停下，不需要恢复"


class NotSending(Conflict):
    code, message = "not_sending", "这次群发已经结束，不能再暂停或取消"


def start(  # noqa: PLR0913  # what a message is made of, all by name
    space_id: int,
    *,
    kind: str,
    subject_type: str,
    subject_id: int,
    dedupe_key: str,
    title: str,
    body: str,
    page: str,
    fields: Mapping[str, Value],
    activity_ids: list[int] | None,
    now: dt.datetime,
) -> bool:
    """Note that all members of a Space are to be told, or (`activity_ids`) only who is signed up
    for one of these. Belongs inside the transaction of what it tells about and costs one row; the
    worker does the rest. Returns False when the key was told before."""
    fresh = (
        Campaign.insert(
            id=new_id(),
            space=space_id,
            kind=kind,
            dedupe_key=dedupe_key,
            subject_type=subject_type,
            subject_id=subject_id,
            title=title[:80],
            body=body,
            page=page,
            fields=written(kind, fields),
            audience={} if activity_ids is None else {"activity_ids": activity_ids},
            created_at=now,
            updated_at=now,
        )
        .on_conflict_ignore()
        .as_rowcount()
        .execute()
    )
    bell.ring_after_commit()
    return bool(fresh)


def concerns_anybody(activity_ids: list[int], *, now: dt.datetime) -> bool:
    """Say whether anybody waits for a coming session of one of these activities."""
    return bool(_awaiting(activity_ids, 0, now).limit(1).tuples().first())


def spreading() -> list[int]:
    """Return the ids of campaigns that have people left to reach."""
    query = Campaign.select(Campaign.id).where(Campaign.state == CampaignState.SPREADING)
    return [campaign.id for campaign in query.order_by(Campaign.id)]


def spread(campaign_id: int, *, batch: int, now: dt.datetime) -> int:
    """Tell the next `batch` people; return how many were reached, 0 when there is nothing to do.

    The messages and the cursor behind them are written in one transaction: killed at any moment,
    it goes on where it stood. The unique key of a message is the second lock on that door.
    """
    with db.atomic():
        # The UPDATE holds the row, so that a second worker waits and then sees the moved cursor.
        rows = (
            Campaign.update(version=Campaign.version + 1, updated_at=now)
            .where(Campaign.id == campaign_id, Campaign.state == CampaignState.SPREADING)
            .returning(Campaign)
            .execute()
        )
        campaign: Campaign | None = next(iter(rows), None)
        if campaign is None:
            return 0
        people = _next_people(campaign, batch, now)
        _tell(campaign, people, now)
        moved: dict[str, Any] = {"total": campaign.total + len(people)}
        if people:
            moved["cursor"] = people[-1]
        if len(people) < batch:
            moved["state"] = CampaignState.RUNNING
        Campaign.update(**moved).where(Campaign.id == campaign_id).execute()
    return len(people)


def _tell(campaign: Campaign, people: list[int], now: dt.datetime) -> None:
    tell_many(
        people,
        kind=campaign.kind,
        dedupe_key=campaign.dedupe_key,
        fields=campaign.fields,
        campaign_id=campaign.id,
        now=now,
        subject_type=campaign.subject_type,
        subject_id=campaign.subject_id,
        title=campaign.title,
        body=campaign.body,
        page=campaign.page,
        space_id=campaign.space_id,
    )


def _next_people(campaign: Campaign, batch: int, now: dt.datetime) -> list[int]:
    activity_ids = campaign.audience.get("activity_ids")
    query: Any = (
        User.select(User.id).where(
            User.home_space == campaign.space_id,
            User.status == UserStatus.ACTIVE,
            User.id > campaign.cursor,
        )
        if activity_ids is None
        else _awaiting(activity_ids, campaign.cursor, now)
    )
    rows = query.order_by(query.selected_columns[0]).limit(batch).tuples()
    return [int(user_id) for (user_id,) in rows]


def _awaiting(activity_ids: list[int], cursor: int, now: dt.datetime) -> Any:
    return (
        Signup.select(Signup.user_id)
        .distinct()
        .join(Session)
        .where(
            Session.activity.in_(activity_ids),
            Session.ends_at > now,
            Session.state != SessionState.ENDED,
            Signup.state.in_(_AWAITED),
            Signup.user_id > cursor,
        )
    )


def stop(campaign_id: int, reason: str, *, now: dt.datetime) -> None:
    """Hold everything of a campaign that has not left yet: what WeChat refused once for a reason
    that lies with us, it would refuse a hundred thousand times."""
    stopped = (
        Campaign.update(
            state=CampaignState.STOPPED,
            stop_reason=reason[:120],
            updated_at=now,
            version=Campaign.version + 1,
        )
        .where(Campaign.id == campaign_id, Campaign.state.in_(SENDING))
        .execute()
    )
    if stopped:
        logs.get().error("campaign stopped", campaign_id=campaign_id, reason=reason)


def pause(campaign_id: int, *, now: dt.datetime) -> Campaign:
    """Hold what has not left yet until somebody lets it go on. Raises NotSending."""
    return _move(campaign_id, SENDING, CampaignState.PAUSED, NotSending(), now)


def cancel(campaign_id: int, *, now: dt.datetime) -> Campaign:
    """Call off what has not left yet, for good; who has it in the inbox keeps it there, and
    nobody else gets it. Raises NotSending."""
    return _move(campaign_id, (*SENDING, *_HELD), CampaignState.CANCELLED, NotSending(), now)


def resume(campaign_id: int, *, now: dt.datetime) -> Campaign:
    """Let a campaign go on that was paused, or stopped and its reason mended. Raises NotStopped."""
    with db.atomic():
        # Back to spreading: the cursor knows whether anybody is left.
        campaign = _move(campaign_id, _HELD, CampaignState.SPREADING, NotStopped(), now)
        bell.ring_after_commit()
    return campaign


def _move(
    campaign_id: int,
    before: tuple[CampaignState, ...],
    after: CampaignState,
    refusal: Conflict,
    now: dt.datetime,
) -> Campaign:
    moved = (
        Campaign.update(state=after, stop_reason="", updated_at=now, version=Campaign.version + 1)
        .where(Campaign.id == campaign_id, Campaign.state.in_(before))
        .execute()
    )
    if not moved:
        raise refusal
    campaign: Campaign = Campaign.get_by_id(campaign_id)
    return campaign


def settle_cancelled(*, now: dt.datetime) -> int:
    """Let the waiting messages of cancelled campaigns end in the inbox, some thousands at a time;
    return how many. For the timetable: whoever presses the button does not wait for it."""
    cancelled = Campaign.select(Campaign.id).where(Campaign.state == CampaignState.CANCELLED)
    waiting = (
        Delivery.select(Delivery.id)
        .where(Delivery.state == DeliveryState.QUEUED, Delivery.campaign_id.in_(cancelled))
        .limit(_SETTLED_AT_ONCE)
    )
    ids = [row.id for row in waiting]
    return int(
        Delivery.update(state=DeliveryState.EXPIRED, error="这次群发已被取消", updated_at=now)
        .where(Delivery.id.in_(ids), Delivery.state == DeliveryState.QUEUED)
        .execute()
        if ids
        else 0
    )


def finish(*, now: dt.datetime) -> int:
    """Close the campaigns all of whose messages have met their end; return how many."""
    open_ones = Delivery.select(Delivery.campaign_id).where(
        Delivery.state.in_(_OPEN), Delivery.campaign_id.is_null(False)
    )
    return int(
        Campaign.update(state=CampaignState.DONE, updated_at=now, version=Campaign.version + 1)
        .where(Campaign.state == CampaignState.RUNNING, Campaign.id.not_in(open_ones))
        .execute()
    )
