"""The door of the console: who comes in, the cookie, CSRF, and where a log-in leads back to."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug import Response as AnyResponse
from werkzeug.routing import BaseConverter, ValidationError

from models import Space, Staff
from server.clock import utcnow
from server.context import config, console_cookie_name, current_scope
from server.errors import Forbidden
from server.schemas.files import MOST
from server.services import auth, auth_factors, spaces, staff
from server.services.staff import Verb

F = TypeVar("F", bound=Callable[..., Any])
E = TypeVar("E", bound=StrEnum)

csrf = CSRFProtect()

_FORM_AROUND = 65_536
"""What a form may weigh besides its files."""


def init_app(app: Flask) -> None:
    """Set up CSRF. It is checked by the guard, because only this room has cookies to abuse."""
    secure = _secure(app)
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        # The token dies with the browser session; a form left open over lunch must still go out.
        WTF_CSRF_TIME_LIMIT=None,
        SESSION_COOKIE_NAME="__Host-xinyi_form" if secure else "xinyi_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
    )
    csrf.init_app(app)
    app.url_map.converters["id"] = IdConverter


def word(name: str) -> Blueprint:
    """Return the blueprint of one word; its routes are written from /console on."""
    return Blueprint(name, name)


def public(view: F) -> F:
    """Mark a page that needs no log-in. Every other one sends a stranger to the log-in page."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def takes_files(view: F) -> F:
    """Mark a page whose form may bring files along."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def before_factor(view: F) -> F:
    """Mark a page that opens before a second factor is set up by who must have one."""
    view.is_before_factor = True  # type: ignore[attr-defined]
    return view


def guard() -> ResponseReturnValue | None:
    """Let in who is logged in. The law of this room hangs here, on its door, for all pages."""
    view = current_app.view_functions[request.endpoint or ""]
    if not getattr(view, "is_public", False):
        account = whoever()
        if account is None:
            return redirect(url_for("console.auth.login", next=here()), 303)
        g.staff = account
        g.scope = staff.scope_of(account, now=utcnow())
        if not getattr(view, "is_before_factor", False) and auth_factors.is_owed(
            account, g.scope.roles, config()
        ):
            return redirect(url_for("console.auth_factors.new"), 303)
        if getattr(view, "takes_files", False):
            # Not before the log-in: nobody else may send us as much.
            request.max_content_length = MOST * config().files.max_bytes + _FORM_AROUND
    csrf.protect()
    return None


def keep_private(response: Response) -> Response:
    """Keep what staff see out of every cache; assets say otherwise themselves."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def whoever() -> Staff | None:
    """Return whose console log-in the cookie is; None for a stranger."""
    cookie = request.cookies.get(console_cookie_name())
    return auth.staff_of_cookie(cookie, now=utcnow()) if cookie else None


def spaces_of(verb: Verb) -> list[Space]:
    """Return the Spaces in which the asking staff may do it, by name."""
    allowed = current_scope().space_ids(verb)
    return sorted((row for row in spaces.search() if row.id in allowed), key=lambda row: row.name)


def required(verb: Verb) -> frozenset[int]:
    """Return the Spaces in which the asking staff may do it. Raises Forbidden where there is none,
    for pages about no one row."""
    allowed = current_scope().space_ids(verb)
    if not allowed:
        raise Forbidden
    return allowed


def asked_id(name: str, source: Mapping[str, str] | None = None) -> int | None:
    """Return an id from the address (or a form); None when it is not there or none at all."""
    return id_in((request.args if source is None else source).get(name, "")) or None


def id_in(text: str) -> int | None:
    """Return the id a text is; None when it is none, or larger than any column holds."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 else 2**63
    return number if number < 2**63 else None


def asked_text(name: str) -> str:
    """Return a text to look for from the address, without what nobody can have typed."""
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", request.args.get(name, "")).strip()[:60]


def asked_number(name: str) -> int:
    """Return a page number from the address; the first for anything else."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 1


def asked_month(name: str, source: Mapping[str, str] | None = None) -> str | None:
    """Return a month (`YYYY-MM`) from the address (or a form); None for anything else."""
    text = (request.args if source is None else source).get(name, "")
    return text if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text) else None


def asked(kind: type[E], name: str, source: Mapping[str, str] | None = None) -> E | None:
    """Return one of an enum's values from the address (or a form); None for anything else."""
    text = (request.args if source is None else source).get(name, "")
    return kind(text) if text in {member.value for member in kind} else None


class IdConverter(BaseConverter):
    """An id in an address; what cannot be one is the address of nothing: 404."""

    regex = r"[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        number = int(value)
        if number >= 2**63:
            raise ValidationError
        return number


def here() -> str | None:
    """Return where to come back to after the log-in; an act that was refused is not repeated."""
    if request.method != "GET":
        return None
    return request.full_path.rstrip("?")


def way_back(wanted: str | None) -> str:
    """Return where a log-in leads: only pages of this console, never another site."""
    home = url_for("console.home.index")
    if not wanted or not wanted.isprintable() or "\\" in wanted:
        return home
    parts = urlsplit(wanted)
    inside = parts.path == home.rstrip("/") or parts.path.startswith("/console/")
    return wanted if inside and not parts.scheme and not parts.netloc else home


def give_cookie(response: AnyResponse, cookie: str) -> None:
    """Let the browser keep the log-in."""
    response.set_cookie(
        console_cookie_name(),
        cookie,
        max_age=config().auth.console_hours * 3600,
        secure=_secure(current_app),
        httponly=True,
        samesite="Lax",
    )


def take_cookie(response: AnyResponse) -> None:
    """Let the browser forget the log-in."""
    secure = _secure(current_app)
    response.delete_cookie(console_cookie_name(), secure=secure, httponly=True, samesite="Lax")


def _secure(app: Flask) -> bool:
    return bool(app.extensions["xinyi"].config.server.public_url.startswith("https://"))
