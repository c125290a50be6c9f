"""我的凭证: the personal code a member shows at the door."""

import datetime as dt

from flask import Response

from server.api.door import NOT_KEPT, reply, word
from server.clock import utcnow
from server.context import current_user, vault
from server.schemas.activities_seen import SessionBriefOut
from server.schemas.checkins_challenge import ChallengeOut
from server.schemas.checkins_passes import PassCodeOut, PassOut, PassQuery
from server.schemas.signups import ActivityBriefOut
from server.services import checkins_challenge as challenge
from server.services import checkins_passes as passes

bp = word("checkins_passes")


@bp.get(
    "/me/pass",
    summary="My rotating personal code, for one session or for any",
    responses={200: PassOut},
)
def show(query: PassQuery) -> Response:
    now = utcnow()
    own = passes.mine(current_user(), query.session, vault=vault(), now=now)
    session = own.session
    out = PassOut(
        session=SessionBriefOut.of(session) if session else None,
        activity=ActivityBriefOut(id=session.activity_id, title=session.activity.title)
        if session
        else None,
        name=own.name,
        party_size=own.signup.party_size if own.signup else None,
        slot_seconds=passes.SLOT_SECONDS,
        server_time=now,
        codes=[PassCodeOut.model_validate(code, from_attributes=True) for code in own.codes],
        challenge=_challenge(own, now),
    )
    return reply(out, 200, **NOT_KEPT)


def _challenge(own: passes.Pass, now: dt.datetime) -> ChallengeOut | None:
    """The colour and word of the session, for who is on its list."""
    if own.session is None or own.signup is None:
        return None
    due = challenge.shown(own.session.id, own.signup.user_id, vault=vault(), now=now)
    return ChallengeOut.model_validate(due, from_attributes=True)
