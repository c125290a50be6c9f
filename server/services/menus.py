"""Monthly menus: one per Space and month, drafted, read, and shown as they were published last."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from models import Activity, Menu, MenuItem, MenuRevision, OrgUnit, Space, User, db, new_id
from models.activities import SharedTo
from models.menus import RevisionState
from server.errors import Conflict, Invalid, NotFound, VersionConflict
from server.services import activities, activities_agenda, audit
from server.services.activities_agenda import SeenActivity
from server.services.audit import Actor


class AlreadyPublished(Conflict):
    code, message = "already_published", "这一版已经发布，不能再改；请新建修订版"


@dataclass(frozen=True)
class Sheet:
    """A revision with the Space and month it is for, and its items in order."""

    revision: MenuRevision
    menu: Menu
    items: list[MenuItem]


@dataclass(frozen=True)
class Line:
    """An item of a published menu as one person finds it."""

    item: MenuItem
    seen: SeenActivity


@dataclass(frozen=True)
class Feed:
    """The published menu of a month."""

    sheet: Sheet
    lines: list[Line]


@dataclass(frozen=True)
class Entry:
    """What an editor puts on the menu: an activity and a line about it."""

    activity_id: int
    blurb: str = ""


def draft(space_id: int, month: str, *, actor: Actor, now: dt.datetime) -> Sheet:
    """Return the draft of a Space's menu for a month (`YYYY-MM`), made if there is none: from the
    published revision if there is one. Two who ask at once get the same draft."""
    menu = _menu(space_id, month, actor, now)
    found = _current(menu, RevisionState.DRAFT)
    if found is None:
        try:
            with db.atomic():
                found = _new_draft(menu, actor, now)
        except IntegrityError:  # somebody else made it meanwhile
            found = _current(menu, RevisionState.DRAFT)
            if found is None:
                raise Conflict from None
    return sheet(found)


def _menu(space_id: int, month: str, actor: Actor, now: dt.datetime) -> Menu:
    Menu.insert(
        id=new_id(),
        space=space_id,
        month=month,
        created_at=now,
        updated_at=now,
        created_by=actor.id,
        updated_by=actor.id,
    ).on_conflict_ignore().execute()
    menu: Menu = Menu.get(Menu.space == space_id, Menu.month == month)
    return menu


def _new_draft(menu: Menu, actor: Actor, now: dt.datetime) -> MenuRevision:
    published = _current(menu, RevisionState.PUBLISHED)
    revision = MenuRevision.add(
        now=now,
        by=actor.id,
        space=menu.space_id,
        menu=menu,
        number=published.number + 1 if published else 1,
        title=published.title if published else "",
        foreword=published.foreword if published else "",
    )
    if published:
        kept = [Entry(item.activity_id, item.blurb) for item in _items(published)]
        _write_items(revision, kept)
    audit.record(
        actor,
        "menus.draft",
        revision,
        org_unit_id=menu.space_id,
        now=now,
        after={"month": menu.month, "number": revision.number},
    )
    return revision


def edit(
    revision: MenuRevision,
    *,
    title: str,
    foreword: str,
    entries: list[Entry],
    expected: int,
    actor: Actor,
    now: dt.datetime,
) -> Sheet:
    """Write a draft anew: its words and its items in the order given. `expected` is the version
    the editor saw. Raises AlreadyPublished, VersionConflict, Invalid for an activity that is not
    this Space's nor shared with its town."""
    _require_offered(revision.space_id, [entry.activity_id for entry in entries])
    with db.atomic():
        if revision.state != RevisionState.DRAFT:
            raise AlreadyPublished
        changed = revision.change(
            now=now, by=actor.id, expected=expected, title=title, foreword=foreword
        )
        if not changed:
            raise VersionConflict(current=current(get(revision.id)))
        MenuItem.delete().where(MenuItem.revision == revision).execute()
        _write_items(revision, entries)
    return sheet(revision)


def _write_items(revision: MenuRevision, entries: Iterable[Entry]) -> None:
    rows = [
        {
            "id": new_id(),
            "space": revision.space_id,
            "revision": revision.id,
            "activity": entry.activity_id,
            "order": order,
            "blurb": entry.blurb,
        }
        for order, entry in enumerate(entries)
    ]
    if rows:
        MenuItem.insert_many(rows).execute()


