"""名单 of a session: who is in, who waits, who came; and the approvals."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Session
from models.activities import SignupMode
from models.signups import SignupState
from server.clock import utcnow
from server.console import door
from server.console.forms import Form, ReasonForm
from server.context import actor, current_scope, vault
from server.errors import ServiceError
from server.paging import numbered
from server.services import activities_questions as questions
from server.services import activities_sessions as sessions
from server.services import signups, signups_draws, signups_filters, signups_roster
from server.services.activities_buttons import closes_at
from server.services.signups_filters import Wanted
from server.services.staff import Verb

bp = door.word("signups")

GROUPS = {
    "in": ("已报名", (SignupState.CONFIRMED, SignupState.ATTENDED, SignupState.NO_SHOW)),
    "came": ("已到场", (SignupState.ATTENDED,)),
    "absent": ("未到场", (SignupState.NO_SHOW,)),
    "pending": ("待审核", (SignupState.PENDING,)),
    "waiting": ("候补", (SignupState.WAITLISTED, SignupState.OFFERED)),
    "out": ("已退出", (SignupState.CANCELLED, SignupState.DECLINED, SignupState.LOST)),
}
"""How the list is told apart, in the order of the tabs."""

_LOTTERY_NAMES = {"pending": "待抽签", "out": "未中签或退出"}


@bp.get("/sessions/<id:session_id>/signups")
def index(session_id: int) -> ResponseReturnValue:
    """Show the list, or what of it is looked for."""
    session = _session(session_id)
    counts = signups_roster.counts(session)
    totals = {key: sum(counts[state] for state in states) for key, (_, states) in GROUPS.items()}
    group = request.args.get("group", "")
    text, company = door.asked_text("q"), door.asked_id("company")
    # Whoever looks for somebody does not know in which state they are.
    states = GROUPS[group][1] if group in GROUPS else () if text or company else GROUPS["in"][1]
    query = signups_filters.select(session, Wanted(states, company, text), vault=vault())
    is_lottery = session.activity.signup_mode == SignupMode.LOTTERY
    names = _LOTTERY_NAMES if is_lottery else {}
    return render_template(
        "console/signups/index.html",
        session=session,
        page=numbered(query, number=door.asked_number("page"), size=50),
        groups=[(key, names.get(key, name), totals[key]) for key, (name, _) in GROUPS.items()],
        group=group if group in GROUPS else "" if text or company else "in",
        totals=totals,
        companies=signups_filters.companies(session),
        form=Form(q=text, company=company),
        answers=questions.shown,
        code_of=signups_draws.code_of,
        lottery=_lottery(session) if is_lottery else None,
    )


def _lottery(session: Session) -> dict[str, object]:
    """Return what the page says of the draw."""
    found = signups_draws.find(session)
    closes = closes_at(session.activity, session)
    return {
        "draw": found,
        "entered": signups_draws.entries_count(found) if found else 0,
        "closes_at": closes,
        "draws_at": signups_draws.due_at(session.activity, session),
        "may_draw": utcnow() >= closes and not (found and found.drawn_at),
        "won": sum(won for _, won in found.result) if found else 0,
    }


@bp.post("/sessions/<id:session_id>/signups/decide")
def decide(session_id: int) -> ResponseReturnValue:
    """Let in or refuse everybody ticked."""
    session = _session(session_id)
    ids = map(door.id_in, request.form.getlist("signup"))
    picked = [signup_id for signup_id in ids if signup_id is not None]
    try:
        done = signups.decide_all(
            session,
            picked,
            approved=request.form.get("verdict") == "approve",
            reason=Form(request.form).read(ReasonForm).reason,
            actor=actor(),
            now=utcnow(),
        )
        flash(f"已处理 {done} 份，并通知了本人", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return redirect(url_for(".index", session_id=session_id, group="pending"), 303)


def _session(session_id: int) -> Session:
    session = sessions.get(session_id)
    current_scope().require(Verb.ADMIT, session.space_id)
    return session
