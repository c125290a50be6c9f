"""走访 on a phone: whom to visit, what was heard, the queue of a phone without a network."""

from collections.abc import Iterable

from flask import Response

from models import VisitCampaign, VisitRecord, VisitTarget
from models.visits import TargetState
from server.api.door import NOT_KEPT, problems, reply, staff_word
from server.api.files import seen
from server.clock import day_of, utcnow
from server.context import actor, current_scope, current_staff, vault
from server.schemas.base import ListOut
from server.schemas.needs import NeedBriefOut
from server.schemas.visits import (
    AssigneeStandingOut,
    MarkIn,
    VisitCampaignBriefOut,
    VisitCampaignOut,
    VisitCampaignPath,
    VisitIn,
    VisitOut,
    VisitPath,
    VisitResultsOut,
    VisitSyncIn,
    VisitSyncOut,
    VisitTargetOut,
    VisitTargetPath,
    VisitTargetsQuery,
    VisitVerdictOut,
    WhyOut,
)
from server.schemas.visits_questions import QuestionResultOut, VisitQuestionOut
from server.services import (
    needs_clock,
    visits,
    visits_progress,
    visits_records,
    visits_results,
    visits_routes,
    visits_rules,
    visits_sync,
    visits_targets,
)
from server.services.files_links import Reader
from server.services.staff import Verb
from server.services.visits_routes import Contact

staff_bp = staff_word("visits")

_NOBODY = Contact("", "")


@staff_bp.get(
    "/visits/campaigns",
    summary="The seasons of my Spaces, the newest first, each with how far it is",
    responses={200: ListOut[VisitCampaignBriefOut]},
)
def index() -> Response:
    found = visits.of_spaces(current_scope().space_ids(Verb.READ_VISITS))
    standings = visits_progress.of_campaigns(found)
    items = [VisitCampaignBriefOut.of(each, standings[each.id]) for each in found]
    return reply(ListOut[VisitCampaignBriefOut](items=items, next=None))


@staff_bp.get(
    "/visits/campaigns/<visit_campaign_id>",
    summary="A season: what is asked in it, and how far everybody is",
    responses={200: VisitCampaignOut},
)
def show(path: VisitCampaignPath) -> Response:
    campaign = visits.get(current_scope(), path.visit_campaign_id)
    standing = visits_progress.of_campaigns([campaign])[campaign.id]
    shares = visits_progress.by_assignee(campaign)
    out = VisitCampaignOut.of(
        campaign,
        standing,
        questions=[VisitQuestionOut.model_validate(each) for each in campaign.questions],
        assignees=[
            AssigneeStandingOut(
                assignee_id=share.assignee_id,
                name=share.name,
                targets=share.standing.targets,
                **vars(share.standing),
            )
            for share in shares
        ],
    )
    return reply(out)


@staff_bp.get(
    "/visits/campaigns/<visit_campaign_id>/targets",
    summary="Whom to visit in a season, in the order of the walk",
    responses={200: ListOut[VisitTargetOut]},
)
def targets(path: VisitCampaignPath, query: VisitTargetsQuery) -> Response:
    campaign = visits.get(current_scope(), path.visit_campaign_id)
    mine = current_staff().id if query.assignee == "me" else None
    filters = visits_targets.Filters(state=query.state, assignee_id=mine)
    rows = visits_routes.route(visits_targets.of_campaign(campaign, filters))
    items = _shown(campaign, rows)
    return reply(ListOut[VisitTargetOut](items=items, next=None), 200, **NOT_KEPT)


@staff_bp.get(
    "/visits/campaigns/<visit_campaign_id>/results",
    summary="What came of a season's questions",
    responses={200: VisitResultsOut},
)
def results(path: VisitCampaignPath) -> Response:
    found = visits_results.of_campaign(visits.get(current_scope(), path.visit_campaign_id))
    out = VisitResultsOut(
        answered=found.answered,
        is_held_back=found.is_held_back,
        questions=[QuestionResultOut.of(each) for each in found.questions],
    )
    return reply(out)


@staff_bp.patch(
    "/visits/targets/<visit_target_id>",
    summary="Say why a company was not visited, or that it is to be after all",
    responses={200: VisitTargetOut},
    openapi_extensions=problems(409),
)
def mark(path: VisitTargetPath, body: MarkIn) -> Response:
    scope, now = current_scope(), utcnow()
    visits_records.mark(
        scope,
        path.visit_target_id,
        TargetState(body.state),
        body.reason,
        expected=body.version,
        actor=actor(),
        now=now,
    )
    target = visits_targets.get(scope, path.visit_target_id)
    [out] = _shown(target.campaign, [target])
    return reply(out)


