"""Control calls that play the WeChat user: logging in, subscribing, changing settings."""

import re
import secrets
from typing import Any

from .. import user_codes
from ..catalogue import LONG_TERM, Template
from ..clock import iso
from ..errors import ControlError, Invalid
from ..push import events
from ..registry import control
from ..state import User
from ..wire import Request
from ..world import World
from . import fields

MAX_TEMPLATES = 5
MAX_CROWD = 200_000
# What wx.requestSubscribeMessage may answer for a template; the first two accept.
STATUSES = ("accept", "acceptWithAudio", "reject", "ban", "filter")


def _shown(user: User) -> dict[str, Any]:
    return {
        "openid": user.openid,
        "appid": user.appid,
        "unionid": user.unionid,
        "phone": user.phone,
        "country_code": user.country_code,
        "main_switch": user.main_switch,
        "last_active": None if user.last_active is None else iso(user.last_active),
    }


@control("POST", "/users")
def add_user(world: World, request: Request) -> dict[str, Any]:
    """Create a WeChat user, of another app when `appid` says so; an openid is made if absent."""
    data = fields.body(request, "openid", "unionid", "phone", "country_code", "appid")
    openid = fields.text(data, "openid", "o" + secrets.token_urlsafe(21)[:27])
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", openid):
        raise Invalid("openid must be 1 to 64 letters, digits, - or _")
    phone = fields.text(data, "phone", f"139{secrets.randbelow(10**8):08d}")
    country = fields.text(data, "country_code", "86")
    if not re.fullmatch(r"[0-9]{5,15}", phone) or not re.fullmatch(r"[0-9]{1,4}", country):
        raise Invalid("phone must be 5 to 15 digits, country_code 1 to 4")
    appid = fields.text(data, "appid", world.settings.appid)
    user = User(openid, appid, fields.maybe_text(data, "unionid"), phone, country)
    with world.lock:
        if openid in world.state.users:
            raise ControlError(409, "exists", f"there is a user {openid!r} already")
        world.state.users[openid] = user
        world.store.touch()
    return _shown(user)


@control("POST", "/crowds")
def add_crowd(world: World, request: Request) -> dict[str, Any]:
    """Create many users at once, `prefix`0 and on, each with so many accepts of a template: for
    load, where a control call per user would take longer than what is measured."""
    data = fields.body(request, "prefix", "count", "template_id", "accepts")
    prefix = fields.text(data, "prefix")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", prefix):
        raise Invalid("prefix must be 1 to 40 letters, digits, - or _")
    count = fields.whole(data, "count", 1, MAX_CROWD, 1)
    accepts = fields.whole(data, "accepts", 0, MAX_CROWD, 0)
    with world.lock:
        template = _template(world, fields.text(data, "template_id"))
        if f"{prefix}0" in world.state.users:
            raise ControlError(409, "exists", f"there is a user '{prefix}0' already")
        for number in range(count):
            user = User(f"{prefix}{number}", world.settings.appid)
            user.accepts[template.template_id] = accepts
            world.state.users[user.openid] = user
        world.store.touch()
    return {"added": count}


@control("GET", "/users")
def list_users(world: World, request: Request) -> list[dict[str, Any]]:
    """Return every user."""
    with world.lock:
        return [_shown(user) for user in world.state.users.values()]


def _mint(world: World, request: Request, openid: str, kind: str) -> dict[str, Any]:
    data = fields.body(request, "appid")
    appid = fields.text(data, "appid", world.settings.appid)
    with world.lock:
        code = user_codes.mint(world, world.state.user(openid), kind, appid)
    return {"code": code, "expires_in": user_codes.LIFE_S}


@control("POST", "/users/{openid}/login")
def log_in(world: World, request: Request, openid: str) -> dict[str, Any]:
    """Return the code wx.login would give; `appid` makes it another app's."""
    return _mint(world, request, openid, "login")


@control("POST", "/users/{openid}/phone-code")
def phone_code(world: World, request: Request, openid: str) -> dict[str, Any]:
    """Return the code of the phone button; `appid` makes it another app's."""
    return _mint(world, request, openid, "phone")


