"""名单 of a session: who is in, who waits, who came; and the approvals."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Session, Signup
from models.signups import SignupState
from server.clock import utcnow
from server.console import door
from server.console.forms import Form, ReasonForm
from server.context import actor, current_scope
from server.errors import ServiceError
from server.paging import numbered
from server.services import activities_sessions as sessions
from server.services import signups, signups_roster
from server.services.staff import Verb

bp = door.word("signups")

GROUPS = {
    "in": ("已报名", (SignupState.CONFIRMED, SignupState.ATTENDED, SignupState.NO_SHOW)),
    "came": ("已到场", (SignupState.ATTENDED,)),
    "pending": ("待审核", (SignupState.PENDING,)),
    "waiting": ("候补", (SignupState.WAITLISTED, SignupState.OFFERED)),
    "out": ("已退出", (SignupState.CANCELLED, SignupState.DECLINED, SignupState.LOST)),
}
"""How the list is told apart, in the order of the tabs."""


@bp.get("/sessions/<id:session_id>/signups")
def index(session_id: int) -> ResponseReturnValue:
    """Show the list."""
    session = _session(session_id)
    counts = signups_roster.counts(session)
    totals = {key: sum(counts[state] for state in states) for key, (_, states) in GROUPS.items()}
    wanted = request.args.get("group", "")
    group = wanted if wanted in GROUPS else "in"
    query = signups_roster.of_session(session, GROUPS[group][1])
    return render_template(
        "console/signups/index.html",
        session=session,
        page=numbered(query, number=door.asked_number("page"), size=50),
        groups=[(key, name, totals[key]) for key, (name, _) in GROUPS.items()],
        group=group,
        totals=totals,
    )


@bp.post("/signups/<id:signup_id>/approve")
def approve(signup_id: int) -> ResponseReturnValue:
    """Let a pending signup in."""
    signup = _signup(signup_id)
    return _decided(signup, lambda: signups.approve(signup, actor=actor(), now=utcnow()))


@bp.post("/signups/<id:signup_id>/decline")
def decline(signup_id: int) -> ResponseReturnValue:
    """Refuse a pending signup and free its places."""
    signup = _signup(signup_id)

    def act() -> Signup:
        reason = Form(request.form).read(ReasonForm).reason
        return signups.decline(signup, reason, actor=actor(), now=utcnow())

    return _decided(signup, act)


def _decided(signup: Signup, act: Callable[[], Signup]) -> ResponseReturnValue:
    try:
        act()
        flash("已处理", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    back = url_for("console.signups.index", session_id=signup.session_id, group="pending")
    return redirect(back, 303)


def _session(session_id: int) -> Session:
    session = sessions.get(session_id)
    current_scope().require(Verb.ADMIT, session.space_id)
    return session


def _signup(signup_id: int) -> Signup:
    signup = signups_roster.get(signup_id)
    current_scope().require(Verb.ADMIT, signup.space_id)
    return signup
