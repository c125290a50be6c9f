"""资源与专家: the lists, one row on its page with what it gave, entering, changing and retiring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Expert, Partner, Resource
from models.resources import PartnerType, ResourceKind
from server.clock import day_of, utcnow
from server.console import door, labels
from server.console.forms import Form, ReasonForm
from server.context import actor, current_scope, vault
from server.errors import Invalid, NotFound, ServiceError
from server.paging import numbered
from server.schemas.resources import ExpertIn, PartnerIn, ResourceIn
from server.services import (
    resources,
    resources_experts,
    resources_partners,
    resources_register,
    resources_uses,
)
from server.services.staff import Verb

bp = door.word("resources")

Row = Partner | Expert | Resource


@dataclass(frozen=True)
class Shelf:
    """One of the three kinds of rows: its table, what its form is, which service writes it."""

    word: str
    name: str
    table: Any
    shape: type[Any]
    service: ModuleType
    has_phone: bool


SHELVES: Mapping[str, Shelf] = {
    shelf.word: shelf
    for shelf in (
        Shelf("resources", "资源", Resource, ResourceIn, resources, False),
        Shelf("experts", "专家", Expert, ExpertIn, resources_experts, True),
        Shelf("partners", "共建单位", Partner, PartnerIn, resources_partners, True),
    )
}


def shelf_of(word: str) -> Shelf:
    """Return the shelf an address names. Raises NotFound."""
    if word not in SHELVES:
        raise NotFound
    return SHELVES[word]


@bp.get("/resources")
def index() -> ResponseReturnValue:
    """Show what the register holds of one kind."""
    spaces = door.required(Verb.READ_VISITS)
    asked = request.args.get("shelf", "")
    shelf = SHELVES.get(asked, SHELVES["resources"])
    narrowed: dict[str, Any] = {}
    if shelf.word == "partners":
        narrowed["type"] = door.asked(PartnerType, "type")
    if shelf.word == "resources":
        narrowed["kind"] = door.asked(ResourceKind, "kind")
    query = shelf.service.search(
        current_scope(),
        text=door.asked_text("text"),
        active=request.args.get("retired") != "1",
        **narrowed,
    )
    table = shelf.table
    page = numbered(query.order_by(table.name, table.id), number=door.asked_number("page"))
    hours = resources_experts.hours_given(page.items, spaces) if table is Expert else {}
    return render_template(
        "console/resources/index.html",
        shelf=shelf,
        shelves=SHELVES.values(),
        page=page,
        hours=hours,
        form=Form(request.args),
        keep={name: value for name, value in request.args.items() if value and name != "page"},
        may_add=bool(resources_register.units_kept(current_scope())),
        is_over=lambda row: resources.is_over(row, now=utcnow()),
    )


@bp.get("/resources/new")
def new() -> ResponseReturnValue:
    """Show the form for a new row."""
    shelf = SHELVES.get(request.args.get("shelf", ""), SHELVES["resources"])
    if not resources_register.units_kept(current_scope()):
        door.required(Verb.KEEP_RESOURCES)
    return _edit(shelf, None, Form(request.args))


@bp.post("/resources")
def create() -> ResponseReturnValue:
    """Enter a row."""
    form = Form(request.form)
    shelf = SHELVES.get(str(form["shelf"]), SHELVES["resources"])
    try:
        unit_id = door.asked_id("unit", request.form)
        if unit_id is None:
            raise Invalid(fields={"unit": "请选择归谁维护"})
        row = shelf.service.add(unit_id, _read(shelf, form), **_by(shelf))
    except ServiceError as error:
        return _edit(shelf, None, form.blame(error)), error.status
    flash(f"已加入{shelf.name}名录", "good")
    return redirect(url_for(".show", word=shelf.word, row_id=row.id), 303)


@bp.get("/resources/<word>/<id:row_id>")
def show(word: str, row_id: int) -> ResponseReturnValue:
    """Show a row, what it gave, and the forms for whoever keeps it."""
    shelf = shelf_of(word)
    return row_page(shelf, shelf.service.get(current_scope(), row_id), Form(day=day_of(utcnow())))


@bp.get("/resources/<word>/<id:row_id>/edit")
def edit(word: str, row_id: int) -> ResponseReturnValue:
    """Show the form of a row."""
    shelf = shelf_of(word)
    row = shelf.service.get(current_scope(), row_id)
    values: dict[str, Any] = {name: getattr(row, name, "") for name in shelf.shape.model_fields}
    if shelf.has_phone:
        values["phone"] = resources_register.phone_of(row, vault())
    return _edit(shelf, row, Form(**values))


@bp.post("/resources/<word>/<id:row_id>")
def update(word: str, row_id: int) -> ResponseReturnValue:
    """Write a row anew."""
    shelf = shelf_of(word)
    row = shelf.service.get(current_scope(), row_id)
    form = Form(request.form)
    try:
        shelf.service.change(
            row, _read(shelf, form), expected=form.version, active=row.active, **_by(shelf)
        )
    except ServiceError as error:
        row = shelf.service.get(current_scope(), row_id)
        return _edit(shelf, row, form.blame(error)), error.status
    flash("已保存", "good")
    return redirect(url_for(".show", word=word, row_id=row_id), 303)


@bp.post("/resources/<word>/<id:row_id>/retire")
def retire(word: str, row_id: int) -> ResponseReturnValue:
    """Take a row out of the lists to choose from, or bring it back."""
    shelf = shelf_of(word)
    row = shelf.service.get(current_scope(), row_id)
    back = request.form.get("active") == "on"
    form = Form(request.form)
    try:
        resources_register.retire(
            row,
            active=back,
            expected=form.version,
            scope=current_scope(),
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        row = shelf.service.get(current_scope(), row_id)
        return row_page(shelf, row, form.blame(error)), error.status
    flash("已恢复" if back else "已停用；以往的记录都在", "good")
    return redirect(url_for(".show", word=word, row_id=row_id), 303)


@bp.post("/resources/uses/<id:use_id>/void")
def void(use_id: int) -> ResponseReturnValue:
    """Let a use entered by mistake count no more."""
    use = resources_uses.get(current_scope(), use_id)
    word, row_id = ("resources", use.resource_id) if use.resource_id else ("experts", use.expert_id)
    try:
        reason = Form(request.form).read(ReasonForm).reason
        resources_uses.void(use, reason, scope=current_scope(), actor=actor(), now=utcnow())
        flash("这条记录已作废", "good")
    except Invalid as error:
        flash(error.detail, "bad")
    return redirect(url_for(".show", word=word, row_id=row_id), 303)


def _by(shelf: Shelf) -> dict[str, Any]:
    by = {"scope": current_scope(), "actor": actor(), "now": utcnow()}
    return by | ({"vault": vault()} if shelf.has_phone else {})


def _read(shelf: Shelf, form: Form) -> Any:
    return form.read(shelf.shape, is_shared=form["is_shared"] == "on")


def _edit(shelf: Shelf, row: Row | None, form: Form) -> str:
    units = resources_register.units_kept(current_scope())
    spaces = door.spaces_of(Verb.READ_VISITS)
    found = {one.id: one for space in spaces for one in resources_partners.usable_in(space.id)}
    return render_template(
        "console/resources/edit.html",
        shelf=shelf,
        row=row,
        form=form,
        units=units,
        partners=sorted(found.values(), key=lambda one: one.name),
        types=labels.choices(PartnerType),
        kinds=labels.choices(ResourceKind),
    )


def row_page(shelf: Shelf, row: Row, form: Form, doing: str = "") -> str:
    """Return the page of a row; `form` is one that was refused, if any."""
    scope = current_scope()
    of = {"resources": "resource", "experts": "expert"}.get(shelf.word)
    uses = resources_uses.search(scope, **{of: row.id}) if of else None
    visits = scope.space_ids(Verb.VISIT)
    named: dict[str, Callable[..., str]] = {
        "thing_of": resources_uses.thing_of,
        "receiver_of": resources_uses.receiver_of,
    }
    return render_template(
        "console/resources/show.html",
        shelf=shelf,
        row=row,
        form=form,
        doing=doing,
        phone=resources_register.phone_of(row, vault()) if shelf.has_phone else "",  # type: ignore[arg-type]
        may_keep=resources_register.keeps(scope, row.org_unit),
        uses=None
        if uses is None
        else numbered(
            uses.order_by(uses.model.used_on.desc(), uses.model.id.desc()),
            number=door.asked_number("page"),
        ),
        spaces=door.spaces_of(Verb.VISIT) if visits else [],
        hours=resources_experts.hours_given([row], visits).get(row.id, 0.0)
        if isinstance(row, Expert)
        else 0.0,
        is_over=isinstance(row, Resource) and resources.is_over(row, now=utcnow()),
        **named,
    )
