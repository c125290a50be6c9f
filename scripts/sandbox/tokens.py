"""access_token: the plain and the stable family, their rollover and their check."""

import re
import secrets
from typing import TYPE_CHECKING

from .errors import ApiError
from .state import Token

if TYPE_CHECKING:
    from .world import World

LIFE_S = 7200
# During a rollover the old and the new token are both good for this long.
OVERLAP_S = 300
FORCED_PER_DAY = 20
FORCED_APART_S = 30
DAY_S = 86_400
MAX_LENGTH = 512


def _issue(world: "World", family: str) -> str:
    length = int(world.config.token_length)
    value = f"{secrets.randbelow(90) + 10}_" + secrets.token_urlsafe(length)[: length - 3]
    now = world.clock.now()
    state = world.state
    for old, token in list(state.tokens.items()):
        if token.expires_at < now - DAY_S:
            del state.tokens[old]
    state.tokens[value] = Token(family, now + LIFE_S)
    state.current[family] = value
    world.store.touch()
    return value


def _supersede(world: "World", family: str, grace_s: float) -> None:
    old = world.state.tokens.get(world.state.current.get(family, ""))
    if old is not None:
        dead_at = world.clock.now() + grace_s
        old.dead_at = dead_at if old.dead_at is None else min(old.dead_at, dead_at)


def issue_plain(world: "World") -> tuple[str, int]:
    """Return (token, seconds): a new one for every call; the one before lives 5 min more."""
    with world.lock:
        _supersede(world, "plain", OVERLAP_S)
        return _issue(world, "plain"), LIFE_S


def issue_stable(world: "World", *, force: bool) -> tuple[str, int]:
    """Return (token, remaining seconds): the same one until the last 5 min of its life.

    `force` kills it at once, at most 20 times a day and 30 s apart; beyond that it is as if
    force had not been asked for.
    """
    with world.lock:
        now = world.clock.now()
        value = world.state.current.get("stable", "")
        token = world.state.tokens.get(value)
        if token is None or token.expires_at <= now:
            return _issue(world, "stable"), LIFE_S
        if force and _may_force(world, now):
            _supersede(world, "stable", 0)
            world.state.forced_at.append(now)
            return _issue(world, "stable"), LIFE_S
        left = token.expires_at - now
        if left <= OVERLAP_S:
            return _issue(world, "stable"), LIFE_S
        return value, int(left)


def _may_force(world: "World", now: float) -> bool:
    recent = [moment for moment in world.state.forced_at if now - DAY_S < moment <= now]
    world.state.forced_at[:] = recent
    if len(recent) >= FORCED_PER_DAY:
        return False
    return not recent or now - recent[-1] >= FORCED_APART_S


def check(world: "World", value: str) -> None:
    """Raise the ApiError of a missing, malformed, unknown, superseded or expired token."""
    if not value:
        raise ApiError(41001)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value) or len(value) > MAX_LENGTH:
        raise ApiError(40014)
    with world.lock:
        token = world.state.tokens.get(value)
        now = world.clock.now()
        if token is None or (token.dead_at is not None and token.dead_at <= now):
            raise ApiError(40001)
        if token.expires_at <= now:
            raise ApiError(42001)
