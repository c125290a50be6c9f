"""Publishing a menu: what must hold first, what changed since last time, and whom it concerns.

A published revision never changes and is never taken back; a correction is the next revision.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from models import Activity, MenuItem, MenuRevision, Session, Space, db
from models.activities import ActivityState, SessionState
from models.menus import RevisionState
from server.clock import SHANGHAI, month_bounds
from server.errors import Conflict, VersionConflict
from server.schemas.activities_seen import place_of
from server.services import activities, activities_eligibility, activities_sessions, audit, menus
from server.services.audit import Actor
from server.services.menus import AlreadyPublished, Sheet
from server.services.notifications import campaigns

ADDED: Final = "added"
REMOVED: Final = "removed"


class NotReady(Conflict):
    """`problems` lists everything that stands in the way, in plain words."""

    code, message = "not_ready", "菜单还不能发布"

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0], problems=problems)


@dataclass(frozen=True)
class Course:
    """An item with its activity and sessions as they stand now."""

    item: MenuItem
    activity: Activity
    sessions: list[Session]


def checks(sheet: Sheet) -> list[str]:
    """Return everything that keeps a menu from being published, in plain words: 月月有活动、次次有
    主题、人人可参与. Empty when it may be."""
    return _problems(sheet, _courses(sheet))


def changes(sheet: Sheet) -> list[dict[str, str]]:
    """Return what publishing now would change against the revision published last."""
    return _diff(_last(sheet.revision), _snapshots(_courses(sheet)))


def publish(
    revision: MenuRevision, *, expected: int, actor: Actor, now: dt.datetime
) -> MenuRevision:
    """Publish a draft, and return it. `expected` is the version the keeper saw.

    Costs one campaign row however many people there are to tell: the first menu of a month goes to
    all members of the Space, a correction to those signed up for what changed. Raises NotReady,
    AlreadyPublished (also for the second of two who publish at once), VersionConflict.
    """
    if revision.state != RevisionState.DRAFT:
        raise AlreadyPublished(current=menus.current(revision))
    with db.atomic():
        last = _last(revision)
        if last is not None:
            _supersede(last, actor, now)
        _take(revision, expected, actor, now)
        # Read only now: the row is ours, so nobody can change the items any more.
        sheet = menus.sheet(revision)
        courses = _courses(sheet)
        problems = _problems(sheet, courses)
        if problems:
            raise NotReady(problems)
        diff = _freeze(revision, last, courses)
        _tell(sheet, courses, diff, first=last is None, now=now)
        after = {"month": sheet.menu.month, "number": revision.number}
        unit = revision.space_id
        audit.record(actor, "menus.publish", revision, org_unit_id=unit, now=now, after=after)
    return menus.get(revision.id)


def _take(revision: MenuRevision, expected: int, actor: Actor, now: dt.datetime) -> None:
    """Make the draft the published one if nobody changed it since `expected`."""
    stamped = revision.change(
        now=now,
        by=actor.id,
        expected=expected,
        state=RevisionState.PUBLISHED,
        published_at=now,
        published_by=actor.id,
    )
    if not stamped:
        raise _overtaken(revision.id)


def _supersede(last: MenuRevision, actor: Actor, now: dt.datetime) -> None:
    """Before the draft takes its place: only one revision of a menu can be the published one."""
    MenuRevision.update(
        state=RevisionState.SUPERSEDED,
        version=MenuRevision.version + 1,
        updated_at=now,
        updated_by=actor.id,
    ).where(MenuRevision.id == last.id, MenuRevision.state == RevisionState.PUBLISHED).execute()


def _overtaken(revision_id: int) -> Conflict:
    """Why the row was not ours: published by somebody else, or edited."""
    found = menus.get(revision_id)
    if found.state == RevisionState.DRAFT:
        return VersionConflict(current=menus.current(found))
    return AlreadyPublished(current=menus.current(found))


def _last(revision: MenuRevision) -> MenuRevision | None:
    found: MenuRevision | None = MenuRevision.get_or_none(
        MenuRevision.menu == revision.menu_id, MenuRevision.state == RevisionState.PUBLISHED
    )
    return found


def _freeze(
    revision: MenuRevision, last: MenuRevision | None, courses: list[Course]
) -> list[dict[str, str]]:
    """Write down what every item says today, and what changed; return the latter."""
    snapshots = _snapshots(courses)
    for course in courses:
        MenuItem.update(snapshot=snapshots[course.activity.id]).where(
            MenuItem.id == course.item.id
        ).execute()
    diff = _diff(last, snapshots)
    MenuRevision.update(diff=diff).where(MenuRevision.id == revision.id).execute()
    return diff


def _courses(sheet: Sheet) -> list[Course]:
    ids = [item.activity_id for item in sheet.items]
    found = {activity.id: activity for activity in activities.of_ids(ids)}
    sessions = activities_sessions.of_activities(ids)
    return [
        Course(item, found[item.activity_id], sessions[item.activity_id]) for item in sheet.items
    ]


def _problems(sheet: Sheet, courses: list[Course]) -> list[str]:
    problems = [] if sheet.revision.title else ["请填写菜单标题"]
    first, following = month_bounds(sheet.menu.month)
    takes_place = any(
        session.state != SessionState.CANCELLED and first <= session.starts_at < following
        for course in courses
        if course.activity.state != ActivityState.CANCELLED
        for session in course.sessions
    )
    if not takes_place:
        problems.append("月月有活动：本月至少要有一场未取消的活动")
    for course in courses:
        problems += _lacking(course.activity)
    return problems


def _lacking(activity: Activity) -> list[str]:
    lacking = []
    if activity.state == ActivityState.DRAFT:
        lacking.append(f"“{activity.title}”还是草稿，请先发布这个活动")
    if not activity.theme.strip():
        lacking.append(f"次次有主题：“{activity.title}”没有填写主题")
    if activities_eligibility.is_restricted(activity) and not activity.eligibility_reason.strip():
        lacking.append(f"人人可参与：“{activity.title}”限制了参加者，请写明理由")
    return lacking


def _snapshots(courses: list[Course]) -> dict[int, dict[str, Any]]:
    return {
        course.activity.id: {
            "title": course.activity.title,
            "theme": course.activity.theme,
            "state": course.activity.state.value,
            "times": [_time(each) for each in _held(course)],
            "places": list(dict.fromkeys(place_of(each) for each in _held(course))),
            "reason": course.activity.eligibility_reason,
        }
        for course in courses
    }


def _held(course: Course) -> list[Session]:
    return [each for each in course.sessions if each.state != SessionState.CANCELLED]


def _time(session: Session) -> str:
    start = session.starts_at.astimezone(SHANGHAI)
    end = session.ends_at.astimezone(SHANGHAI)
    return f"{start.month}月{start.day}日 {start:%H:%M}–{end:%H:%M}"


def _diff(last: MenuRevision | None, now: dict[int, dict[str, Any]]) -> list[dict[str, str]]:
    """Return what changed since the last revision, in plain words; nothing for the first one."""
    if last is None:
        return []
    items = MenuItem.select().where(MenuItem.revision == last).order_by(MenuItem.order)
    before = {item.activity_id: item.snapshot for item in items}
    found = []
    for activity_id, new in now.items():
        said = (
            _differences(before[activity_id], new)
            if activity_id in before
            else [(ADDED, f"新增“{new['title']}”：{'、'.join(new['times'])}")]
        )
        found += [_change(activity_id, kind, text) for kind, text in said]
    for activity_id, old in before.items():
        if activity_id not in now:
            found.append(_change(activity_id, REMOVED, f"不再列入“{old['title']}”"))
    return found


def _change(activity_id: int, kind: str, text: str) -> dict[str, str]:
    return {"activity_id": str(activity_id), "change": kind, "text": text}


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    title = new["title"]
    if new["state"] == ActivityState.CANCELLED and old["state"] != new["state"]:
        return [("cancelled", f"“{title}”已取消")]
    if old["times"] and not new["times"]:
        return [("cancelled", f"“{title}”的场次已取消")]
    found = []
    if old["title"] != title:
        found.append(("title", f"“{old['title']}”改名为“{title}”"))
    for key, word in (("times", "时间"), ("places", "地点")):
        if old[key] != new[key]:
            was, now = "、".join(old[key]) or "未定", "、".join(new[key]) or "未定"
            found.append((key.removesuffix("s"), f"“{title}”{word}由 {was} 改为 {now}"))
    return found


def _tell(
    sheet: Sheet,
    courses: list[Course],
    diff: list[dict[str, str]],
    *,
    first: bool,
    now: dt.datetime,
) -> None:
    concerned = None
    if not first:
        concerned = sorted({int(each["activity_id"]) for each in diff if each["change"] != ADDED})
        if not concerned or not campaigns.concerns_anybody(concerned, now=now):
            return
    space = Space.get_by_id(sheet.revision.space_id)
    year, month = map(int, sheet.menu.month.split("-"))
    titles = "、".join(course.activity.title for course in courses)
    what_is_new = "；".join(each["text"] for each in diff)
    heading = f"{space.name}{month}月菜单"
    campaigns.start(
        space.id,
        kind="menu",
        subject_type="menu",
        subject_id=sheet.revision.id,
        dedupe_key=f"menu:{sheet.revision.id}",
        title=f"{heading}来了" if first else f"{heading}有改动",
        body=titles if first else what_is_new,
        page=f"pages/tabs/home/home?space={space.id}&month={sheet.menu.month}",
        fields={
            "space": space.name,
            "month": f"{year}年{month}月",
            "summary": titles if first else what_is_new,
            "count": str(len(courses)),
        },
        activity_ids=concerned,
        now=now,
    )
