"""What happens around every request: its id, its database connection, its headers, its log line,
and which room answers when something is refused."""

import re
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException

from models import db
from server import console, logs
from server.api import problems
from server.errors import ServiceError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,40}")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'",
}


def init_app(app: Flask) -> None:
    """Hang the hooks into the application."""
    app.wsgi_app = _TrueMethod(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.session_interface = _Sessions()
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_end)
    app.register_error_handler(ServiceError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)


class _Sessions(SecureCookieSessionInterface):
    """Flask's, but without making ready to read a cookie where there is none: phones have none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


class _TrueMethod:
    """Lets a POST below /api say that it means PATCH: WeChat's wx.request cannot send that."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        meant = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE") == "PATCH"
        is_api = environ.get("PATH_INFO", "").startswith("/api/")
        if meant and is_api and environ["REQUEST_METHOD"] == "POST":
            environ["REQUEST_METHOD"] = "PATCH"
        return self._inner(environ, start)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    db.connect(reuse_if_open=True)


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    logs.get().info(
        "request",
        method=request.method,
        # The rule, not the path: a path may hold a token.
        rule=request.url_rule.rule if request.url_rule else "-",
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
    )
    return response


def _end(_error: BaseException | None) -> None:
    if not db.is_closed():
        db.close()


def _door() -> Any:
    """Return the room whose manner of refusing fits the address: HTML for people in the console,
    problem+json for programs."""
    in_console = request.path == "/console" or request.path.startswith(("/console/", "/screen/"))
    return console if in_console else problems


def _refused(error: ServiceError) -> Any:
    return _door().answer(error)


def _http_error(error: HTTPException) -> Any:
    if error.code is not None and error.code < 400:
        return error
    return _door().answer_http(error)


def _bug(error: Exception) -> Any:
    logs.get().error("bug", exc_info=error)
    return _door().answer_bug()
