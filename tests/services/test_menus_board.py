import datetime as dt

from models.activities import ActivityState, SessionState
from models.menus import RevisionState
from server.clock import at_shanghai, utcnow
from server.services import menus, menus_board, menus_publishing
from tests import factories

DAY = at_shanghai(dt.date(2098, 5, 12), dt.time(12))
MONTH = "2098-05"


def test_offers_in_the_order_of_the_first_session(app: object) -> None:
    space = factories.make_space()
    later, sooner, off = (factories.make_activity(space) for _ in range(3))
    factories.make_session(later, starts_at=DAY + dt.timedelta(days=2))
    factories.make_session(sooner, starts_at=DAY + dt.timedelta(days=9))
    factories.make_session(sooner, starts_at=DAY)
    factories.make_session(off, starts_at=DAY, state=SessionState.CANCELLED)
    assert menus_board.on_offer(space.id, MONTH, []) == [sooner, later]


def test_keeps_what_stands_on_the_draft_whatever_became_of_it(app: object) -> None:
    space = factories.make_space()
    gone = factories.make_activity(space, state=ActivityState.CANCELLED)
    there = factories.make_session(factories.make_activity(space), starts_at=DAY).activity
    assert menus_board.on_offer(space.id, MONTH, [gone.id]) == [there, gone]


def test_lists_revisions_newest_first(app: object) -> None:
    space, now = factories.make_space(), utcnow()
    activity = factories.make_session(factories.make_activity(space), starts_at=DAY).activity
    actor = factories.actor()
    draft = menus.draft(space.id, MONTH, actor=actor, now=now).revision
    menus.edit(
        draft, title="五月", foreword="", entries=[menus.Entry(activity.id)],
        expected=draft.version, actor=actor, now=now,
    )  # fmt: skip
    draft = menus.get(draft.id)
    menus_publishing.publish(draft, expected=draft.version, actor=actor, now=now)
    menus.draft(space.id, MONTH, actor=actor, now=now)
    menus.draft(space.id, "2098-06", actor=actor, now=now)
    found = menus_board.revisions(space.id, MONTH)
    assert [(row.number, row.state) for row in found] == [
        (2, RevisionState.DRAFT),
        (1, RevisionState.PUBLISHED),
    ]
