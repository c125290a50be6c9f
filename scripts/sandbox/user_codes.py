"""Single-use codes of wx.login and of the phone button: minting and spending."""

import secrets
from typing import TYPE_CHECKING

from .errors import ApiError
from .state import Code, User, new_session_key

if TYPE_CHECKING:
    from .world import World

LIFE_S = 300
# A spent code is remembered this long, to answer "used" rather than "unknown".
KEPT_S = 3600
CODE_BYTES = 24


def mint(world: "World", user: User, kind: str, appid: str) -> str:
    """Return a fresh code; the user counts as active now.

    A login code rotates the session key at once, as wx.login may: what was encrypted under
    the old key can no longer be checked.
    """
    value = ("0" if kind == "login" else "") + secrets.token_urlsafe(CODE_BYTES)
    now = world.clock.now()
    with world.lock:
        codes = world.state.codes
        # The oldest come first, so looking at the front is enough.
        while codes and codes[oldest := next(iter(codes))].expires_at + KEPT_S < now:
            del codes[oldest]
        code = Code(kind, user.openid, appid, now + LIFE_S)
        if kind == "login":
            code.session_key = new_session_key()
            user.session_key = code.session_key
        codes[value] = code
        user.last_active = now
        world.store.touch()
    return value


def spend(world: "World", value: str, kind: str, *, used: int, foreign: int) -> Code:
    """Return the code and mark it used; raise `used`, `foreign` (another app's) or 40029."""
    with world.lock:
        code = world.state.codes.get(value)
        if code is None or code.kind != kind:
            raise ApiError(40029)
        if code.appid != world.settings.appid:
            raise ApiError(foreign)
        if code.used:
            raise ApiError(used)
        if code.expires_at <= world.clock.now():
            raise ApiError(40029)
        code.used = True
        world.store.touch()
        return code
