"""企业成员, to verify: who says they work in a company of ours, and as what."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import EnterpriseMember
from models.enterprises import MemberRole, MemberStatus
from server.clock import utcnow
from server.console import door
from server.console.forms import Form, ReasonForm
from server.context import actor, current_scope
from server.errors import ServiceError
from server.paging import numbered
from server.services import enterprises_members
from server.services.staff import Verb

bp = door.word("enterprises_members")


@bp.get("/enterprises/members")
def index() -> ResponseReturnValue:
    """Show who waits for a word, the longest first; or everybody who was verified."""
    spaces = door.required(Verb.VISIT)
    status = door.asked(MemberStatus, "status") or MemberStatus.PENDING
    query = enterprises_members.search(spaces, status)
    ordered = query.order_by(EnterpriseMember.created_at, EnterpriseMember.id)
    return render_template(
        "console/enterprises/members.html",
        page=numbered(ordered, number=door.asked_number("page"), size=30),
        waiting=enterprises_members.search(spaces, MemberStatus.PENDING).count(),
        status=status,
        keep={"status": status.value},
    )


@bp.post("/enterprises/members/<id:member_id>/verify")
def verify(member_id: int) -> ResponseReturnValue:
    """Confirm that they work there, as staff or as the contact."""
    member = _member(member_id)
    role = door.asked(MemberRole, "role", request.form) or MemberRole.STAFF
    try:
        enterprises_members.verify(member, role, actor=actor(), now=utcnow())
        what = "企业联系人" if role == MemberRole.CONTACT else "员工"
        flash(f"已核实为“{member.enterprise.name}”的{what}", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return _back()


@bp.post("/enterprises/members/<id:member_id>/refuse")
def refuse(member_id: int) -> ResponseReturnValue:
    """Say that they do not work there."""
    member = _member(member_id)
    try:
        reason = Form(request.form).read(ReasonForm).reason
        enterprises_members.refuse(member, reason, actor=actor(), now=utcnow())
        flash("已移出，本人可以重新选择企业", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return _back()


def _member(member_id: int) -> EnterpriseMember:
    return enterprises_members.get(member_id, current_scope().space_ids(Verb.VISIT))


def _back() -> ResponseReturnValue:
    return redirect(url_for(".index"), 303)
