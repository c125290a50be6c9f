"""未到场: a person's own marks, what they mean, and a word against one."""

from flask import Response

from server.api.door import problems, reply, word
from server.clock import utcnow
from server.context import current_user, vault, wechat
from server.schemas.base import Id, In, PageQuery
from server.schemas.signups_desk import AppealIn, NoShowOut, NoShowsOut
from server.services import signups_noshows as noshows
from server.services.needs_texts import Checker

bp = word("signups_noshows")


class MarkPath(In):
    mark_id: Id


@bp.get(
    "/me/no-shows",
    summary="My no-show marks, newest first, and what they mean",
    responses={200: NoShowsOut},
)
def index(query: PageQuery) -> Response:
    user, now = current_user(), utcnow()
    page = noshows.of_user(user, cursor=query.cursor, limit=query.limit)
    counting = noshows.counts_of(user.id, now=now)
    items = [NoShowOut.of(mark, counts=noshows.is_live(mark, now=now)) for mark in page.items]
    effect = noshows.effect_of(counting)
    return reply(NoShowsOut(items=items, next=page.next, counting=counting, effect=effect))


@bp.post(
    "/me/no-shows/<mark_id>/appeal",
    summary="Say why a mark is not fair, once",
    responses={200: NoShowOut},
    openapi_extensions=problems(409),
)
def appeal(path: MarkPath, body: AppealIn) -> Response:
    user, now = current_user(), utcnow()
    noshows.require_own(user, path.mark_id)
    Checker(wechat(), vault(), user).accept_for_staff([body.text])
    mark = noshows.appeal(user, path.mark_id, body.text, now=now)
    return reply(NoShowOut.of(mark, counts=noshows.is_live(mark, now=now)))
