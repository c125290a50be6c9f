"""我的账号: one's own password, one's roles, how the console looks."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.clock import utcnow
from server.console import door
from server.console.forms import Form
from server.context import actor, config, console_cookie_name, current_scope, current_staff
from server.errors import Invalid, ServiceError
from server.services import auth, staff
from server.services import auth_factors as factors
from server.services import auth_sessions as sessions

bp = door.word("staff")


@bp.get("/me")
def me() -> ResponseReturnValue:
    """Show the account, its roles and the form for a new password."""
    return _page(Form())


@bp.post("/me/password")
def update() -> ResponseReturnValue:
    """Change one's own password. Every other log-in of the account ends with it."""
    account = current_staff()
    old, new = request.form.get("old", ""), request.form.get("password", "")
    try:
        if new != request.form.get("again", ""):
            raise Invalid(fields={"again": "两次填写的新密码不一致"})
        cookie = auth.staff_change_password(
            account,
            old,
            new,
            settings=config().auth,
            actor=actor(),
            now=utcnow(),
            ip=request.remote_addr or "",
            agent=request.user_agent.string[:200],
        )
    except ServiceError as error:
        return _page(Form(request.form).blame(error)), error.status
    flash("密码已修改，您在其他地方的登录都已退出", "good")
    response = redirect(url_for("console.staff.me"), 303)
    door.give_cookie(response, cookie)
    return response


@bp.post("/me/logins/<id:login_id>/revoke")
def end_login(login_id: int) -> ResponseReturnValue:
    """End one of one's own log-ins at once."""
    sessions.revoke(current_staff(), login_id, actor=actor(), now=utcnow())
    flash("已退出那处登录", "good")
    return redirect(url_for("console.staff.me"), 303)


@bp.post("/theme")
@door.before_factor
def theme() -> ResponseReturnValue:
    """Keep how the person wants the console to look, in this browser."""
    wanted = request.form.get("theme", "")
    response = redirect(door.way_back(request.form.get("next")), 303)
    if wanted in ("auto", "light", "dark"):
        response.set_cookie(
            "xinyi_theme", wanted, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
        )
    return response


def _page(form: Form) -> str:
    account = current_staff()
    now = utcnow()
    cookie = request.cookies.get(console_cookie_name(), "")
    return render_template(
        "console/staff/me.html",
        form=form,
        account=account,
        grants=staff.grants_of(account, now=now),
        logins=[
            (row, sessions.is_this(row, cookie), sessions.device_of(row.agent))
            for row in sessions.of_account(account, now=now)
        ],
        papers=factors.papers_left(account),
        must_have_factor=factors.is_required(current_scope().roles, config()),
    )
