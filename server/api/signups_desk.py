"""Places as staff give them: the draw, the capacity, somebody by hand, approvals, appeals."""

from typing import Literal

from flask import Response

from models import NoShowMark, Session, Signup
from server.api.door import problems, reply, staff_word
from server.api.signups import draw_out
from server.clock import utcnow
from server.context import actor, current_scope, vault
from server.schemas.base import Id, In, ListOut, PageQuery
from server.schemas.signups_desk import (
    AppealOut,
    CapacityIn,
    DecisionIn,
    DeclineIn,
    DrawOut,
    GuestIn,
    PlacedOut,
    SeatsOut,
)
from server.services import activities_sessions as sessions
from server.services import signups, signups_draws, signups_noshows, signups_roster, users
from server.services import signups_desk as desk
from server.services import signups_seats as seats
from server.services.signups_desk import Guest, WhenFull
from server.services.staff import Verb

staff_bp = staff_word("signups")


class SessionPath(In):
    session_id: Id


class SignupPath(In):
    signup_id: Id


class MarkPath(In):
    mark_id: Id


class AppealsQuery(PageQuery):
    """`open`: still to be decided, the oldest first; `decided`: the newest first."""

    space_id: Id
    state: Literal["open", "decided"] = "open"


def _session(session_id: int, verb: Verb) -> Session:
    session = sessions.get(session_id)
    current_scope().require(verb, session.space_id)
    return session


@staff_bp.post(
    "/sessions/<session_id>/draw",
    summary="Draw the lottery of a session, once, after signing up has closed",
    responses={200: DrawOut},
    openapi_extensions=problems(409),
)
def draw(path: SessionPath) -> Response:
    session = _session(path.session_id, Verb.EDIT_ACTIVITIES)
    drawn = signups_draws.draw(session.id, actor=actor(), now=utcnow())
    return reply(draw_out(session, drawn))


@staff_bp.post(
    "/sessions/<session_id>/capacity",
    summary="Set how many places a session has, fewer than are taken too",
    responses={200: SeatsOut},
    openapi_extensions=problems(409),
)
def capacity(path: SessionPath, body: CapacityIn) -> Response:
    session = _session(path.session_id, Verb.OVERRIDE_CAPACITY)
    changed = desk.change_capacity(session, body.capacity, body.reason, actor=actor(), now=utcnow())
    return reply(SeatsOut.of(changed))


@staff_bp.post(
    "/sessions/<session_id>/signups",
    summary="Put somebody on the list; beyond the capacity with a reason",
    responses={201: PlacedOut},
    openapi_extensions=problems(409),
)
def add(path: SessionPath, body: GuestIn) -> Response:
    when_full = WhenFull(body.when_full)
    beyond = when_full == WhenFull.BEYOND
    session = _session(path.session_id, Verb.OVERRIDE_CAPACITY if beyond else Verb.ADMIT)
    signup = desk.add(
        session,
        Guest(body.name, body.phone, body.enterprise_id, body.party_size),
        when_full=when_full,
        reason=body.reason,
        vault=vault(),
        actor=actor(),
        now=utcnow(),
    )
    return reply(_placed(signup), 201)


@staff_bp.post(
    "/signups/<signup_id>/approve",
    summary="Let a pending signup in, and tell the person",
    responses={200: PlacedOut},
    openapi_extensions=problems(409),
)
def approve(path: SignupPath) -> Response:
    signup = _signup(path.signup_id)
    return reply(_placed(signups.approve(signup, actor=actor(), now=utcnow())))


@staff_bp.post(
    "/signups/<signup_id>/decline",
    summary="Refuse a pending signup with a reason, and tell the person",
    responses={200: PlacedOut},
    openapi_extensions=problems(409),
)
def decline(path: SignupPath, body: DeclineIn) -> Response:
    signup = _signup(path.signup_id)
    return reply(_placed(signups.decline(signup, body.reason, actor=actor(), now=utcnow())))


@staff_bp.get(
    "/no-shows",
    summary="Appeals against no-show marks of a Space",
    responses={200: ListOut[AppealOut]},
)
def appeals(query: AppealsQuery) -> Response:
    current_scope().require(Verb.ADMIT, query.space_id)
    page = signups_noshows.page_of_appeals(
        query.space_id, is_open=query.state == "open", cursor=query.cursor, limit=query.limit
    )
    items = [_appeal(row) for row in page.items]
    return reply(ListOut[AppealOut](items=items, next=page.next))


@staff_bp.post(
    "/no-shows/<mark_id>/grant",
    summary="Grant an appeal: the mark counts no longer",
    responses={200: AppealOut},
    openapi_extensions=problems(409),
)
def grant(path: MarkPath, body: DecisionIn) -> Response:
    return _decided(path.mark_id, body, granted=True)


@staff_bp.post(
    "/no-shows/<mark_id>/refuse",
    summary="Refuse an appeal with a reason",
    responses={200: AppealOut},
    openapi_extensions=problems(409),
)
def refuse(path: MarkPath, body: DecisionIn) -> Response:
    return _decided(path.mark_id, body, granted=False)


def _decided(mark_id: int, body: DecisionIn, *, granted: bool) -> Response:
    mark = signups_noshows.get(mark_id)
    current_scope().require(Verb.ADMIT, mark.space_id)
    decided = signups_noshows.decide(
        mark, granted=granted, reason=body.reason, actor=actor(), now=utcnow()
    )
    return reply(_appeal(decided))


def _signup(signup_id: int) -> Signup:
    signup = signups_roster.get(signup_id)
    current_scope().require(Verb.ADMIT, signup.space_id)
    return signup


def _placed(signup: Signup) -> PlacedOut:
    return PlacedOut.of(signup, seats.position_of(signup))


def _appeal(mark: NoShowMark) -> AppealOut:
    person = users.find(mark.user_id)
    return AppealOut(
        id=mark.id,
        person=users.display_name(person) if person else "已注销用户",
        activity=mark.session.activity.title,
        session_id=mark.session_id,
        text=mark.appeal_text,
        appealed_at=mark.appealed_at or mark.created_at,
        state=mark.appeal_state,
        decision_reason=mark.decision_reason,
    )
