"""企业库, entered twice: the pairs that look alike, one merge looked at and done, and taken back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Enterprise, EnterpriseMerge
from server.clock import utcnow
from server.console import door
from server.console.enterprises import back
from server.console.forms import Form, ReasonForm
from server.context import actor, current_scope
from server.errors import Invalid, ServiceError
from server.paging import numbered
from server.services import (
    enterprises,
    enterprises_compared,
    enterprises_duplicates,
    enterprises_merges,
    enterprises_restated,
)
from server.services import enterprises_register as register
from server.services.enterprises_register import Filters
from server.services.staff import Verb

bp = door.word("enterprises_merges")

KINDS = {
    "members": "在职成员", "former_members": "曾经的成员", "needs": "诉求", "signups": "报名",
    "checkins": "签到", "visits": "走访", "visit_targets": "走访安排", "resources": "得到的资源",
    "care": "关怀记录", "merged": "以前并入的企业",
}  # fmt: skip
FACTS = {
    "short_name": "简称", "credit_code": "统一社会信用代码", "building_id": "楼宇", "room": "房间号",
    "industry": "行业", "size_band": "规模", "tenancy_from": "入驻日期", "tenancy_to": "租约到期",
    "tags": "标签",
}  # fmt: skip


@bp.get("/enterprises/duplicates")
def index() -> ResponseReturnValue:
    """Show the pairs that look alike, and the merges of before."""
    spaces = door.required(Verb.KEEP_REGISTER)
    merges = enterprises_merges.search(spaces).order_by(EnterpriseMerge.id.desc())
    return render_template(
        "console/enterprises/duplicates.html",
        pairs=enterprises_duplicates.pairs(spaces),
        most=enterprises_duplicates.MOST,
        page=numbered(merges, number=door.asked_number("page")),
        restated=enterprises_restated.of_merge,
        keep={},
    )


@bp.get("/enterprises/<id:enterprise_id>/merge")
def new(enterprise_id: int) -> ResponseReturnValue:
    """Show what letting this company go into another would do, or look for the other."""
    return _page(_company(enterprise_id), door.asked_id("into"), Form())


@bp.post("/enterprises/<id:enterprise_id>/merge")
def create(enterprise_id: int) -> ResponseReturnValue:
    """Let this company go into another."""
    found, form = _company(enterprise_id), Form(request.form)
    target_id = door.asked_id("into", request.form)
    try:
        if target_id is None:
            raise Invalid("请选择保留哪一家")
        target = _company(target_id)
        reason = form.read(ReasonForm).reason
        enterprises_merges.merge(found.id, target.id, reason, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(found, target_id, form.blame(error)), error.status
    flash(f"“{found.name}”已并入，30 天内可以撤销", "good")
    return back(target.id)


def _page(found: Enterprise, target_id: int | None, form: Form) -> str:
    target = _company(target_id) if target_id else None
    seen, candidates, text = None, [], door.asked_text("text")
    if target is not None and target.id != found.id:
        seen = enterprises_compared.preview(found, target, now=utcnow())
    elif text:
        spaces = current_scope().space_ids(Verb.KEEP_REGISTER)
        query = register.search(spaces, Filters(text=text), now=utcnow())
        candidates = list(
            query.where(Enterprise.id != found.id).order_by(Enterprise.name).limit(20)
        )
    return render_template(
        "console/enterprises/merge.html",
        found=found,
        seen=seen,
        candidates=candidates,
        text=text,
        kinds=KINDS,
        facts=FACTS,
        form=form,
        towers={row.id: row.name for row in (found.building, target and target.building) if row},
    )


@bp.post("/enterprises/<id:enterprise_id>/apart")
def apart(enterprise_id: int) -> ResponseReturnValue:
    """Say that two that look alike are not one."""
    found = _company(enterprise_id)
    try:
        other_id = door.asked_id("other", request.form)
        if other_id is None:
            raise Invalid("请从页面上的按钮提交")
        other = _company(other_id)
        enterprises_duplicates.tell_apart(found, other, actor=actor(), now=utcnow())
        flash("已记下不是同一家，不再提示", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return redirect(url_for(".index"), 303)


@bp.post("/merges/<id:merge_id>/undo")
def undo(merge_id: int) -> ResponseReturnValue:
    """Take a merge back."""
    found = enterprises_merges.get(merge_id, current_scope().space_ids(Verb.KEEP_REGISTER))
    try:
        enterprises_merges.undo(found.id, actor=actor(), now=utcnow())
        flash(f"已撤销，“{found.source.name}”恢复为单独一家", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return redirect(url_for(".index"), 303)


def _company(enterprise_id: int) -> Enterprise:
    """Return a company the staff may merge; a merged one answers as its root."""
    spaces = current_scope().space_ids(Verb.KEEP_REGISTER)
    return register.get(enterprises.get(enterprise_id).id, spaces)
