"""The bell that wakes the worker. Only a hint: who misses it finds the work at the next look."""

from collections.abc import Callable
from typing import Final

from models import db

CHANNEL: Final = "xinyi:wake"
"""The Redis channel it rings on."""

_ring: Callable[[], None] | None = None


def hang(ring: Callable[[], None] | None) -> None:
    """Let `ring` be called after every transaction that left work behind; None: nobody listens.

    A process hangs it once, at its start, beside the database it opens. `ring` must not raise.
    """
    global _ring  # noqa: PLW0603  # one bell per process, as there is one database
    _ring = ring


def ring_after_commit() -> None:
    """Ring once the open transaction is committed, at once if there is none, never if it fails."""
    if _ring is not None:
        db.after_commit(_ring)
