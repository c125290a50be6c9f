"""扫码登录: a code for the phone, and the browser that waits beside it."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from server.clock import utcnow
from server.console import door
from server.console.auth_factors import waiting_for_code
from server.context import config, current_staff
from server.services import auth_scans as scans
from server.services.checkins_screen import picture

bp = door.word("auth_scans")


@bp.post("/login/scan")
@door.public
def create() -> ResponseReturnValue:
    """Show a code; whoever's phone says yes to it is logged in here."""
    return _begin(is_binding=False)


@bp.post("/me/phone")
@door.before_factor
def bind() -> ResponseReturnValue:
    """Show a code; the phone that says yes to it is bound to the account."""
    return _begin(is_binding=True)


@bp.get("/login/scan")
@door.public
def show() -> ResponseReturnValue:
    """Look whether the phone said yes: nothing yet (204), or where the browser goes on to."""
    kept = session.get("scan", "")
    state = scans.state(kept, now=utcnow())
    if state == "waiting":
        return Response(status=204)
    if state == "used":
        session.pop("scan", None)
        flash("微信已绑定", "good")
        return _go(url_for("console.staff.me"))
    return _go(url_for(".enter" if state == "said" else "console.auth.login"))


@bp.get("/login/scan/enter")
@door.public
def enter() -> ResponseReturnValue:
    """Let the browser in whose code the phone said yes to; once."""
    try:
        cookie = scans.enter(
            session.pop("scan", ""),
            settings=config().auth,
            now=utcnow(),
            ip=request.remote_addr or "",
            agent=request.user_agent.string,
        )
    except scans.ScanOver as error:
        flash(error.detail, "warn")
        return redirect(url_for("console.auth.login"), 303)
    return waiting_for_code(redirect(url_for("console.home.index"), 303), cookie, None)


def _begin(*, is_binding: bool) -> str:
    shown, kept = scans.begin(
        binding=current_staff() if is_binding else None,
        now=utcnow(),
        ip=request.remote_addr or "",
        agent=request.user_agent.string,
    )
    session["scan"] = kept
    url = f"{config().server.public_url.rstrip('/')}/l/{shown}"
    return render_template(
        "console/auth_scans/show.html", picture=picture(url), url=url, is_binding=is_binding
    )


def _go(url: str) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": url})
    return redirect(url, 303)
