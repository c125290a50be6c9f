"""Accounts and who may give whom which role where."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models.spaces import OrgKind
from models.staff import Role
from server.clock import day_of
from server.errors import Forbidden, Invalid, NotFound, VersionConflict
from server.services import audit, staff
from server.services.staff import Verb
from tests import factories

GOOD = "一把好长的钥匙"[:7] + " 2026"
BY = audit.SYSTEM


def make(now: dt.datetime, login: str = "keeper_x", password: str = GOOD) -> models.Staff:
    return staff.create(login, "沈老师", password, actor=BY, now=now)


def test_create_keeps_no_password(app: Flask, now: dt.datetime) -> None:
    account = make(now)
    assert account.password_hash.startswith("$argon2id$")
    assert GOOD not in account.password_hash
    trail = models.AuditLog.get(models.AuditLog.action == "staff.create")
    assert (trail.object_id, trail.after) == (account.id, {"login": "keeper_x"})


def test_login_names_are_unique_whatever_the_case(app: Flask, now: dt.datetime) -> None:
    first = make(now)
    with pytest.raises(staff.LoginTaken):
        make(now, "Keeper_X")
    assert staff.find_by_login("KEEPER_X") == first
    assert staff.find_by_login("keeper") is None


@pytest.mark.parametrize("login", ["", "ab", "1abc", "a b c", "中文名", "x" * 41, "a'--"])
def test_odd_login_names_are_refused(app: Flask, now: dt.datetime, login: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(now, login)
    assert refused.value.facts["errors"][0]["field"] == "login"


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 129, "aaaaaaaaaaaa", "123123123123", "my-keeper_x-key"]
)
def test_weak_passwords_are_refused(app: Flask, now: dt.datetime, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(now, password=password)
    assert refused.value.facts["errors"][0]["field"] == "password"
    assert models.Staff.select().count() == 0


def test_a_wechat_account_is_bound_once(app: Flask, now: dt.datetime) -> None:
    user, first, second = factories.make_user(), factories.make_staff(), factories.make_staff()
    staff.bind(first, user, actor=BY, now=now)
    assert staff.find_of_user(user.id) == first
    with pytest.raises(staff.AlreadyBound):
        staff.bind(second, user, actor=BY, now=now)
    staff.bind(staff.get(first.id), None, actor=BY, now=now)
    assert staff.find_of_user(user.id) is None


def test_stale_account_is_not_overwritten(app: Flask, now: dt.datetime) -> None:
    account = factories.make_staff()
    stale = staff.get(account.id)
    staff.close(account, actor=BY, now=now)
    with pytest.raises(VersionConflict):
        staff.bind(stale, factories.make_user(), actor=BY, now=now)


def test_unknown_account(app: Flask) -> None:
    factories.make_staff()
    with pytest.raises(NotFound):
        staff.get(1)


def test_grant_holds_for_its_days(app: Flask, now: dt.datetime) -> None:
    space, other = factories.make_space(), factories.make_space()
    account, today = factories.make_staff(), day_of(now)
    day = dt.timedelta(days=1)
    staff.grant(
        account, Role.KEEPER, space.org_unit, actor=BY, now=now, from_on=today + day,
        to_on=today + 2 * day,
    )  # fmt: skip
    allowed = [
        staff.scope_of(account, now=now + number * day).allows(Verb.PUBLISH_MENU, space.id)
        for number in range(4)
    ]
    assert allowed == [False, True, True, False]
    assert not staff.scope_of(account, now=now + day).allows(Verb.SEE, other.id)


def test_revoked_grant_is_over_and_stays_written(app: Flask, now: dt.datetime) -> None:
    space, account = factories.make_space(), factories.make_staff()
    given = staff.grant(account, Role.KEEPER, space.org_unit, actor=BY, now=now)
    staff.revoke(given, actor=BY, now=now)
    assert not staff.scope_of(account, now=now).allows(Verb.SEE, space.id)
    assert models.Grant.get_by_id(given.id).revoked_at == now
    given.version = 1
    with pytest.raises(VersionConflict):
        staff.revoke(given, actor=BY, now=now)


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.KEEPER, OrgKind.TOWN),
        (Role.OPERATOR, OrgKind.DISTRICT),
        (Role.TOWN_OFFICER, OrgKind.SPACE),
        (Role.PLATFORM_ADMIN, OrgKind.TOWN),
    ],
)
def test_roles_are_held_where_they_mean_something(
    app: Flask, now: dt.datetime, role: Role, kind: OrgKind
) -> None:
    unit = factories.make_org_unit(kind)
    with pytest.raises(staff.WrongPlace):
        staff.grant(factories.make_staff(), role, unit, actor=BY, now=now)


def test_days_the_wrong_way_round(app: Flask, now: dt.datetime) -> None:
    unit, today = factories.make_space().org_unit, day_of(now)
    with pytest.raises(Invalid):
        staff.grant(
            factories.make_staff(), Role.KEEPER, unit, actor=BY, now=now,
            to_on=today - dt.timedelta(days=1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("by", "role", "is_own", "is_allowed"),
    [
        (Role.KEEPER, Role.SCANNER, True, True),
        (Role.KEEPER, Role.OPERATOR, True, True),
        (Role.KEEPER, Role.KEEPER, True, False),
        (Role.KEEPER, Role.SCANNER, False, False),
        (Role.OPERATOR, Role.SCANNER, True, False),
        (Role.TOWN_OFFICER, Role.KEEPER, True, True),
        (Role.TOWN_OFFICER, Role.KEEPER, False, False),
        (Role.TOWN_OFFICER, Role.SCANNER, True, False),
    ],
)
def test_who_may_give_what(
    app: Flask, now: dt.datetime, by: Role, role: Role, is_own: bool, is_allowed: bool
) -> None:
    town = factories.make_org_unit()
    own, other = factories.make_space(town), factories.make_space()
    giver = factories.make_staff(by, town if by is Role.TOWN_OFFICER else own)
    place: Any = (own if is_own else other).org_unit
    scope, taker = staff.scope_of(giver, now=now), factories.make_staff()
    if is_allowed:
        assert staff.grant(taker, role, place, actor=BY, now=now, by=scope).role == role
    else:
        with pytest.raises(Forbidden):
            staff.grant(taker, role, place, actor=BY, now=now, by=scope)
        assert models.Grant.select().where(models.Grant.staff == taker).count() == 0
