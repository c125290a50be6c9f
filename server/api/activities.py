"""活动: what members find, each session with the one button that fits."""

from flask import Response

from server.api import files
from server.api.door import reply, word
from server.clock import utcnow
from server.context import actor, current_user
from server.schemas.activities import ActivitiesQuery
from server.schemas.activities_seen import ActivityOut, SessionOut
from server.schemas.base import Id, In, ListOut
from server.services import activities_agenda as agenda
from server.services.files_links import Reader

bp = word("activities")


class ActivityPath(In):
    activity_id: Id


def activity_out(seen: agenda.SeenActivity) -> ActivityOut:
    """Return an activity as the member gets it, here and on a menu."""
    shown = [SessionOut.seen(each.session, each.waiting, each.button) for each in seen.sessions]
    return ActivityOut.of(
        seen.activity,
        shown,
        seen.present,
        colleagues=seen.colleagues,
        materials=files.seen(seen.materials, Reader.of(actor())) if seen.materials else [],
    )


@bp.get(
    "/activities",
    summary="Activities of a Space and those shared with the town, by their first session",
    description="Of a Shanghai month, or without one from the beginning of this month on.",
    responses={200: ListOut[ActivityOut]},
)
def index(query: ActivitiesQuery) -> Response:
    page = agenda.index(
        current_user(),
        space_id=query.space,
        month=query.month,
        series_id=query.series,
        cursor=query.cursor,
        limit=query.limit,
        now=utcnow(),
    )
    return reply(
        ListOut[ActivityOut](items=[activity_out(seen) for seen in page.items], next=page.next)
    )


@bp.get("/activities/<activity_id>", summary="One activity", responses={200: ActivityOut})
def show(path: ActivityPath) -> Response:
    return reply(activity_out(agenda.get(current_user(), path.activity_id, now=utcnow())))
