"""聚类: themes of the board, groups of needs, and what came of what was held for them."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.needs_clusters import ClusterState
from server.clock import month_of, utcnow
from server.console import door
from server.console.forms import Fields, Form, RowId
from server.context import actor, current_scope
from server.errors import ServiceError
from server.schemas.base import Line, OptionalParagraph
from server.schemas.needs_clusters import CLUSTER_STATE_NAMES
from server.services import needs_clusters, needs_effects, needs_links, needs_similar
from server.services.needs_effects import Says
from server.services.staff import Verb

bp = door.word("needs_clusters")


class ClusterForm(Fields):
    """A group as the form sends it: its needs are those still ticked."""

    title: Line
    space_id: RowId
    need_ids: list[RowId] = []


class TitleForm(Fields):
    title: Line
    note: OptionalParagraph = ""


class NeedsForm(Fields):
    need_ids: list[RowId] = []


@bp.get("/needs/clusters")
def index() -> ResponseReturnValue:
    """Show what the board has in common, and the groups there are."""
    return _index(Form())


@bp.post("/needs/clusters")
def create() -> ResponseReturnValue:
    """Group the ticked needs, or put them into the group they were suggested for."""
    form = Form(request.form)
    scope, now = current_scope(), utcnow()
    joins = door.asked_id("cluster_id", request.form)
    try:
        if joins is not None:
            ids = form.read(NeedsForm).need_ids
            cluster = needs_clusters.put_in(scope, joins, ids, actor=actor(), now=now)
        else:
            typed = form.read(ClusterForm)
            cluster = needs_clusters.create(
                scope, typed.space_id, typed.title, typed.need_ids, actor=actor(), now=now
            )
    except ServiceError as error:
        return _index(form.blame(error)), error.status
    flash("已归到一起；每件诉求的状态和承诺不变", "good")
    return redirect(url_for("console.needs_clusters.show", cluster_id=cluster.id), 303)


@bp.get("/needs/clusters/<id:cluster_id>")
def show(cluster_id: int) -> ResponseReturnValue:
    """Show a group, its needs and what was held for them; `says` shows only the needs whose owners
    say so."""
    return _show(cluster_id, Form())


@bp.post("/needs/clusters/<id:cluster_id>")
def update(cluster_id: int) -> ResponseReturnValue:
    """Change its title and note."""

    def act(form: Form) -> None:
        values = form.read(TitleForm).model_dump()
        needs_clusters.edit(
            current_scope(), cluster_id, values, expected=form.version, actor=actor(), now=utcnow()
        )

    return _do(cluster_id, act, "已保存")


@bp.post("/needs/clusters/<id:cluster_id>/state")
def close(cluster_id: int) -> ResponseReturnValue:
    """Close the group, or open it again; its needs go their own way."""

    def act(form: Form) -> None:
        state = door.asked(ClusterState, "state", request.form) or ClusterState.OPEN
        needs_clusters.edit(
            current_scope(),
            cluster_id,
            {"state": state},
            expected=form.version,
            actor=actor(),
            now=utcnow(),
        )

    return _do(cluster_id, act, "已更新")


@bp.post("/needs/clusters/<id:cluster_id>/needs")
def take_out(cluster_id: int) -> ResponseReturnValue:
    """Take the ticked needs out of the group."""

    def act(form: Form) -> None:
        ids = form.read(NeedsForm).need_ids
        needs_clusters.take_out(current_scope(), cluster_id, ids, actor=actor(), now=utcnow())

    return _do(cluster_id, act, "已移出")


@bp.get("/needs/effects")
def effects() -> ResponseReturnValue:
    """Show what the activities held for needs in a month came to, with the rows of each number."""
    now = utcnow()
    month = door.asked_month("month") or month_of(now)
    effect = needs_effects.of_month(
        current_scope(), month, space_id=door.asked_id("space"), now=now
    )
    says = door.asked(Says, "says")
    return render_template(
        "console/needs/effects.html",
        month=month,
        effect=effect,
        rows=[tie for tie in effect.rows if says is None or needs_effects.says_of(tie) is says],
        says_of=needs_effects.says_of,
        spaces=door.spaces_of(Verb.WORK_NEEDS),
        form=Form(request.args),
    )


def _do(cluster_id: int, act: Callable[[Form], None], done: str) -> ResponseReturnValue:
    needs_clusters.get(current_scope(), cluster_id)
    form = Form(request.form)
    try:
        act(form)
    except ServiceError as error:
        return _show(cluster_id, form.blame(error)), error.status
    flash(done, "good")
    return redirect(url_for("console.needs_clusters.show", cluster_id=cluster_id), 303)


def _index(form: Form) -> str:
    scope, now = current_scope(), utcnow()
    spaces = door.spaces_of(Verb.WORK_NEEDS)
    asked = door.asked_id("space")
    chosen = next((row for row in spaces if row.id == asked), spaces[0] if spaces else None)
    space_id = chosen.id if chosen else 0
    return render_template(
        "console/needs/clusters.html",
        spaces=spaces,
        chosen=chosen,
        cards=needs_clusters.of_scope(scope, space_id=space_id, now=now),
        themes=needs_similar.themes(scope, space_id),
        states=CLUSTER_STATE_NAMES,
        form=form,
    )


def _show(cluster_id: int, form: Form) -> str:
    scope, now = current_scope(), utcnow()
    card = needs_clusters.card(scope, cluster_id, now=now)
    ties = needs_links.of_needs([need.id for need in card.needs], now=now)
    return render_template(
        "console/needs/cluster.html",
        card=card,
        ties=ties,
        says=door.asked(Says, "says"),
        says_of=needs_effects.says_of,
        states=CLUSTER_STATE_NAMES,
        can_plan=scope.allows(Verb.EDIT_ACTIVITIES, card.cluster.space_id),
        form=form if form.typed else Form(title=card.cluster.title, note=card.cluster.note),
        problem=form,
    )
