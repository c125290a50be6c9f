"""URL schemes and URL links: making them and asking about them."""

import re
import secrets
from typing import Any

from ..config import is_number
from ..counters import Limit
from ..errors import ApiError
from ..pages import is_published
from ..registry import endpoint
from ..state import Link
from ..wire import Request
from ..world import World
from .codes import ENV_VERSIONS

QUERY = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%`]*")
SHORTEST_S = 60
LONGEST_DAYS = 30
DAY_S = 86_400
VISITS = Limit(per_day=3_000_000, day_code=85406)
# Both kinds of link draw on one quota.
LIMIT = Limit(per_second=100, per_day=500_000, day_code=44993)
LIMIT_NAME = "links"
VISITS_NAME = "visits"
OK = {"errcode": 0, "errmsg": "ok"}


def _expiry(world: World, data: dict[str, Any]) -> float:
    """Return when the link ends; without any wish it is the longest life."""
    now = world.clock.now()
    kind = data.get("expire_type", 0)
    if kind == 1:
        days = data.get("expire_interval")
        if not is_number(days, 1, LONGEST_DAYS) or int(days) != days:
            raise ApiError(85401)
        return now + int(days) * DAY_S
    if kind != 0:
        raise ApiError(85401)
    moment = data.get("expire_time")
    if moment is None and not data.get("is_expire") and "expire_type" not in data:
        return now + LONGEST_DAYS * DAY_S
    if not is_number(moment, now + SHORTEST_S - 1, now + LONGEST_DAYS * DAY_S):
        raise ApiError(85401)
    return float(moment)


def _make(world: World, kind: str, target: dict[str, Any], data: dict[str, Any]) -> str:
    if not world.config.published:
        raise ApiError(85079)
    path, query = target.get("path", ""), target.get("query", "")
    env = target.get("env_version", "release")
    if not isinstance(path, str) or (path and not is_published(world, path.removeprefix("/"))):
        raise ApiError(40165)
    if not isinstance(query, str) or len(query) > 1024 or not QUERY.fullmatch(query):
        raise ApiError(40212)
    if env not in ENV_VERSIONS:
        raise ApiError(85402)
    ends = _expiry(world, data)
    key = secrets.token_urlsafe(12)
    url = f"weixin://dl/business/?t={key}" if kind == "scheme" else f"https://wxaurl.cn/{key}"
    with world.lock:
        world.state.links[url] = Link(kind, path, query, env, world.clock.now(), ends)
        world.store.touch()
    return url


@endpoint("POST", "/wxa/generatescheme", limit=LIMIT, quota=LIMIT_NAME)
def generate_scheme(world: World, request: Request) -> dict[str, Any]:
    """Answer a weixin:// scheme that opens a page."""
    data = request.data()
    target = data.get("jump_wxa", {})
    if not isinstance(target, dict):
        raise ApiError(47001)
    return {**OK, "openlink": _make(world, "scheme", target, data)}


@endpoint("POST", "/wxa/generate_urllink", limit=LIMIT, quota=LIMIT_NAME)
def generate_url_link(world: World, request: Request) -> dict[str, Any]:
    """Answer an https link that opens a page."""
    data = request.data()
    if not isinstance(data.get("cloud_base", {}), dict):
        raise ApiError(47001)
    return {**OK, "url_link": _make(world, "url_link", data, data)}


def visit(world: World, url: str) -> Link:
    """Return what a scheme or link opens, as a phone would; 85403 when unknown or expired."""
    with world.lock:
        link = world.state.links.get(url)
    if link is None or link.expires_at <= world.clock.now():
        raise ApiError(85403)
    world.counters.spend(VISITS_NAME, VISITS)
    return link


def _query(world: World, data: dict[str, Any], field: str, info: str) -> dict[str, Any]:
    kind = data.get("query_type", 0)
    if kind not in (0, 1):
        raise ApiError(47001)
    left = (VISITS.per_day or 0) - world.counters.used(VISITS_NAME, "day")
    quota = {"quota_info": {"remain_visit_quota": left}}
    if kind == 1:
        return {**OK, **quota}
    with world.lock:
        link = world.state.links.get(str(data.get(field)))
    if link is None or link.kind != field:
        raise ApiError(85403)
    shown = {
        "appid": world.settings.appid,
        "path": link.path,
        "query": link.query,
        "create_time": int(link.created_at),
        "expire_time": int(link.expires_at),
        "env_version": link.env_version,
    }
    return {**OK, info: shown, **quota}


@endpoint("POST", "/wxa/queryscheme")
def query_scheme(world: World, request: Request) -> dict[str, Any]:
    """Answer what a scheme stands for, or how many visits are left today."""
    return _query(world, request.data(), "scheme", "scheme_info")


@endpoint("POST", "/wxa/query_urllink")
def query_url_link(world: World, request: Request) -> dict[str, Any]:
    """Answer what a URL link stands for, or how many visits are left today."""
    return _query(world, request.data(), "url_link", "url_link_info")
