"""cgi-bin/openapi and cgi-bin/clear_quota: what is left of the quotas, and what a rid was."""

from dataclasses import replace
from typing import Any

from ..counters import Limit
from ..errors import ApiError
from ..registry import ENDPOINTS, Endpoint, endpoint
from ..wire import Request
from ..world import World
from .token import check_app

# Account-wide quota resets are rationed by the month; used up means 48006.
RESETS = Limit(per_month=10)
RESETS_NAME = "clear quota"
# What the platform shows for endpoints without a published daily limit.
UNPUBLISHED_DAY = 10_000_000
OK = {"errcode": 0, "errmsg": "ok"}


def _named_endpoint(data: dict[str, Any]) -> Endpoint:
    path = data.get("cgi_path")
    if not isinstance(path, str) or path not in ENDPOINTS:
        raise ApiError(76021)
    return ENDPOINTS[path]


@endpoint("POST", "/cgi-bin/openapi/quota/get")
def get_quota(world: World, request: Request) -> dict[str, Any]:
    """Answer daily limit, use and remainder of one endpoint, and its limit per minute."""
    found = _named_endpoint(request.data())
    limit = replace(found.limit, **world.config.limits.get(found.path, {}))
    daily = limit.per_day if limit.per_day is not None else UNPUBLISHED_DAY
    used = world.counters.used(found.quota, "day")
    quota = {"daily_limit": daily, "used": used, "remain": max(0, daily - used)}
    answer: dict[str, Any] = {**OK, "quota": quota}
    if limit.per_minute is not None:
        answer["rate_limit"] = {"call_count": limit.per_minute, "refresh_second": 60}
    return answer


@endpoint("POST", "/cgi-bin/openapi/quota/clear")
def clear_one_quota(world: World, request: Request) -> dict[str, Any]:
    """Give back one endpoint's quota."""
    found = _named_endpoint(request.data())
    world.counters.spend(RESETS_NAME, RESETS)
    world.counters.clear_quota(found.quota)
    return OK


def _clear_all(world: World) -> dict[str, Any]:
    world.counters.spend(RESETS_NAME, RESETS)
    for found in ENDPOINTS.values():
        world.counters.clear_quota(found.quota)
    return OK


@endpoint("POST", "/cgi-bin/clear_quota")
def clear_quota(world: World, request: Request) -> dict[str, Any]:
    """Give back every endpoint's quota."""
    if request.data().get("appid") != world.settings.appid:
        raise ApiError(40013)
    return _clear_all(world)


@endpoint("POST", "/cgi-bin/clear_quota/v2", token=False)
def clear_quota_by_secret(world: World, request: Request) -> dict[str, Any]:
    """Give back every quota without a token, for when the token call itself is limited."""
    data = request.data()
    check_app(world, data.get("appid"), data.get("appsecret"))
    return _clear_all(world)


@endpoint("POST", "/cgi-bin/openapi/rid/get")
def get_rid(world: World, request: Request) -> dict[str, Any]:
    """Answer the request a rid stands for."""
    rid = request.data().get("rid")
    with world.lock:
        if not isinstance(rid, str) or rid not in world.rids:
            raise ApiError(76001)
        return {**OK, "request": world.rids[rid]}
