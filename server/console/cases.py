"""案例: the library, writing one up, reading it, its sheet to print."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict

from models import CaseStory, File
from models.cases import CaseReach
from server.clock import day_of, utcnow
from server.console import door, files, labels
from server.console.forms import Form
from server.context import actor, current_scope, vault
from server.errors import NotFound, ServiceError
from server.paging import numbered
from server.schemas.cases import MOST_FIGURES, CaseIn
from server.services import cases, cases_names, cases_roots
from server.services.cases import Root
from server.services.staff import Verb

bp = door.word("cases")


class CaseForm(CaseIn):
    """A case as the form sends it."""

    model_config = ConfigDict(extra="ignore")


@bp.get("/cases")
def index() -> ResponseReturnValue:
    """Show the library: one's own drafts, and what is published for one to read."""
    own = door.required(Verb.READ_CASES)
    scope, text = current_scope(), door.asked_text("text")
    places = own if request.args.get("whose") == "own" else None
    told = cases.search(scope, text=text, space_ids=places)
    page = numbered(told, number=door.asked_number("page"), size=12)
    covers = {key: files.shown(found[:1]) for key, found in cases.pictures_of(page.items).items()}
    return render_template(
        "console/cases/index.html",
        drafts=cases.drafts(scope),
        page=page,
        covers=covers,
        form=Form(request.args),
        keep={name: value for name, value in request.args.items() if value and name != "page"},
        may_write=bool(scope.space_ids(Verb.WRITE_CASES)),
    )


@bp.get("/cases/new")
def new() -> ResponseReturnValue:
    """Show an empty form for a need or an activity; without either, what there is to choose."""
    door.required(Verb.WRITE_CASES)
    root = _root(request.args)
    if root is None:
        scope = current_scope()
        held = cases_roots.activities(scope)
        return render_template(
            "console/cases/roots.html",
            needs=cases_roots.needs(scope),
            activities=held,
            held=cases_roots.held_on(held),
        )
    values: dict[str, Any] = _figure_values(cases_roots.figures_of(root, now=utcnow()))
    return _edit(Form(reach=CaseReach.SPACE.value, **values), root=root)


@bp.post("/cases")
@door.takes_files
def create() -> ResponseReturnValue:
    """Keep a draft."""
    root = _root(request.form)
    if root is None:
        raise NotFound
    form = Form(request.form)
    kept: list[File] = []
    try:
        files.take(kept)
        ids = [each.id for each in kept]
        by: dict[str, Any] = {"actor": actor(), "now": utcnow()}
        row = cases.create(current_scope(), root, _read(form), ids, **by)
    except ServiceError as error:
        return _edit(form.blame(error), root=root, kept=kept), error.status
    flash("已存为草稿。读一遍别人将看到的样子，再发布", "good")
    return redirect(url_for(".show", case_id=row.id), 303)


@bp.get("/cases/<id:case_id>")
def show(case_id: int) -> ResponseReturnValue:
    """Show a case as its readers see it; a draft with what is left to do."""
    return _page(case_id, Form())


@bp.get("/cases/<id:case_id>/print")
def print_sheet(case_id: int) -> ResponseReturnValue:
    """Show a case on paper."""
    row = cases.get(current_scope(), case_id)
    return render_template("console/cases/print.html", **_told(row), today=day_of(utcnow()))


@bp.get("/cases/<id:case_id>/edit")
def edit(case_id: int) -> ResponseReturnValue:
    """Show the form of a draft."""
    row = _writable(case_id)
    if row.published_at is not None:
        raise cases.CasePublished
    names = ("version", "title", "before", "doing", "after")
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    values |= _figure_values(row.figures)
    return _edit(Form(**values, reach=row.reach.value), row=row)


@bp.post("/cases/<id:case_id>/edit")
@door.takes_files
def update(case_id: int) -> ResponseReturnValue:
    """Write the draft anew, with the pictures that are still ticked and the new ones."""
    row = _writable(case_id)
    form = Form(request.form)
    kept: list[File] = []
    there = {each.id for each in cases.pictures_of([row]).get(row.id, [])}
    try:
        files.take(kept)
        ticked = {door.id_in(each) for each in request.form.getlist("pictures")}
        ids = [*sorted(there & ticked), *(each.id for each in kept)]
        by: dict[str, Any] = {"expected": form.version, "actor": actor(), "now": utcnow()}
        cases.change(current_scope(), row, _read(form), ids, **by)
    except ServiceError as error:
        return _edit(form.blame(error), row=_writable(case_id), kept=kept), error.status
    flash("已保存", "good")
    return redirect(url_for(".show", case_id=case_id), 303)


