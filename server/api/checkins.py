"""签到: by the code at the door, once; and a word about it afterwards."""

import re

from flask import Response, request

from models import Session
from server.api.door import NOT_KEPT, problems, reply, staff_word, word
from server.clock import utcnow
from server.context import actor, config, current_scope, current_user, vault, wechat
from server.limits import spend_here
from server.schemas.activities_seen import SessionBriefOut
from server.schemas.base import Id, In
from server.schemas.checkins import (
    CheckedInOut,
    CheckinIn,
    CodeOut,
    CodesOut,
    PresenceOut,
    RatingIn,
    RatingOut,
)
from server.schemas.signups import ActivityBriefOut
from server.services import activities_sessions as sessions
from server.services import checkins
from server.services import checkins_ratings as ratings
from server.services.needs_texts import Checker
from server.services.staff import Verb

bp = word("checkins")
staff_bp = staff_word("checkins")

_DEVICE = re.compile(r"[!-~]{1,64}")


class CheckinPath(In):
    checkin_id: Id


class SessionPath(In):
    session_id: Id


def _trace() -> checkins.Trace:
    address = request.remote_addr or ""
    device = request.headers.get("X-Device-Id", "")
    return checkins.Trace(
        ip_hash=vault().blind(address, place="scan.ip"),
        # Random, made by the installation itself: it tells phones apart and nothing else.
        device=device if _DEVICE.fullmatch(device) else "",
        is_venue=config().checkins.is_venue(address),
    )


@bp.post(
    "/checkins",
    summary="Check in by the code of the session; scanning again shows the first time",
    responses={200: CheckedInOut},
    openapi_extensions=problems(409, 410),
)
def create(body: CheckinIn) -> Response:
    user = current_user()
    # Of one person, never of one address: behind the venue's wall everybody has the same. A person
    # who scans once a second has lost their patience, more is a program that guesses.
    spend_here(60, "scan", str(user.id))
    done = checkins.check_in(
        user,
        body,
        slot_seconds=config().checkins.slot_seconds,
        trace=_trace(),
        now=utcnow(),
    )
    return reply(CheckedInOut.of(done.checkin, is_repeat=done.is_repeat))


@bp.post(
    "/checkins/<checkin_id>/rating",
    summary="Rate a session, or change the rating within seven days",
    responses={200: RatingOut},
    openapi_extensions=problems(409),
)
def rate(path: CheckinPath, body: RatingIn) -> Response:
    user = current_user()
    Checker(wechat(), vault(), user).accept_for_staff([body.text])
    rating = ratings.rate(user, path.checkin_id, body, now=utcnow())
    return reply(RatingOut.of(rating, ratings.editable_until(rating)))


def _session_to_scan(session_id: int) -> Session:
    session = sessions.get(session_id)
    current_scope().require(Verb.SCAN, session.space_id)
    return session


def _codes(session: Session) -> Response:
    settings, now = config(), utcnow()
    seconds = settings.checkins.slot_seconds
    shown = checkins.qr(session, base_url=settings.server.public_url, slot_seconds=seconds, now=now)
    out = CodesOut(
        session=SessionBriefOut.of(session),
        activity=ActivityBriefOut(id=session.activity_id, title=session.activity.title),
        slot_seconds=seconds,
        server_time=now,
        codes=[CodeOut.model_validate(code, from_attributes=True) for code in shown],
        present=PresenceOut.model_validate(checkins.present(session), from_attributes=True),
    )
    return reply(out, 200, **NOT_KEPT)


@staff_bp.get(
    "/sessions/<session_id>/qr",
    summary="The next codes to show at the door",
    responses={200: CodesOut},
)
def show_qr(path: SessionPath) -> Response:
    return _codes(_session_to_scan(path.session_id))


@staff_bp.post(
    "/sessions/<session_id>/qr/rotate",
    summary="换码: make every code shown so far worthless",
    responses={200: CodesOut},
)
def rotate_qr(path: SessionPath) -> Response:
    session = _session_to_scan(path.session_id)
    checkins.new_key(session, actor=actor(), now=utcnow())
    return _codes(sessions.get(session.id))
