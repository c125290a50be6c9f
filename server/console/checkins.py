"""现场: today's sessions, who is there, and the rotating code on a big screen."""

import datetime as dt
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import Session
from server.clock import at_shanghai, day_of, utcnow
from server.console import checkins_flags as flags
from server.console import door
from server.context import actor, config, current_scope
from server.services import activities_sessions as sessions
from server.services import checkins_board, checkins_lobby, checkins_screen
from server.services.checkins_screen import picture
from server.services.staff import Verb

bp = door.word("checkins")

LATEST = 8


@bp.get("/checkins")
def index() -> ResponseReturnValue:
    """List today's sessions, the ones going on first to the eye."""
    today = day_of(utcnow())
    begin = at_shanghai(today, dt.time())
    mine = current_scope().space_ids(Verb.SCAN)
    found = sessions.of_day(mine, begin, begin + dt.timedelta(days=1))
    return render_template("console/checkins/index.html", lines=live_lines(found))


@bp.get("/sessions/<id:session_id>/checkins")
def show(session_id: int) -> ResponseReturnValue:
    """Show how many are there and who came last."""
    session = _session(session_id)
    return render_template("console/checkins/show.html", **_live(session), **flags.shown(session))


@bp.get("/sessions/<id:session_id>/checkins/live")
def live(session_id: int) -> ResponseReturnValue:
    """Show only what moves: the page asks for it again and again."""
    session = _session(session_id)
    return render_template("console/checkins/_live.html", session=session, **_live(session))


@bp.get("/sessions/<id:session_id>/screen")
def screen(session_id: int) -> ResponseReturnValue:
    """Show the rotating code over the whole screen."""
    session = _session(session_id)
    return render_template(
        "console/checkins/screen.html", session=session, boards=[_board(session)], picture=picture
    )


@bp.get("/sessions/<id:session_id>/screen/codes")
def codes(session_id: int) -> ResponseReturnValue:
    """Return the codes of the next slots and the live numbers, for the screen's script."""
    boards = [_board(_session(session_id))]
    stage = render_template("console/checkins/_stage.html", boards=boards)
    return checkins_lobby.news(boards, stage, now=utcnow()).model_dump(mode="json")


@bp.post("/sessions/<id:session_id>/screen/key")
def new_key(session_id: int) -> ResponseReturnValue:
    """换码: make every code shown so far worthless at once."""
    session = _session(session_id)
    checkins_screen.new_key(session, actor=actor(), now=utcnow())
    flash("已换码，此前拍下的码全部作废", "good")
    return redirect(url_for("console.checkins.screen", session_id=session_id), 303)


def live_lines(found: list[Session]) -> list[tuple[Session, checkins_screen.Presence, str]]:
    """Return sessions with who is there and which phase they are in."""
    now, here = utcnow(), checkins_board.present_in(found)
    return [(row, here[row.id], checkins_board.phase(row, now=now)) for row in found]


def _board(session: Session) -> checkins_lobby.Board:
    settings = config()
    return checkins_lobby.board(
        session,
        base_url=settings.server.public_url,
        slot_seconds=settings.checkins.slot_seconds,
        now=utcnow(),
    )


def _live(session: Session) -> dict[str, Any]:
    return {
        "here": checkins_screen.present(session),
        "arrivals": checkins_screen.latest_arrivals(session, LATEST),
        "phase": checkins_board.phase(session, now=utcnow()),
    }


def _session(session_id: int) -> Session:
    session = sessions.get(session_id)
    current_scope().require(Verb.SCAN, session.space_id)
    return session
