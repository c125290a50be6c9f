"""办一场: the wizard from needs to the draft of an activity, and what ties the two."""

import datetime as dt
from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from models import Need, NeedCluster
from models.needs import Solved
from server.clock import at_shanghai, day_of, utcnow
from server.console import door, labels
from server.console.forms import Fields, Form, LocalMoment, Number, RowId, Ticked
from server.context import actor, config, current_scope
from server.errors import Invalid, ServiceError
from server.schemas.base import OptionalParagraph
from server.schemas.needs_clusters import PlanIn
from server.services import (
    activities_board,
    needs_clusters,
    needs_desk,
    needs_effects,
    needs_links,
    needs_plans,
    needs_similar,
    needs_verdicts,
    resources_uses,
    spaces,
)
from server.services.needs_states import TABLE, Act
from server.services.staff import Verb

bp = door.word("needs_links")

_WEEK = dt.timedelta(days=7)


class PlanForm(PlanIn):
    """An activity held for needs as the wizard sends it."""

    model_config = ConfigDict(extra="ignore")

    need_ids: Annotated[list[RowId], Field(min_length=1, max_length=100)]
    series_id: RowId
    expert_id: RowId | None = None
    venue_id: RowId | None = None
    starts_at: LocalMoment
    ends_at: LocalMoment
    capacity: Annotated[Number, Field(ge=1, le=100_000)] | None = None
    seats: Annotated[Number, Field(ge=0, le=100)]


class LinkForm(Fields):
    activity_id: RowId
    wants_seat: Ticked = False


class VerdictForm(Fields):
    solved: Solved
    text: OptionalParagraph = ""


@bp.get("/needs/clusters/<id:cluster_id>/plan")
def new(cluster_id: int) -> ResponseReturnValue:
    """Show the wizard with what the group suggests."""
    cluster = needs_clusters.get(current_scope(), cluster_id)
    return _wizard(_open_in(cluster), cluster)


@bp.post("/needs/clusters/<id:cluster_id>/plan")
def create(cluster_id: int) -> ResponseReturnValue:
    """Write the draft for the ticked needs of a group."""
    cluster = needs_clusters.get(current_scope(), cluster_id)
    return _hold(_open_in(cluster), cluster)


@bp.get("/needs/<id:need_id>/plan")
def new_for_need(need_id: int) -> ResponseReturnValue:
    """Show the wizard with what one need suggests."""
    return _wizard([needs_desk.get(current_scope(), need_id)], None)


@bp.post("/needs/<id:need_id>/plan")
def create_for_need(need_id: int) -> ResponseReturnValue:
    """Write the draft for one need."""
    return _hold([needs_desk.get(current_scope(), need_id)], None)


