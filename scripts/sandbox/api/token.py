"""cgi-bin/token and cgi-bin/stable_token."""

import hmac
from typing import Any

from .. import tokens
from ..counters import Limit
from ..errors import ApiError
from ..registry import endpoint
from ..wire import Request
from ..world import World


def check_app(world: World, appid: object, secret: object) -> None:
    """Raise the ApiError of a missing or wrong appid or secret."""
    if not appid:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    if appid != world.settings.appid:
        raise ApiError(40013)
    if not hmac.compare_digest(str(secret).encode(), world.settings.secret.encode()):
        raise ApiError(40125)


# The plain family's daily cap is only quoted, not published; 2000 is what everyone quotes.
@endpoint("GET", "/cgi-bin/token", token=False, limit=Limit(per_day=2000))
def plain_token(world: World, request: Request) -> dict[str, Any]:
    """Answer a new plain token."""
    query = request.query
    if query.get("grant_type") != "client_credential":
        raise ApiError(40002)
    check_app(world, query.get("appid"), query.get("secret"))
    value, seconds = tokens.issue_plain(world)
    return {"access_token": value, "expires_in": seconds}


@endpoint(
    "POST",
    "/cgi-bin/stable_token",
    token=False,
    limit=Limit(per_minute=10_000, per_day=500_000),
)
def stable_token(world: World, request: Request) -> dict[str, Any]:
    """Answer the stable token with its remaining life."""
    data = request.data()
    if data.get("grant_type") != "client_credential":
        raise ApiError(40002)
    check_app(world, data.get("appid"), data.get("secret"))
    force = data.get("force_refresh", False)
    if not isinstance(force, bool):
        raise ApiError(47001)
    value, seconds = tokens.issue_stable(world, force=force)
    return {"access_token": value, "expires_in": seconds}
