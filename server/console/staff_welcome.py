"""受邀加入: the page a link leads to, once: a login and a password of one's own."""

from typing import Annotated

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form
from server.errors import Invalid, ServiceError
from server.limits import spend
from server.schemas.base import Plain
from server.services import staff_invitations as invitations

bp = door.word("staff_welcome")


class WelcomeForm(Fields):
    login: Annotated[Plain, Field(max_length=40)] = ""


@bp.get("/welcome/<secret>")
@door.public
def show(secret: str) -> ResponseReturnValue:
    """Say who invites to what, and ask for a login and a password."""
    return _page(secret, Form())


@bp.post("/welcome/<secret>")
@door.public
def create(secret: str) -> ResponseReturnValue:
    """Make the account, or set the new password, and go on to the log-in."""
    form = Form(request.form)
    address = request.remote_addr or ""
    try:
        spend("20/minute", "welcome", address)
        typed = form.read(WelcomeForm)
        # A password is taken as typed: no stripping, no tidying.
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            raise Invalid(fields={"again": "两次填写的密码不一致"})
        if invitations.get(secret, now=utcnow()).staff is None:
            account = invitations.take_up(secret, typed.login, password, now=utcnow(), ip=address)
        else:
            account = invitations.set_password(secret, password, now=utcnow(), ip=address)
    except invitations.InvitationOver:
        raise
    except ServiceError as error:
        return _page(secret, form.blame(error)), error.status
    flash(f"设置好了，请用账号 {account.login} 登录", "good")
    return redirect(url_for("console.auth.login"), 303)


def _page(secret: str, form: Form) -> str:
    row = invitations.get(secret, now=utcnow())
    return render_template("console/staff_welcome/show.html", form=form, row=row, secret=secret)
