"""A Space's menu as a calendar feed: what is on the wall of the lobby needs no log-in."""

import hashlib

from flask import Blueprint, Response, make_response, request

from server.clock import utcnow
from server.context import config
from server.errors import NotFound
from server.services import menus_ics, spaces

bp = Blueprint("public_menus", __name__)


@bp.get("/spaces/<space_id>/menus.ics")
def show(space_id: str) -> Response:
    """Return the published menus as an iCalendar file, 304 while nothing changed."""
    if not (space_id.isascii() and space_id.isdecimal() and len(space_id) <= 18):
        raise NotFound
    space = spaces.get(int(space_id))
    calendar = menus_ics.ics(space, platform=config().brand.platform, now=utcnow())
    answer = make_response(calendar)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = f'inline; filename="{space.code}.ics"'
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.set_etag(hashlib.sha256(calendar).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
