"""The words of a resolution, which may be mended as long as nobody was sent to work by them."""

import datetime as dt

from peewee import IntegrityError

from models import JointMeeting, Resolution, Task, db
from models.meetings import MeetingState
from server.errors import NotFound, VersionConflict
from server.services import audit
from server.services.audit import Actor
from server.services.meetings_states import (
    AlreadyResolved,
    MeetingOver,
    ResolutionTasked,
    current,
)
from server.services.staff import Scope, Verb


def reword(
    meeting: JointMeeting,
    resolution_id: int,
    text: str,
    *,
    expected: int,
    scope: Scope,
    actor: Actor,
    now: dt.datetime,
) -> Resolution:
    """Say a resolution in other words and return it; the trail keeps what it said. Raises NotFound,
    Forbidden, MeetingOver for one called off, ResolutionTasked once it became a task,
    VersionConflict, AlreadyResolved."""
    scope.require(Verb.VISIT, meeting.space_id)
    if meeting.state is MeetingState.CANCELLED:
        raise MeetingOver
    row = _get(meeting, resolution_id)
    before = {"text": row.text}
    try:
        with db.atomic():
            if Task.select().where(Task.resolution == row).exists():
                raise ResolutionTasked
            if not row.change(now=now, by=actor.id, expected=expected, text=text):
                raise VersionConflict(current=current(_get(meeting, resolution_id)))
            audit.record(
                actor,
                "meetings.reword",
                row,
                now=now,
                org_unit_id=meeting.space_id,
                before=before,
                after={"text": text},
            )
    except IntegrityError:
        raise AlreadyResolved from None
    return row


def _get(meeting: JointMeeting, resolution_id: int) -> Resolution:
    row: Resolution | None = Resolution.get_or_none(
        Resolution.id == resolution_id, Resolution.meeting == meeting
    )
    if row is None:
        raise NotFound
    return row
