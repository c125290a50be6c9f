"""走访名单: adding, taking off, giving to colleagues, and the route to print."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.clock import day_of, utcnow
from server.console import door
from server.console.forms import Form
from server.console.visits import ASKED, filters_asked, page_of
from server.context import actor, current_scope, vault
from server.errors import Invalid, ServiceError
from server.services import (
    spaces,
    visits,
    visits_routes,
    visits_staff,
    visits_targets,
)
from server.services.staff import Verb

bp = door.word("visits_targets")


@bp.post("/visits/<id:visit_campaign_id>/fill")
def fill(visit_campaign_id: int) -> ResponseReturnValue:
    """Add whom the rule finds now."""
    added = visits_targets.fill(current_scope(), visit_campaign_id, actor=actor(), now=utcnow())
    flash(f"按规则补充了 {added} 家" if added else "规则没有找到新的企业", "good")
    return _back(visit_campaign_id)


@bp.post("/visits/<id:visit_campaign_id>/targets")
def create(visit_campaign_id: int) -> ResponseReturnValue:
    """Put a company on the list."""
    company = door.asked_id("enterprise_id", request.form)
    try:
        if company is None:
            raise Invalid("请先查找并选择企业")
        target = visits_targets.add(
            current_scope(), visit_campaign_id, company, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return page_of(visit_campaign_id, Form().blame(error)), error.status
    flash(f"{target.enterprise.name} 已加入名单", "good")
    return _back(visit_campaign_id)


@bp.post("/visits/<id:visit_campaign_id>/assign")
def assign(visit_campaign_id: int) -> ResponseReturnValue:
    """Give the ticked targets, or all that the filter shows, to a colleague."""
    form, scope = Form(request.form), current_scope()
    try:
        if request.form.get("which") == "all":
            campaign = visits.get_open(scope, visit_campaign_id)
            ids = [row.id for row in visits_targets.of_campaign(campaign, filters_asked())]
        else:
            ticked = (door.id_in(each) for each in request.form.getlist("targets"))
            ids = [each for each in ticked if each is not None]
        staff_id = door.asked_id("assignee_id", request.form)
        if staff_id is None and request.form.get("assignee_id") != "none":
            raise Invalid("请选择分配给谁")
        count = visits_targets.assign(
            scope, visit_campaign_id, ids, staff_id, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return page_of(visit_campaign_id, form.blame(error)), error.status
    flash(f"已分配 {count} 家", "good")
    return _back(visit_campaign_id)


@bp.post("/visits/targets/<id:visit_target_id>/remove")
def delete(visit_target_id: int) -> ResponseReturnValue:
    """Take a company off the list."""
    target = visits_targets.get(current_scope(), visit_target_id, Verb.VISIT)
    try:
        visits_targets.remove(current_scope(), visit_target_id, actor=actor(), now=utcnow())
    except ServiceError as error:
        return page_of(target.campaign_id, Form().blame(error)), error.status
    flash(f"{target.enterprise.name} 已移出名单，可随时加回", "good")
    return redirect(url_for("console.visits.show", visit_campaign_id=target.campaign_id), 303)


@bp.get("/visits/<id:visit_campaign_id>/route")
def route(visit_campaign_id: int) -> ResponseReturnValue:
    """Show the walk on paper: by building, floor and room, with room to write."""
    scope, now = current_scope(), utcnow()
    # The sheet names people to ask for, so it is for those who go.
    campaign = visits.get(scope, visit_campaign_id, Verb.VISIT)
    rows = visits_routes.route(visits_targets.of_campaign(campaign, filters_asked()))
    ids = [row.enterprise_id for row in rows]
    return render_template(
        "console/visits/route.html",
        campaign=campaign,
        rows=rows,
        floor_of=visits_routes.floor_of,
        contacts=visits_routes.contacts(ids, vault()),
        waiting=visits_routes.waiting(scope, campaign, ids, now=now),
        last=visits.last_visited(ids),
        visitors=visits_staff.visitors_of(campaign.space_id, now=now),
        buildings=spaces.buildings_of([campaign.space_id])[campaign.space_id],
        asked=Form(request.args),
        today=day_of(now),
    )


def _back(campaign_id: int) -> ResponseReturnValue:
    asked: dict[str, Any] = {name: request.args[name] for name in ASKED if name in request.args}
    return redirect(url_for("console.visits.show", visit_campaign_id=campaign_id, **asked), 303)
