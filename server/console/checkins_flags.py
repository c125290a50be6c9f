"""留意: check-ins that look odd, and the colour and word by which one looks into them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Session
from server.clock import utcnow
from server.console import door
from server.context import actor, current_scope, vault
from server.services import activities_sessions as sessions
from server.services import checkins_challenge as challenge
from server.services import checkins_corrections as corrections
from server.services import checkins_flags as flags
from server.services import users
from server.services.checkins_screen import surname
from server.services.staff import Verb

bp = door.word("checkins_flags")

_NOT_SHOWN = "未能出示当场的颜色口令"


@bp.get("/sessions/<id:session_id>/checkins/flags")
def index(session_id: int) -> ResponseReturnValue:
    """Show what looks odd now, and what each phone must show this minute; the page of the session
    asks for it again and again."""
    session = sessions.get(session_id)
    current_scope().require(Verb.SCAN, session.space_id)
    return render_template("console/checkins/_flags.html", **shown(session))


@bp.post("/checkins/<id:checkin_id>/challenge")
def answer(checkin_id: int) -> ResponseReturnValue:
    """Settle the flags of who showed colour and word; void the check-in of who could not."""
    checkin, now = flags.get(checkin_id), utcnow()
    is_shown = request.form.get("shown") == "yes"
    current_scope().require(Verb.SCAN if is_shown else Verb.ADMIT, checkin.space_id)
    if is_shown:
        flags.settle(checkin, actor=actor(), now=now)
        flash("已核对，标记已清除", "good")
    else:
        corrections.void(checkin, _NOT_SHOWN, actor=actor(), now=now)
        flash("签到已撤销，人数已更新；本人到场可重新签到", "good")
    return redirect(url_for("console.checkins.show", session_id=checkin.session_id), 303)


def shown(session: Session) -> dict[str, object]:
    """Return what the part of a page about odd check-ins is drawn with."""
    now = utcnow()
    may_read = current_scope().allows(Verb.ADMIT, session.space_id)
    called = users.display_name if may_read else surname
    found = [
        (row.checkin, called(row.user), challenge.due(row.checkin, vault=vault(), now=now))
        for row in flags.of_session(session)
    ]
    return {"session": session, "flagged": found}
