"""签到, the staff's side: scanning people, finding them, walk-ins, and what is put right later."""

from dataclasses import asdict

from flask import Response, request

from models import Checkin, Session
from server.api.door import NOT_KEPT, problems, reply, staff_word
from server.clock import utcnow
from server.context import actor, current_scope, vault
from server.schemas.base import Id, In
from server.schemas.checkins_desk import (
    AttendeeOut,
    BriefCheckinOut,
    DeskPresenceOut,
    DoorCountOut,
    FoundOut,
    GuestsIn,
    MatchesOut,
    MethodCountOut,
    PartyIn,
    PeopleQuery,
    StaffCheckedInOut,
    StaffCheckinIn,
    StaffCheckinOut,
    VoidIn,
    WalkInIn,
)
from server.services import activities_sessions as sessions
from server.services import checkins_corrections as corrections
from server.services import checkins_cues as cues
from server.services import checkins_desk as desk
from server.services import checkins_people as people
from server.services import checkins_tally as tallies
from server.services.checkins_flags import Trace
from server.services.checkins_stewards import Steward
from server.services.staff import Verb

staff_bp = staff_word("checkins_desk")


class CheckinPath(In):
    checkin_id: Id


class SessionPath(In):
    session_id: Id


def _session(session_id: int, verb: Verb) -> Session:
    session = sessions.get(session_id)
    current_scope().require(verb, session.space_id)
    return session


def _checkin(checkin_id: int, verb: Verb) -> Checkin:
    checkin = corrections.get(checkin_id)
    current_scope().require(verb, checkin.space_id)
    return checkin


def _steward(space_id: int) -> Steward:
    scope = current_scope()
    return Steward(
        actor(),
        can_admit=scope.allows(Verb.ADMIT, space_id),
        can_override=scope.allows(Verb.OVERRIDE_CAPACITY, space_id),
        trace=Trace(ip_hash=vault().blind(request.remote_addr or "", place="scan.ip")),
    )


def _checkin_out(done: people.Entered) -> StaffCheckinOut:
    person = AttendeeOut.model_validate(done.person, from_attributes=True)
    with_needs = current_scope().allows(Verb.WORK_NEEDS, done.checkin.space_id)
    told = cues.of(done.checkin, with_needs=with_needs, now=utcnow())
    return StaffCheckinOut.seen(done.checkin, person, told)


def _entered(done: people.Entered) -> Response:
    out = StaffCheckedInOut(
        result="already_checked_in" if done.is_repeat else "checked_in",
        checkin=_checkin_out(done),
    )
    return reply(out, 200, **NOT_KEPT)


def _shown(checkin: Checkin) -> Response:
    done = people.entered_for(_steward(checkin.space_id), checkin.id, vault=vault())
    done.checkin.session = sessions.get(done.checkin.session_id)
    return reply(_checkin_out(done), 200, **NOT_KEPT)


@staff_bp.post(
    "/checkins",
    summary="Check in whom I scanned or found, with everybody they brought",
    responses={200: StaffCheckedInOut},
    openapi_extensions=problems(400, 409, 410),
)
def create(body: StaffCheckinIn) -> Response:
    verb = Verb.SCAN if body.code else Verb.ADMIT
    session = _session(body.session_id, verb)
    done = desk.scan(session, body, _steward(session.space_id), vault=vault(), now=utcnow())
    return _entered(done)


@staff_bp.post(
    "/walkins",
    summary="现场报名: sign up on the spot and check in; beyond the capacity with a reason",
    responses={200: StaffCheckedInOut},
    openapi_extensions=problems(400, 409, 410),
)
def walk_in(body: WalkInIn) -> Response:
    session = _session(body.session_id, Verb.ADMIT)
    done = desk.walk_in(session, body, _steward(session.space_id), vault=vault(), now=utcnow())
    return _entered(done)


@staff_bp.get(
    "/sessions/<session_id>/people",
    summary="Find somebody by name, initials, company or the end of their number",
    responses={200: MatchesOut},
)
def search(path: SessionPath, query: PeopleQuery) -> Response:
    session = _session(path.session_id, Verb.ADMIT)
    matches = people.search(session, query.q, actor=actor(), vault=vault(), now=utcnow())
    items = [_found_out(each) for each in matches.found]
    out = MatchesOut(items=items, next=None, has_more=matches.has_more)
    return reply(out, 200, **NOT_KEPT)


def _found_out(found: people.Found) -> FoundOut:
    signup, checkin = found.signup, found.checkin
    return FoundOut(
        user_id=found.person.user_id,
        name=found.person.name,
        phone_masked=found.person.phone_masked,
        enterprise=found.person.enterprise,
        signup_id=signup.id if signup else None,
        party_size=signup.party_size if signup else 1,
        state=signup.state if signup else None,
        checkin=BriefCheckinOut(
            id=checkin.id, checked_in_at=checkin.occurred_at, left_at=checkin.left_at
        )
        if checkin
        else None,
    )


@staff_bp.post(
    "/checkins/<checkin_id>/void",
    summary="撤销: it does not count, with a reason; the row stays",
    responses={200: StaffCheckinOut},
    openapi_extensions=problems(409),
)
def void(path: CheckinPath, body: VoidIn) -> Response:
    checkin = _checkin(path.checkin_id, Verb.ADMIT)
    corrections.void(checkin, body.reason, actor=actor(), now=utcnow())
    return _shown(checkin)


@staff_bp.post(
    "/checkins/<checkin_id>/party",
    summary="带了几位: say how many really came along",
    responses={200: StaffCheckinOut},
    openapi_extensions=problems(409),
)
def recount(path: CheckinPath, body: PartyIn) -> Response:
    checkin = _checkin(path.checkin_id, Verb.SCAN)
    steward = _steward(checkin.space_id)
    told = body.party_present, body.reason
    corrections.recount(checkin, *told, steward=steward, now=utcnow())
    return _shown(checkin)


@staff_bp.post(
    "/checkins/<checkin_id>/checkout",
    summary="签退: note when somebody left; the first time counts",
    responses={200: StaffCheckinOut},
    openapi_extensions=problems(409),
)
def check_out(path: CheckinPath) -> Response:
    checkin = _checkin(path.checkin_id, Verb.SCAN)
    corrections.check_out(checkin, actor=actor(), now=utcnow())
    return _shown(checkin)


@staff_bp.post(
    "/sessions/<session_id>/guests",
    summary="How many people without an account are there, all told",
    responses={200: DeskPresenceOut},
    openapi_extensions=problems(409),
)
def count_guests(path: SessionPath, body: GuestsIn) -> Response:
    session = _session(path.session_id, Verb.ADMIT)
    corrections.count_guests(session, body.count, actor=actor(), now=utcnow())
    return _presence(session)


@staff_bp.get(
    "/sessions/<session_id>/presence",
    summary="Who is there, in numbers: by method, by door, guests, beyond the capacity",
    responses={200: DeskPresenceOut},
)
def presence(path: SessionPath) -> Response:
    return _presence(_session(path.session_id, Verb.SCAN))


def _presence(session: Session) -> Response:
    told = tallies.tally(session)
    out = DeskPresenceOut(
        **asdict(told.presence),
        guests=told.guests,
        over_capacity=told.over_capacity,
        by_method=[MethodCountOut(method=way, persons=n) for way, n in told.by_method],
        by_door=[DoorCountOut(door=label, persons=n) for label, n in told.by_door],
    )
    return reply(out, 200, **NOT_KEPT)
