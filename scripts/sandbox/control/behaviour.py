"""Control calls that change how the sandbox behaves: faults, clock, settings, verdicts."""

import re
import secrets
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from .. import crypto
from ..clock import iso
from ..errors import ControlError, Invalid
from ..faults import read_fault
from ..push.delivery import call
from ..push.events import new_nonce
from ..registry import ENDPOINTS, control
from ..wire import Request
from ..world import Outcome, Verdict, World
from . import fields

# Ten years either way is more than any test needs and keeps dates within bounds.
MAX_OFFSET_S = 10 * 366 * 86_400


@control("POST", "/faults")
def plan_fault(world: World, request: Request) -> dict[str, Any]:
    """Plan a fault for an endpoint; without `times` it stays until deleted."""
    world.faults.plan(read_fault(request.data() if request.body else {}, ENDPOINTS))
    return {"faults": world.faults.listing()}


@control("GET", "/faults")
def list_faults(world: World, request: Request) -> dict[str, Any]:
    """Return the planned faults."""
    return {"faults": world.faults.listing()}


@control("DELETE", "/faults")
def clear_faults(world: World, request: Request) -> dict[str, Any]:
    """Drop every planned fault."""
    return {"deleted": world.faults.clear()}


def _clock(world: World) -> dict[str, Any]:
    return {"offset_s": world.clock.offset, "now": iso(world.clock.now())}


@control("GET", "/clock")
def read_clock(world: World, request: Request) -> dict[str, Any]:
    """Return the sandbox's time and its offset to real time."""
    return _clock(world)


@control("POST", "/clock")
def move_clock(world: World, request: Request) -> dict[str, Any]:
    """Set the offset to real time: tokens, codes, activity and quotas follow."""
    data = fields.body(request, "offset_s")
    world.clock.move(fields.number(data, "offset_s", -MAX_OFFSET_S, MAX_OFFSET_S))
    return _clock(world)


@control("DELETE", "/clock")
def restore_clock(world: World, request: Request) -> dict[str, Any]:
    """Return to real time."""
    world.clock.move(0)
    return _clock(world)


@control("GET", "/config")
def read_config(world: World, request: Request) -> dict[str, Any]:
    """Return every setting."""
    return world.config.as_dict()


@control("POST", "/config")
def change_config(world: World, request: Request) -> dict[str, Any]:
    """Change settings; a new callback must pass the GET check unless `verify` is false."""
    data = request.data() if request.body else {}
    verify = fields.flag(data, "verify", True)
    wanted = {name: value for name, value in data.items() if name != "verify"}
    unknown = set(fields.mapping(wanted, "limits")) - set(ENDPOINTS)
    if unknown:
        raise Invalid(f"limits: no endpoint {', '.join(sorted(unknown))}")
    with world.lock:
        before = world.config.callback
        world.config.change(wanted)
    if verify and wanted.get("callback"):
        checked = _check_callback(world)
        if not checked["ok"]:
            world.config.callback = before
            raise ControlError(409, "callback_refused", f"the callback did not pass: {checked}")
    return world.config.as_dict()


@control("POST", "/verify")
def verify(world: World, request: Request) -> dict[str, Any]:
    """Make the GET check of the configured callback; return what came of it."""
    if world.config.callback is None:
        raise Invalid("no callback is configured")
    return _check_callback(world)


def _check_callback(world: World) -> dict[str, Any]:
    stamp, nonce = str(int(world.clock.now())), new_nonce()
    echo = str(10**18 + secrets.randbelow(9 * 10**18))
    query = {
        "signature": crypto.sign(world.settings.push_token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "echostr": echo,
    }
    callback = world.config.callback or ""
    url = f"{callback}{'&' if '?' in callback else '?'}{urlencode(query)}"
    try:
        status, answer = call("GET", url, None, "", world.config.push_timeout_ms / 1000)
    except (OSError, HTTPException) as error:
        return {"ok": False, "error": repr(error)}
    return {"ok": status == 200 and answer == echo, "status": status, "answer": answer[:200]}


@control("POST", "/outcomes")
def plan_outcome(world: World, request: Request) -> dict[str, Any]:
    """Let the next accepted sends fail in delivery; narrowed by `openid`, `template_id`."""
    data = fields.body(request, "openid", "template_id", "error_code", "error_status", "times")
    code = fields.text(data, "error_code")
    if not re.fullmatch(r"[1-9][0-9]*", code):
        raise Invalid("error_code must be a positive number as text")
    outcome = Outcome(
        fields.maybe_text(data, "openid"),
        fields.maybe_text(data, "template_id"),
        code,
        fields.text(data, "error_status", "failed: system failed"),
        fields.whole(data, "times", 1, 10**6, 1),
    )
    with world.lock:
        world.outcomes.append(outcome)
    return {"planned": len(world.outcomes)}


@control("POST", "/verdicts")
def plan_verdict(world: World, request: Request) -> dict[str, Any]:
    """Decide what the media check says of a file, by `sha256` or by `url_contains`."""
    data = fields.body(request, "sha256", "url_contains", "suggest", "label")
    digest, part = fields.maybe_text(data, "sha256"), fields.maybe_text(data, "url_contains")
    if (digest is None) == (part is None):
        raise Invalid("give either sha256 or url_contains")
    suggest = fields.choice(data, "suggest", ("pass", "review", "risky"), "risky")
    label = fields.whole(data, "label", 100, 99_999, 100 if suggest == "pass" else 20_002)
    with world.lock:
        world.verdicts.append(Verdict(digest and digest.lower(), part, suggest, label))
    return {"planned": len(world.verdicts)}


@control("POST", "/reset")
def reset(world: World, request: Request) -> dict[str, Any]:
    """Return to a fresh start: demo members, start-up settings, nothing planned or counted."""
    world.reset()
    return {}
