"""wxa/msg_sec_check: texts against a list of synthetic words."""

from typing import Any

from ..catalogue import words
from ..counters import Limit
from ..errors import ApiError, new_rid
from ..registry import endpoint
from ..wire import Request
from ..world import World

MAX_CONTENT = 2500
SEVERITY = ("pass", "review", "risky")
NORMAL = 100


def check_subject(world: World, data: dict[str, Any]) -> str:
    """Return the openid whose content is checked; raise when version, scene or user is wrong."""
    openid = data.get("openid")
    if data.get("version") not in (2, "2"):
        raise ApiError(47001)
    if not isinstance(openid, str) or openid not in world.state.users:
        raise ApiError(40003)
    if data.get("scene") not in (1, 2, 3, 4) or isinstance(data["scene"], bool):
        raise ApiError(40129)
    user = world.state.users[openid]
    if user.appid != world.settings.appid:
        raise ApiError(43104)
    silent = world.clock.now() - (user.last_active or 0)
    if silent > world.config.activity_window_s:
        raise ApiError(61010)
    return openid


def _texts(data: dict[str, Any]) -> str:
    content = data.get("content")
    if not isinstance(content, str) or not content:
        raise ApiError(47001)
    if len(content) > MAX_CONTENT:
        raise ApiError(45002)
    extra = [data.get(name, "") for name in ("title", "nickname", "signature")]
    if not all(isinstance(text, str) for text in extra):
        raise ApiError(47001)
    return "\n".join([content, *extra])


@endpoint(
    "POST",
    "/wxa/msg_sec_check",
    limit=Limit(per_minute=4000, minute_code=44991, per_day=2_000_000),
)
def check_text(world: World, request: Request) -> dict[str, Any]:
    """Answer the verdict on a text: errcode 0 even for a risky one."""
    data = request.data()
    check_subject(world, data)
    text = _texts(data)
    hits = [word for word in words()["text"] if word["word"] in text]
    worst = max(hits, key=lambda hit: SEVERITY.index(hit["suggest"]), default=None)
    result = {
        "suggest": worst["suggest"] if worst else "pass",
        "label": worst["label"] if worst else NORMAL,
    }
    model = {"strategy": "content_model", "errcode": 0, **result, "prob": 90}
    details = [
        {
            "strategy": "keyword",
            "errcode": 0,
            "suggest": hit["suggest"],
            "label": hit["label"],
            "level": 90,
            "keyword": hit["word"],
        }
        for hit in hits
    ]
    return {
        "errcode": 0,
        "errmsg": "ok",
        "result": result,
        "detail": [model, *details],
        "trace_id": new_rid(),
    }
