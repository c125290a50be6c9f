"""The demo is believable, whole, and breaks none of the house's own rules."""

import re
import stat

from flask import Flask

import models
from models.activities import SessionState
from models.menus import RevisionState
from models.needs import NeedState, Solved
from models.needs_clusters import ClusterState
from models.signups import SignupState
from models.staff import Role
from scripts.demo.story import tell
from server.clock import month_of, utcnow
from server.services import auth, signups_recount
from tests.conftest import resources


def test_demo_is_whole(app: Flask) -> None:
    """One test, because making the data takes seconds and nothing below changes it."""
    with app.app_context():
        assert tell(resources(app)) == "demo data made: 16 Spaces"
    models.db.connect(reuse_if_open=True)
    _sixteen_spaces_of_one_town()
    _staff_can_log_in_with_what_was_written_down(app)
    _a_session_is_open_at_the_door_now()
    _this_month_has_a_menu()
    _needs_stand_in_every_state_a_member_can_see()
    _no_moment_lies_ahead_of_now()
    _places_taken_are_the_places_held()
    _hot_activities_are_drawn_and_waited_for()
    _a_lecture_answered_needs_and_another_theme_is_open()
    _second_time_changes_nothing(app)


def _sixteen_spaces_of_one_town() -> None:
    assert models.Space.select().count() == 16
    parents = {unit.parent_id for unit in models.OrgUnit.select() if unit.kind == "space"}
    assert len(parents) == 1
    first = models.Space.get(models.Space.code == "XYC")
    roles = [venue.role for venue in models.Venue.select().where(models.Venue.space == first)]
    assert sorted(roles) == ["auxiliary"] * 4 + ["main"]
    assert models.Zone.select().where(models.Zone.space == first).count() == 7
    assert models.Series.select().count() == 7


def _staff_can_log_in_with_what_was_written_down(app: Flask) -> None:
    file = resources(app).config.state_dir / "demo-logins.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    logins = dict(re.findall(r"^(\w+)\s+(\S+)", file.read_text(encoding="utf-8"), re.M))
    names = {
        "keeper_a",
        "operator_a",
        "scanner_a",
        "keeper_b",
        "officer_t",
        "viewer_d",
        "admin",
        "handler_p",
    }
    assert set(logins) == names
    assert {grant.role for grant in models.Grant.select()} == set(Role)
    cookie = auth.staff_log_in(
        "keeper_a",
        logins["keeper_a"],
        settings=resources(app).config.auth,
        now=utcnow(),
        ip="127.0.0.1",
        agent="",
    )
    assert cookie


def _a_session_is_open_at_the_door_now() -> None:
    now = utcnow()
    open_now = models.Session.select().where(
        models.Session.checkin_opens_at <= now,
        models.Session.checkin_closes_at >= now,
        models.Session.starts_at <= now,
        models.Session.state == SessionState.SCHEDULED,
    )
    assert {session.space.code for session in open_now} >= {"XYC", "WXH"}


def _this_month_has_a_menu() -> None:
    published = (
        models.MenuRevision.select()
        .join(models.Menu)
        .where(
            models.Menu.month == month_of(utcnow()),
            models.MenuRevision.state == RevisionState.PUBLISHED,
        )
    )
    first = models.Space.get(models.Space.code == "XYC")
    assert published.count() == 14
    [mine] = published.where(models.Menu.space == first)
    items = models.MenuItem.select().where(models.MenuItem.revision == mine)
    assert items.count() >= 12


def _needs_stand_in_every_state_a_member_can_see() -> None:
    states = {need.state for need in models.Need.select()}
    assert states >= {
        NeedState.SUBMITTED,
        NeedState.TRIAGED,
        NeedState.IN_PROGRESS,
        NeedState.WAITING_INFO,
        NeedState.ANSWERED,
        NeedState.CLOSED,
        NeedState.WITHDRAWN,
    }


def _no_moment_lies_ahead_of_now() -> None:
    now = utcnow()
    assert not models.Checkin.select().where(models.Checkin.occurred_at > now).exists()
    assert not models.NeedEvent.select().where(models.NeedEvent.at > now).exists()
    assert not models.Signup.select().where(models.Signup.created_at > now).exists()


def _places_taken_are_the_places_held() -> None:
    assert signups_recount.miscounted() == []
    for session in models.Session.select():
        assert session.capacity is None or session.seats_taken <= session.capacity


def _hot_activities_are_drawn_and_waited_for() -> None:
    draws = list(models.Draw.select())
    assert sorted(draw.drawn_at is None for draw in draws) == [False, True]
    states = {signup.state for signup in models.Signup.select(models.Signup.state).distinct()}
    assert {SignupState.PENDING, SignupState.WAITLISTED, SignupState.LOST} <= states


def _second_time_changes_nothing(app: Flask) -> None:
    before = models.Signup.select().count()
    with app.app_context():
        assert tell(resources(app)) == "demo data is there already"
    models.db.connect(reuse_if_open=True)
    assert models.Signup.select().count() == before


def _a_lecture_answered_needs_and_another_theme_is_open() -> None:
    results = [row.result for row in models.NeedActivityLink.select()]
    assert (results.count(Solved.YES), results.count(None)) == (5, 1)
    came = [row.came for row in models.NeedActivityLink.select()]
    assert (came.count(True), came.count(False)) == (5, 2)
    states = sorted(row.state for row in models.NeedCluster.select())
    assert states == [ClusterState.OPEN, ClusterState.PLANNED]
