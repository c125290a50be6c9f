"""企业库, by hand: entering a company, changing it, saying that it moved."""

from typing import Annotated, Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import Enterprise
from server.clock import utcnow
from server.console import door
from server.console.activities_forms import Day, Names
from server.console.enterprises import back, file_page
from server.console.forms import Fields, Form, ReasonForm, RowId
from server.context import actor, current_scope
from server.errors import Conflict, Invalid, ServiceError
from server.schemas.base import OptionalLine, OptionalLongLine
from server.services import enterprises, enterprises_imports
from server.services import enterprises_register as register
from server.services.staff import Verb

bp = door.word("enterprises_edit")

SIZES = ("1–20 人", "21–50 人", "51–100 人", "101–300 人", "300 人以上")
_FACTS = (
    "name", "short_name", "credit_code", "building_id", "room", "industry", "size_band",
    "tenancy_from", "tenancy_to",
)  # fmt: skip


class EnterpriseForm(Fields):
    """A company as the form sends it."""

    name: Annotated[OptionalLongLine, Field(min_length=2, max_length=100)]
    short_name: Annotated[OptionalLine, Field(max_length=40)] = ""
    credit_code: Annotated[OptionalLine, Field(max_length=30)] = ""
    building_id: RowId
    room: Annotated[OptionalLine, Field(max_length=40)] = ""
    industry: Annotated[OptionalLine, Field(max_length=40)] = ""
    size_band: Annotated[OptionalLine, Field(max_length=20)] = ""
    tenancy_from: Day | None = None
    tenancy_to: Day | None = None
    tags: Annotated[Names, Field(max_length=10)] = []

    def values(self) -> dict[str, Any]:
        """Return the columns. Raises Invalid for a wrong credit code, a lease that
        ends before it begins."""
        if self.tenancy_from and self.tenancy_to and self.tenancy_from > self.tenancy_to:
            raise Invalid(fields={"tenancy_to": "租约到期早于入驻日期"})
        if any(len(tag) > 12 for tag in self.tags):
            raise Invalid(fields={"tags": "每个标签不超过 12 个字"})
        code = enterprises.checked_credit_code(self.credit_code) if self.credit_code else None
        return self.model_dump() | {"credit_code": code}


class MoveForm(ReasonForm):
    """When a company left."""

    on: Day


@bp.get("/enterprises/new")
def new() -> ResponseReturnValue:
    """Show the empty form."""
    door.required(Verb.KEEP_REGISTER)
    return _edit(None, Form())


@bp.post("/enterprises/new")
def create() -> ResponseReturnValue:
    """Enter a company; one that looks like another only on the second word."""
    spaces, form = door.required(Verb.KEEP_REGISTER), Form(request.form)
    similar: Enterprise | None = None
    try:
        typed = form.read(EnterpriseForm)
        values = typed.values()
        register.require_tower(typed.building_id, spaces)
        if "anyway" not in request.form:
            similar = enterprises_imports.alike(typed.name, values, spaces)
            if similar is not None:
                raise Conflict("库里有一家很像的企业，请先看看是不是同一家")
        found = enterprises.create(**values, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit(None, form.blame(error), similar), error.status
    flash("已加入企业库", "good")
    return back(found.id)


@bp.get("/enterprises/<id:enterprise_id>/edit")
def edit(enterprise_id: int) -> ResponseReturnValue:
    """Show the form."""
    found = register.get(enterprise_id, _keeping())
    values = {name: getattr(found, name) for name in _FACTS}
    return _edit(found, Form(tags="、".join(found.tags), **values))


@bp.post("/enterprises/<id:enterprise_id>/edit")
def update(enterprise_id: int) -> ResponseReturnValue:
    """Write what was changed."""
    spaces, form = _keeping(), Form(request.form)
    found = register.get(enterprise_id, spaces)
    try:
        values = form.read(EnterpriseForm).values()
        if values["building_id"] != found.building_id:
            register.require_tower(values["building_id"], spaces)
        changed = {name: value for name, value in values.items() if getattr(found, name) != value}
        enterprises.change(found, changed, actor=actor(), now=utcnow(), expected=form.version)
    except ServiceError as error:
        return _edit(register.get(enterprise_id, spaces), form.blame(error)), error.status
    flash("已保存", "good")
    return back(found.id)


def _edit(found: Enterprise | None, form: Form, similar: Enterprise | None = None) -> str:
    spaces = _keeping()
    return render_template(
        "console/enterprises/edit.html",
        found=found,
        form=form,
        similar=similar,
        towers=register.towers_of(spaces),
        industries=register.industries(spaces),
        sizes=[*SIZES, *({found.size_band} - {"", *SIZES} if found else ())],
    )


@bp.post("/enterprises/<id:enterprise_id>/move-out")
def move_out(enterprise_id: int) -> ResponseReturnValue:
    """Write down that it left the tower."""
    found, form = register.get(enterprise_id, _keeping()), Form(request.form)
    try:
        typed = form.read(MoveForm)
        register.move_out(found, typed.on, typed.reason, actor=actor(), now=utcnow())
    except ServiceError as error:
        return file_page(enterprise_id, form.blame(error), "move_out"), error.status
    flash("已登记搬离；档案和数字都还在", "good")
    return back(found.id)


@bp.post("/enterprises/<id:enterprise_id>/move-back")
def move_back(enterprise_id: int) -> ResponseReturnValue:
    """Write down that it is there again."""
    found = register.get(enterprise_id, _keeping())
    try:
        register.move_back(found, actor=actor(), now=utcnow())
        flash("已恢复为在驻", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return back(found.id)


def _keeping() -> frozenset[int]:
    return current_scope().space_ids(Verb.KEEP_REGISTER)