@bp.post("/cases/<id:case_id>/publish")
def publish(case_id: int) -> ResponseReturnValue:
    """Let others read it."""
    row, form = cases.get(current_scope(), case_id), Form(request.form)
    by: dict[str, Any] = {"vault": vault(), "actor": actor(), "now": utcnow()}
    try:
        agreed = form["confirmed"] == "on"
        cases.publish(current_scope(), row, expected=form.version, confirmed=agreed, **by)
    except ServiceError as error:
        return _page(case_id, form.blame(error)), error.status
    flash(f"已发布，{labels.label(row.reach)}的同事可以读到", "good")
    return redirect(url_for(".show", case_id=case_id), 303)


@bp.post("/cases/<id:case_id>/withdraw")
def withdraw(case_id: int) -> ResponseReturnValue:
    """Make it a draft again."""
    row, form = cases.get(current_scope(), case_id), Form(request.form)
    by: dict[str, Any] = {"actor": actor(), "now": utcnow()}
    try:
        cases.withdraw(current_scope(), row, expected=form.version, **by)
    except ServiceError as error:
        return _page(case_id, form.blame(error)), error.status
    flash("已撤回为草稿，别的空间不再看到", "good")
    return redirect(url_for(".show", case_id=case_id), 303)


@bp.post("/cases/<id:case_id>/discard")
def discard(case_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    row, form = cases.get(current_scope(), case_id), Form(request.form)
    by: dict[str, Any] = {"actor": actor(), "now": utcnow()}
    try:
        cases.discard(current_scope(), row, expected=form.version, **by)
    except ServiceError as error:
        return _page(case_id, form.blame(error)), error.status
    flash("草稿已删除", "good")
    return redirect(url_for(".index"), 303)


def _root(source: Any) -> Root | None:
    need, activity = door.asked_id("need", source), door.asked_id("activity", source)
    if need is not None:
        return cases.need_of(current_scope(), need)
    return None if activity is None else cases.activity_of(current_scope(), activity)


def _writable(case_id: int) -> CaseStory:
    row = cases.get(current_scope(), case_id)
    current_scope().require(Verb.WRITE_CASES, row.space_id)
    return row


def _read(form: Form) -> CaseForm:
    pairs = (
        {
            "name": form.typed.get(f"f{number}_name", ""),
            "value": form.typed.get(f"f{number}_value", ""),
        }
        for number in range(MOST_FIGURES)
    )
    return form.read(
        CaseForm, figures=[pair for pair in pairs if any(map(str.strip, pair.values()))]
    )


def _figure_values(figures: list[dict[str, str]]) -> dict[str, str]:
    return {
        f"f{number}_{part}": figure[part]
        for number, figure in enumerate(figures)
        for part in ("name", "value")
    }


def _told(row: CaseStory) -> dict[str, Any]:
    return {"case": row, "pictures": files.shown(cases.pictures_of([row]).get(row.id, []))}


def _page(case_id: int, form: Form) -> str:
    row = cases.get(current_scope(), case_id)
    is_draft = row.published_at is None
    return render_template(
        "console/cases/show.html",
        **_told(row),
        form=form,
        is_draft=is_draft,
        named=cases_names.found(row, vault()) if is_draft else [],
        is_doubtful=cases_names.is_doubtful(row),
        may_write=current_scope().allows(Verb.WRITE_CASES, row.space_id),
        may_publish=current_scope().allows(Verb.PUBLISH_CASES, row.space_id),
    )


def _edit(
    form: Form,
    *,
    root: Root | None = None,
    row: CaseStory | None = None,
    kept: list[File] | None = None,
) -> str:
    pictures = cases.pictures_of([row]).get(row.id, []) if row else []
    return render_template(
        "console/cases/edit.html",
        form=form,
        case=row,
        root=root,
        kept=kept or [],
        pictures=files.shown(pictures),
        rows=range(MOST_FIGURES),
    )
