"""现场 on a phone that may lose its network: the day, the list to take along, the queue."""

from flask import Response, request

from models import Device
from server.api.checkins import SessionPath
from server.api.door import NOT_KEPT, problems, reply, staff_word
from server.clock import day_of, utcnow
from server.context import actor, current_scope, vault
from server.schemas.activities_seen import SessionBriefOut
from server.schemas.base import ListOut
from server.schemas.checkins import PresenceOut
from server.schemas.checkins_offline import (
    DayQuery,
    ExpectedOut,
    RosterOut,
    StaffSessionOut,
    SyncedOut,
    SyncIn,
    SyncOut,
    VerdictOut,
)
from server.schemas.signups import ActivityBriefOut
from server.services import activities_sessions as sessions
from server.services import checkins_board as board
from server.services import checkins_offline as offline
from server.services import checkins_passes as passes
from server.services import checkins_sync as queue
from server.services import staff_devices as devices
from server.services.staff import Verb

staff_bp = staff_word("checkins_offline")

_DEVICE_KEY = {
    "parameters": [
        {
            "name": "X-Device-Key",
            "in": "header",
            "required": False,
            "description": "The key of the device, as told when it was made known. Without one of "
            "the Space concerned the answer is 403 device_required.",
            "schema": {"type": "string", "maxLength": 64, "pattern": "^[!-~]*$"},
        }
    ]
}


@staff_bp.get(
    "/sessions",
    summary="The sessions of a day in my Spaces, with who is there",
    responses={200: ListOut[StaffSessionOut]},
)
def index(query: DayQuery) -> Response:
    now = utcnow()
    found = board.of_day(current_scope().space_ids(Verb.SCAN), query.day or day_of(now))
    here = board.present_in(found)
    items = [
        StaffSessionOut.of_day(
            session,
            board.phase(session, now=now),
            PresenceOut.model_validate(here[session.id], from_attributes=True),
        )
        for session in found
    ]
    return reply(ListOut[StaffSessionOut](items=items, next=None), 200, **NOT_KEPT)


@staff_bp.get(
    "/sessions/<session_id>/roster-snapshot",
    summary="The list of a session to take along, with a key per person to verify their pass",
    responses={200: RosterOut},
    openapi_extensions=_DEVICE_KEY,
)
def show(path: SessionPath) -> Response:
    session, now = sessions.get(path.session_id), utcnow()
    current_scope().require(Verb.SCAN, session.space_id)
    device = _device()
    if device.space_id != session.space_id:
        raise devices.DeviceRequired("这部手机没有登记在本空间，请先登记")
    expected = offline.snapshot(session, device, vault=vault(), actor=actor(), now=now)
    out = RosterOut(
        session=SessionBriefOut.of(session),
        activity=ActivityBriefOut(id=session.activity_id, title=session.activity.title),
        checkin_opens_at=session.checkin_opens_at,
        checkin_closes_at=session.checkin_closes_at,
        taken_at=now,
        server_time=now,
        slot_seconds=passes.SLOT_SECONDS,
        items=[_expected(line) for line in expected],
    )
    return reply(out, 200, **NOT_KEPT)


@staff_bp.post(
    "/checkins/sync",
    summary="Hand in what was scanned without a network: one verdict per item, the same every time",
    responses={200: SyncOut},
    openapi_extensions=_DEVICE_KEY | problems(409),
)
def sync(body: SyncIn) -> Response:
    now, device = utcnow(), _device()
    current_scope().require(Verb.SCAN, device.space_id)
    verdicts = queue.sync(body, device, vault=vault(), actor=actor(), now=now)
    known = queue.checkins_of(verdicts)
    out = SyncOut(server_time=now, verdicts=[_verdict(each, known) for each in verdicts])
    return reply(out, 200, **NOT_KEPT)


def _device() -> Device:
    return devices.of_key(request.headers.get("X-Device-Key", ""), now=utcnow())


def _expected(line: offline.Expected) -> ExpectedOut:
    signup = line.signup
    return ExpectedOut(
        signup_id=signup.id,
        user_id=signup.user_id,
        name=line.name,
        enterprise=line.enterprise,
        party_size=signup.party_size,
        state=signup.state,
        checked_in_at=line.checked_in_at,
        pass_key=line.pass_key,
    )


def _verdict(verdict: queue.Verdict, known: queue.Known) -> VerdictOut:
    is_in = verdict.result in queue.IN
    checkin, name = known.get(verdict.checkin_id or 0, (None, ""))
    return VerdictOut.model_validate(
        {
            "client_ref": verdict.client_ref,
            "verdict": verdict.result if is_in else "refused",
            "code": None if is_in else verdict.result,
            "detail": verdict.detail,
            "checkin": SyncedOut.of(checkin, name) if checkin else None,
        }
    )
