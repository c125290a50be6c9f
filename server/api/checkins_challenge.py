"""The colour and word of the minute: on the person's phone, and what staff must see there."""

from flask import Response

from server.api.checkins import CheckinPath
from server.api.door import NOT_KEPT, problems, reply, staff_word, word
from server.clock import utcnow
from server.context import actor, current_scope, current_user, vault
from server.schemas.checkins_challenge import (
    ChallengedOut,
    ChallengeOut,
    ChallengeQuery,
    DueChallengeOut,
    ShownIn,
)
from server.services import checkins_challenge as challenge
from server.services import checkins_corrections as corrections
from server.services import checkins_flags as flags
from server.services import users
from server.services.checkins_screen import surname
from server.services.staff import Verb

bp = word("checkins_challenge")
staff_bp = staff_word("checkins_challenge")


@bp.get(
    "/me/challenge",
    summary="The colour and word I show when the door asks for them",
    responses={200: ChallengeOut},
)
def show_own(query: ChallengeQuery) -> Response:
    user = current_user()
    challenge.require_part(user, query.session)
    shown = challenge.shown(query.session, user.id, vault=vault(), now=utcnow())
    return reply(ChallengeOut.model_validate(shown, from_attributes=True), 200, **NOT_KEPT)


@staff_bp.get(
    "/checkins/<checkin_id>/challenge",
    summary="What the person's phone must show now",
    responses={200: DueChallengeOut},
)
def show(path: CheckinPath) -> Response:
    checkin, now = flags.get(path.checkin_id), utcnow()
    current_scope().require(Verb.SCAN, checkin.space_id)
    due = challenge.due(checkin, vault=vault(), now=now)
    user = users.get(checkin.user_id)
    may_read = current_scope().allows(Verb.ADMIT, checkin.space_id)
    out = DueChallengeOut(
        server_time=now,
        name=users.display_name(user) if may_read else surname(user),
        flags=checkin.flags,
        current=ChallengeOut.model_validate(due.current, from_attributes=True),
        before=ChallengeOut.model_validate(due.before, from_attributes=True),
    )
    return reply(out, 200, **NOT_KEPT)


@staff_bp.post(
    "/checkins/<checkin_id>/challenge",
    summary="Say whether the phone showed them: the flags are settled, or the check-in is voided",
    responses={200: ChallengedOut},
    openapi_extensions=problems(409),
)
def answer(path: CheckinPath, body: ShownIn) -> Response:
    checkin, now = flags.get(path.checkin_id), utcnow()
    current_scope().require(Verb.SCAN if body.shown else Verb.ADMIT, checkin.space_id)
    if body.shown:
        flags.settle(checkin, actor=actor(), now=now)
    else:
        corrections.void(checkin, body.reason, actor=actor(), now=now)
    return reply(ChallengedOut.of(flags.get(checkin.id)))
