"""The big screen of a Space's lobby, for whoever holds its link. It wears the console's clothes
(templates and assets), because both screens at the door are one."""

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from models import Space
from server.clock import utcnow
from server.context import config
from server.errors import NotFound, ServiceError
from server.services import checkins_lobby, checkins_screen, checkins_screens

bp = Blueprint("public_screen", __name__, url_prefix="/screen")


@bp.after_request
def _keep_quiet(response: Response) -> Response:
    """The address is the key: it must be in no cache, no index and no other site's log."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.errorhandler(checkins_screens.ScreenEnded)
@bp.errorhandler(NotFound)
def _no_screen(error: ServiceError) -> ResponseReturnValue:
    """Say what to do to whoever stands before the television, in letters of its size."""
    page = render_template("public/screen_ended.html", theme="auto", sentence=error.detail)
    return page, error.status


@bp.get("/<signed>")
def show(signed: str) -> ResponseReturnValue:
    """Show who can check in now and what comes next; it keeps itself up to date."""
    space = _space(signed)
    picture = checkins_screen.picture
    return render_template(
        "public/screen.html",
        space=space,
        signed=signed,
        theme="auto",
        now=utcnow(),
        picture=picture,
        **vars(_lobby(space)),
    )


@bp.get("/<signed>/news")
def news(signed: str) -> ResponseReturnValue:
    """Return what is on the screen now, and the codes of the next slots."""
    lobby = _lobby(_space(signed))
    stage = render_template("console/checkins/_stage.html", **vars(lobby))
    told = checkins_lobby.news(lobby.boards, stage, now=utcnow())
    return jsonify(told.model_dump(mode="json"))


def _space(signed: str) -> Space:
    return checkins_screens.space_of(signed, key=config().secrets.secret_key, now=utcnow())


def _lobby(space: Space) -> checkins_lobby.Lobby:
    settings = config()
    return checkins_lobby.lobby(
        space,
        base_url=settings.server.public_url,
        slot_seconds=settings.checkins.slot_seconds,
        now=utcnow(),
    )
