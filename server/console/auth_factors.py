"""两步验证: the code after the password, and the setting up of it."""

import base64
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form
from server.context import (
    actor,
    config,
    console_cookie_name,
    current_scope,
    current_staff,
    vault,
)
from server.errors import Invalid, ServiceError, Unauthenticated
from server.services import auth_factors as factors
from server.services.checkins_screen import qr_svg

bp = door.word("auth_factors")


class CodeForm(Fields):
    code: str = ""
    secret: str = ""


@bp.get("/login/code")
@door.public
def show() -> ResponseReturnValue:
    """Ask for the code of the app."""
    if factors.find_waiting(_cookie(), now=utcnow()) is None:
        return redirect(url_for("console.auth.login", next=request.args.get("next")), 303)
    return _ask(Form())


@bp.post("/login/code")
@door.public
def finish() -> ResponseReturnValue:
    """Let in who knows the code."""
    form = Form(request.form)
    try:
        cookie = factors.finish(
            _cookie(),
            form.read(CodeForm).code,
            vault=vault(),
            settings=config().auth,
            now=utcnow(),
        )
    except Unauthenticated:
        flash("验证超时或试错太多，请重新登录", "warn")
        return redirect(url_for("console.auth.login"), 303)
    except ServiceError as error:
        return _ask(form.blame(error)), error.status
    response = redirect(door.way_back(request.form.get("next")), 303)
    door.give_cookie(response, cookie)
    return response


@bp.get("/me/factor")
@door.before_factor
def new() -> ResponseReturnValue:
    """Show the code an app is to keep."""
    if current_staff().totp_enc is not None:
        return redirect(url_for("console.staff.me"), 303)
    return _set_up(Form(secret=factors.fresh_secret()))


@bp.post("/me/factor")
@door.before_factor
def create() -> ResponseReturnValue:
    """Keep the app's secret after its first right code, and show the codes for paper this once."""
    form = Form(request.form)
    account = current_staff()
    if account.totp_enc is not None:
        raise Invalid("两步验证已经设置好了")
    try:
        typed = form.read(CodeForm)
        papers = factors.set_up(
            account, typed.secret, typed.code, vault=vault(), actor=actor(), now=utcnow()
        )
    except factors.WrongCode as error:
        return _set_up(form.blame(error)), error.status
    except ServiceError as error:
        fresh = Form(secret=factors.fresh_secret())
        return _set_up(fresh.blame(error)), error.status
    return render_template("console/auth_factors/papers.html", papers=papers)


@bp.post("/me/factor/drop")
def drop() -> ResponseReturnValue:
    """Take one's own second factor away; every log-in ends."""
    if current_staff().totp_enc is None:
        flash("两步验证没有开启，不用关闭")
        return redirect(url_for(".new"), 303)
    if factors.is_required(current_scope().roles, config()):
        raise Invalid("您的职责要求两步验证；换手机请联系掌门人或平台管理员重置")
    factors.drop(current_staff(), actor=actor(), now=utcnow())
    flash("两步验证已关闭，请重新登录", "good")
    return redirect(url_for("console.auth.login"), 303)


def _cookie() -> str:
    return request.cookies.get(console_cookie_name(), "")


def waiting_for_code(response: Response, cookie: str, wanted: str | None) -> Response:
    """Return where a fresh log-in goes: on to its code if one is due."""
    if factors.find_waiting(cookie, now=utcnow()) is not None:
        response = redirect(url_for("console.auth_factors.show", next=wanted or None), 303)
    door.give_cookie(response, cookie)
    return response


def _ask(form: Form) -> str:
    wanted = request.form.get("next") or request.args.get("next") or ""
    return render_template("console/auth_factors/code.html", form=form, next=wanted)


def _set_up(form: Form) -> str:
    secret = str(form["secret"])
    where = factors.address(secret, current_staff(), issuer=config().brand.platform)
    svg = base64.b64encode(qr_svg(where).encode()).decode()
    shown: dict[str, Any] = {
        "picture": f"data:image/svg+xml;base64,{svg}",
        "secret": secret,
        "is_owed": factors.is_owed(current_staff(), current_scope().roles, config()),
    }
    return render_template("console/auth_factors/set_up.html", form=form, **shown)
