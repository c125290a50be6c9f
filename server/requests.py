"""What happens around every request: its id, its database connection, its headers, its log line,
and which room answers when something is refused."""

import re
import secrets
import sqlite3
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from peewee import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from models import db
from server import console, logs, metrics
from server.api import problems
from server.errors import Busy, ServiceError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,40}")

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'",
}
_HEADERS = [(name.lower(), (name, value)) for name, value in _SAFE.items()]


def init_app(app: Flask) -> None:
    """Hang the hooks into the application."""
    app.wsgi_app = _Threshold(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.session_interface = _Sessions()
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_end)
    app.register_error_handler(ServiceError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(InterfaceError, _database_away)
    app.register_error_handler(Exception, _bug)


class _Sessions(SecureCookieSessionInterface):
    """Flask's, but without making ready to read a cookie where there is none: phones have none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


class _Threshold:
    """Lets a POST below /api say that it means PATCH, for WeChat's wx.request cannot send that, and
    gives every answer the headers it has not set for itself."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        meant = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE") == "PATCH"
        is_api = environ.get("PATH_INFO", "").startswith("/api/")
        if meant and is_api and environ["REQUEST_METHOD"] == "POST":
            environ["REQUEST_METHOD"] = "PATCH"

        def start_safely(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            own = {name.lower() for name, _ in headers}
            headers += [header for key, header in _HEADERS if key not in own]
            return start(status, headers, *rest)

        return self._inner(environ, start_safely)


def _begin() -> None:
    given = request.environ.get("HTTP_X_REQUEST_ID", "")
    id_ = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    own = g._get_current_object()  # each look behind a proxy costs
    own.request_id, own.began = id_, time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=id_)
    metrics.begin()
    own.is_counted = True
    db.connect(reuse_if_open=True)


def _finish(response: Response) -> Response:
    asked = request._get_current_object()  # type: ignore[attr-defined]
    now, own = time.perf_counter(), g._get_current_object()
    response.headers.add("X-Request-Id", own.get("request_id", ""))
    # The rule, not the path: a path may hold a token.
    rule = asked.url_rule.rule if asked.url_rule else None
    seconds = now - own.get("began", now)
    metrics.answered(asked.method, rule, response.status_code, seconds)
    logs.get().info(
        "request",
        method=asked.method,
        rule=rule or "-",
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
    return response


def _end(_error: BaseException | None) -> None:
    if g.pop("is_counted", False):
        metrics.end()
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


def _database_away(error: Exception) -> Any:
    """Answer while a standby takes over or the disk is full: nothing was written, ask again."""
    # SQLite calls a wrong statement operational as well, and no waiting mends that.
    if getattr(error.__context__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return _bug(error)
    logs.get().error("database away", exc_info=error)
    return _door().answer(Busy())


def _bug(error: Exception) -> Any:
    logs.get().error("bug", exc_info=error)
    return _door().answer_bug()
