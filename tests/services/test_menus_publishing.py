"""Publishing a menu: what must hold, what changed, who is told, and that it happens once."""

import datetime as dt
import threading
from typing import Any

import pytest

import models
from models import AuditLog, Campaign, MenuItem, MenuRevision, Session, User, db
from models.activities import ActivityState, SessionState
from models.menus import RevisionState
from models.signups import SignupState
from server.clock import SHANGHAI
from server.services import menus, menus_publishing
from server.services.audit import SYSTEM
from server.services.menus import AlreadyPublished, Entry
from server.services.menus_publishing import NotReady
from server.services.notifications import campaigns
from tests.factories import make_activity, make_session, make_space, make_user

pytestmark = pytest.mark.usefixtures("app")
MONTH = "2026-11"
NOON = dt.datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)
LATER = dt.datetime(2026, 11, 20, 14, 0, tzinfo=SHANGHAI)


def held(space: models.Space, **over: Any) -> models.Activity:
    """An activity with a session in the month."""
    activity = make_activity(space, **over)
    make_session(activity, starts_at=LATER, ends_at=LATER + dt.timedelta(hours=2))
    return activity


def drafted(
    space: models.Space, *activities: models.Activity, title: str = "十一月菜单"
) -> MenuRevision:
    sheet = menus.draft(space.id, MONTH, actor=SYSTEM, now=NOON)
    return menus.edit(
        sheet.revision,
        title=title,
        foreword="",
        entries=[Entry(activity.id) for activity in activities],
        expected=sheet.revision.version,
        actor=SYSTEM,
        now=NOON,
    ).revision


def publish(revision: MenuRevision, now: dt.datetime = NOON) -> MenuRevision:
    return menus_publishing.publish(revision, expected=revision.version, actor=SYSTEM, now=now)


def published(space: models.Space, *activities: models.Activity) -> MenuRevision:
    return publish(drafted(space, *activities))


def signed_up(activity: models.Activity, state: SignupState = SignupState.CONFIRMED) -> User:
    user = make_user()
    session = Session.get(Session.activity == activity)
    models.Signup.add(
        now=NOON, space=session.space_id, session=session, user_id=user.id, state=state
    )
    return user


def told_by(revision: MenuRevision) -> set[int]:
    """Whom the campaign of a revision reaches."""
    for campaign_id in campaigns.spreading():
        while campaigns.spread(campaign_id, batch=2, now=NOON):
            pass
    rows = models.Message.select().where(models.Message.dedupe_key == f"menu:{revision.id}")
    return {row.user_id for row in rows}


def test_a_menu_that_is_ready_is_published() -> None:
    space = make_space()
    activity = held(space, title="茶会", theme="秋茶")
    revision = published(space, activity)
    assert (revision.state, revision.published_at) == (RevisionState.PUBLISHED, NOON)
    snapshot = MenuItem.get(MenuItem.revision == revision).snapshot
    assert snapshot["title"] == "茶会"
    assert snapshot["times"] == ["11月20日 14:00–16:00"]
    assert AuditLog.select().where(AuditLog.action == "menus.publish").count() == 1
    feed = menus.feed(space.id, MONTH, make_user(), now=NOON)
    assert [line.seen.activity.id for line in feed.lines] == [activity.id]


@pytest.mark.parametrize(
    ("over", "title", "problem"),
    [
        ({}, "", "请填写菜单标题"),
        ({"theme": " "}, "菜单", "次次有主题"),
        ({"eligibility": {"rule": "employees"}}, "菜单", "人人可参与"),
        ({"state": ActivityState.DRAFT}, "菜单", "还是草稿"),
        ({"state": ActivityState.CANCELLED}, "菜单", "月月有活动"),
    ],
)
def test_what_is_not_ready_is_refused_with_its_reason(
    over: dict[str, Any], title: str, problem: str
) -> None:
    space = make_space()
    revision = drafted(space, held(space, **over), title=title)
    assert any(problem in each for each in menus_publishing.checks(menus.sheet(revision)))
    with pytest.raises(NotReady) as caught:
        publish(revision)
    assert any(problem in each for each in caught.value.facts["problems"])
    assert menus.get(revision.id).state == RevisionState.DRAFT
    assert Campaign.select().count() == 0


def test_a_restriction_with_its_public_reason_is_fine() -> None:
    space = make_space()
    rule = {"rule": "employees"}
    activity = held(space, eligibility=rule, eligibility_reason="园区员工专场")
    assert published(space, activity).state == RevisionState.PUBLISHED


