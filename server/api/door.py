"""The door of the API: who comes in, what is readable, how an answer is written."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app, g, request
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel
from werkzeug.exceptions import BadRequest as UnreadableBody

from server.clock import utcnow
from server.errors import BadRequest, ServiceError, Unauthenticated
from server.services import auth

F = TypeVar("F", bound=Callable[..., Any])


class UnsupportedMediaType(ServiceError):
    status, code, message = 415, "unsupported_media_type", "请以 JSON 格式提交"


class BadJSON(BadRequest):
    code, message = "bad_json", "提交的内容无法识别，请重试"


def word(name: str) -> APIBlueprint:
    """Return the blueprint of one word; its routes are written from /api/v1 on."""
    bp = APIBlueprint(name, name, url_prefix="/api/v1", abp_security=[{"bearer": []}])
    bp.before_request(guard)
    return bp


def public(view: F) -> F:
    """Mark a route that needs no log-in. Every other one answers 401 to a stranger."""
    view.is_public = True  # type: ignore[attr-defined]
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
    view = current_app.view_functions[request.endpoint or ""]
    if not getattr(view, "is_public", False):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        g.user = auth.user_of_token(token, now=utcnow())
    _readable_body()


def _readable_body() -> None:
    """Refuse a body that is no JSON object before any route looks at it."""
    if request.method not in ("POST", "PUT", "PATCH") or not (
        request.content_length or request.headers.get("Transfer-Encoding")
    ):
        return
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        body = request.get_json()
    except UnreadableBody:
        raise BadJSON from None
    if not isinstance(body, dict):
        raise BadJSON("请求内容应为 JSON 对象")
