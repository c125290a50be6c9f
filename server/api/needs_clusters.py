"""聚类 at the desk: themes of the board, groups of needs, and activities held for them."""

from typing import Any

from flask import Response

from models import NeedCluster
from server.api.door import problems, reply, staff_word
from server.api.needs_desk import told_need
from server.clock import utcnow
from server.context import actor, config, current_scope
from server.schemas.needs import NeedPath
from server.schemas.needs_clusters import (
    ClusterIn,
    ClusterNeedOut,
    ClusterNeedsIn,
    ClusterOut,
    ClusterPatchIn,
    ClusterPath,
    ClustersOut,
    ClustersQuery,
    EffectOut,
    LinkIn,
    PlanIn,
    PlannedOut,
    SimilarOut,
    SimilarsOut,
    ThemeOut,
    ThemesOut,
    ThemesQuery,
)
from server.schemas.needs_desk import StaffNeedOut
from server.services import (
    needs_clusters,
    needs_desk,
    needs_links,
    needs_plans,
    needs_similar,
)
from server.services.needs_clusters import Card
from server.services.needs_effects import Effect, Says
from server.services.staff import Verb

staff_bp = staff_word("needs_clusters")


def _effect(effect: Effect) -> EffectOut:
    return EffectOut(
        line=effect.line,
        activities=len(effect.held),
        needs=effect.needs,
        yes=effect.solved,
        partly=effect.count(Says.PARTLY),
        no=effect.count(Says.NO),
        waiting=effect.count(Says.WAITING),
    )


def _seen(card: Card) -> ClusterOut:
    return ClusterOut.of(
        card.cluster,
        says=card.says,
        companies=card.companies,
        open=card.still_open,
        effect=_effect(card.effect),
        needs=[ClusterNeedOut.of(need) for need in card.needs],
    )


def _told(cluster: NeedCluster) -> Response:
    return reply(_seen(needs_clusters.card(current_scope(), cluster.id, now=utcnow())))


@staff_bp.get(
    "/clusters", summary="Groups of needs that ask for the same", responses={200: ClustersOut}
)
def index(query: ClustersQuery) -> Response:
    cards = needs_clusters.of_scope(
        current_scope(), space_id=query.space, state=query.state, now=utcnow()
    )
    return reply(ClustersOut(items=[_seen(card) for card in cards]))


@staff_bp.get(
    "/clusters/themes",
    summary="What ungrouped needs of a Space have in common",
    responses={200: ThemesOut},
)
def themes(query: ThemesQuery) -> Response:
    scope = current_scope()
    scope.require(Verb.WORK_NEEDS, query.space)
    items = [
        ThemeOut(
            title=theme.title,
            reason=theme.reason,
            companies=theme.companies,
            cluster_id=theme.cluster.id if theme.cluster else None,
            needs=[ClusterNeedOut.of(need) for need in theme.needs],
        )
        for theme in needs_similar.themes(scope, query.space)
    ]
    return reply(ThemesOut(items=items))


@staff_bp.post("/clusters", summary="Group needs under a title", responses={201: ClusterOut})
def create(body: ClusterIn) -> Response:
    scope, now = current_scope(), utcnow()
    cluster = needs_clusters.create(
        scope, body.space_id, body.title, body.need_ids, note=body.note, actor=actor(), now=now
    )
    return reply(_seen(needs_clusters.card(scope, cluster.id, now=now)), 201)


@staff_bp.get("/clusters/<cluster_id>", summary="A group of needs", responses={200: ClusterOut})
def show(path: ClusterPath) -> Response:
    return _told(needs_clusters.get(current_scope(), path.cluster_id))


@staff_bp.patch(
    "/clusters/<cluster_id>",
    summary="Change title, note or state of a group",
    responses={200: ClusterOut},
    openapi_extensions=problems(409),
)
def update(path: ClusterPath, body: ClusterPatchIn) -> Response:
    values: dict[str, Any] = body.model_dump(exclude={"version"}, exclude_none=True)
    scope, now = current_scope(), utcnow()
    return _told(
        needs_clusters.edit(
            scope, path.cluster_id, values, expected=body.version, actor=actor(), now=now
        )
    )


@staff_bp.post(
    "/clusters/<cluster_id>/needs",
    summary="Put needs into a group and take some out",
    responses={200: ClusterOut},
)
def move(path: ClusterPath, body: ClusterNeedsIn) -> Response:
    cluster = needs_clusters.rearrange(
        current_scope(),
        path.cluster_id,
        add=body.add,
        remove=body.remove,
        actor=actor(),
        now=utcnow(),
    )
    return _told(cluster)


@staff_bp.post(
    "/clusters/<cluster_id>/activities",
    summary="Write the draft of an activity held for needs of a group (办一场)",
    responses={201: PlannedOut},
    openapi_extensions=problems(409),
)
def plan(path: ClusterPath, body: PlanIn) -> Response:
    scope = current_scope()
    cluster = needs_clusters.get(scope, path.cluster_id)
    return _planned(cluster.space_id, body, cluster)


@staff_bp.post(
    "/needs/<need_id>/activities",
    summary="Write the draft of an activity held for a need (办一场)",
    responses={201: PlannedOut},
    openapi_extensions=problems(409),
)
def plan_for_need(path: NeedPath, body: PlanIn) -> Response:
    need = needs_desk.get(current_scope(), path.need_id)
    return _planned(need.space_id, body, None)


def _planned(space_id: int, body: PlanIn, cluster: NeedCluster | None) -> Response:
    draft = needs_plans.hold(
        current_scope(),
        space_id,
        body,
        cluster=cluster,
        checkins=config().checkins,
        actor=actor(),
        now=utcnow(),
    )
    out = PlannedOut(activity_id=draft.id, needs=len(set(body.need_ids)), seats=body.seats)
    return reply(out, 201)


@staff_bp.get(
    "/needs/<need_id>/similar",
    summary="Open needs of the same Space that seem to ask for the same, and why",
    responses={200: SimilarsOut},
)
def similar(path: NeedPath) -> Response:
    scope = current_scope()
    found = needs_similar.to(scope, needs_desk.get(scope, path.need_id))
    items = [
        SimilarOut(need=ClusterNeedOut.of(it.need), words=list(it.words), reasons=list(it.reasons))
        for it in found
    ]
    return reply(SimilarsOut(items=items))


@staff_bp.post(
    "/needs/<need_id>/link",
    summary="Tie a need to an activity; where that is out already, the owner is invited",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def link(path: NeedPath, body: LinkIn) -> Response:
    scope = current_scope()
    needs_links.link(
        scope,
        path.need_id,
        body.activity_id,
        wants_seat=body.hold_seat,
        expected=body.version,
        actor=actor(),
        now=utcnow(),
    )
    return told_need(needs_desk.get(scope, path.need_id))
