"""What we promise about a need: when somebody calls, when there is an answer, and why then."""

import datetime as dt
from dataclasses import dataclass

from models import Category, Need
from models.needs import Urgency
from server.services.calendar_days import Deadline, WorkCalendar, moment_label


@dataclass(frozen=True)
class Promise:
    """The two moments in UTC, the days they were counted from, and the counting in plain words."""

    respond_by: dt.datetime
    resolve_by: dt.datetime
    respond_days: int
    resolve_days: int
    explained: tuple[str, ...]
    provisional: bool


def days_of(category: Category, urgency: Urgency) -> tuple[int, int]:
    """Return the working days to the first contact and to the answer."""
    urgent = urgency is Urgency.URGENT
    return category.contact_days, category.urgent_days if urgent else category.resolve_days


def promise(
    work: WorkCalendar, received: dt.datetime, respond_days: int, resolve_days: int
) -> Promise:
    """Return the promise for something received at that moment."""
    respond = work.deadline(received, respond_days)
    resolve = work.deadline(received, resolve_days)
    return Promise(respond.at, resolve.at, respond_days, resolve_days, *_told(respond, resolve))


def promise_again(work: WorkCalendar, need: Need) -> Promise:
    """Return what the calendar now says of a need whose clock is running."""
    respond = work.deadline(need.received_at, need.respond_days)
    resolve = work.deadline(need.clock_from, need.clock_days)
    return Promise(
        respond.at,
        resolve.at,
        need.respond_days,
        need.clock_days,
        *_told(respond, resolve, is_contacted=need.first_response_at is not None),
    )


def _told(
    respond: Deadline, resolve: Deadline, *, is_contacted: bool = False
) -> tuple[tuple[str, ...], bool]:
    """Return the lines people read: both moments, then how the longer one was counted."""
    longer = max(respond, resolve, key=lambda deadline: deadline.at)
    lines = [f"我们会在{moment_label(resolve.at)}前给您答复"]
    if not is_contacted:
        lines.insert(0, f"我们会在{moment_label(respond.at)}前联系您")
    return (*lines, *longer.explained), longer.provisional