@staff_bp.post(
    "/visits/targets/<visit_target_id>/visit",
    summary="Write down a visit, with its answers and the needs born on it",
    responses={201: VisitOut},
    openapi_extensions=problems(409),
)
def record(path: VisitTargetPath, body: VisitIn) -> Response:
    scope = current_scope()
    row = visits_records.record(scope, path.visit_target_id, body, actor=actor(), now=utcnow())
    return reply(_told(visits_records.get(scope, row.id)), 201)


@staff_bp.post(
    "/visits/sync",
    summary="Hand in what was written without a network: one verdict per item, the same every time",
    responses={200: VisitSyncOut},
)
def sync(body: VisitSyncIn) -> Response:
    now = utcnow()
    said = visits_sync.sync(body, current_scope(), actor=actor(), now=now)
    out = VisitSyncOut(server_time=now, verdicts=[_verdict(each) for each in said])
    return reply(out, 200, **NOT_KEPT)


@staff_bp.get(
    "/visits/<visit_id>",
    summary="A visit as it was written down",
    responses={200: VisitOut},
)
def show_visit(path: VisitPath) -> Response:
    return reply(_told(visits_records.get(current_scope(), path.visit_id)))


def _verdict(verdict: visits_sync.Verdict) -> VisitVerdictOut:
    is_in = verdict.result in visits_sync.IN
    return VisitVerdictOut.model_validate(
        {
            "client_ref": verdict.client_ref,
            "verdict": verdict.result if is_in else "refused",
            "code": None if is_in else verdict.result,
            "detail": verdict.detail,
            "visit_id": verdict.visit_id,
        }
    )


def _told(row: VisitRecord) -> VisitOut:
    story, now = visits_records.story(row), utcnow()
    scope = current_scope()
    works = scope.allows(Verb.WORK_NEEDS, row.space_id)
    names = ("id", "version", "campaign_id", "target_id", "enterprise_id", "visited_at")
    more = ("visitors", "summary", "has_answers", "signed_off_at")
    return VisitOut(
        **{name: getattr(row, name) for name in (*names, *more)},
        enterprise=row.enterprise.name,
        # A person's name is for those who visit there, not for those who look on.
        met=row.met if scope.allows(Verb.VISIT, row.space_id) else "",
        answers=story.answers,
        needs=[
            NeedBriefOut.of(need, is_overdue=needs_clock.is_overdue(need, now=now))
            for need in (story.needs if works else ())
        ],
        photos=seen(story.photos, Reader.of(actor())),
    )


def _shown(campaign: VisitCampaign, rows: Iterable[VisitTarget]) -> list[VisitTargetOut]:
    rows = list(rows)
    ids = [row.enterprise_id for row in rows]
    waiting = visits_rules.open_needs(ids)
    seen_last = visits.last_visited(ids)
    may_visit = current_scope().allows(Verb.VISIT, campaign.space_id)
    people = visits_routes.contacts(ids, vault()) if may_visit else {}
    return [
        _target(
            row,
            people.get(row.enterprise_id, _NOBODY),
            open_needs=waiting.get(row.enterprise_id, 0),
            last_visited_on=day_of(seen_last[row.enterprise_id])
            if row.enterprise_id in seen_last
            else None,
        )
        for row in rows
    ]


def _target(row: VisitTarget, contact: Contact, **more: object) -> VisitTargetOut:
    company, record = row.enterprise, getattr(row, "record", None)
    names = ("id", "campaign_id", "version", "enterprise_id", "state", "state_reason")
    return VisitTargetOut.model_validate(
        {name: getattr(row, name) for name in names}
        | {
            "name": company.name,
            "building": company.building.name if company.building else "",
            "floor": visits_routes.floor_of(company.room)[1],
            "room": company.room,
            "contact": contact.name,
            "phone": contact.phone,
            "reasons": [WhyOut.model_validate(each) for each in row.reasons],
            "assignee_id": row.assignee_id,
            "assignee": row.assignee.name if row.assignee else "",
            "visit_id": record.id if record is not None else None,
        }
        | more
    )
