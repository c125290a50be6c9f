"""The draw itself: from a secret and a list of entries to who gets in, by integers alone.

docs/signups.md says the same in words, so that anybody can recompute a draw; whoever changes a line
here changes that page and `VERSION` with it.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

VERSION = "xinyi-lottery/1"
NO_GROUP = "-"
"""Stands for the company of somebody who has none, or where companies have no cap."""


@dataclass(frozen=True)
class Entry:
    """One party in the draw, as everybody may see it. `group` tells companies apart without
    naming them."""

    code: str
    party: int
    tickets: int
    group: str = NO_GROUP

    @property
    def line(self) -> str:
        """The entry as it goes into the seed."""
        return f"{self.code} {self.party} {self.tickets} {self.group}"


@dataclass(frozen=True)
class Drawn:
    """An entry in the order of the draw, and whether its whole party got places."""

    code: str
    rank: int
    won: bool


def new_secret() -> str:
    """Return 32 bytes of chance in hex."""
    return secrets.token_hex(32)


def commitment_of(session_id: int, secret: str) -> str:
    """Return what is published while the secret is kept: it fits no other secret or session."""
    return _hash(VERSION, str(session_id), secret)


def code_of(draw_id: int, signup_id: int) -> str:
    """Return the name of an entry: its person can find it, nobody else can tell whose it is."""
    return _hash("xinyi-entry", str(draw_id), str(signup_id))[:16]


def seed_of(secret: str, entries: Iterable[Entry]) -> str:
    """Return the seed: the secret promised beforehand and all entries, sorted by code."""
    return _hash(secret, *(entry.line for entry in in_order(entries)))


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries as they are published and hashed."""
    return sorted(entries, key=lambda entry: entry.code)


def draw(seed: str, entries: Iterable[Entry], *, places: int, cap: int | None) -> list[Drawn]:
    """Return all entries in the order of the draw, and who gets in.

    Each ticket is a number nobody can steer, the hash of seed, code and the ticket's own number;
    the smallest of all comes first. Somebody with two tickets therefore comes first exactly twice
    as often as somebody with one. In that order each party gets its places if all of it still
    fits, the room and its company's share; one that does not fit is passed over whole.
    """
    left, taken = places, dict[str, int]()
    result = []
    for rank, entry in enumerate(sorted(entries, key=lambda each: _luck(seed, each)), 1):
        used = taken.get(entry.group, 0)
        is_share_left = cap is None or entry.group == NO_GROUP or used + entry.party <= cap
        won = entry.party <= left and is_share_left
        if won:
            left -= entry.party
            taken[entry.group] = used + entry.party
        result.append(Drawn(entry.code, rank, won))
    return result


def _luck(seed: str, entry: Entry) -> tuple[str, str]:
    """Hex of one length sorts as the numbers it spells do."""
    tickets = range(1, entry.tickets + 1)
    return min(_hash(seed, entry.code, str(number)) for number in tickets), entry.code


def _hash(*lines: str) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()
