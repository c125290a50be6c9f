"""报名整个系列: one wish for several dates of a class, each with its own verdict."""

from typing import Any

from flask import Response

from server.api.activities import ActivityPath
from server.api.door import IDEMPOTENCY_KEY, once, problems, word
from server.api.signups import check_words, signup_out
from server.clock import utcnow
from server.context import current_user
from server.schemas.activities_seen import SessionBriefOut
from server.schemas.signups_series import SeriesSignupIn, SeriesSignupOut, SessionVerdictOut
from server.services import activities, signups_series
from server.services import signups_seats as seats

bp = word("signups_series")


@bp.post(
    "/activities/<activity_id>/signups",
    summary="Sign up for a whole class, or for several dates of it",
    description="Answers 200 with one verdict per session, also when none gave a place.",
    responses={200: SeriesSignupOut},
    openapi_extensions=problems(409) | IDEMPOTENCY_KEY,
)
def create(path: ActivityPath, body: SeriesSignupIn) -> Response:
    user, now = current_user(), utcnow()
    if body.answers:
        check_words(user, activities.get(path.activity_id), body)

    def act() -> tuple[int, dict[str, Any]]:
        found = signups_series.sign_up_for(user, path.activity_id, body, now=now)
        return 200, _out(found).model_dump(mode="json")

    return once(act, "signups_series.create", path.activity_id, body, now=now)


def _out(found: list[signups_series.Verdict]) -> SeriesSignupOut:
    verdicts = []
    for each in found:
        signup, refusal = each.signup, each.refusal
        verdicts.append(
            SessionVerdictOut(
                session=SessionBriefOut.of(each.session),
                signup=signup_out(signup, seats.position_of(signup)) if signup else None,
                code=refusal.code if refusal else None,
                detail=refusal.detail if refusal else None,
            )
        )
    return SeriesSignupOut(
        signed_up=sum(each.signup is not None for each in found), verdicts=verdicts
    )
