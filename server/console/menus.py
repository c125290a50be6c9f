"""月度菜单: drafted from the month's activities, checked, published, corrected."""

from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import MenuRevision
from models.menus import RevisionState
from server.clock import month_after, month_of, utcnow
from server.console import door
from server.console.forms import Fields, Form
from server.context import actor, current_scope, redis, wechat
from server.errors import Invalid, NotFound, ServiceError
from server.schemas.base import OptionalLine, OptionalParagraph
from server.services import (
    activities,
    activities_sessions,
    menus,
    menus_board,
    menus_codes,
    menus_publishing,
)
from server.services.notifications import audience, ledger, progress
from server.services.staff import Verb

bp = door.word("menus")

PAPERS = {"a3": "A3 海报", "a4": "A4 海报", "table": "A4 表格"}
"""What a menu is printed on: for the lobby, for a door, for the notice board."""


class MenuForm(Fields):
    title: OptionalLine = ""
    foreword: Annotated[OptionalParagraph, Field(max_length=600)] = ""


class DishForm(Fields):
    """One line of the editor, its names without the activity's id behind them."""

    blurb: Annotated[OptionalLine, Field(max_length=60)] = ""


@bp.get("/menus")
def index() -> ResponseReturnValue:
    """Show which Space has a menu for the month: published, drafted, or none yet."""
    mine = door.spaces_of(Verb.SEE)
    month = door.asked_month("month") or month_of(utcnow())
    # One Space has room to show its coming and past months; a town looks at one month at a time.
    months = [month_after(month, by) for by in (1, 0, -1, -2)] if len(mine) == 1 else [month]
    sheets = {name: menus.of_spaces([space.id for space in mine], name) for name in months}
    return render_template(
        "console/menus/index.html",
        spaces=mine,
        month=month,
        months=months,
        sheets=sheets,
        earlier=month_after(month, -1),
        later=month_after(month, 1),
    )


@bp.post("/menus")
def create() -> ResponseReturnValue:
    """Begin the draft of a month, or go on with the one there is."""
    space_id = door.asked_id("space_id", request.form) or 0
    current_scope().require(Verb.EDIT_MENU, space_id)
    month = door.asked_month("month", request.form)
    if month is None:
        raise NotFound
    sheet = menus.draft(space_id, month, actor=actor(), now=utcnow())
    return redirect(url_for("console.menus.edit", revision_id=sheet.revision.id), 303)


@bp.get("/menus/<id:revision_id>")
def show(revision_id: int) -> ResponseReturnValue:
    """Show a revision as members read it, what it changed, and how its message went out."""
    return _show_page(_revision(revision_id, Verb.SEE), Form())


@bp.get("/menus/<id:revision_id>/poster")
def poster(revision_id: int) -> ResponseReturnValue:
    """Show a published menu ready to print: a poster for the lift lobby, or a table for the notice
    board. The mini-program code on it is WeChat's; without it the poster still prints."""
    revision = _revision(revision_id, Verb.SEE)
    if revision.state == RevisionState.DRAFT:
        flash("草稿发布之后才能打印海报", "bad")
        return redirect(url_for("console.menus.show", revision_id=revision_id), 303)
    sheet = menus.sheet(revision)
    ids = [item.activity_id for item in sheet.items]
    try:
        code = menus_codes.of_menu(
            revision.space_id, sheet.menu.month, wechat=wechat(), redis=redis()
        )
    except menus_codes.NoCode:
        code = None
    paper = request.args.get("paper")
    return render_template(
        "console/menus/poster.html",
        sheet=sheet,
        paper=paper if paper in PAPERS else "a3",
        papers=PAPERS,
        found={row.id: row for row in activities.of_ids(ids)},
        sessions=activities_sessions.of_activities(ids),
        code=code,
    )


@bp.get("/menus/<id:revision_id>/edit")
def edit(revision_id: int) -> ResponseReturnValue:
    """Show the editor of a draft."""
    revision = _revision(revision_id, Verb.EDIT_MENU)
    if revision.state != RevisionState.DRAFT:
        return redirect(url_for("console.menus.show", revision_id=revision_id), 303)
    return _edit_page(_form_of(menus.sheet(revision)), revision)


