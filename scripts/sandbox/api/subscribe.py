"""cgi-bin/message/subscribe/send: checks, the ledger and the sent event."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..catalogue import LONG_TERM, Template, words
from ..clock import iso
from ..counters import Limit
from ..errors import ApiError
from ..keywords import is_valid, type_of
from ..pages import is_published
from ..push import events
from ..registry import endpoint
from ..state import User
from ..wire import Request, to_json
from ..world import Outcome, World

STATES = ("developer", "trial", "formal")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")
SUCCESS = Outcome(None, None, "0", "success", 0)


@endpoint("POST", "/cgi-bin/message/subscribe/send", limit=Limit(per_day=10_000_000))
def send(world: World, request: Request) -> dict[str, Any]:
    """Accept a message for delivery; spends one send of the user's ledger."""
    data = request.data()
    openid = data.get("touser")
    user = world.state.users.get(openid) if isinstance(openid, str) else None
    if user is None or user.appid != world.settings.appid:
        raise ApiError(40003)
    template = world.state.templates.get(str(data.get("template_id")))
    if template is None:
        raise ApiError(40037)
    _check_options(world, data)
    _check_values(template, data.get("data"))
    with _alone(world, user.openid):
        # The latency passes here, so that sends overlapping on the wire are seen as such.
        request.pause()
        message = _accept(world, user, template, data)
    outcome = _outcome(world, user.openid, template.template_id)
    if outcome is SUCCESS:
        with world.lock:
            world.state.messages.append(to_json(message))
    _plan_event(world, request, message, outcome)
    return {"errcode": 0, "errmsg": "ok"}


def _invalid(what: str) -> ApiError:
    return ApiError(47003, f"argument invalid! {what}")


def _check_options(world: World, data: dict[str, Any]) -> None:
    state, page = data.get("miniprogram_state", "formal"), data.get("page", "")
    if state not in STATES:
        raise _invalid("miniprogram_state invalid")
    if data.get("lang", "zh_CN") not in LANGUAGES:
        raise _invalid("lang invalid")
    if not isinstance(page, str):
        raise ApiError(41030)
    path = page.partition("?")[0]
    if page and state == "formal" and not is_published(world, path):
        raise ApiError(41030)


def _check_values(template: Template, data: Any) -> None:
    if not isinstance(data, dict):
        raise _invalid("data invalid")
    keys = template.keys()
    for key in [*keys, *(key for key in data if key not in keys)]:
        entry = data.get(key)
        value = entry.get("value") if isinstance(entry, dict) else entry
        if entry is None or value in (None, ""):
            raise _invalid(f"data.{key}.value is empty")
        if key not in keys or not isinstance(entry, dict) or not isinstance(value, str):
            raise _invalid(f"data.{key}.value invalid")
        if not value.strip():
            raise _invalid(f"data.{key}.value is empty")
        if value != value.strip() or not is_valid(type_of(key), value, keys[key].get("choices")):
            raise _invalid(f"data.{key}.value invalid")
    text = "\n".join(data[key]["value"] for key in keys)
    if any(word in text for word in words()["send"]):
        raise ApiError(45168)


@contextmanager
def _alone(world: World, openid: str) -> Iterator[None]:
    """Refuse a second send to a user while the first is still being answered."""
    with world.lock:
        if openid in world.sending:
            raise ApiError(43108)
        world.sending.add(openid)
    try:
        yield
    finally:
        with world.lock:
            world.sending.discard(openid)


def _accept(world: World, user: User, template: Template, data: dict[str, Any]) -> dict[str, Any]:
    """Take one send from the ledger and return the message; 43101 when none is left."""
    with world.lock:
        left = user.accepts.get(template.template_id, 0)
        if left < 1 or not user.main_switch:
            raise ApiError(43101)
        if template.type != LONG_TERM:
            user.accepts[template.template_id] = left - 1
        world.store.touch()
    return {
        "id": str(10**18 + secrets.randbelow(9 * 10**18)),
        "touser": user.openid,
        "template_id": template.template_id,
        "kind": template.kind,
        "title": template.title,
        "data": data["data"],
        "page": data.get("page", ""),
        "miniprogram_state": data.get("miniprogram_state", "formal"),
        "lang": data.get("lang", "zh_CN"),
        "at": iso(world.clock.now()),
        "rendered": template.rendered(data["data"]),
    }


def _outcome(world: World, openid: str, template_id: str) -> Outcome:
    """Return how this delivery ends: as a control call has planned, else well."""
    with world.lock:
        for planned in world.outcomes:
            if planned.openid in (None, openid) and planned.template_id in (None, template_id):
                planned.left -= 1
                if not planned.left:
                    world.outcomes.remove(planned)
                return planned
    return SUCCESS


def _plan_event(world: World, request: Request, message: dict[str, Any], outcome: Outcome) -> None:
    times = {"none": 0, "send": 1, "twice": 2}[world.config.sent_events]
    if not times:
        return
    entry = events.sent_entry(
        message["template_id"], message["id"], outcome.error_code, outcome.error_status
    )
    parcel = world.parcel("subscribe_msg_sent_event", message["touser"], {"List": [entry]})
    for _ in range(times):
        request.after.append(lambda: world.pusher.submit(parcel.copy()))
