"""Control calls that look: delivered messages, pushes, call counts."""

import json
from typing import Any

from ..errors import Invalid
from ..registry import control
from ..wire import Request
from ..world import World

MAX_WAIT_S = 60


def _whole(request: Request, name: str, default: int, high: int) -> int:
    value = request.query.get(name, str(default))
    if not (value.isascii() and value.isdigit()) or int(value) > high:
        raise Invalid(f"{name} must be a whole number up to {high}")
    return int(value)


@control("GET", "/messages")
def list_messages(world: World, request: Request) -> list[dict[str, Any]]:
    """Return delivered messages, the newest last; of one user with `openid`, capped by `limit`."""
    openid = request.query.get("openid")
    limit = _whole(request, "limit", 1000, 10**6)
    with world.lock:
        kept = list(world.state.messages)
    found: list[dict[str, Any]] = []
    for text in reversed(kept):
        # A cheap look at the text first: parsing tens of thousands takes seconds.
        if len(found) >= limit:
            break
        if openid is None or openid.encode() in text:
            message = json.loads(text)
            if openid in (None, message["touser"]):
                found.append(message)
    return found[::-1]


@control("DELETE", "/messages")
def forget_messages(world: World, request: Request) -> dict[str, Any]:
    """Forget the delivered messages; return how many there were."""
    with world.lock:
        count = len(world.state.messages)
        world.state.messages.clear()
        world.store.touch()
    return {"deleted": count}


@control("GET", "/pushes")
def list_pushes(world: World, request: Request) -> list[dict[str, Any]]:
    """Return the last pushes and their tries; `wait_s` first waits until none is on its way."""
    if wait := _whole(request, "wait_s", 0, MAX_WAIT_S):
        world.pusher.wait_idle(wait)
    return world.pusher.listing()


@control("GET", "/calls")
def list_calls(world: World, request: Request) -> dict[str, int]:
    """Return calls per endpoint since the last clearing."""
    return world.counters.calls()


@control("DELETE", "/calls")
def clear_calls(world: World, request: Request) -> dict[str, Any]:
    """Start counting calls at zero."""
    world.counters.clear_calls()
    return {}