@pytest.mark.parametrize(
    ("over", "is_fine"),
    [
        ({"starts_at": dt.datetime(2026, 11, 1, 0, 0, tzinfo=SHANGHAI)}, True),
        ({"starts_at": dt.datetime(2026, 10, 31, 23, 59, tzinfo=SHANGHAI)}, False),
        ({"starts_at": dt.datetime(2026, 12, 1, 0, 0, tzinfo=SHANGHAI)}, False),
        ({"starts_at": LATER, "state": SessionState.CANCELLED}, False),
    ],
)
def test_the_month_needs_a_session_by_shanghais_calendar(
    over: dict[str, Any], is_fine: bool
) -> None:
    space = make_space()
    activity = make_activity(space)
    make_session(activity, **over)
    problems = menus_publishing.checks(menus.sheet(drafted(space, activity)))
    assert (problems == []) == is_fine


def test_a_published_revision_never_changes_and_is_not_published_again() -> None:
    space = make_space()
    activity = held(space)
    revision = published(space, activity)
    with pytest.raises(AlreadyPublished):
        publish(revision)
    with pytest.raises(AlreadyPublished):
        menus.edit(
            revision,
            title="改",
            foreword="",
            entries=[],
            expected=revision.version,
            actor=SYSTEM,
            now=NOON,
        )
    assert Campaign.select().count() == 1


def test_a_correction_supersedes_and_says_what_changed() -> None:
    space = make_space()
    moved, gone, called_off = (held(space, title=name) for name in ("茶会", "讲座", "球赛"))
    first = published(space, moved, gone, called_off)
    noon = LATER.replace(hour=9)
    Session.update(starts_at=noon, ends_at=noon + dt.timedelta(hours=1)).where(
        Session.activity == moved
    ).execute()
    models.Activity.update(title="秋日茶会", place="二楼").where(
        models.Activity.id == moved.id
    ).execute()
    models.Activity.update(state=ActivityState.CANCELLED).where(
        models.Activity.id == called_off.id
    ).execute()
    fresh = held(space, title="新来的")
    second = published(space, moved, called_off, fresh)
    assert second.number == 2
    assert menus.get(first.id).state == RevisionState.SUPERSEDED
    said = [(each["change"], each["text"]) for each in second.diff]
    assert said == [
        ("title", "“茶会”改名为“秋日茶会”"),
        ("time", "“秋日茶会”时间由 11月20日 14:00–16:00 改为 11月20日 09:00–10:00"),
        ("place", "“秋日茶会”地点由 未定 改为 二楼"),
        ("cancelled", "“球赛”已取消"),
        ("added", "新增“新来的”：11月20日 14:00–16:00"),
        ("removed", "不再列入“讲座”"),
    ]


def test_the_first_menu_goes_to_all_members_of_the_space() -> None:
    space, elsewhere = make_space(), make_space()
    members = {make_user(home_space=space).id for _ in range(5)}
    make_user(home_space=elsewhere)
    make_user()
    make_user(home_space=space, status="erased")
    revision = published(space, held(space))
    assert Campaign.select().count() == 1
    assert models.Message.select().count() == 0  # the worker spreads it, publishing answers at once
    assert told_by(revision) == members


def test_a_correction_goes_to_those_it_concerns_only() -> None:
    space = make_space()
    make_user(home_space=space)
    changed, same = held(space), held(space)
    concerned = {signed_up(changed, state).id for state in (SignupState.CONFIRMED, "waitlisted")}
    signed_up(changed, SignupState.CANCELLED)
    signed_up(same)
    first = published(space, changed, same)
    told_by(first)
    models.Activity.update(place="三楼").where(models.Activity.id == changed.id).execute()
    second = published(space, changed, same)
    assert told_by(second) == concerned


def test_a_correction_that_concerns_nobody_tells_nobody() -> None:
    space = make_space()
    make_user(home_space=space)
    activity = held(space)
    told_by(published(space, activity))
    models.Activity.update(place="三楼").where(models.Activity.id == activity.id).execute()
    second = published(space, activity, held(space))
    assert Campaign.select().count() == 1
    assert told_by(second) == set()


def test_of_keepers_who_publish_at_once_one_wins() -> None:
    space = make_space()
    revision = drafted(space, held(space))
    gate, outcomes = threading.Barrier(6), []

    def go() -> None:
        with db.connection_context():
            mine = menus.get(revision.id)
            gate.wait()
            try:
                publish(mine)
                outcomes.append("published")
            except AlreadyPublished:
                outcomes.append("refused")

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published"] + ["refused"] * 5
    assert Campaign.select().count() == 1
    assert menus.get(revision.id).state == RevisionState.PUBLISHED
