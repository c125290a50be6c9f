"""Drafting a menu: one draft, in the editor's order, of what the Space may offer."""

import datetime as dt
import threading

import pytest

import models
from models import MenuRevision, Space, db
from models.activities import SharedTo
from models.menus import RevisionState
from server.clock import SHANGHAI
from server.errors import Invalid, NotFound, VersionConflict
from server.services import menus
from server.services.audit import SYSTEM
from server.services.menus import Entry, Sheet
from tests.factories import make_activity, make_org_unit, make_session, make_space, make_user

pytestmark = pytest.mark.usefixtures("app")
MONTH = "2026-11"
NOON = dt.datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)


def draft(space: Space, month: str = MONTH) -> Sheet:
    return menus.draft(space.id, month, actor=SYSTEM, now=NOON)


def write(sheet: Sheet, *activities: models.Activity, title: str = "十一月菜单") -> Sheet:
    return menus.edit(
        sheet.revision,
        title=title,
        foreword="",
        entries=[Entry(activity.id, activity.title) for activity in activities],
        expected=sheet.revision.version,
        actor=SYSTEM,
        now=NOON,
    )


def test_a_month_has_one_draft_per_space() -> None:
    space, other = make_space(), make_space()
    first = draft(space)
    assert draft(space).revision.id == first.revision.id
    assert draft(other).revision.id != first.revision.id
    assert draft(space, "2026-12").revision.id != first.revision.id
    assert (first.revision.number, first.revision.state) == (1, RevisionState.DRAFT)


def test_two_who_begin_at_once_get_the_same_draft() -> None:
    space = make_space()
    gate, found = threading.Barrier(6), []

    def begin() -> None:
        with db.connection_context():
            gate.wait()
            found.append(draft(space).revision.id)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert MenuRevision.select().where(MenuRevision.space == space).count() == 1


def test_items_are_added_reordered_and_removed_as_a_whole() -> None:
    space = make_space()
    one, two, three = (make_activity(space) for _ in range(3))
    sheet = write(draft(space), one, two, three)
    assert [item.activity_id for item in sheet.items] == [one.id, two.id, three.id]
    sheet = write(sheet, three, one)
    assert [item.activity_id for item in sheet.items] == [three.id, one.id]
    assert [item.blurb for item in sheet.items] == [three.title, one.title]


def test_an_editor_who_was_overtaken_is_told() -> None:
    space = make_space()
    mine, theirs = draft(space), draft(space)
    write(theirs, title="他们的")
    with pytest.raises(VersionConflict) as caught:
        write(mine, title="我的")
    assert caught.value.facts["current"]["title"] == "他们的"
    assert draft(space).revision.title == "他们的"


def test_a_space_may_offer_its_own_and_what_its_town_shares() -> None:
    town = make_org_unit()
    space, neighbour, stranger = make_space(town), make_space(town), make_space()
    own = make_activity(space)
    shared = make_activity(neighbour, shared_to=SharedTo.TOWN)
    sheet = write(draft(space), own, shared)
    assert len(sheet.items) == 2
    refused = [
        make_activity(neighbour),
        make_activity(stranger, shared_to=SharedTo.TOWN),
        make_activity(space, is_rehearsal=True),
    ]
    for activity in refused:
        with pytest.raises(Invalid):
            write(draft(space), activity)
    with pytest.raises(Invalid):
        write(draft(space), own, own)
    assert len(draft(space).items) == 2


def test_nothing_is_shown_before_it_is_published() -> None:
    space, user = make_space(), make_user()
    activity = make_activity(space)
    make_session(activity, starts_at=NOON)
    write(draft(space), activity)
    with pytest.raises(NotFound):
        menus.feed(space.id, MONTH, user, now=NOON)


def test_the_board_names_the_spaces_without_a_menu() -> None:
    ready, late, elsewhere = make_space(), make_space(), make_space()
    sheet = draft(ready)
    MenuRevision.update(state=RevisionState.PUBLISHED).where(
        MenuRevision.id == sheet.revision.id
    ).execute()
    draft(late)
    missing = menus.unpublished([ready.id, late.id], MONTH)
    assert [space.id for space in missing] == [late.id]
    assert elsewhere.id in {space.id for space in menus.unpublished([elsewhere.id], MONTH)}
    shown = menus.of_spaces([ready.id, late.id], MONTH)
    assert [each.revision.space_id for each in shown] == [ready.id, late.id]
