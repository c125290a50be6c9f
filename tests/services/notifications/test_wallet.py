"""The reminder wallet: a ledger that can be added up, whatever order WeChat's words come in."""

import datetime as dt
import threading

import pytest
from flask import Flask
from peewee import fn

from models import User, Wallet, WalletEntry, db
from server.services import notifications
from server.services.notifications import wallet
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("app")
SECOND = dt.timedelta(seconds=1)


def accept(user: User, ref: str, at: dt.datetime, kind: str = "menu") -> None:
    notifications.grant_from_popup(user.id, kind, accepted=True, ref=ref, at=at, now=at)


def switch_off(user: User, ref: str, at: dt.datetime, kind: str = "menu") -> None:
    notifications.change_from_settings(user.id, kind, accepted=False, ref=ref, at=at, now=at)


def balance(user: User, kind: str = "menu") -> int:
    """What the wallet says, after checking it against its entries."""
    held = Wallet.get(Wallet.user_id == user.id, Wallet.kind == kind)
    total = fn.COALESCE(fn.SUM(WalletEntry.change), 0)
    assert held.balance == WalletEntry.select(total).where(WalletEntry.wallet == held).scalar()
    return int(held.balance)


def test_accepts_add_up_per_person_and_kind(now: dt.datetime) -> None:
    user, other = make_user(), make_user()
    accept(other, "noise", now)
    accept(user, "noise2", now, kind="changed")
    accept(user, "a", now)
    accept(user, "b", now)
    assert balance(user) == 2


def test_a_repeated_push_counts_once(now: dt.datetime) -> None:
    user = make_user()
    accept(user, "a", now)
    accept(user, "a", now)
    assert balance(user) == 1


def test_a_refusal_in_the_popup_keeps_what_was_given(now: dt.datetime) -> None:
    user = make_user()
    accept(user, "a", now)
    notifications.grant_from_popup(user.id, "menu", accepted=False, ref="b", at=now, now=now)
    assert balance(user) == 1
    assert Wallet.get(Wallet.user_id == user.id).refused_at == now


def test_an_accept_after_a_refusal_forgets_the_refusal(now: dt.datetime) -> None:
    user = make_user()
    notifications.grant_from_popup(user.id, "menu", accepted=False, ref="a", at=now, now=now)
    accept(user, "b", now + SECOND)
    assert Wallet.get(Wallet.user_id == user.id).refused_at is None


def test_switching_off_empties_the_wallet(now: dt.datetime) -> None:
    user = make_user()
    accept(user, "a", now)
    accept(user, "b", now)
    switch_off(user, "c", now + SECOND)
    assert balance(user) == 0
    assert Wallet.get(Wallet.user_id == user.id).refused_at == now + SECOND


def test_pushes_that_overtake_each_other_come_to_the_same(now: dt.datetime) -> None:
    user = make_user()
    switch_off(user, "off", now + SECOND)
    accept(user, "before", now)  # given before, arrives after: WeChat has forgotten it
    assert balance(user) == 0
    accept(user, "after", now + 3 * SECOND)
    switch_off(user, "off again", now + 2 * SECOND)  # older than the accept above
    assert balance(user) == 1


def test_switching_on_gives_nothing_by_itself(now: dt.datetime) -> None:
    user = make_user()
    switch_off(user, "a", now)
    notifications.change_from_settings(
        user.id, "menu", accepted=True, ref="b", at=now + SECOND, now=now
    )
    assert balance(user) == 0
    assert Wallet.get(Wallet.user_id == user.id).refused_at is None


def test_only_who_has_something_can_be_written_to(now: dt.datetime) -> None:
    rich, poor, stranger = make_user(), make_user(), make_user()
    accept(rich, "a", now)
    switch_off(poor, "b", now)
    people = {user.id: wallet.ref_of(user.id, 1) for user in (rich, poor, stranger)}
    with db.atomic():
        assert wallet.reserve("menu", people, now=now) == {rich.id}
    assert balance(rich) == 0
    assert balance(poor) == 0


def test_a_release_counts_once(now: dt.datetime) -> None:
    user = make_user()
    accept(user, "a", now)
    with db.atomic():
        wallet.reserve("menu", {user.id: "delivery:1:1"}, now=now)
        wallet.release(user.id, "menu", "delivery:1:1", now=now)
        wallet.release(user.id, "menu", "delivery:1:1", now=now)
    assert balance(user) == 1


def test_the_last_reminder_is_spent_by_one_only(now: dt.datetime) -> None:
    user = make_user()
    accept(user, "a", now)
    gate, had = threading.Barrier(8), []

    def spend(number: int) -> None:
        with db.connection_context():
            gate.wait()
            with db.atomic():
                if wallet.reserve("menu", {user.id: f"delivery:{number}:1"}, now=now):
                    had.append(number)

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(had) == 1
    assert balance(user) == 0


def test_a_long_term_accept_does_not_run_down(now: dt.datetime) -> None:
    user = make_user()
    accept(user, "a", now)
    with db.atomic():
        for send in ("delivery:1:1", "delivery:1:2", "delivery:2:1"):
            assert wallet.reserve("menu", {user.id: send}, is_lasting=True, now=now) == {user.id}
        wallet.release(user.id, "menu", "delivery:1:1", now=now)
        wallet.commit(user.id, "menu", "delivery:1:2", now=now)
    assert balance(user) == 1
    held = {
        each.kind: each for each in notifications.wallet_of(user.id, lasting=["menu", "rating"])
    }
    assert held["menu"].sentence.startswith("长期有效")
    assert held["rating"].sentence == "还没有开启，开启一次长期有效"
    assert not held["changed"].is_lasting
    with db.atomic():
        wallet.zero(user.id, "menu", "delivery:2:1", now=now)
        assert not wallet.reserve("menu", {user.id: "delivery:3:1"}, is_lasting=True, now=now)
    assert balance(user) == 0


def test_what_a_kind_is_now_changes_nothing_that_was_taken_before(now: dt.datetime) -> None:
    user = make_user()
    accept(user, "a", now)
    with db.atomic():
        wallet.reserve("menu", {user.id: "delivery:1:1"}, now=now)
        wallet.release(user.id, "menu", "delivery:1:1", now=now)  # long-term meanwhile: put back
        wallet.reserve("menu", {user.id: "delivery:2:1"}, is_lasting=True, now=now)
        wallet.release(user.id, "menu", "delivery:2:1", now=now)  # one-time meanwhile: no gift
    assert balance(user) == 1


def test_everybody_sees_every_kind_in_words(now: dt.datetime, app: Flask) -> None:
    user = make_user()
    accept(user, "a", now)
    accept(user, "b", now)
    switch_off(user, "c", now, kind="promoted")
    said = {each.kind: each for each in notifications.wallet_of(user.id)}
    config = app.extensions["xinyi"].config
    assert list(said) == [kind for kind in config.wechat.templates if kind != "duty"]
    assert "duty" in {each.kind for each in notifications.wallet_of(user.id, is_staff=True)}
    assert said["menu"].sentence == "还能提醒你 2 次"
    assert said["promoted"].is_refused
    assert said["changed"].balance == 0
