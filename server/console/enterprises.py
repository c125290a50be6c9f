"""企业库 and 一企一档: the register, one company on one page, entering and changing, the brief."""

import io
from typing import Annotated, Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import Enterprise
from models.enterprises import CareKind, EnterpriseStatus
from server.clock import day_of, utcnow
from server.console import door
from server.console.activities_forms import Day
from server.console.forms import Fields, Form, ReasonForm, RowId
from server.context import actor, current_scope, vault
from server.errors import Invalid, ServiceError
from server.paging import numbered
from server.schemas.base import OptionalLongLine
from server.services import enterprises_file as files
from server.services import enterprises_register as register
from server.services import enterprises_touches, users
from server.services.enterprises_register import Filters
from server.services.staff import Verb

bp = door.word("enterprises")

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS = (1, 3, 6, 12)


class CareForm(Fields):
    """How a Space looked after a company."""

    kind: CareKind
    text: Annotated[OptionalLongLine, Field(min_length=2, max_length=120)]
    on_day: Day
    space: RowId | None = None


@bp.get("/enterprises")
def index() -> ResponseReturnValue:
    """Show the register."""
    scope, now = current_scope(), utcnow()
    spaces = reading()
    query = register.search(spaces, filters(), now=now).order_by(Enterprise.name, Enterprise.id)
    page = numbered(query, number=door.asked_number("page"), size=50)
    return render_template(
        "console/enterprises/index.html",
        page=page,
        counts=register.counts(spaces),
        last=enterprises_touches.last(spaces, [row.id for row in page.items]),
        towers=register.towers_of(spaces),
        industries=register.industries(spaces),
        months=MONTHS,
        form=Form(request.args),
        keep={name: value for name, value in request.args.items() if value and name != "page"},
        may_keep=bool(scope.space_ids(Verb.KEEP_REGISTER)),
        may_export=bool(scope.space_ids(Verb.EXPORT_PEOPLE)),
        today=day_of(now),
    )


def filters() -> Filters:
    """Return what the address asks for; what it cannot mean is left out."""
    contact = request.args.get("contact")
    return Filters(
        text=door.asked_text("text"),
        building_id=door.asked_id("building"),
        industry=door.asked_text("industry"),
        status=EnterpriseStatus.MOVED_OUT
        if request.args.get("status") == EnterpriseStatus.MOVED_OUT
        else EnterpriseStatus.ACTIVE,
        has_contact={"yes": True, "no": False}.get(contact or ""),
        silent_months=_months("silent"),
        lease_months=_months("lease"),
    )


def _months(name: str) -> int | None:
    text = request.args.get(name, "")
    number = door.asked_number(name) if text.isdecimal() else 0
    return number if 1 <= number <= enterprises_touches.LONGEST_MONTHS else None


def reading() -> frozenset[int]:
    """Return the Spaces whose register the staff may read. Raises Forbidden where there is none."""
    return door.required(Verb.READ_VISITS)


@bp.post("/enterprises/export")
def export() -> ResponseReturnValue:
    """Take the register along as a spreadsheet, with a reason."""
    spaces = door.required(Verb.EXPORT_PEOPLE)
    form = Form(request.form)
    try:
        reason = form.read(ReasonForm).reason
        content = register.workbook(spaces, filters(), reason, actor=actor(), now=utcnow())
    except ServiceError as error:
        flash(form.blame(error).errors.get("reason", error.detail), "bad")
        return redirect(url_for(".index"), 303)
    return sheet(content, "企业库.xlsx")


def sheet(content: bytes, name: str) -> Response:
    """Answer with a spreadsheet to take along."""
    return send_file(
        io.BytesIO(content), mimetype=SHEET, as_attachment=True, download_name=name, max_age=0
    )


@bp.get("/enterprises/<id:enterprise_id>")
def show(enterprise_id: int) -> ResponseReturnValue:
    """Show the file of a company."""
    return file_page(enterprise_id, Form(on_day=day_of(utcnow())))


def file_page(enterprise_id: int, form: Form, doing: str = "") -> str:
    """Return the page of a file; `doing` is the form that was refused."""
    scope = current_scope()
    told = files.of(scope, enterprise_id, now=utcnow())
    kind = door.asked_text("kind")
    people: Any = told.people  # each with `user` joined in
    found = told.enterprise
    visiting = register.keepers_of(found, scope.space_ids(Verb.VISIT))
    return render_template(
        "console/enterprises/show.html",
        told=told,
        found=found,
        kind=kind,
        page=files.timeline(told.look, kind, number=door.asked_number("page")),
        names={each.kind: each.name for each in files.every_source()},
        phones={row.user_id: users.masked_phone(row.user, vault()) for row in people},
        spaces=[space for space in door.spaces_of(Verb.VISIT) if space.id in visiting],
        may_keep=bool(register.keepers_of(found, scope.space_ids(Verb.KEEP_REGISTER))),
        form=form,
        doing=doing,
        today=day_of(utcnow()),
    )


@bp.get("/enterprises/<id:enterprise_id>/brief")
def brief(enterprise_id: int) -> ResponseReturnValue:
    """Show the file as one sheet of A4, to read on the way to a visit."""
    scope, now = current_scope(), utcnow()
    told = files.of(scope, enterprise_id, now=now)
    works = bool(scope.space_ids(Verb.WORK_NEEDS))
    return render_template(
        "console/enterprises/brief.html",
        told=told,
        found=told.enterprise,
        open_needs=files.timeline(told.look, "needs_open").items[:6] if works else [],
        lines=files.timeline(told.look).items[:10],
        names={each.kind: each.name for each in files.every_source()},
        today=day_of(now),
        day_of=day_of,
    )


@bp.post("/enterprises/<id:enterprise_id>/care")
def care(enterprise_id: int) -> ResponseReturnValue:
    """Write down that the company was looked after."""
    scope, form = current_scope(), Form(request.form)
    spaces = scope.space_ids(Verb.VISIT)
    found = register.get(enterprise_id, spaces)
    try:
        typed = form.read(CareForm)
        mine = register.keepers_of(found, spaces)
        space = typed.space or mine[0]
        if space not in mine:
            raise Invalid(fields={"space": "请选择照看这家企业的空间"})
        files.note_care(
            found, space, typed.kind, typed.text, on_day=typed.on_day, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return file_page(enterprise_id, form.blame(error), "care"), error.status
    flash("已记下", "good")
    return back(found.id)


def back(enterprise_id: int) -> ResponseReturnValue:
    """Lead to the file of a company."""
    return redirect(url_for("console.enterprises.show", enterprise_id=enterprise_id), 303)
