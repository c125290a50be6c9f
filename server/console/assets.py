"""What a page is dressed in: our own files and those that ship inside Python packages.

Nothing comes from another address, and nothing third-party is copied into the project.
"""

import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Response, abort, send_file, url_for
from markupsafe import Markup

from server.console.door import public, word

bp = word("assets")

_OWN = Path(__file__).parent / "static"
_BOOTSTRAP = Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5"
_HTMX = Path(str(files("js_lib_htmx"))) / "static" / "htmx"

FILES = {
    "bootstrap.css": _BOOTSTRAP / "css" / "bootstrap.min.css",
    "htmx.js": _HTMX / "htmx.min.js",
    "tokens.css": _OWN / "tokens.css",
    "dark.css": _OWN / "dark.css",
    "console.css": _OWN / "console.css",
    "words.css": _OWN / "words.css",
    "poster.css": _OWN / "poster.css",
    "brief.css": _OWN / "brief.css",
    "screen.css": _OWN / "screen.css",
    "desk.css": _OWN / "desk.css",
    "activities.css": _OWN / "activities.css",
    "activities.js": _OWN / "activities.js",
    "visits.css": _OWN / "visits.css",
    "statistics.css": _OWN / "statistics.css",
    "meetings.css": _OWN / "meetings.css",
    "calendar.css": _OWN / "calendar.css",
    "cases.css": _OWN / "cases.css",
    "console.js": _OWN / "console.js",
    "screen.js": _OWN / "screen.js",
    "desk.js": _OWN / "desk.js",
    "mark.svg": _OWN / "mark.svg",
}
"""All that is served; what is not named here does not exist for a browser."""

ICONS = _BOOTSTRAP / "icons" / "bootstrap-icons.svg"
_YEAR = 365 * 24 * 3600


@cache
def version_of(name: str) -> str:
    """Return the version of a file, from what is in it. Raises KeyError for an unknown one."""
    return hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]


def address(name: str) -> str:
    """Return where a page finds the file; the version lets a browser keep it for a year."""
    return url_for("console.assets.show", version=version_of(name), name=name)


@bp.get("/assets/<version>/<name>")
@public
def show(version: str, name: str) -> Response:
    """Serve one file of the list."""
    if name not in FILES:
        abort(404)
    response = send_file(FILES[name])
    response.cache_control.public = True
    response.cache_control.no_cache = None
    # An old page may ask with an old version: it gets the new file, but must not keep it.
    if version == version_of(name):
        response.cache_control.max_age = _YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.max_age = 0
    return response


@cache
def _symbols() -> dict[str, str]:
    pattern = re.compile(r'<symbol class="[^"]*" viewBox="0 0 16 16" id="([^"]+)">(.*?)</symbol>')
    return dict(pattern.findall(ICONS.read_text()))


@cache
def icon(name: str) -> Markup:
    """Return an icon, drawn into the page and silent to screen readers. Raises KeyError."""
    return Markup(
        '<svg class="icon" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" '
        f'focusable="false">{_symbols()[name]}</svg>'
    )
