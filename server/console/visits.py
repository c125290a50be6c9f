"""走访季: what the calendar proposes, the seasons there are, one of them with whom to visit."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import VisitCampaign, VisitTarget
from models.visits import TargetState, VisitKind
from server.clock import day_of, utcnow
from server.console import door, labels
from server.console.forms import Form
from server.console.visits_forms import (
    QUESTION_KINDS,
    REASONS,
    campaign_values,
    fresh_values,
    question_rows,
    read_campaign,
    spring_values,
)
from server.context import actor, current_scope
from server.errors import Forbidden, Invalid, ServiceError
from server.paging import NumberedPage
from server.services import (
    enterprises,
    spaces,
    visits,
    visits_progress,
    visits_routes,
    visits_seasons,
    visits_staff,
    visits_targets,
)
from server.services.staff import Verb
from server.services.visits_targets import Filters

bp = door.word("visits")

_ON_A_PAGE = 50
_FOUND = 8
ASKED = ("state", "assignee", "building", "floor", "text", "answered", "needs")
"""What the list of targets is filtered by."""


@bp.get("/visits")
def index() -> ResponseReturnValue:
    """Show the proposed season and all seasons, each with how far it is."""
    scope, now = current_scope(), utcnow()
    found = visits.of_spaces(scope.space_ids(Verb.READ_VISITS))
    mine = scope.space_ids(Verb.VISIT)
    proposed = visits_seasons.due(mine, ahead=visits_seasons.EARLY, now=now)
    return render_template(
        "console/visits/index.html",
        campaigns=found,
        standings=visits_progress.of_campaigns(found),
        proposed=[(space, proposed[space.id]) for space in spaces.named(proposed)],
        may_plan=bool(mine),
        several=len({row.space_id for row in found} | set(mine)) > 1,
        today=day_of(now),
    )


@bp.get("/visits/new")
def new() -> ResponseReturnValue:
    """Show the form; with `spring` and `space` filled with what the calendar proposes."""
    _require_somewhere()
    wanted = door.asked_id("space")
    values = fresh_values() | {"space_id": wanted}
    year = door.asked_number("spring")
    if 2020 <= year <= 2100:
        values |= spring_values(visits_seasons.spring(year))
    return _edit_page(Form(**values), None)


@bp.post("/visits")
def create() -> ResponseReturnValue:
    """Plan a season: its list is found by the rule."""
    _require_somewhere()
    form = Form(request.form)
    try:
        wanted = read_campaign(form, None)
        campaign, count = visits_targets.plan(current_scope(), wanted, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit_page(form.blame(error), None), error.status
    flash(f"走访季已建好，按规则列出 {count} 家企业，请核对名单并分配", "good")
    return redirect(url_for(".show", visit_campaign_id=campaign.id), 303)


@bp.get("/visits/<id:visit_campaign_id>/edit")
def edit(visit_campaign_id: int) -> ResponseReturnValue:
    """Show the form of a season."""
    campaign = visits.get_open(current_scope(), visit_campaign_id)
    return _edit_page(Form(**campaign_values(campaign)), campaign)


@bp.post("/visits/<id:visit_campaign_id>/edit")
def update(visit_campaign_id: int) -> ResponseReturnValue:
    """Write the season anew."""
    campaign = visits.get_open(current_scope(), visit_campaign_id)
    form = Form(request.form)
    try:
        wanted = read_campaign(form, campaign)
        expected = form.version
        visits.change(campaign, wanted, expected=expected, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit_page(form.blame(error), campaign), error.status
    flash("已保存。规则改了的话，请点“按规则补充”更新名单", "good")
    return redirect(url_for(".show", visit_campaign_id=campaign.id), 303)


@bp.post("/visits/<id:visit_campaign_id>/close")
def close(visit_campaign_id: int) -> ResponseReturnValue:
    """End the season, or open it again."""
    campaign = visits.get(current_scope(), visit_campaign_id, Verb.VISIT)
    is_over = request.form.get("over") != "no"
    visits.close(campaign, is_over=is_over, actor=actor(), now=utcnow())
    flash("这一季已结束" if is_over else "这一季已重新打开", "good")
    return redirect(url_for(".show", visit_campaign_id=campaign.id), 303)


@bp.get("/visits/<id:visit_campaign_id>")
def show(visit_campaign_id: int) -> ResponseReturnValue:
    """Show a season: how far it is, and whom to visit."""
    return page_of(visit_campaign_id, Form())


def page_of(campaign_id: int, form: Form) -> str:
    """Return the page of a season; `form`: what was refused on it."""
    scope, now = current_scope(), utcnow()
    campaign = visits.get(scope, campaign_id)
    rows = visits_targets.of_campaign(campaign, filters_asked())
    may = scope.allows(Verb.VISIT, campaign.space_id) and campaign.closed_at is None
    shown = _page(rows)
    ids = [row.enterprise_id for row in shown.items]
    everybody = visits_targets.of_campaign(campaign)
    return render_template(
        "console/visits/show.html",
        campaign=campaign,
        standing=visits_progress.of_campaigns([campaign])[campaign.id],
        shares=visits_progress.by_assignee(campaign),
        page=shown,
        last=visits.last_visited(ids),
        keep={name: value for name in ASKED if (value := door.asked_text(name))},
        buildings=spaces.buildings_of([campaign.space_id])[campaign.space_id],
        floors=_floors(everybody),
        visitors=visits_staff.visitors_of(campaign.space_id, now=now),
        states=labels.choices(TargetState),
        found=_found(everybody) if may else [],
        may=may,
        form=form,
        asked=Form(request.args),
    )


def filters_asked() -> Filters:
    """Return the filters of the address."""
    assignee = request.args.get("assignee", "")
    yes_no = {"yes": True, "no": False}
    return Filters(
        state=door.asked(TargetState, "state"),
        assignee_id=0 if assignee == "none" else door.asked_id("assignee"),
        building_id=door.asked_id("building"),
        floor=door.asked_text("floor"),
        text=door.asked_text("text"),
        is_answered=yes_no.get(request.args.get("answered", "")),
        has_needs=request.args.get("needs") == "yes",
    )


def _floors(rows: list[VisitTarget]) -> list[str]:
    told = {visits_routes.floor_of(row.enterprise.room) for row in rows}
    return [name for _, name in sorted(told) if name]


def _page(rows: list[VisitTarget]) -> NumberedPage[VisitTarget]:
    pages = max(1, -(-len(rows) // _ON_A_PAGE))
    number = min(max(1, door.asked_number("page")), pages)
    begin = (number - 1) * _ON_A_PAGE
    return NumberedPage(rows[begin : begin + _ON_A_PAGE], number, pages, len(rows))


def _found(rows: list[VisitTarget]) -> list[Any]:
    """Return companies to add, by what was typed; those on the list are left out."""
    try:
        query = enterprises.search(door.asked_text("add"))
    except Invalid:
        return []
    listed = {row.enterprise_id for row in rows}
    return [row for row in query.limit(_FOUND + len(listed)) if row.id not in listed][:_FOUND]


def _require_somewhere() -> None:
    """Let pass who may plan visits in any Space. Raises Forbidden."""
    if not current_scope().space_ids(Verb.VISIT):
        raise Forbidden


def _edit_page(form: Form, campaign: VisitCampaign | None) -> str:
    return render_template(
        "console/visits/edit.html",
        form=form,
        campaign=campaign,
        spaces=door.spaces_of(Verb.VISIT),
        kinds=labels.choices(VisitKind),
        reasons=REASONS,
        question_rows=question_rows(form),
        question_kinds=QUESTION_KINDS,
        is_asked=bool(campaign and visits.has_answers(campaign)),
    )
