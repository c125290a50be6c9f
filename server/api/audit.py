"""审计: who did what, for those who answer for a place."""

from flask import Response

from server.api.door import problems, reply, staff_word
from server.context import current_scope
from server.schemas.audit import AuditChangeOut, AuditLineOut, AuditQuery
from server.schemas.base import ListOut
from server.services import audit_trail as trail

bp = staff_word("audit")


@bp.get(
    "/audit",
    summary="The trail of my places, latest first",
    responses={200: ListOut[AuditLineOut]},
    openapi_extensions=problems(403),
)
def index(query: AuditQuery) -> Response:
    filters = trail.Filters(
        query.who, query.word, query.object_type, query.object_id, query.from_on, query.to_on
    )
    page = trail.search(current_scope(), filters, cursor=query.cursor, limit=query.limit)
    return reply(ListOut[AuditLineOut](items=[_out(line) for line in page.items], next=page.next))


def _out(line: trail.Line) -> AuditLineOut:
    row = line.row
    return AuditLineOut(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_name=row.actor_name,
        action=row.action,
        object_type=row.object_type,
        object_id=row.object_id,
        place=line.place,
        changes=[
            AuditChangeOut(name=name, before=was, after=now) for name, was, now in line.changes
        ],
        reason=line.reason,
        request_id=row.request_id,
    )
