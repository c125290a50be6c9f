"""What people take home from an activity: slides and papers, for those who were there."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

from models import Activity, Checkin, File, Session, User, db
from models.activities import ActivityState, SessionState
from models.files import Subject
from server.errors import Invalid, NotFound
from server.services import activities_sessions as sessions
from server.services import audit, files
from server.services.audit import Actor

MOST: Final = 20


def of(activity: Activity) -> list[File]:
    """Return the material of an activity, the oldest first."""
    return files.of(Subject.ACTIVITY, [activity.id]).get(activity.id, [])


def is_ripe(activity: Activity, held: Iterable[Session], *, now: dt.datetime) -> bool:
    """Say whether there is anything to hand out yet: once one of its sessions (`held`) is over."""
    is_shown = activity.state not in (ActivityState.DRAFT, ActivityState.CANCELLED)
    over = (each for each in held if each.state != SessionState.CANCELLED and each.ends_at <= now)
    return is_shown and any(over)


def add(activity: Activity, ids: Sequence[int], *, actor: Actor, now: dt.datetime) -> None:
    """Hand out the staff's own uploads with an activity that took place. Raises Invalid, and what
    files.attach raises."""
    if not ids:
        raise Invalid(fields={"files": "请选择要上传的资料"})
    if not is_ripe(activity, sessions.of_activity(activity), now=now):
        raise Invalid(fields={"files": "有一场结束之后才能上传资料"})
    with db.atomic():
        # Two who upload at once are counted one after the other.
        Activity.update(version=Activity.version).where(Activity.id == activity.id).execute()
        if len(of(activity)) + len(set(ids)) > MOST:
            raise Invalid(fields={"files": f"一个活动最多 {MOST} 份资料，请先撤下不用的"})
        files.attach(actor, ids, Subject.ACTIVITY, activity.id, space_id=activity.space_id)
        after = {"files": [str(each) for each in ids]}
        _record(actor, "activities.add_materials", activity, now=now, after=after)


def remove(activity: Activity, file_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Take one of them back; nobody can open it any more. Raises NotFound."""
    with db.atomic():
        gone: Any = File.update(deleted_at=now).where(
            File.id == file_id,
            File.subject_type == Subject.ACTIVITY,
            File.subject_id == activity.id,
            File.deleted_at.is_null(),
        )
        if not gone.execute():
            raise NotFound
        before = {"file": str(file_id)}
        _record(actor, "activities.remove_material", activity, now=now, before=before)


def was_there(user: User, activity_id: int) -> bool:
    """Say whether the person came to one of the activity's sessions."""
    found = (
        Checkin.select(Checkin.id)
        .join(Session)
        .where(
            Session.activity == activity_id,
            Checkin.user_id == user.id,
            Checkin.voided_at.is_null(),
        )
    )
    return bool(found.exists())


def for_member(user: User, activity: Activity) -> list[File]:
    """Return the material the person may open: all of it if they came, else none."""
    found = of(activity)
    return found if found and was_there(user, activity.id) else []


def _record(actor: Actor, action: str, activity: Activity, **rest: Any) -> None:
    audit.record(actor, action, activity, org_unit_id=activity.space_id, **rest)
