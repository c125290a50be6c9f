"""sns/jscode2session and the checks of the session key."""

import hmac
from typing import Any

from .. import user_codes
from ..counters import Limit
from ..crypto import session_signature
from ..errors import ApiError
from ..registry import endpoint
from ..state import User, new_session_key
from ..wire import Request
from ..world import World
from .token import check_app

PER_USER = Limit(per_minute=100)
# "Frequent resets of one user are refused" is published without a number.
RESETS_PER_USER = Limit(per_minute=10)


@endpoint("GET", "/sns/jscode2session", token=False)
def code_to_session(world: World, request: Request) -> dict[str, Any]:
    """Answer the openid and session key a login code stands for."""
    query = request.query
    check_app(world, query.get("appid"), query.get("secret"))
    if not query.get("js_code"):
        raise ApiError(41008)
    if query.get("grant_type") != "authorization_code":
        raise ApiError(40002)
    with world.lock:
        code = user_codes.spend(world, query["js_code"], "login", used=40163, foreign=40029)
        user = world.state.users[code.openid]
    world.counters.spend(f"login {user.openid}", PER_USER)
    session = {"session_key": code.session_key, "openid": user.openid}
    if world.config.unionid_bound and user.unionid:
        session["unionid"] = user.unionid
    return session


def _signed_user(world: World, query: dict[str, str]) -> User:
    user = world.state.users.get(query.get("openid", ""))
    if query.get("sig_method") != "hmac_sha256":
        raise ApiError(87008)
    if user is None or user.appid != world.settings.appid:
        raise ApiError(40003)
    if user.session_key is None:
        raise ApiError(87007)
    expected = session_signature(user.session_key)
    if not hmac.compare_digest(query.get("signature", "").encode(), expected.encode()):
        raise ApiError(87009)
    return user


@endpoint("GET", "/wxa/checksession")
def check_session(world: World, request: Request) -> dict[str, Any]:
    """Answer ok when the signature was made with the user's valid session key."""
    with world.lock:
        _signed_user(world, request.query)
    return {"errcode": 0, "errmsg": "ok"}


@endpoint("GET", "/wxa/resetusersessionkey", limit=Limit(per_minute=60_000))
def reset_session_key(world: World, request: Request) -> dict[str, Any]:
    """Answer a new session key; the old one is dead."""
    with world.lock:
        user = _signed_user(world, request.query)
        world.counters.spend(f"reset {user.openid}", RESETS_PER_USER)
        user.session_key = new_session_key()
        world.store.touch()
        return {
            "errcode": 0,
            "errmsg": "ok",
            "openid": user.openid,
            "session_key": user.session_key,
        }
