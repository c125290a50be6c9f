"""报名: take a place, wait for one, accept one, give it back."""

from typing import Annotated, Any

from flask import Response
from pydantic import BeforeValidator

from models import Activity, Draw, Session, Signup, User
from server.api.door import IDEMPOTENCY_KEY, no_content, once, problems, public, reply, word
from server.clock import utcnow
from server.context import current_user, vault, wechat
from server.schemas.base import Id, In, ListOut, PageQuery
from server.schemas.signups import SignupIn, SignupOut
from server.schemas.signups_desk import DrawOut
from server.services import activities_sessions as sessions
from server.services import checkins_ratings as ratings
from server.services import (
    signups,
    signups_answers,
    signups_draws,
    signups_lottery,
    signups_windows,
)
from server.services import signups_seats as seats
from server.services.activities_buttons import closes_at
from server.services.needs_texts import Checker

bp = word("signups")


class SessionPath(In):
    session_id: Id


class SignupPath(In):
    signup_id: Id


def _true_or_false(value: Any) -> Any:
    if value not in ("true", "false", False):
        raise ValueError("请填写 true 或 false")
    return value == "true"


Flag = Annotated[bool, BeforeValidator(_true_or_false)]


class CancelQuery(In):
    """`cannot_come`: pass the place on although the deadline is over; until the session starts."""

    cannot_come: Flag = False


def signup_out(signup: Signup, position: int | None) -> SignupOut:
    """Return a signup as its person gets it, here and from a whole class."""
    return _out(signup, position, ratings.attendances([signup]))


def _out(signup: Signup, position: int | None, seen: dict[int, ratings.Attendance]) -> SignupOut:
    until, been = signups.cancel_deadline(signup), seen.get(signup.id)
    return SignupOut.of(
        signup,
        position,
        until,
        lottery_code=signups_draws.code_of(signup),
        checkin_id=been.checkin_id if been else None,
        rated=been.rated if been else False,
    )


def draw_out(session: Session, lottery: Draw) -> DrawOut:
    """Return a lottery as anybody may read it."""
    return DrawOut.of(
        lottery,
        version=signups_lottery.VERSION,
        closes_at=closes_at(session.activity, session),
        draws_at=signups_draws.due_at(session.activity, session),
        entered=signups_draws.entries_count(lottery),
    )


@bp.post(
    "/sessions/<session_id>/signups",
    summary="Sign up, or join the waiting list of a full session",
    responses={201: SignupOut},
    openapi_extensions=problems(409) | IDEMPOTENCY_KEY,
)
def create(path: SessionPath, body: SignupIn) -> Response:
    user, now = current_user(), utcnow()
    if body.answers:
        check_words(user, sessions.get(path.session_id).activity, body)

    def act() -> tuple[int, dict[str, Any]]:
        signup = signups.sign_up(user, path.session_id, body, now=now)
        return 201, signup_out(signup, seats.position_of(signup)).model_dump(mode="json")

    return once(act, "signups.create", path.session_id, body, now=now)


def check_words(user: User, activity: Activity, body: SignupIn) -> None:
    """What is written in free words is read by staff, so WeChat looks at it first. Raises
    ContentRefused."""
    words = signups_answers.texts(activity, body)
    Checker(wechat(), vault(), user).accept_for_staff(words)


@bp.delete(
    "/signups/<signup_id>",
    summary="Give a place back, or leave the waiting list",
    responses={204: None},
    openapi_extensions=problems(409),
)
def delete(path: SignupPath, query: CancelQuery) -> Response:
    cannot_come = query.cannot_come
    signups.cancel(current_user(), path.signup_id, cannot_come=cannot_come, now=utcnow())
    return no_content()


@bp.post(
    "/signups/<signup_id>/accept",
    summary="Take the place that was offered",
    responses={200: SignupOut},
    openapi_extensions=problems(409),
)
def accept(path: SignupPath) -> Response:
    return reply(signup_out(signups.accept(current_user(), path.signup_id, now=utcnow()), None))


@bp.get("/me/signups", summary="My signups, newest first", responses={200: ListOut[SignupOut]})
def index(query: PageQuery) -> Response:
    page = signups.of_user(current_user(), cursor=query.cursor, limit=query.limit)
    seen = ratings.attendances(each.signup for each in page.items)
    items = [_out(each.signup, each.position, seen) for each in page.items]
    return reply(ListOut[SignupOut](items=items, next=page.next))


@bp.get(
    "/sessions/<session_id>/draw",
    summary="A lottery: its commitment before, seed, entries and result after",
    responses={200: DrawOut},
    security=[],
)
@public
def show_draw(path: SessionPath) -> Response:
    return reply(draw_out(*signups_windows.public_draw(path.session_id)))
