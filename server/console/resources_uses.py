"""What was given to whom: the list of a Space, and the form on the page of a resource or expert."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import ResourceUse
from server.clock import utcnow
from server.console import door
from server.console.activities_forms import Day
from server.console.forms import Fields, Form, RowId
from server.console.resources import row_page, shelf_of
from server.context import actor, current_scope
from server.errors import Invalid, ServiceError
from server.paging import numbered
from server.schemas.base import OptionalLine, OptionalLongLine
from server.schemas.resources import Note, UseIn
from server.services import enterprises, needs_desk, resources_uses
from server.services.needs_desk import Filters
from server.services.staff import Verb

bp = door.word("resources_uses")


class UseForm(Fields):
    """What was given, to whom as people call it: a company by its name, a need by its number."""

    space: RowId
    used_on: Day
    need: OptionalLine = ""
    enterprise: OptionalLongLine = ""
    amount: OptionalLine = ""
    hours: OptionalLine = ""
    outcome: Note = ""


@bp.get("/resources/uses")
def index() -> ResponseReturnValue:
    """Show what was given, the newest first."""
    door.required(Verb.READ_VISITS)
    query = resources_uses.search(current_scope(), space_id=door.asked_id("space"))
    ordered = query.order_by(ResourceUse.used_on.desc(), ResourceUse.id.desc())
    return render_template(
        "console/resources/uses.html",
        page=numbered(ordered, number=door.asked_number("page"), size=50),
        spaces=door.spaces_of(Verb.READ_VISITS),
        form=Form(request.args),
        keep={name: value for name, value in request.args.items() if value and name != "page"},
        thing_of=resources_uses.thing_of,
        receiver_of=resources_uses.receiver_of,
    )


@bp.post("/resources/resources/<id:resource_id>/uses")
def create(resource_id: int) -> ResponseReturnValue:
    """Write down that a resource was given."""
    return _create("resources", resource_id)


@bp.post("/resources/experts/<id:expert_id>/uses")
def create_of_expert(expert_id: int) -> ResponseReturnValue:
    """Write down that an expert gave time."""
    return _create("experts", expert_id)


def _create(word: str, row_id: int) -> ResponseReturnValue:
    shelf = shelf_of(word)
    row = shelf.service.get(current_scope(), row_id)
    form = Form(request.form)
    try:
        typed = form.read(UseForm)
        given: dict[str, Any] = {
            "resource_id" if word == "resources" else "expert_id": str(row.id),
            "used_on": typed.used_on.isoformat(),
            "amount": typed.amount,
            "hours": _hours(typed.hours),
            "outcome": typed.outcome,
        }
        use = UseIn.model_validate(given | _receiver(typed))
        resources_uses.record(typed.space, use, scope=current_scope(), actor=actor(), now=utcnow())
    except ServiceError as error:
        form.blame(error)
        for name in ("need", "enterprise"):  # the form asks by name what the shape takes by id
            if f"{name}_id" in form.errors:
                form.errors[name] = form.errors[f"{name}_id"]
        return row_page(shelf, row, form, doing="use"), error.status
    flash("已记录", "good")
    return redirect(url_for("console.resources.show", word=word, row_id=row_id), 303)


def _hours(text: str) -> float | None:
    if not text:
        return None
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 1000:
        raise Invalid(fields={"hours": "请填写小时数，例如 1.5"})
    return hours


def _receiver(typed: UseForm) -> dict[str, str]:
    """Return the ids behind the names typed. Raises Invalid."""
    found: dict[str, str] = {}
    if typed.need:
        filters = Filters(space_id=typed.space, text=typed.need)
        needs = needs_desk.filtered(current_scope(), filters, now=utcnow())
        need = next((each for each in needs.limit(50) if each.no == typed.need), None)
        if need is None:
            raise Invalid(fields={"need": "没有找到这个编号的诉求"})
        found["need_id"] = str(need.id)
    if typed.enterprise:
        try:
            companies = list(enterprises.search(typed.enterprise).limit(50))
        except Invalid as error:
            raise Invalid(fields={"enterprise": error.detail}) from None
        exact = [each for each in companies if typed.enterprise in (each.name, each.short_name)]
        if len(exact or companies) != 1:
            told = "请写全称，有几家企业相近" if companies else "没有找到这家企业"
            raise Invalid(fields={"enterprise": told})
        found["enterprise_id"] = str((exact or companies)[0].id)
    if len(found) != 1:
        raise Invalid(fields={"enterprise": "企业和诉求编号填一项"})
    return found
