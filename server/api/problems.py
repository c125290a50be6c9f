"""How the API refuses, and an OpenAPI document that says so."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_openapi3 import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from server.context import request_id
from server.errors import RateLimited, ServiceError
from server.limits import seconds_to_wait
from server.schemas.base import ProblemOut, field_errors

PROBLEM = "application/problem+json"

HTTP_SENTENCES = {
    400: ("bad_request", "请求有误，请检查后重试"),
    404: ("not_found", "没有找到，可能已被移除"),
    405: ("method_not_allowed", "此处不支持这种操作"),
    408: ("timeout", "网络太慢，请重试"),
    413: ("too_large", "提交的内容太大"),
    414: ("uri_too_long", "网址太长"),
    415: ("unsupported_media_type", "请以 JSON 格式提交"),
    429: ("rate_limited", "操作太频繁，请稍后再试"),
}


def problem(
    status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **facts: Any
) -> Response:
    """Return an RFC 9457 answer; `facts` become further members."""
    body = {
        "type": f"urn:xinyi:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **facts,
        "request_id": request_id(),
    }
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype=PROBLEM)
    answer.headers.update(headers or {})
    return answer


def answer(error: ServiceError) -> Response:
    """Return the problem of a refusal by a service."""
    headers = {}
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.retry_after)
    return problem(error.status, error.code, error.detail, headers=headers, **error.facts)


def answer_http(error: HTTPException) -> Response:
    """Return the problem of what Flask itself refused, keeping its headers (Allow, …)."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if isinstance(error, RequestEntityTooLarge):
        status = 413
    code, detail = HTTP_SENTENCES.get(status, ("error", "出错了，请稍后再试"))
    headers = {
        name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")
    }
    if status == 429:
        headers.setdefault("Retry-After", str(seconds_to_wait()))
    return problem(status, code, detail, headers=headers)


def answer_bug() -> Response:
    """Return one calm sentence; the log knows more under the same request id."""
    return problem(500, "internal", "系统出了点问题，我们已记录，请稍后再试")


def answer_invalid(error: ValidationError) -> Response:
    """Return what is wrong with body, query or path. A malformed id is an id of nothing: 404."""
    if error.title.endswith("Path"):
        code, detail = HTTP_SENTENCES[404]
        return problem(404, code, detail)
    fields = field_errors(error)
    errors = [{"field": name, "message": text} for name, text in fields.items()]
    return problem(422, "validation", next(iter(fields.values())), errors=errors)


_EVERYWHERE = (400, 401, 403, 404, 413, 415, 422, 429, 503)


class _SpecApp(OpenAPI):
    """Flask with an OpenAPI document whose refusals carry their true content type."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: none of ours is async, and Flask would look it up for every hook of
        every request."""
        return func

    def generate_spec_json(self) -> None:
        """Fill `spec_json`. The library writes every answer as application/json."""
        super().generate_spec_json()
        _drop_stand_ins(self.spec_json)
        schema = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
        for methods in self.spec_json["paths"].values():
            for operation in methods.values():
                for status in (*_EVERYWHERE, *operation.pop("x-problems", ())):
                    operation["responses"][str(status)] = {
                        "description": HTTPStatus(int(status)).phrase,
                        "content": {PROBLEM: schema},
                    }


def _drop_stand_ins(node: Any) -> None:
    """A field that may be left out has no default in the document: null, or an empty text where
    none may be empty, would be none of its values and the document not valid."""
    if isinstance(node, dict):
        default = node.get("default", ...)
        if default is None or (default == "" and node.get("minLength")):
            del node["default"]
        for value in node.values():
            _drop_stand_ins(value)
    elif isinstance(node, list):
        for value in node:
            _drop_stand_ins(value)


def spec_app(name: str, **options: Any) -> OpenAPI:
    """Return the Flask application that documents itself at /api/openapi.json."""
    app = _SpecApp(
        name,
        security_schemes={
            "bearer": {"type": "http", "scheme": "bearer"},
            "console": {"type": "apiKey", "in": "cookie", "name": "xinyi_console"},
        },
        validation_error_model=ProblemOut,
        validation_error_callback=answer_invalid,
        doc_prefix="/api",
        doc_url="/openapi.json",
        static_folder=None,
        **options,
    )
    return app