def _require_offered(space_id: int, activity_ids: list[int]) -> None:
    if len(set(activity_ids)) != len(activity_ids):
        raise Invalid(fields={"items": "同一个活动只能列一次"})
    rows = offered_to(space_id).where(Activity.id.in_(activity_ids))
    offered = {activity.id for activity in rows}
    if not offered.issuperset(activity_ids):
        raise Invalid(fields={"items": "只能选择本空间的活动，或向全镇开放的活动"})


def offered_to(space_id: int) -> Any:
    """Return a select of the activities that may stand on a Space's menu: its own, and those its
    town's other Spaces share. No rehearsals."""
    own = OrgUnit.get_by_id(space_id)
    neighbours = Space.select(Space.id).join(OrgUnit).where(OrgUnit.parent == own.parent_id)
    shared = (Activity.shared_to == SharedTo.TOWN) & Activity.space.in_(neighbours)
    return Activity.select().where(
        (Activity.space == space_id) | shared,
        Activity.is_rehearsal == False,  # noqa: E712
    )


def get(revision_id: int) -> MenuRevision:
    """Return a revision, drafts too. Raises NotFound. For staff: the face asks its scope about
    `space_id` before anything else."""
    revision: MenuRevision | None = MenuRevision.get_or_none(MenuRevision.id == revision_id)
    if revision is None:
        raise NotFound
    return revision


def sheet(revision: MenuRevision) -> Sheet:
    """Return a revision with its menu and items."""
    return Sheet(revision, Menu.get_by_id(revision.menu_id), _items(revision))


def of_spaces(space_ids: Iterable[int], month: str) -> list[Sheet]:
    """Return the published revision and the draft, as far as there are any, of each of these
    Spaces for a month."""
    query = (
        MenuRevision.select(MenuRevision, Menu)
        .join(Menu)
        .where(
            Menu.space.in_(list(space_ids)),
            Menu.month == month,
            MenuRevision.state.in_((RevisionState.PUBLISHED, RevisionState.DRAFT)),
        )
        .order_by(Menu.space, MenuRevision.number)
    )
    return [sheet(revision) for revision in query]


def unpublished(space_ids: Iterable[int], month: str) -> list[Space]:
    """Return which of these Spaces have not published a menu for the month."""
    published = (
        MenuRevision.select(MenuRevision.space)
        .join(Menu)
        .where(Menu.month == month, MenuRevision.state == RevisionState.PUBLISHED)
    )
    query = Space.select().where(Space.id.in_(list(space_ids)), Space.id.not_in(published))
    return list(query.order_by(Space.code))


def feed(space_id: int, month: str, user: User, *, now: dt.datetime) -> Feed:
    """Return the menu of a Space and month as published last, each activity as this person finds
    it now. Raises NotFound while none is published."""
    revision: Any = (
        MenuRevision.select()
        .join(Menu)
        .where(
            Menu.space == space_id,
            Menu.month == month,
            MenuRevision.state == RevisionState.PUBLISHED,
        )
        .first()
    )
    if revision is None:
        raise NotFound("本月菜单尚未发布")
    found = sheet(revision)
    shown = activities.of_ids([item.activity_id for item in found.items])
    seen = {
        each.activity.id: each
        for each in activities_agenda.seen_by(
            user, [each for each in shown if activities_agenda.is_public(each)], now=now
        )
    }
    lines = [Line(item, seen[item.activity_id]) for item in found.items if item.activity_id in seen]
    return Feed(found, lines)


def current(revision: MenuRevision) -> dict[str, Any]:
    """Return how a revision stands now, for an editor who was overtaken."""
    return {
        "id": str(revision.id),
        "version": revision.version,
        "state": revision.state,
        "title": revision.title,
    }


def _current(menu: Menu, state: RevisionState) -> MenuRevision | None:
    found: MenuRevision | None = MenuRevision.get_or_none(
        MenuRevision.menu == menu, MenuRevision.state == state
    )
    return found


def _items(revision: MenuRevision) -> list[MenuItem]:
    query = MenuItem.select().where(MenuItem.revision == revision)
    return list(query.order_by(MenuItem.order, MenuItem.id))
