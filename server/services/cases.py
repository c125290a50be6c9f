"""案例: writing up what a need or an activity taught, publishing it, taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from models import Activity, CaseStory, File, Need, OrgUnit, Space, db
from models.activities import ActivityState
from models.cases import CaseReach
from models.files import Subject
from models.needs import NeedState, Outcome
from server.crypto import Vault
from server.errors import Conflict, Invalid, NotFound, VersionConflict
from server.schemas.cases import CaseIn
from server.schemas.files import MOST
from server.services import activities, audit, cases_names, files, needs_desk
from server.services.audit import Actor
from server.services.files import TooManyFiles
from server.services.staff import Scope, Verb

Root = Need | Activity
"""What a case is written from."""


class NotOver(Conflict):
    code, message = "case_root_open", "办结并解决了的诉求、已经结束的活动，才能写成案例"


class CasePublished(Conflict):
    code, message = "case_published", "案例已经发布，请先撤回再修改"


class CaseNames(Conflict):
    code, message = "case_names", "案例里有姓名、企业名或手机号，请先改掉，或确认当事人同意"


class PicturesOnly(Invalid):
    code, message = "case_pictures_only", "案例只能配图片，请去掉其他文件"


def need_of(scope: Scope, need_id: int) -> Need:
    """Return a need a case may be written from. Raises NotFound, Forbidden, NotOver."""
    need = needs_desk.get(scope, need_id)
    scope.require(Verb.WRITE_CASES, need.space_id)
    if need.state is not NeedState.CLOSED or need.outcome not in (Outcome.SOLVED, Outcome.PARTLY):
        raise NotOver
    return need


def activity_of(scope: Scope, activity_id: int) -> Activity:
    """Return an activity a case may be written from. Raises NotFound, Forbidden, NotOver."""
    activity = activities.get(activity_id)
    scope.require(Verb.WRITE_CASES, activity.space_id)
    over = (ActivityState.ENDED, ActivityState.ARCHIVED)
    if activity.state not in over or activity.is_rehearsal:
        raise NotOver
    return activity


def readable(scope: Scope) -> Any:
    """Return a select of what the staff may read, with Spaces: everything of the Spaces they write
    for, and what is published for their Space, their town or everybody."""
    own = sorted(scope.space_ids(Verb.READ_CASES))
    drafts = sorted(scope.space_ids(Verb.WRITE_CASES))
    towns = OrgUnit.select(OrgUnit.parent).join(Space).where(Space.id.in_(own))
    near = Space.select(Space.id).join(OrgUnit).where(OrgUnit.parent.in_(towns))
    told = CaseStory.space.in_(own)
    if own:
        told |= (CaseStory.reach == CaseReach.TOWN) & CaseStory.space.in_(near)
        told |= CaseStory.reach == CaseReach.PUBLIC
    return (
        CaseStory.select(CaseStory, Space)
        .join(Space)
        .where((CaseStory.published_at.is_null(False) & told) | CaseStory.space.in_(drafts))
    )


def drafts(scope: Scope) -> list[CaseStory]:
    """Return the drafts of the Spaces the staff write for, the latest first."""
    rows = readable(scope).where(CaseStory.published_at.is_null())
    return list(rows.order_by(CaseStory.updated_at.desc(), CaseStory.id.desc()))


def search(scope: Scope, *, text: str = "", space_ids: frozenset[int] | None = None) -> Any:
    """Return a select of what is published for the staff to read, the latest first: of these Spaces
    (default: of all), with this text in it."""
    rows = readable(scope).where(CaseStory.published_at.is_null(False))
    if space_ids is not None:
        rows = rows.where(CaseStory.space.in_(sorted(space_ids)))
    if text:
        parts = (CaseStory.title, CaseStory.before, CaseStory.doing, CaseStory.after)
        rows = rows.where(reduce(or_, (part.contains(text) for part in parts)))
    return rows.order_by(CaseStory.published_at.desc(), CaseStory.id.desc())


def get(scope: Scope, case_id: int) -> CaseStory:
    """Return a case the staff may read. Raises NotFound."""
    found: CaseStory | None = readable(scope).where(CaseStory.id == case_id).first()
    if found is None:
        raise NotFound
    return found


def pictures_of(rows: Sequence[CaseStory]) -> dict[int, list[File]]:
    """Return the pictures of each case, the oldest first."""
    return files.of(Subject.CASE, [row.id for row in rows])


def create(
    scope: Scope,
    root: Root,
    wanted: CaseIn,
    pictures: Sequence[int] = (),
    *,
    actor: Actor,
    now: dt.datetime,
) -> CaseStory:
    """Keep a draft with the staff's own uploads, and return it. Raises NotFound, Forbidden, Invalid
    and what files.attach raises."""
    scope.require(Verb.WRITE_CASES, root.space_id)
    origin = {"need": root} if isinstance(root, Need) else {"activity": root}
    with db.atomic():
        row = CaseStory.add(
            now=now, by=actor.id, space=root.space_id, **origin, **wanted.model_dump()
        )
        _keep_pictures(row, pictures, actor, now)
        _record(actor, "cases.create", row, now)
    return row


def change(
    scope: Scope,
    row: CaseStory,
    wanted: CaseIn,
    pictures: Sequence[int] = (),
    *,
    expected: int,
    actor: Actor,
    now: dt.datetime,
) -> CaseStory:
    """Write a draft anew with exactly these pictures. Raises Forbidden, CasePublished,
    VersionConflict, Invalid and what files.attach raises."""
    scope.require(Verb.WRITE_CASES, row.space_id)
    _require_draft(row)
    with db.atomic():
        _write(row, expected, actor, now, **wanted.model_dump())
        _keep_pictures(row, pictures, actor, now)
        _record(actor, "cases.change", row, now)
    return row


def publish(
    scope: Scope,
    row: CaseStory,
    *,
    expected: int,
    confirmed: bool,
    vault: Vault,
    actor: Actor,
    now: dt.datetime,
) -> CaseStory:
    """Let others read it. `confirmed`: whoever publishes saw whom it names, and that they agree.
    Raises Forbidden, CasePublished, CaseNames, Invalid where a part is missing, VersionConflict."""
    scope.require(Verb.PUBLISH_CASES, row.space_id)
    _require_draft(row)
    parts = (("before", "原来的难处"), ("doing", "怎么做的"), ("after", "现在怎样"))
    missing = {name: f"请先写好“{told}”" for name, told in parts if not getattr(row, name)}
    if missing:
        raise Invalid(fields=missing)
    is_named = bool(cases_names.found(row, vault)) or cases_names.is_doubtful(row)
    if is_named and not confirmed:
        raise CaseNames
    with db.atomic():
        _write(row, expected, actor, now, published_at=now, is_named=is_named)
        _record(actor, "cases.publish", row, now, reach=row.reach.value, is_named=is_named)
    return row


def withdraw(
    scope: Scope, row: CaseStory, *, expected: int, actor: Actor, now: dt.datetime
) -> CaseStory:
    """Make it a draft again, for its own Space alone. Raises Forbidden, VersionConflict."""
    scope.require(Verb.PUBLISH_CASES, row.space_id)
    if row.published_at is None:
        return row
    with db.atomic():
        _write(row, expected, actor, now, published_at=None, is_named=False)
        _record(actor, "cases.withdraw", row, now)
    return row


def discard(scope: Scope, row: CaseStory, *, expected: int, actor: Actor, now: dt.datetime) -> None:
    """Delete a draft for good; its pictures go with the next purge. Raises Forbidden,
    CasePublished, VersionConflict."""
    scope.require(Verb.WRITE_CASES, row.space_id)
    _require_draft(row)
    with db.atomic():
        _write(row, expected, actor, now)
        _keep_pictures(row, (), actor, now)
        _record(actor, "cases.delete", row, now)
        row.delete_instance()


def _require_draft(row: CaseStory) -> None:
    if row.published_at is not None:
        raise CasePublished


def _write(row: CaseStory, expected: int, actor: Actor, now: dt.datetime, **values: Any) -> None:
    if not row.change(now=now, by=actor.id, expected=expected, **values):
        raise VersionConflict(current={"version": CaseStory.get_by_id(row.id).version})


def _keep_pictures(row: CaseStory, ids: Sequence[int], actor: Actor, now: dt.datetime) -> None:
    if len(set(ids)) > MOST:
        raise TooManyFiles
    files.attach_instead(actor, ids, Subject.CASE, row.id, space_id=row.space_id, now=now)
    if not all(files.is_picture(each) for each in pictures_of([row]).get(row.id, [])):
        raise PicturesOnly


def _record(actor: Actor, action: str, row: CaseStory, now: dt.datetime, **after: Any) -> None:
    told = {"title": row.title, **after}
    audit.record(actor, action, row, org_unit_id=row.space_id, after=told, now=now)
