"""From a request to its reply: faults, method, token, quota, handler; and the control door."""

import time
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlencode

from . import tokens
from .config import host_of, is_loopback
from .errors import ApiError, ControlError, new_rid
from .faults import Fault
from .registry import CONTROLS, ENDPOINTS, Endpoint
from .wire import JSON, PLAIN, Reply, Request, to_json
from .world import World

MARKER = "X-WeChat-Sandbox"
# How long a reply waits for pushes that are to arrive before it.
EVENTS_FIRST_S = 6.0
SECRET_PARAMETERS = ("access_token", "secret", "js_code")


def answer(world: World, request: Request) -> Reply:
    """Return the reply to any request; the sandbox's marker is on every one."""
    if request.path.startswith("/_sandbox/"):
        reply = _answer_control(world, request)
    else:
        reply = _answer_api(world, request)
    reply.headers[MARKER] = "1"
    return reply


def _answer_api(world: World, request: Request) -> Reply:
    started = time.time()
    found = ENDPOINTS.get(request.path)
    fault = world.faults.take(request.path)
    world.counters.count_call(request.path if found else "unknown")
    _plan_pause(request, (world.config.latency_ms + fault.delay_ms) / 1000)
    if fault.hang:
        return Reply(b"", hang=True)
    if not fault.after_effect and (planned := _planned_failure(request, fault)):
        request.pause()
        return planned
    try:
        reply = _carry_out(world, request, found)
    except ApiError as error:
        reply = _error_reply(world, request, error, started)
    request.pause()
    if fault.after_effect and (planned := _planned_failure(request, fault)):
        reply = planned
    reply.truncate, reply.reset = fault.truncate, fault.reset_after_effect
    if world.config.events_before_reply:
        start_pushes(request, EVENTS_FIRST_S)
    return reply


def start_pushes(request: Request, wait_s: float = 0) -> None:
    """Send off what the request has caused; wait at most so long for the arrival."""
    waiting = [start() for start in request.after]
    request.after.clear()
    deadline = time.monotonic() + wait_s
    for done in waiting:
        done.wait(max(0.0, deadline - time.monotonic()))


def _plan_pause(request: Request, seconds: float) -> None:
    """Let the handler choose when the latency passes; it passes once."""
    left = [seconds]

    def pause() -> None:
        if left and (wait := left.pop()):
            time.sleep(wait)

    request.pause = pause


def _carry_out(world: World, request: Request, found: Endpoint | None) -> Reply:
    if found is None:
        raise ApiError(40066)
    if request.method != found.method:
        raise ApiError(found.wrong_method)
    if found.token:
        tokens.check(world, request.query.get("access_token", ""))
    world.counters.spend(
        found.quota, replace(found.limit, **world.config.limits.get(found.path, {}))
    )
    result = found.handler(world, request)
    return result if isinstance(result, Reply) else _json_reply(request, result)


def _json_reply(request: Request, value: dict[str, Any]) -> Reply:
    # sns/* answers JSON as text/plain on the real platform; clients must not rely on the header.
    kind = PLAIN if request.path.startswith("/sns/") else JSON
    return Reply(to_json(value), kind)


def _error_reply(world: World, request: Request, error: ApiError, started: float) -> Reply:
    rid = new_rid()
    glue = ", rid: " if request.path.startswith("/sns/") else " rid: "
    reply = _json_reply(request, {"errcode": error.errcode, "errmsg": error.errmsg + glue + rid})
    shown = {k: "***" if k in SECRET_PARAMETERS else v for k, v in request.query.items()}
    record = {
        "invoke_time": int(started),
        "cost_in_ms": round((time.time() - started) * 1000),
        "request_url": f"{request.path}?{urlencode(shown)}",
        "request_body": request.body.decode("utf-8", "replace"),
        "response_body": reply.body.decode(),
        "client_ip": request.peer,
    }
    world.remember_rid(rid, record)
    return reply


def _planned_failure(request: Request, fault: Fault) -> Reply | None:
    if fault.errcode is not None:
        text = f"{fault.message()} rid: {new_rid()}"
        return _json_reply(request, {"errcode": fault.errcode, "errmsg": text})
    if fault.status is not None:
        page = f"<html><head><title>{fault.status}</title></head><body>nginx</body></html>"
        return Reply(page.encode(), "text/html", fault.status)
    return None


def _answer_control(world: World, request: Request) -> Reply:
    headers = _cors(request)
    if request.method == "OPTIONS":
        return Reply(b"", status=204, headers=headers)
    try:
        _guard_control(request)
        value = _find_control(world, request)
        reply = Reply(to_json(value))
    except ControlError as error:
        body = {"error": error.code, "detail": error.detail}
        reply = Reply(to_json(body), status=error.status)
    except ApiError as error:
        body = {"error": "invalid", "detail": f"the body: {error.errmsg}"}
        reply = Reply(to_json(body), status=400)
    reply.headers |= headers
    return reply


def _guard_control(request: Request) -> None:
    """Refuse whoever is not on this machine, also a web page that merely runs on it.

    Host and Origin are looked at because a page of a foreign site can make a browser here
    call a loopback address.
    """
    host = host_of("//" + request.headers.get("Host", ""))
    origin = request.headers.get("Origin")
    if not is_loopback(request.peer) or not is_loopback(host):
        raise ControlError(403, "forbidden", "control calls are answered on this machine only")
    if origin is not None and not is_loopback(host_of(origin)):
        raise ControlError(403, "forbidden", "control calls are not for pages of other sites")


def _cors(request: Request) -> dict[str, str]:
    """Return what lets a page served from this machine (the preview) read the answer."""
    origin = request.headers.get("Origin", "")
    if not is_loopback(host_of(origin)):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        "Access-Control-Allow-Headers": "Content-Type",
        "Vary": "Origin",
    }


def _find_control(world: World, request: Request) -> Any:
    methods = []
    for method, pattern, handler in CONTROLS:
        if found := pattern.fullmatch(request.path):
            methods.append(method)
            if method == request.method:
                return handler(
                    world, request, **{k: unquote(v) for k, v in found.groupdict().items()}
                )
    if methods:
        raise ControlError(405, "method_not_allowed", f"allowed here: {', '.join(methods)}")
    raise ControlError(404, "not_found", f"no control call {request.path}")
