"""走访记录: one company of a season: what is known, what was heard, or why nobody went in."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import File, VisitRecord, VisitTarget
from models.visits import TargetState
from server.clock import utcnow
from server.console import door, files, labels
from server.console.forms import Fields, Form
from server.console.visits_forms import NEEDS, read_record
from server.context import actor, current_scope, vault
from server.errors import ServiceError
from server.schemas.base import OptionalLongLine
from server.schemas.visits_questions import SCALE
from server.services import (
    needs_intake,
    visits,
    visits_records,
    visits_routes,
    visits_targets,
)
from server.services.staff import Verb

bp = door.word("visits_records")


class MarkForm(Fields):
    """Why a company was not visited."""

    state: TargetState
    reason: OptionalLongLine = ""


@bp.get("/visits/targets/<id:visit_target_id>")
def show(visit_target_id: int) -> ResponseReturnValue:
    """Show a company of a season, with its record or the form for one."""
    return _page(visit_target_id, None)


@bp.post("/visits/targets/<id:visit_target_id>")
@door.takes_files
def update(visit_target_id: int) -> ResponseReturnValue:
    """Write the visit down, or anew."""
    scope, now = current_scope(), utcnow()
    target = visits_targets.get(scope, visit_target_id, Verb.VISIT)
    form = Form(request.form)
    kept: list[File] = []
    try:
        files.take(kept)
        attached = [str(each.id) for each in kept]
        categories = needs_intake.categories()
        given = read_record(form, target.campaign, categories, attachments=attached)
        there = _record_of(target)
        if there is None:
            visits_records.record(scope, target.id, given, actor=actor(), now=now)
        else:
            expected = form.version
            visits_records.change(scope, there.id, given, expected=expected, actor=actor(), now=now)
    except ServiceError as error:
        return _page(visit_target_id, form.blame(error), kept), error.status
    told = f"走访记录已保存，登记了 {len(given.needs)} 件诉求" if given.needs else "走访记录已保存"
    flash(told, "good")
    return redirect(url_for(".show", visit_target_id=visit_target_id), 303)


@bp.post("/visits/targets/<id:visit_target_id>/mark")
def mark(visit_target_id: int) -> ResponseReturnValue:
    """Say why nobody went in, or that somebody is to go after all."""
    form = Form(request.form)
    try:
        typed = form.read(MarkForm)
        visits_records.mark(
            current_scope(),
            visit_target_id,
            typed.state,
            typed.reason,
            expected=form.version,
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _page(visit_target_id, form.blame(error)), error.status
    flash(f"已标为“{labels.label(typed.state)}”", "good")
    return redirect(url_for(".show", visit_target_id=visit_target_id), 303)


def _record_of(target: VisitTarget) -> VisitRecord | None:
    return getattr(target, "record", None)


def _page(target_id: int, form: Form | None, kept: Sequence[File] = ()) -> str:
    scope, now = current_scope(), utcnow()
    target = visits_targets.get(scope, target_id)
    campaign, company = target.campaign, target.enterprise
    record = _record_of(target)
    story = visits_records.story(record) if record else None
    is_visitor = scope.allows(Verb.VISIT, target.space_id)
    may_write = is_visitor and campaign.closed_at is None
    if record is not None and record.signed_off_at is not None:
        may_write = False
    earlier = visits.of_enterprise(company.id, scope.space_ids(Verb.READ_VISITS))
    return render_template(
        "console/visits/record.html",
        target=target,
        campaign=campaign,
        company=company,
        record=record,
        story=story,
        photos=files.shown(story.photos) if story else [],
        earlier=[row for row in earlier if record is None or row.id != record.id],
        contact=visits_routes.contacts([company.id], vault()).get(company.id)
        if is_visitor
        else None,
        waiting=visits_routes.waiting(scope, campaign, [company.id], now=now).get(company.id, []),
        works=scope.allows(Verb.WORK_NEEDS, target.space_id),
        is_visitor=is_visitor,
        may_write=may_write,
        may_mark=may_write and record is None,
        is_sealed=bool(record and record.has_answers and campaign.is_anonymous),
        categories=needs_intake.categories(),
        need_rows=range(NEEDS),
        scale=SCALE,
        states=[
            pair
            for pair in labels.choices(TargetState)
            if pair[0] not in (TargetState.DONE, target.state)
        ],
        form=form or _fresh(target, record, story),
        kept=kept,
    )


def _fresh(
    target: VisitTarget, record: VisitRecord | None, story: visits_records.Story | None
) -> Form:
    """Return the form filled with what there is."""
    if record is None or story is None:
        return Form(visited_at=utcnow(), version=target.version, visitors=_visitors(target))
    names = ("version", "visited_at", "met", "visitors", "summary")
    answers: dict[str, Any] = {
        f"a_{key}": answer.split("\n") for key, answer in story.answers.items()
    }
    return Form(**{name: getattr(record, name) for name in names}, **answers)


def _visitors(target: VisitTarget) -> str:
    names = [actor().name]
    if target.assignee and target.assignee.name not in names:
        names.append(target.assignee.name)
    return "、".join(names)
