"""Passwords of staff: argon2id, its memory bounded, unknown names as slow as known ones."""

import functools
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from server.errors import Busy

_hasher = PasswordHasher()

# One hash takes 64 MB: without a bound, a burst of log-ins would take the whole machine.
_AT_ONCE = 2
_PATIENCE = 5.0
_seats = threading.BoundedSemaphore(_AT_ONCE)


@contextmanager
def _seat() -> Iterator[None]:
    if not _seats.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        yield
    finally:
        _seats.release()


def hash_of(password: str) -> str:
    """Return what is stored of a password. Raises Busy."""
    with _seat():
        return _hasher.hash(password)


@functools.cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def matches(stored: str | None, password: str) -> bool:
    """Say whether the password is the one stored. None: nobody has that name, which takes as long
    to find out, so that the time tells no stranger who exists. Raises Busy."""
    with _seat():
        try:
            # A hash that cannot be read (a locked account) is nobody's password either.
            return _hasher.verify(stored or _nobody(), password) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Say whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)
