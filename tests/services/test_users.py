"""What people say of themselves, and what of it others see."""

import datetime as dt

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask

import models
from models.users import UserStatus
from server.crypto import Vault
from server.errors import Invalid, NotFound, VersionConflict
from server.services import users
from tests import factories
from tests.conftest import resources

YES = {"kind": "self_tags", "version": "1", "given": True}


@pytest.fixture
def vault(app: Flask) -> Vault:
    return resources(app).vault


def test_openid_finds_its_person_and_no_other(vault: Vault, now: dt.datetime) -> None:
    first = users.welcome("o-first", vault=vault, now=now)
    second = users.welcome("o-second", vault=vault, now=now)
    assert users.find_by_openid("o-second", vault) == second
    assert users.find_by_openid("o-third", vault) is None
    assert users.openid_of(users.get(first.id), vault) == "o-first"


def test_ciphertext_opens_in_its_own_row_only(vault: Vault, now: dt.datetime) -> None:
    first = users.welcome("o-first", vault=vault, now=now)
    second = users.welcome("o-second", vault=vault, now=now)
    second.openid_enc = first.openid_enc
    with pytest.raises(InvalidTag):
        users.openid_of(second, vault)


def test_nothing_personal_lies_open_in_the_table(vault: Vault, now: dt.datetime) -> None:
    user = users.welcome("o-first", vault=vault, now=now)
    users.change(user, {"real_name": "沈一一"}, vault=vault, now=now)
    users.keep_phone(user, "13800138000", vault=vault, now=now)
    row = models.User.select().where(models.User.id == user.id).dicts().get()
    told = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in row.values()
    )
    for secret in ("o-first", "沈一一", "13800138000"):
        assert secret.encode() not in told


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+12025550123", "+120****0123"),
        ("+3725550", "****50"),
    ],
)
def test_numbers_are_shown_masked(vault: Vault, now: dt.datetime, phone: str, shown: str) -> None:
    user = factories.make_user()
    assert users.masked_phone(user, vault) is None
    users.keep_phone(user, phone, vault=vault, now=now)
    assert users.masked_phone(users.get(user.id), vault) == shown
    assert users.phone_of(users.get(user.id), vault) == phone


def test_change_touches_only_what_is_named(vault: Vault, now: dt.datetime) -> None:
    space, bystander = factories.make_space(), factories.make_user(nickname="别人")
    user = factories.make_user(nickname="小沈", preferences={"large_text": True, "cues": True})
    users.change(
        user, {"home_space": space.id, "preferences": {"cues": False}}, vault=vault, now=now
    )
    kept = users.get(user.id)
    assert (kept.nickname, kept.home_space_id) == ("小沈", space.id)
    assert kept.preferences == {"large_text": True, "cues": False}
    assert kept.version == 2
    users.change(kept, {"home_space": None, "real_name": None}, vault=vault, now=now)
    assert users.get(user.id).home_space_id is None
    assert users.get(bystander.id).version == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_home_is_an_open_space(vault: Vault, now: dt.datetime, is_there: bool) -> None:
    factories.make_space()
    wanted = factories.make_space(active=False).id if is_there else 1
    user = factories.make_user()
    with pytest.raises(Invalid):
        users.change(user, {"home_space": wanted, "nickname": "新名"}, vault=vault, now=now)
    assert users.get(user.id).nickname == user.nickname


def test_own_tags_need_a_consent_and_go_with_it(vault: Vault, now: dt.datetime) -> None:
    user = factories.make_user()
    with pytest.raises(Invalid) as refused:
        users.change(user, {"self_tags": ["侨"]}, vault=vault, now=now)
    assert refused.value.facts["errors"][0]["field"] == "self_tags"
    users.change(user, {"self_tags": ["侨"], "consents": [YES]}, vault=vault, now=now)
    assert users.has_consented(users.get(user.id), "self_tags")
    users.change(user, {"self_tags": ["侨", "台"]}, vault=vault, now=now)
    assert users.get(user.id).self_tags == ["侨", "台"]
    users.change(user, {"consents": [YES | {"given": False}]}, vault=vault, now=now)
    kept = users.get(user.id)
    assert kept.self_tags == []
    assert not users.has_consented(kept, "self_tags")
    assert [entry["given"] for entry in kept.consents] == [True, False]


def test_two_changes_at_once_do_not_overwrite(vault: Vault, now: dt.datetime) -> None:
    user = factories.make_user()
    here, there = users.get(user.id), users.get(user.id)
    users.change(here, {"nickname": "先到"}, vault=vault, now=now)
    with pytest.raises(VersionConflict):
        users.change(there, {"nickname": "后到"}, vault=vault, now=now)
    assert users.get(user.id).nickname == "先到"


def test_display_names(app: Flask) -> None:
    assert users.display_name(factories.make_user(nickname="小沈")) == "小沈"
    unnamed = factories.make_user(nickname="")
    assert users.display_name(unnamed).startswith("新朋友")
    erased = factories.make_user(nickname="", status=UserStatus.ERASED)
    assert users.display_name(erased) == "已注销用户"


def test_erased_people_are_not_found(app: Flask) -> None:
    erased = factories.make_user(status=UserStatus.ERASED)
    for user_id in (erased.id, 1):
        with pytest.raises(NotFound):
            users.get(user_id)


def test_footprint_counts_by_the_definitions(app: Flask, now: dt.datetime) -> None:
    user, other = factories.make_user(), factories.make_user()
    tea, yoga = factories.make_series(order=2), factories.make_series(order=1)
    factories.make_series(active=False)
    space = factories.make_space()

    def visit(series: models.Series, who: models.User = user, **over: object) -> None:
        rehearsal = over.pop("is_rehearsal", False)
        activity = factories.make_activity(space, series=series, is_rehearsal=rehearsal)
        session = factories.make_session(activity)
        factories.make_checkin(factories.make_signup(session, who), **over)

    visit(tea, party_present=2)
    visit(tea)
    visit(yoga)
    visit(yoga, voided_at=now)
    visit(yoga, is_rehearsal=True, party_present=5)
    visit(yoga, who=other, party_present=7)
    category = factories.make_category()
    for person in (user, user, other):
        factories.make_need(space, category=category, user_id=person.id)
    found = users.footprint(user)
    assert (found.attendances, found.person_times) == (3, 5)
    assert [(series.id, times) for series, times in found.series] == [(yoga.id, 1), (tea.id, 2)]
    assert (found.series_offered, found.needs_raised, found.to_come) == (2, 2, [])
    assert found.minutes == 3 * 120


def test_footprint_of_a_newcomer(app: Flask) -> None:
    found = users.footprint(factories.make_user())
    assert (found.attendances, found.person_times, found.series) == (0, 0, [])
