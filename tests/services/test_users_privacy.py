"""A copy, a part taken back, being forgotten."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models.enterprises import MemberStatus
from models.needs import NeedState, Outcome
from models.needs_dispatches import DispatchRole
from models.signups import SignupState
from models.users import UserStatus
from server.crypto import Vault
from server.errors import VersionConflict
from server.services import audit, auth, needs_erasure, signups_rounds, users, users_privacy
from tests import factories
from tests.conftest import resources


@pytest.fixture
def vault(app: Flask) -> Vault:
    return resources(app).vault


def make_person(vault: Vault, now: dt.datetime, openid: str = "o-1") -> models.User:
    user = users.welcome(openid, vault=vault, now=now)
    user = users.keep_phone(user, "13800138000", vault=vault, now=now)
    wanted = {"nickname": "小沈", "real_name": "沈一一", "preferences": {"large_text": True}}
    return users.change(user, wanted, vault=vault, now=now)


def test_copy_holds_what_is_theirs_and_no_more(vault: Vault, now: dt.datetime) -> None:
    user, other = make_person(vault, now), make_person(vault, now, "o-2")
    company = factories.make_enterprise(name="一家公司")
    for person, title in ((user, "我的"), (other, "别人的")):
        factories.make_member(person, company)
        signup = factories.make_signup(user=person, answers={"q": title})
        factories.make_checkin(signup)
        factories.make_need(user_id=person.id, title=title)
        models.Wallet.add(now=now, user_id=person.id, kind="menu", balance=2)
        models.Message.create(
            user_id=person.id, kind="menu", subject_type="menu", subject_id=1, dedupe_key="k",
            title=title, created_at=now,
        )  # fmt: skip
    copy = users_privacy.copy_of(users.get(user.id), vault=vault)
    assert copy["profile"]["real_name"] == "沈一一"
    assert copy["profile"]["phone"] == "13800138000"
    assert [each["name"] for each in copy["enterprises"]] == ["一家公司"]
    assert [each["answers"] for each in copy["signups"]] == [{"q": "我的"}]
    assert [each["title"] for each in copy["needs"]] == ["我的"]
    assert [each["title"] for each in copy["messages"]] == ["我的"]
    assert copy["wallet"] == [{"kind": "menu", "balance": 2}]
    assert len(copy["checkins"]) == 1
    assert "别人的" not in str(copy)
    assert "o-1" not in str(copy)


def test_erasure_leaves_nothing_that_tells_who_it_was(vault: Vault, now: dt.datetime) -> None:
    user = make_person(vault, now)
    users_privacy.erase(user, actor=audit.Actor("member", user.id), now=now)
    row: dict[str, Any] = models.User.select().where(models.User.id == user.id).dicts().get()
    for column in ("openid_enc", "unionid_enc", "real_name_enc", "phone_enc", "phone_hash"):
        assert row[column] is None
    assert (row["nickname"], row["self_tags"], row["preferences"]) == ("", [], {})
    assert (row["status"], row["erased_at"]) == (UserStatus.ERASED, now)
    assert users.find_by_openid("o-1", vault) is None
    trail = models.AuditLog.get(models.AuditLog.action == "users.erase")
    assert (trail.object_id, trail.actor_name) == (user.id, "")


def test_erasure_ends_what_runs_and_keeps_what_was(vault: Vault, now: dt.datetime) -> None:
    user, other = make_person(vault, now), make_person(vault, now, "o-2")
    tokens = [factories.make_token(person) for person in (user, other)]
    past = factories.make_session(starts_at=now - dt.timedelta(days=9))
    coming = factories.make_session(starts_at=now + dt.timedelta(days=9))
    checkin = factories.make_checkin(factories.make_signup(past, user, answers={"忌口": "花生"}))
    factories.make_signup(coming, other, answers={"忌口": "无"})
    place = factories.make_signup(coming, user)
    company = factories.make_enterprise()
    members = [factories.make_member(person, company) for person in (user, other)]
    need = factories.make_need(user_id=user.id, contact_times="下午", enterprise_id=company.id)
    account = factories.make_staff(user_id=user.id)

    missed = factories.make_session(starts_at=now - dt.timedelta(days=3))
    factories.make_signup(missed, user)
    assert signups_rounds.mark_no_shows(now) == 1
    assert len(users_privacy.copy_of(user, vault=vault)["no_shows"]) == 1

    users_privacy.erase(user, actor=audit.Actor("member", user.id), now=now)

    assert models.NoShowMark.select().count() == 0
    with pytest.raises(auth.TokenInvalid):
        auth.user_of_token(tokens[0], now=now)
    assert auth.user_of_token(tokens[1], now=now) == other
    assert models.Signup.get_by_id(place.id).state == SignupState.CANCELLED
    assert models.Session.get_by_id(coming.id).seats_taken == 1
    assert models.EnterpriseMember.get_by_id(members[0].id).status == MemberStatus.ENDED
    assert models.EnterpriseMember.get_by_id(members[1].id).status == MemberStatus.PENDING
    assert models.Staff.get_by_id(account.id).user_id is None
    kept = models.Checkin.get_by_id(checkin.id)
    assert (kept.voided_at, kept.user_id) == (None, user.id)
    answers = {row.user_id: row.answers for row in models.Signup.select().order_by("answers")}
    assert answers == {user.id: {}, other.id: {"忌口": "无"}}
    left = models.Need.get_by_id(need.id)
    assert (left.no, left.category_id, left.enterprise_id) == (
        need.no,
        need.category_id,
        company.id,
    )


def _tell_over(need: models.Need, now: dt.datetime) -> None:
    """Write what staff and town put down about a need: an appeal, a call, days granted and asked for."""
    common = {"now": now, "space": need.space_id, "need": need}
    for is_appeal in (True, False):
        models.Escalation.add(
            **common, is_appeal=is_appeal, reason="我的秘密", due_at=now, text="我的秘密",
            state="answered", answer="advice", answered_at=now,
        )  # fmt: skip
    for state in ("approved", "asked"):
        models.Extension.add(
            **common, days=3, reason="我的秘密", decision="我的秘密", state=state, due_before=now,
            due_after=now,
        )  # fmt: skip
    models.NeedEvent.create(
        space=need.space_id, need=need, at=now, actor_kind="staff", actor_id=None, type="extend",
        text="延长 3 天：我的秘密",
    )  # fmt: skip


def test_erasure_takes_the_words_of_needs_and_ratings(vault: Vault, now: dt.datetime) -> None:
    user, other = make_person(vault, now), make_person(vault, now, "o-2")
    handler = factories.make_staff(user_id=other.id)
    own = {
        "user_id": user.id,
        "title": "我的秘密",
        "body": "我的秘密",
        "answers": {"q": "我的秘密"},
    }
    at_work = factories.make_need(state=NeedState.IN_PROGRESS, staff_summary="我的秘密", **own)
    answered = factories.make_need(state=NeedState.ANSWERED, **own)
    colleagues = factories.make_need(user_id=other.id, title="同事的")
    space = at_work.space_id
    models.Dispatch.add(
        now=now, space=space, need=at_work, staff=handler, role=DispatchRole.LEAD, state="accepted"
    )
    for need, by in ((at_work, user), (colleagues, user), (colleagues, other)):
        models.NeedEvent.create(
            space=need.space_id, need=need, at=now, actor_kind="member", actor_id=by.id,
            type="supplement", text="我的秘密" if by == user else "同事的", after={"title": "我的秘密"},
        )  # fmt: skip
    models.NeedRating.add(
        now=now, space=answered.space_id, need=answered, satisfaction="basic", solved="no",
        text="我的秘密",
    )  # fmt: skip
    _tell_over(at_work, now)
    [copied] = [
        each for each in users_privacy.copy_of(user, vault=vault)["needs"] if each["appeals"]
    ]
    assert (copied["no"], copied["appeals"][0]["text"]) == (at_work.no, "我的秘密")
    assert [(each["days"], each["reason"]) for each in copied["extensions"]] == [(3, "我的秘密")]
    checkin = factories.make_checkin(factories.make_signup(user=user))
    models.Rating.add(
        now=now, space=checkin.space_id, session=checkin.session_id, checkin=checkin,
        user_id=user.id, score=1, text="我的秘密",
    )  # fmt: skip

    users_privacy.erase(user, actor=audit.Actor("member", user.id), now=now)

    tables = (models.Need, models.NeedRating, models.Rating, models.Escalation, models.Extension)
    for table in tables:
        assert table.select().exists()
        assert [row for row in table.select().dicts() if "我的秘密" in str(row)] == []
    assert models.NeedEvent.get(models.NeedEvent.type == "extend").text == needs_erasure.ERASED
    assert [
        row.text for row in models.NeedEvent.select().where(models.NeedEvent.actor_id == other.id)
    ] == ["同事的"]
    mine = models.NeedEvent.select().where(models.NeedEvent.actor_id == user.id)
    assert {(row.text, str(row.after)) for row in mine} == {(needs_erasure.ERASED, "{}")}
    left = {row.id: (row.state, row.outcome) for row in models.Need.select()}
    assert left[at_work.id] == (NeedState.WITHDRAWN, Outcome.WITHDRAWN)
    assert left[answered.id] == (NeedState.ANSWERED, None)
    assert models.NeedRating.get().solved == "no"
    assert models.Rating.get().score == 1
    (told,) = models.Message.select().where(models.Message.user_id == other.id)
    assert at_work.no in told.body


def test_who_comes_back_is_somebody_new(vault: Vault, now: dt.datetime) -> None:
    user = make_person(vault, now)
    users_privacy.erase(user, actor=audit.SYSTEM, now=now)
    again = users.welcome("o-1", vault=vault, now=now)
    assert again.id != user.id
    assert again.nickname == ""


def test_half_an_erasure_does_not_happen(vault: Vault, now: dt.datetime) -> None:
    user = make_person(vault, now)
    token = factories.make_token(user)
    stale = users.get(user.id)
    users.change(user, {"nickname": "刚改的"}, vault=vault, now=now)
    with pytest.raises(VersionConflict):
        users_privacy.erase(stale, actor=audit.SYSTEM, now=now)
    assert auth.user_of_token(token, now=now) == user
    assert users.find_by_openid("o-1", vault) == user


def test_cancelled_authorisation_erases_once(vault: Vault, now: dt.datetime) -> None:
    user, other = make_person(vault, now), make_person(vault, now, "o-2")
    assert users_privacy.erase_by_openid("o-1", vault=vault, now=now)
    assert not users_privacy.erase_by_openid("o-1", vault=vault, now=now)
    assert models.User.get_by_id(user.id).status == UserStatus.ERASED
    assert models.User.get_by_id(other.id).status == UserStatus.ACTIVE


@pytest.mark.parametrize(
    ("codes", "phone", "nickname"),
    [
        ((8,), None, "小沈"),
        ((6,), "13800138000", ""),
        ((19, 8), None, ""),
        ((7, 14), "13800138000", "小沈"),
        ((), "13800138000", "小沈"),
    ],
)
def test_exactly_what_was_taken_back_goes(
    vault: Vault, now: dt.datetime, codes: tuple[int, ...], phone: str | None, nickname: str
) -> None:
    user, other = make_person(vault, now), make_person(vault, now, "o-2")
    assert users_privacy.revoke_data("o-1", codes, vault=vault, now=now)
    kept = users.get(user.id)
    assert (users.phone_of(kept, vault), kept.nickname) == (phone, nickname)
    assert (kept.phone_hash is None) == (phone is None)
    assert users.real_name_of(kept, vault) == "沈一一"
    assert users.get(other.id).nickname == "小沈"
    assert not users_privacy.revoke_data("o-unknown", codes, vault=vault, now=now)


def test_nickname_changed_at_wechat_is_cleared(vault: Vault, now: dt.datetime) -> None:
    user = make_person(vault, now)
    assert users_privacy.clear_nickname("o-1", vault=vault, now=now)
    assert users.get(user.id).nickname == ""
