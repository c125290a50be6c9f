"""登录: staff come in by password and go out again."""

from typing import Annotated

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.clock import utcnow
from server.console import door
from server.console.auth_factors import waiting_for_code
from server.console.forms import Fields, Form
from server.context import config, console_cookie_name
from server.errors import ServiceError
from server.schemas.base import Plain
from server.services import auth

bp = door.word("auth")


class LoginForm(Fields):
    login: Annotated[Plain, Field(max_length=40)] = ""
    password: str = ""


@bp.get("/login")
@door.public
def login() -> ResponseReturnValue:
    """Show the log-in page; who is logged in already goes on."""
    if door.whoever():
        return redirect(door.way_back(request.args.get("next")), 303)
    return _page(Form())


@bp.post("/login")
@door.public
def create() -> ResponseReturnValue:
    """Log in and go on to where the person wanted to."""
    form = Form(request.form)
    try:
        typed = form.read(LoginForm)
        # A password is taken as typed: no stripping, no tidying.
        cookie = auth.staff_log_in(
            typed.login.strip(),
            request.form.get("password", ""),
            settings=config().auth,
            now=utcnow(),
            ip=request.remote_addr or "",
            agent=request.user_agent.string[:200],
        )
    except ServiceError as error:
        return _page(form.blame(error)), error.status
    wanted = request.form.get("next")
    return waiting_for_code(redirect(door.way_back(wanted), 303), cookie, wanted)


@bp.post("/logout")
@door.before_factor
def delete() -> ResponseReturnValue:
    """Log out: the log-in is revoked on the server, not only forgotten by the browser."""
    auth.staff_log_out(request.cookies[console_cookie_name()], now=utcnow())
    flash("您已退出", "good")
    response = redirect(url_for("console.auth.login"), 303)
    door.take_cookie(response)
    return response


def _page(form: Form) -> str:
    wanted = request.form.get("next") or request.args.get("next") or ""
    return render_template("console/auth/login.html", form=form, next=wanted)
