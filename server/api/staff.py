"""工作人员: what the asking staff account may do, for the phone."""

from flask import Response

from server.api.door import reply, staff_word
from server.context import current_scope, current_staff
from server.schemas.staff import StaffOut, StaffSpaceOut
from server.services import spaces
from server.services.staff import Verb

bp = staff_word("staff")


@bp.get("/me", summary="My staff account, my roles and my Spaces", responses={200: StaffOut})
def show() -> Response:
    account, scope = current_staff(), current_scope()
    allowed = {verb: scope.space_ids(verb) for verb in Verb}
    mine = [
        StaffSpaceOut(
            id=space.id,
            name=space.name,
            verbs=[verb for verb, held in allowed.items() if space.id in held],
        )
        for space in spaces.named(frozenset().union(*allowed.values()))
    ]
    return reply(StaffOut(id=account.id, name=account.name, roles=sorted(scope.roles), spaces=mine))
