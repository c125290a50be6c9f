"""企业: finding one's company, and staff verifying who works there."""

from flask import Response

from models import Enterprise, EnterpriseMember
from server.api.door import problems, reply, staff_word, word
from server.clock import utcnow
from server.context import actor, current_scope, current_user
from server.limits import limiter
from server.paging import keyset
from server.schemas.base import ListOut
from server.schemas.enterprises import (
    EnterpriseBrief,
    EnterprisesQuery,
    MemberOut,
    MemberPath,
    MembersQuery,
    VerifyIn,
)
from server.services import enterprises, enterprises_members, users
from server.services.staff import Verb

bp = word("enterprises")
staff_bp = staff_word("enterprises")


def _whoever() -> str:
    return str(current_user().id)


@bp.get(
    "/enterprises",
    summary="Companies by name, pinyin, initials or credit code",
    responses={200: ListOut[EnterpriseBrief]},
)
# Enough for typing a name letter by letter, too slow for copying the whole register.
@limiter.limit("60/minute", key_func=_whoever)
def index(query: EnterprisesQuery) -> Response:
    page = keyset(
        enterprises.search(query.q),
        by=Enterprise.name,
        cursor=query.cursor,
        limit=query.limit,
        newest_first=False,
    )
    items = [EnterpriseBrief.of(each) for each in page.items]
    return reply(ListOut[EnterpriseBrief](items=items, next=page.next))


@staff_bp.get(
    "/enterprises/members",
    summary="Who says they work in the companies of my Spaces",
    responses={200: ListOut[MemberOut]},
)
def members(query: MembersQuery) -> Response:
    page = keyset(
        enterprises_members.search(current_scope().space_ids(Verb.VISIT), query.status),
        by=EnterpriseMember.created_at,
        cursor=query.cursor,
        limit=query.limit,
    )
    items = [MemberOut.named(member, users.display_name(member.user)) for member in page.items]
    return reply(ListOut[MemberOut](items=items, next=page.next))


@staff_bp.post(
    "/enterprises/members/<member_id>/verify",
    summary="Confirm where somebody works, and as what",
    responses={200: MemberOut},
    openapi_extensions=problems(409),
)
def verify(path: MemberPath, body: VerifyIn) -> Response:
    member = enterprises_members.get(path.member_id, current_scope().space_ids(Verb.VISIT))
    member = enterprises_members.verify(member, body.role, actor=actor(), now=utcnow())
    return reply(MemberOut.named(member, users.display_name(users.get(member.user_id))))
