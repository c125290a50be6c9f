"""The personal pass: who may have one, what it proves, what it survives on the way to the server."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.activities import ActivityState
from server.crypto import Vault
from server.errors import NotFound
from server.services import checkins_passes as passes
from server.services.checkins_codes import TokenExpired, TokenInvalid
from tests import factories
from tests.conftest import resources


@pytest.fixture
def vault(app: Flask) -> Vault:
    return resources(app).vault


def seconds(count: int) -> dt.timedelta:
    return dt.timedelta(seconds=count)


def test_a_pass_proves_its_person_for_a_minute(vault: Vault, now: dt.datetime) -> None:
    user, session = factories.make_user(), factories.make_session()
    factories.make_signup(session, user, party_size=3)
    own = passes.mine(user, session.id, vault=vault, now=now)
    assert own.signup is not None
    assert own.signup.party_size == 3
    assert [shown.slot - own.codes[0].slot for shown in own.codes] == [0, 1, 2]
    first = own.codes[0]
    assert first.valid_from <= now < first.valid_to
    code = passes.read(first.text)
    assert (code.session_id, code.user_id) == (session.id, user.id)
    for at in (first.valid_from, first.valid_to + seconds(29)):
        passes.verify(code, session, vault, now=at)
    with pytest.raises(TokenExpired):
        passes.verify(code, session, vault, now=first.valid_to + seconds(30))
    with pytest.raises(TokenInvalid):
        passes.verify(code, session, vault, now=first.valid_from - seconds(1))


def test_a_pass_opens_no_other_door_and_no_other_name(vault: Vault, now: dt.datetime) -> None:
    user, session, other = factories.make_user(), factories.make_session(), factories.make_session()
    code = passes.read(passes.mine(user, session.id, vault=vault, now=now).codes[0].text)
    with pytest.raises(passes.WrongSession):
        passes.verify(code, other, vault, now=now)
    key = passes.pass_key(session, factories.make_user().id, vault)
    forged = passes.read(passes.make(session.id, user.id, key, code.slot))
    with pytest.raises(TokenInvalid):
        passes.verify(forged, session, vault, now=now)
    anywhere = passes.read(passes.mine(user, None, vault=vault, now=now).codes[0].text)
    assert anywhere.session_id is None
    passes.verify(anywhere, session, vault, now=now)
    passes.verify(anywhere, other, vault, now=now)


def test_a_pass_survives_the_keyboard(vault: Vault, now: dt.datetime) -> None:
    text = passes.mine(factories.make_user(), None, vault=vault, now=now).codes[0].text
    assert text.isascii()
    assert text.isalnum()
    assert text == text.upper()
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in text)
    for typed in (f" {text}\r\n", text.lower(), wide, f"https://any.example/p/{text}?a=1"):
        assert passes.read(typed) == passes.read(text)
    for bad in ("", "XYP", text[:-1], text + "A", "XYP" + "1" * 64, "\x00" * 67, "😀" * 67):
        with pytest.raises(TokenInvalid):
            passes.read(bad)
    with pytest.raises(TokenInvalid, match="我的凭证"):
        passes.read("https://any.example/c/AQAAAAAAAAAA")


def test_a_hidden_session_gives_a_pass_to_its_holders_only(vault: Vault, now: dt.datetime) -> None:
    session = factories.make_session(factories.make_activity(state=ActivityState.DRAFT))
    user = factories.make_user()
    for asked in (session.id, 1):
        with pytest.raises(NotFound):
            passes.mine(user, asked, vault=vault, now=now)
    factories.make_signup(session, user)
    assert passes.mine(user, session.id, vault=vault, now=now).session == session


def test_a_new_key_of_the_session_leaves_passes_alone(vault: Vault, now: dt.datetime) -> None:
    session, user = factories.make_session(), factories.make_user()
    code = passes.read(passes.mine(user, session.id, vault=vault, now=now).codes[0].text)
    models.Session.update(qr_key="f" * 64).execute()
    passes.verify(code, models.Session.get_by_id(session.id), vault, now=now)
