"""现场: today's sessions, who is there, and the rotating code on a big screen."""

import base64
import datetime as dt
from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import Session
from server.clock import at_shanghai, day_of, iso, utcnow
from server.console import door
from server.context import actor, config, current_scope
from server.crypto import token_hash
from server.services import activities_sessions as sessions
from server.services import checkins_board, checkins_screen
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
    return render_template("console/checkins/show.html", session=session, **_live(session))


@bp.get("/sessions/<id:session_id>/checkins/live")
def live(session_id: int) -> ResponseReturnValue:
    """Show only what moves: the page asks for it again and again."""
    session = _session(session_id)
    return render_template("console/checkins/_live.html", session=session, **_live(session))


@bp.get("/sessions/<id:session_id>/screen")
def screen(session_id: int) -> ResponseReturnValue:
    """Show the rotating code over the whole screen."""
    session = _session(session_id)
    return render_template("console/checkins/screen.html", session=session, **_shown(session))


@bp.get("/sessions/<id:session_id>/screen/codes")
def codes(session_id: int) -> ResponseReturnValue:
    """Return the codes of the next slots and the live numbers, for the screen's script."""
    session = _session(session_id)
    shown = _shown(session)
    here: checkins_screen.Presence = shown["here"]
    return jsonify(
        now=iso(utcnow()),
        now_ms=int(utcnow().timestamp() * 1000),
        codes=[
            {
                "from_ms": int(code.valid_from.timestamp() * 1000),
                "until_ms": int(code.valid_to.timestamp() * 1000),
                "picture": picture(code.url),
            }
            for code in shown["codes"]
        ],
        mark=token_hash(session.qr_key)[:12],
        persons=here.persons,
        signed_up=here.signed_up,
        arrivals=[arrival.name for arrival in shown["arrivals"]],
        phase=phase(session, utcnow()),
    )


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
    return [(row, here[row.id], phase(row, now)) for row in found]


def phase(session: Session, now: dt.datetime) -> str:
    """Return where a session stands with its check-in: cancelled, before, open or over."""
    if session.state == "cancelled":
        return "cancelled"
    if now < session.checkin_opens_at:
        return "before"
    return "open" if now <= session.checkin_closes_at else "over"


def picture(url: str) -> str:
    """Return a QR code as a picture's address: it needs no request of its own when it is due."""
    svg = checkins_screen.qr_svg(url)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _shown(session: Session) -> dict[str, Any]:
    settings = config()
    codes = checkins_screen.qr(
        session,
        base_url=settings.server.public_url,
        slot_seconds=settings.checkins.slot_seconds,
        now=utcnow(),
    )
    return {"codes": codes, "picture": picture(codes[0].url)} | _live(session)


def _live(session: Session) -> dict[str, Any]:
    return {
        "here": checkins_screen.present(session),
        "arrivals": checkins_screen.latest_arrivals(session, LATEST),
        "phase": phase(session, utcnow()),
    }


def _session(session_id: int) -> Session:
    session = sessions.get(session_id)
    current_scope().require(Verb.SCAN, session.space_id)
    return session
