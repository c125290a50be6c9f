"""人员与授权: who works here, roles from a day to a day, invitations, handover."""

import datetime as dt
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from models import Grant, OrgUnit, Partner
from models.staff import Role
from server.clock import day_of, utcnow
from server.console import door
from server.console.forms import Fields, Form, RowId
from server.context import actor, config, current_scope
from server.errors import Invalid, NotFound, ServiceError
from server.schemas.base import Day, ShortLine
from server.services import auth_factors as factors
from server.services import resources_partners as partners
from server.services import staff, staff_handover, staff_people
from server.services import staff_invitations as invitations
from server.services.staff import Verb
from server.services.staff_handover import Handover
from server.services.staff_invitations import Post

bp = door.word("staff_people")


class PostForm(Fields):
    """A role at a place: `operator:123`."""

    post: str
    partner: RowId | None = None
    from_on: Day | None = None
    to_on: Day | None = None


class InviteForm(PostForm):
    name: ShortLine


class HandoverForm(Fields):
    space: RowId
    taker: RowId
    from_on: Day


class PassOnForm(Fields):
    space: RowId
    taker: RowId


@bp.get("/staff")
def index() -> ResponseReturnValue:
    """Show who works where I give roles, and who was invited."""
    door.required(Verb.GRANT)
    return _list(Form())


