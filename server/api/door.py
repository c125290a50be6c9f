"""The door of the API: who comes in, what is readable, how an answer is written."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

from flask import Request, Response, current_app, g, request
from flask_openapi3 import APIBlueprint
from flask_wtf.csrf import validate_csrf
from pydantic import BaseModel
from werkzeug.exceptions import BadRequest as UnreadableBody
from werkzeug.routing import BaseConverter
from wtforms import ValidationError

from models import User
from server.clock import utcnow
from server.context import config, console_cookie_name, current_user
from server.errors import BadRequest, Forbidden, ServiceError, Unauthenticated
from server.services import auth, auth_factors, idempotency, staff
from server.services.files import FileTooLarge

F = TypeVar("F", bound=Callable[..., Any])

_FORM_AROUND = 65_536
"""What a form may weigh besides its file."""

NOT_KEPT = {"Cache-Control": "no-store"}
"""Headers of an answer that is true for a moment only, or that nobody else may find in a cache."""


class IdConverter(BaseConverter):
    """`<id:need_id>`: only what can be an id, so that `/needs/categories` is no need to PATCH."""

    regex = "[0-9]{1,19}"


class UnsupportedMediaType(ServiceError):
    status, code, message = 415, "unsupported_media_type", "请以 JSON 格式提交"


class BadJSON(BadRequest):
    code, message = "bad_json", "提交的内容无法识别，请重试"


class CsrfFailed(Forbidden):
    code, message = "csrf_failed", "页面停留太久，请刷新后再试"


def word(name: str) -> APIBlueprint:
    """Return the blueprint of one word; its routes are written from /api/v1 on."""
    bp = APIBlueprint(name, name, url_prefix="/api/v1", abp_security=[{"bearer": []}])
    bp.before_request(guard)
    return bp


def staff_word(name: str) -> APIBlueprint:
    """Return the blueprint of one word for staff; its routes are written from /api/v1/staff on."""
    bp = APIBlueprint(
        f"staff_{name}",
        name,
        url_prefix="/api/v1/staff",
        abp_security=[{"bearer": []}, {"console": []}],
    )
    bp.before_request(staff_guard)
    return bp


def public(view: F) -> F:
    """Mark a route that needs no log-in. Every other one answers 401 to a stranger."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def takes_files(view: F) -> F:
    """Mark a route that takes a multipart form with a file instead of JSON."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def problems(*statuses: int) -> dict[str, Any]:
    """Return a route's `openapi_extensions`: which refusals it may give besides everybody's."""
    return {"x-problems": list(statuses)}


def reply(out: BaseModel, status: int = 200, **headers: str) -> Response:
    """Return an answer as JSON."""
    answer = Response(out.model_dump_json(by_alias=True), status, mimetype="application/json")
    answer.headers.update(headers)
    return answer


def no_content() -> Response:
    """Return the answer that says it is done and nothing more."""
    return Response(status=204)


def guard() -> None:
    """Let in who is logged in. The law of this room hangs here, on its door, for all routes."""
    asked = _asked()
    view = current_app.view_functions[asked.endpoint or ""]
    if not getattr(view, "is_public", False):
        asking_user()
    _readable_body(asked, view)


def asking_user() -> User:
    """Return the member whose token this is. Raises Unauthenticated."""
    user = g.user = auth.user_of_token(bearer() or _stranger(), now=utcnow())
    return user


def staff_guard() -> None:
    """Let in staff: a phone whose member a staff account is bound to, or a console log-in."""
    now = utcnow()
    token = bearer()
    if token:
        g.user = auth.user_of_token(token, now=now)
        account = staff.find_of_user(g.user.id) or _stranger()
    else:
        account = auth.staff_of_cookie(_cookie() or _stranger(), now=now) or _stranger()
        _not_forged()
    g.staff = account
    g.scope = staff.scope_of(account, now=now)
    if not token and auth_factors.is_owed(account, g.scope.roles, config()):
        raise auth_factors.FactorRequired
    asked = _asked()
    _readable_body(asked, current_app.view_functions[asked.endpoint or ""])


def bearer() -> str:
    """Return the token this request came with, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _cookie() -> str:
    return request.cookies.get(console_cookie_name(), "")


def _stranger() -> NoReturn:
    raise Unauthenticated


def _not_forged() -> None:
    """A cookie is sent along by any page of any site; only ours can know the CSRF token."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except ValidationError:
        raise CsrfFailed from None


def _asked() -> Request:
    """Return the request itself: behind the proxy each look at it costs a detour."""
    return cast(Request, request._get_current_object())  # type: ignore[attr-defined]


def _readable_body(asked: Request, view: Callable[..., Any]) -> None:
    """Refuse a body that is no JSON object before any route looks at it."""
    if asked.method not in ("POST", "PUT", "PATCH") or not (
        asked.content_length or asked.headers.get("Transfer-Encoding")
    ):
        return
    if getattr(view, "takes_files", False):
        _readable_form()
        return
    if asked.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        body = asked.get_json()
    except (UnreadableBody, RecursionError):  # the latter: brackets in brackets without an end
        raise BadJSON from None
    if not isinstance(body, dict):
        raise BadJSON("请求内容应为 JSON 对象")


def _readable_form() -> None:
    """Refuse what is no form, and what is too large before a byte of it is read."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("请以表单方式上传文件")
    largest = config().files.max_bytes
    request.max_content_length = largest + _FORM_AROUND
    if (request.content_length or 0) > request.max_content_length:
        raise FileTooLarge(largest)


IDEMPOTENCY_KEY = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Any text of one's own for this one attempt, 1 to 80 visible ASCII "
            "characters. Repeated within 24 hours it gets the same answer and changes nothing.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
        }
    ]
}
"""A route's `openapi_extensions` for calls that make something."""


def once(
    act: Callable[[], tuple[int, dict[str, Any]]],
    *request_of: Any,
    now: dt.datetime,
    by: int | None = None,
) -> Response:
    """Answer with what `act` brings about, once per person and `Idempotency-Key`; `request_of` is
    what makes two requests the same; `by`: whose key it is, the member's if not said. Raises
    KeyInvalid, KeyReused, and whatever `act` raises."""
    parts = [
        part.model_dump(mode="json") if isinstance(part, BaseModel) else part for part in request_of
    ]
    key, fingerprint = request.headers.get("Idempotency-Key"), idempotency.fingerprint(*parts)
    whose = current_user().id if by is None else by
    answer = idempotency.once(whose, key, fingerprint, act, now=now)
    return Response(json.dumps(answer.body), answer.status, mimetype="application/json")