@bp.post("/menus/<id:revision_id>")
def update(revision_id: int) -> ResponseReturnValue:
    """Write the draft anew; the person goes on editing, or to the preview."""
    revision = _revision(revision_id, Verb.EDIT_MENU)
    form = Form(request.form)
    try:
        typed = form.read(MenuForm)
        menus.edit(
            revision,
            title=typed.title,
            foreword=typed.foreword,
            entries=_entries(form),
            expected=form.version,
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _edit_page(form.blame(error), revision), error.status
    flash("草稿已保存", "good")
    onward = "show" if "preview" in request.form else "edit"
    return redirect(url_for(f"console.menus.{onward}", revision_id=revision_id), 303)


@bp.post("/menus/<id:revision_id>/publish")
def publish(revision_id: int) -> ResponseReturnValue:
    """Publish; members are told."""
    revision = _revision(revision_id, Verb.PUBLISH_MENU)
    form = Form(request.form)
    try:
        menus_publishing.publish(revision, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        fresh = menus.get(revision_id)
        return _show_page(fresh, form.blame(error)), error.status
    flash("菜单已发布，正在告诉会员", "good")
    return redirect(url_for("console.menus.show", revision_id=revision_id), 303)


def _revision(revision_id: int, verb: Verb) -> MenuRevision:
    revision = menus.get(revision_id)
    current_scope().require(verb, revision.space_id)
    return revision


def _form_of(sheet: menus.Sheet) -> Form:
    values: dict[str, Any] = {
        "title": sheet.revision.title,
        "foreword": sheet.revision.foreword,
        "version": sheet.revision.version,
        "pick": [item.activity_id for item in sheet.items],
    }
    for place, item in enumerate(sheet.items, start=1):
        values[f"order-{item.activity_id}"] = place
        values[f"blurb-{item.activity_id}"] = item.blurb
    return Form(**values)


def _entries(form: Form) -> list[menus.Entry]:
    """Return what was ticked, in the order of the numbers people gave. Raises Invalid."""
    chosen = []
    for place, text in enumerate(form.all("pick")):
        activity_id = door.id_in(text)
        if activity_id is None:
            raise Invalid(fields={"items": "请从列表中选择活动"})
        number = str(form[f"order-{text}"])
        order = int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else 999
        blurb = form.read(DishForm, blurb=str(form[f"blurb-{text}"])).blurb
        chosen.append((order, place, menus.Entry(activity_id, blurb)))
    return [entry for _, _, entry in sorted(chosen, key=lambda each: each[:2])]


def _edit_page(form: Form, revision: MenuRevision) -> str:
    sheet = menus.sheet(revision)
    kept = [item.activity_id for item in sheet.items]
    offered = menus_board.on_offer(revision.space_id, sheet.menu.month, kept)
    sessions = activities_sessions.of_activities([row.id for row in offered])
    return render_template(
        "console/menus/edit.html",
        form=form,
        sheet=sheet,
        offered=offered,
        sessions=sessions,
        chosen=set(form.all("pick")),
    )


def _show_page(revision: MenuRevision, form: Form) -> str:
    sheet = menus.sheet(revision)
    ids = [item.activity_id for item in sheet.items]
    is_draft = revision.state == RevisionState.DRAFT
    sent = [
        row for row in ledger.campaigns_of([revision.space_id]) if row.subject_id == revision.id
    ]
    return render_template(
        "console/menus/show.html",
        sheet=sheet,
        form=form,
        found={row.id: row for row in activities.of_ids(ids)},
        sessions=activities_sessions.of_activities(ids),
        problems=menus_publishing.checks(sheet) if is_draft else [],
        changes=menus_publishing.changes(sheet) if is_draft else revision.diff,
        revisions=menus_board.revisions(revision.space_id, sheet.menu.month),
        audience=audience.before(revision.space_id, "menu") if is_draft else None,
        campaigns=sent,
        progress=progress.of_campaigns([row.id for row in sent]),
        back=url_for("console.menus.show", revision_id=revision.id),
    )
