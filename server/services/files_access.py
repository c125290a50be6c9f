"""Who may open a file now: a link outlives neither its reader's right nor what the file hangs on."""

import datetime as dt

from models import File, NeedEvent, User
from models.files import MediaCheck, Subject
from models.needs import ActorKind
from models.users import UserStatus
from server.errors import NotFound
from server.services import (
    activities,
    activities_agenda,
    cases,
    files,
    needs,
    needs_handling,
    needs_scope,
    staff,
    users,
    visits_records,
)
from server.services import activities_materials as materials
from server.services.files_links import WECHAT, Reader, is_shown
from server.services.staff import Verb


def get(file_id: int, reader: Reader, *, now: dt.datetime) -> File:
    """Return a file the reader may open. Raises NotFound."""
    file = files.get(file_id)
    if reader.kind == WECHAT:
        may = file.check_state is MediaCheck.PENDING
    elif not is_shown(file, reader):
        may = False
    elif reader.kind == ActorKind.MEMBER:
        may = _member_may(users.get(reader.id), file)
    else:
        may = _staff_may(reader.id, file, now)
    if not may:
        raise NotFound
    return file


def _member_may(user: User, file: File) -> bool:
    if user.status is not UserStatus.ACTIVE:
        return False
    if (file.owner_kind, file.owner_id) == (ActorKind.MEMBER, user.id):
        return True
    if file.subject_type is Subject.ACTIVITY:
        activity = activities.get(file.subject_id or 0)
        return activities_agenda.is_public(activity) and materials.was_there(user, activity.id)
    if file.subject_type in (Subject.VISIT, Subject.CASE):
        return False
    need_id, event = _place(file)
    needs.get(user, need_id)
    return event is None or event.is_public


def _staff_may(staff_id: int, file: File, now: dt.datetime) -> bool:
    account = staff.get(staff_id)
    if not account.active:
        return False
    if file.subject_type is None:
        return (file.owner_kind, file.owner_id) == (ActorKind.STAFF, staff_id)
    scope = staff.scope_of(account, now=now)
    if file.subject_type is Subject.ACTIVITY:
        scope.require(Verb.SEE, activities.get(file.subject_id or 0).space_id)
        return True
    if file.subject_type is Subject.VISIT:
        visits_records.get(scope, file.subject_id or 0)
        return True
    if file.subject_type is Subject.CASE:
        cases.get(scope, file.subject_id or 0)
        return True
    need_id, event = _place(file)
    seen = needs_scope.get(scope, need_id)
    return event is None or needs_handling.reads(scope, seen, event, now=now)


def _place(file: File) -> tuple[int, NeedEvent | None]:
    """Return the need a file belongs to, and the line it came with, None for the need's own. Raises
    NotFound."""
    if file.subject_type is None or file.subject_id is None:
        raise NotFound
    if file.subject_type is Subject.NEED:
        return file.subject_id, None
    event: NeedEvent = NeedEvent.get_by_id(file.subject_id)
    return event.need_id, event