@bp.post("/needs/<id:need_id>/links")
def link(need_id: int) -> ResponseReturnValue:
    """Tie the need to an activity there is already."""
    need = needs_desk.get(current_scope(), need_id)
    form = Form(request.form)
    try:
        typed = form.read(LinkForm)
        needs_links.link(
            current_scope(),
            need.id,
            typed.activity_id,
            wants_seat=typed.wants_seat,
            expected=form.version,
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _back(need.id, error)
    flash("已关联；活动发布后会先邀请提出人", "good")
    return redirect(url_for("console.needs.show", need_id=need.id), 303)


@bp.post("/needs/links/<id:link_id>/unlink")
def unlink(link_id: int) -> ResponseReturnValue:
    """Untie them while nobody has been invited."""
    found = needs_links.get(current_scope(), link_id)
    try:
        needs_links.unlink(current_scope(), link_id, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _back(found.need_id, error)
    flash("已取消关联", "good")
    return redirect(url_for("console.needs.show", need_id=found.need_id), 303)


@bp.post("/needs/links/<id:link_id>/verdict")
def note(link_id: int) -> ResponseReturnValue:
    """Write down what somebody without an account said on the phone."""
    found = needs_links.get(current_scope(), link_id)
    form = Form(request.form)
    try:
        typed = form.read(VerdictForm)
        needs_verdicts.note(
            current_scope(), link_id, typed.solved, text=typed.text, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return _back(found.need_id, error)
    flash("已记下提出人的话", "good")
    return redirect(url_for("console.needs.show", need_id=found.need_id), 303)


def beside(need: Need) -> dict[str, Any]:
    """Return what a need's page shows of its group, of needs like it, of activities held, and of
    what it was given."""
    scope, now = current_scope(), utcnow()
    cluster = needs_clusters.of_need(scope, need)
    return {
        "cluster": cluster,
        "similar": [
            it
            for it in needs_similar.to(scope, need)
            if cluster is None or it.need.cluster_id != cluster.id
        ],
        "ties": needs_links.of_need(need, now=now),
        "linkable": [(row.id, row.title) for row in needs_links.possible(need, now=now)],
        "says_of": needs_effects.says_of,
        "uses": resources_uses.of_need(need.id),
        "thing_of": resources_uses.thing_of,
        "can_plan": need.state in TABLE[Act.LINK]
        and scope.allows(Verb.EDIT_ACTIVITIES, need.space_id),
    }


def _back(need_id: int, error: ServiceError) -> ResponseReturnValue:
    """Lead back to the need with why it was refused."""
    said = [item["message"] for item in error.facts.get("errors") or []]
    flash("；".join(said) or error.detail, "bad")
    return redirect(url_for("console.needs.show", need_id=need_id), 303)


def _open_in(cluster: NeedCluster) -> list[Need]:
    """Return the needs of a group something can still be held for."""
    card = needs_clusters.card(current_scope(), cluster.id, now=utcnow())
    return [need for need in card.needs if need.state in TABLE[Act.LINK]]


def _wizard(needs: list[Need], cluster: NeedCluster | None) -> ResponseReturnValue:
    space_id = cluster.space_id if cluster else needs[0].space_id
    current_scope().require(Verb.EDIT_ACTIVITIES, space_id)
    if not needs:
        flash("这个聚类里没有还在办的诉求", "warn")
        return redirect(url_for("console.needs_clusters.index"), 303)
    proposal = needs_plans.propose(needs, cluster)
    start = at_shanghai(day_of(utcnow()) + _WEEK, dt.time(14))
    values: dict[str, Any] = {
        "title": proposal.title,
        "theme": proposal.theme,
        "body": proposal.body,
        "series_id": proposal.series.id if proposal.series else None,
        "kind": "lecture",
        "expert_id": proposal.experts[0].expert.id if proposal.experts else None,
        "starts_at": start,
        "ends_at": start + dt.timedelta(hours=2),
        "capacity": max(20, 2 * len(needs)),
        "seats": proposal.seats,
        "need_ids": [need.id for need in needs],
    }
    return _page(Form(**values), needs, cluster)


def _hold(needs: list[Need], cluster: NeedCluster | None) -> ResponseReturnValue:
    space_id = cluster.space_id if cluster else needs[0].space_id
    current_scope().require(Verb.EDIT_ACTIVITIES, space_id)
    form = Form(request.form)
    try:
        typed = form.read(PlanForm)
        # Of this page, that is: another need's number is nobody's to slip in.
        if not set(typed.need_ids) <= {need.id for need in needs}:
            raise Invalid(fields={"need_ids": "请从列出的诉求里选择"})
        draft = needs_plans.hold(
            current_scope(),
            space_id,
            typed,
            cluster=cluster,
            checkins=config().checkins,
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _page(form.blame(error), needs, cluster), error.status
    flash(f"草稿已建好。发布后先邀请提诉求的人，并为他们留位 48 小时（{typed.seats} 位）", "good")
    return redirect(url_for("console.activities.show", activity_id=draft.id), 303)


def _page(form: Form, needs: list[Need], cluster: NeedCluster | None) -> str:
    proposal = needs_plans.propose(needs, cluster) if needs else None
    space = needs[0].space if needs else None
    return render_template(
        "console/needs/plan.html",
        form=form,
        needs=needs,
        cluster=cluster,
        proposal=proposal,
        series=activities_board.series(),
        kinds=[(kind.value, labels.label(kind)) for kind in needs_plans.KINDS],
        need_choices=[(need.id, f"{need.title}（{need.no}）") for need in needs],
        experts=needs_plans.usable_experts(needs[0].space_id) if needs else [],
        venues=spaces.rooms(space, now=utcnow()).venues if space else [],
    )
