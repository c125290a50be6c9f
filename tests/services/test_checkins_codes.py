"""The rotating code: signed, short-lived, readable from whatever carries it."""

import base64
import datetime as dt
import secrets
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services import checkins_codes as codes

KEY = secrets.token_hex(32)
NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
SLOT = codes.slot_of(NOON, 20)


def test_says_which_session_and_slot() -> None:
    code = codes.read(codes.make(2**62 + 5, KEY, SLOT))
    assert (code.session_id, code.slot) == (2**62 + 5, SLOT)
    assert code.is_signed_by(KEY)
    assert not code.is_signed_by(secrets.token_hex(32))


def test_is_never_the_same_twice_and_signed_with_128_bits() -> None:
    one, other = codes.make(1, KEY, SLOT), codes.make(1, KEY, SLOT)
    assert one != other
    assert len(codes.read(one).mac) * 8 == 128


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        " {}\n",
        "https://host.example/c/{}",
        "https://host.example/c/{}/",
        "https://host.example/c/{}?from=camera",
        "http://127.0.0.1:8790/c/{}",
    ],
)
def test_is_read_from_the_bare_code_and_from_links(wrap: str) -> None:
    text = wrap.format(codes.make(7, KEY, SLOT))
    assert codes.read(text).session_id == 7
    assert codes.read(quote(text, safe="")).session_id == 7


def test_every_changed_character_breaks_it() -> None:
    token = codes.make(7, KEY, SLOT)
    for at, old in enumerate(token):
        forged = token[:at] + ("A" if old != "A" else "B") + token[at + 1 :]
        try:
            assert not codes.read(forged).is_signed_by(KEY)
        except codes.TokenInvalid:
            continue


def test_another_version_is_refused() -> None:
    raw = bytearray(base64.urlsafe_b64decode(codes.make(7, KEY, SLOT)))
    raw[0] = 2
    with pytest.raises(codes.TokenInvalid):
        codes.read(base64.urlsafe_b64encode(bytes(raw)).decode())


def test_an_impossible_session_is_refused() -> None:
    raw = bytearray(base64.urlsafe_b64decode(codes.make(7, KEY, SLOT)))
    raw[1] = 0xFF
    with pytest.raises(codes.TokenInvalid):
        codes.read(base64.urlsafe_b64encode(bytes(raw)).decode())


@given(st.text(max_size=80) | st.text("ABCxyz019-_", min_size=48, max_size=48))
def test_garbage_is_refused_or_unsigned(text: str) -> None:
    try:
        code = codes.read(text)
    except codes.TokenInvalid:
        return
    assert not code.is_signed_by(KEY)


@pytest.mark.parametrize(
    ("age", "error"),
    [
        (-3, codes.TokenInvalid),
        (-2, codes.TokenInvalid),
        (-1, None),
        (0, None),
        (1, None),
        (2, codes.TokenExpired),
        (9, codes.TokenExpired),
    ],
)
def test_lives_for_two_slots(age: int, error: type[Exception] | None) -> None:
    code = codes.read(codes.make(7, KEY, SLOT - age))
    if error is None:
        codes.require_current(code, slot_seconds=20, now=NOON)
    else:
        with pytest.raises(error):
            codes.require_current(code, slot_seconds=20, now=NOON)