@bp.post("/staff/invitations")
def invite() -> ResponseReturnValue:
    """Make a link for somebody new; it is shown this once."""
    form = Form(request.form)
    try:
        typed = form.read(InviteForm)
        _, secret = invitations.invite(
            typed.name, _post(typed), by=current_scope(), actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        door.required(Verb.GRANT)
        return _list(form.blame(error)), error.status
    _show_once(secret, f"邀请{typed.name}的链接")
    return redirect(url_for(".index"), 303)


@bp.post("/staff/invitations/<id:invitation_id>/revoke")
def revoke_invitation(invitation_id: int) -> ResponseReturnValue:
    """Make an invitation worthless at once."""
    invitations.revoke(invitation_id, by=current_scope(), actor=actor(), now=utcnow())
    flash("邀请已撤回，链接不能再用", "good")
    return redirect(url_for(".index"), 303)


@bp.get("/staff/<id:staff_id>")
def show(staff_id: int) -> ResponseReturnValue:
    """Show an account, its roles and what it has in hand."""
    return _page(staff_id)


@bp.post("/staff/<id:staff_id>/grants")
def grant(staff_id: int) -> ResponseReturnValue:
    """Give a role from a day to a day."""
    person = _person(staff_id)
    form = Form(request.form)
    try:
        typed = form.read(PostForm)
        post = _post(typed)
        invitations.require_fit(post, by=current_scope(), now=utcnow())
        staff.grant(
            person.account,
            post.role,
            post.unit,
            by=current_scope(),
            actor=actor(),
            now=utcnow(),
            from_on=post.from_on,
            to_on=post.to_on,
            partner=post.partner,
        )
    except ServiceError as error:
        return _page(staff_id, form.blame(error)), error.status
    flash("已授权", "good")
    return _back(staff_id)


@bp.post("/staff/<id:staff_id>/grants/<id:grant_id>/revoke")
def revoke(staff_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a role back at once; the log-ins of the account end."""
    held = [each.grant for each in _person(staff_id).held if each.grant.id == grant_id]
    if not held:
        raise NotFound
    staff.revoke(held[0], by=current_scope(), actor=actor(), now=utcnow())
    flash("已收回，这位同事的登录已全部退出", "good")
    return _back(staff_id)


@bp.post("/staff/<id:staff_id>/password")
def offer_password(staff_id: int) -> ResponseReturnValue:
    """Make a link by which the person sets a new password."""
    account = _person(staff_id).account
    _, secret = invitations.offer_password(account, by=current_scope(), actor=actor(), now=utcnow())
    _show_once(secret, f"给{account.name}重设密码的链接")
    return _back(staff_id)


@bp.post("/staff/<id:staff_id>/factor/drop")
def drop_factor(staff_id: int) -> ResponseReturnValue:
    """Take the second factor away, for who lost phone and paper."""
    account = _person(staff_id).account
    staff_people.require_over(current_scope(), account, now=utcnow())
    if account.totp_enc is None:
        flash("对方没有开启两步验证，不用取消")
        return _back(staff_id)
    factors.drop(account, actor=actor(), now=utcnow())
    flash("已取消两步验证，请提醒本人尽快重新设置", "good")
    return _back(staff_id)


@bp.post("/staff/<id:staff_id>/close")
def close(staff_id: int) -> ResponseReturnValue:
    """Close an account at once; what it did keeps its name."""
    account = _person(staff_id).account
    if account.id == current_scope().staff_id:
        raise Invalid("不能停用自己的账号")
    staff_people.require_over(current_scope(), account, now=utcnow())
    staff.close(account, actor=actor(), now=utcnow())
    flash("账号已停用", "good")
    return _back(staff_id)


@bp.post("/staff/<id:staff_id>/handover")
def hand_over(staff_id: int) -> ResponseReturnValue:
    """Let another be keeper from a day on."""
    giver = _person(staff_id).account
    form = Form(request.form)
    try:
        typed = form.read(HandoverForm)
        if typed.space not in current_scope().space_ids(Verb.GRANT):
            raise NotFound
        taker = staff_people.get(current_scope(), typed.taker, now=utcnow()).account
        change = Handover(typed.space, giver, taker, typed.from_on)
        moved = staff_handover.hand_over(change, by=current_scope(), actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(staff_id, handover=form.blame(error)), error.status
    flash(f"已交接给{taker.name}，移交未了事项 {moved} 件", "good")
    return _back(staff_id)


@bp.post("/staff/<id:staff_id>/duties")
def pass_on(staff_id: int) -> ResponseReturnValue:
    """Give what is in hand to a colleague."""
    giver = _person(staff_id).account
    typed = Form(request.form).read(PassOnForm)
    change = Handover(typed.space, giver, staff.get(typed.taker), day_of(utcnow()))
    moved = staff_handover.pass_on(change, by=current_scope(), actor=actor(), now=utcnow())
    flash(f"已移交 {moved} 件给{change.taker.name}", "good")
    return _back(staff_id)


def _post(typed: PostForm) -> Post:
    """Read a role and its place; what the reader cannot give is none. Raises Invalid."""
    known = {f"{role.value}:{unit.id}": (role, unit) for role, unit in _posts()}
    if typed.post not in known:
        raise Invalid(fields={"post": "请选择一项职责"})
    role, unit = known[typed.post]
    partner = None
    if typed.partner is not None:
        partner = next((row for row in _partners() if row.id == typed.partner), None)
        if partner is None:
            raise Invalid(fields={"partner": "请选择名录中的共建单位"})
    return Post(role, unit, typed.from_on, typed.to_on, partner)


def _posts() -> list[tuple[Role, OrgUnit]]:
    return [(role, unit) for role, units in staff_people.places(current_scope()) for unit in units]


def _partners() -> list[Partner]:
    found = {
        row.id: row
        for space_id in current_scope().space_ids(Verb.GRANT)
        for row in partners.usable_in(space_id)
    }
    return sorted(found.values(), key=lambda row: row.name)


def _person(staff_id: int) -> staff_people.Person:
    return staff_people.get(current_scope(), staff_id, now=utcnow())


def _list(form: Form) -> str:
    text = door.asked_text("text")
    now = utcnow()
    return render_template(
        "console/staff_people/index.html",
        form=form,
        text=text,
        page=staff_people.search(current_scope(), text, number=door.asked_number("page"), now=now),
        waiting=invitations.waiting(current_scope(), now=now),
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    posts = _posts()
    gives_partners = any(role is Role.PARTNER_HANDLER for role, _ in posts)
    return {
        "posts": posts,
        "partners": _partners() if gives_partners else [],
        "link": session.pop("staff_link", None),
    }


def _page(staff_id: int, form: Form | None = None, *, handover: Form | None = None) -> str:
    now = utcnow()
    person = _person(staff_id)
    spaces = {
        each.grant.org_unit_id: each.grant.org_unit
        for each in person.held
        if each.grant.org_unit_id in current_scope().space_ids(Verb.GRANT)
    }
    return render_template(
        "console/staff_people/show.html",
        form=form or Form(),
        handover=handover or Form(from_on=day_of(now).isoformat()),
        person=person,
        desks=[_desk(person, unit, now) for unit in spaces.values()],
        may_change=staff_people.looks_after(current_scope(), person.account, now=now),
        **_choices(),
    )


def _desk(person: staff_people.Person, unit: OrgUnit, now: dt.datetime) -> dict[str, Any]:
    """What somebody has in hand in a Space, and who could take it."""
    account = person.account
    keeps: list[Grant] = [
        each.grant
        for each in person.held
        if each.grant.role is Role.KEEPER
        and each.grant.org_unit_id == unit.id
        and each.may_change
        and each.when == "now"
    ]
    return {
        "unit": unit,
        "duties": staff_handover.duties(account, unit.id),
        "colleagues": staff_handover.colleagues(account, unit.id, now=now),
        "is_keeper": bool(keeps),
    }


def _show_once(secret: str, what: str) -> None:
    """Keep the link for the next page; it is in no database and cannot be shown again."""
    path = url_for("console.staff_welcome.show", secret=secret)
    url = f"{config().server.public_url.rstrip('/')}{path}"
    session["staff_link"] = {"url": url, "what": what}


def _back(staff_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", staff_id=staff_id), 303)