def _template(world: World, template_id: object) -> Template:
    template = world.state.templates.get(str(template_id))
    if template is None:
        raise Invalid(f"20001: no template {template_id!r} in this account")
    return template


def _wanted(data: dict[str, Any]) -> dict[str, str]:
    """Return template id → status from `{template_id, status}` or `{results: {…}}`."""
    results = fields.mapping(data, "results")
    if not results:
        results = {fields.text(data, "template_id"): data.get("status")}
    for status in results.values():
        if status not in STATUSES:
            raise Invalid(f"status must be one of {', '.join(STATUSES)}")
    if len(results) > MAX_TEMPLATES:
        raise Invalid(f"20003: at most {MAX_TEMPLATES} templates in one pop-up")
    return results


@control("POST", "/users/{openid}/subscribe")
def subscribe(world: World, request: Request, openid: str) -> dict[str, Any]:
    """Answer one pop-up for the user: the ledger moves and the popup event is pushed.

    Several templates (`results`) make one event with several entries. `push: false` loses
    the event, as happens on the real platform.
    """
    data = fields.body(request, "template_id", "status", "results", "push")
    results, push = _wanted(data), fields.flag(data, "push", True)
    with world.lock:
        user = world.state.user(openid)
        templates = [_template(world, each) for each in results]
        if len({template.type for template in templates}) > 1:
            raise Invalid("20002: one-time and long-term templates cannot share a pop-up")
        if not user.main_switch:
            raise Invalid("20004: the user has switched subscribe messages off")
        entries = []
        for template in templates:
            status = results[template.template_id]
            if status in STATUSES[:2]:
                _grant(user, template)
            if status in STATUSES[:3]:
                told = "reject" if status == "reject" else "accept"
                entries.append(events.popup_entry(template.template_id, told))
        user.last_active = world.clock.now()
        world.store.touch()
        shown = _wallet(world, user)
    if entries and push:
        world.push("subscribe_msg_popup_event", openid, {"List": entries})
    answer = {"errMsg": "requestSubscribeMessage:ok", **results}
    return {"openid": openid, "client": answer, "wallet": shown}


def _grant(user: User, template: Template) -> None:
    before = user.accepts.get(template.template_id, 0)
    user.accepts[template.template_id] = 1 if template.type == LONG_TERM else before + 1


@control("POST", "/users/{openid}/settings")
def change_settings(world: World, request: Request, openid: str) -> dict[str, Any]:
    """Change a template's switch or the main switch in the user's settings.

    Switching a template off empties its ledger; both switches push change events.
    """
    data = fields.body(request, "template_id", "status", "main_switch", "push")
    push = fields.flag(data, "push", True)
    with world.lock:
        user = world.state.user(openid)
        if "main_switch" in data:
            user.main_switch = fields.flag(data, "main_switch", True)
            status = "accept" if user.main_switch else "reject"
            changed = list(user.accepts)
        else:
            status = fields.choice(data, "status", ("accept", "reject"), "")
            changed = [_template(world, data.get("template_id")).template_id]
        for template_id in changed:
            if status == "reject":
                user.accepts[template_id] = 0
            elif world.state.templates[template_id].type == LONG_TERM:
                user.accepts[template_id] = 1
        world.store.touch()
        shown = _wallet(world, user)
    entries = [events.change_entry(template_id, status) for template_id in changed]
    if entries and push:
        world.push("subscribe_msg_change_event", openid, {"List": entries})
    return {"openid": openid, "wallet": shown}


def _wallet(world: World, user: User) -> list[dict[str, Any]]:
    return [
        {
            "template_id": template.template_id,
            "kind": template.kind,
            "title": template.title,
            "long_term": template.type == LONG_TERM,
            "remaining": user.accepts.get(template.template_id, 0),
        }
        for template in world.state.templates.values()
    ]


@control("GET", "/users/{openid}/wallet")
def wallet(world: World, request: Request, openid: str) -> list[dict[str, Any]]:
    """Return how many sends every template has left; a long-term accept stays 1."""
    with world.lock:
        return _wallet(world, world.state.user(openid))
