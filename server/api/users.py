"""我的: the member's own profile, number, company, record, copy and erasure."""

from flask import Response

from models import User
from server.api.door import no_content, problems, reply, word
from server.clock import utcnow
from server.context import actor, current_user, vault, wechat
from server.schemas.enterprises import JoinIn, MembershipOut
from server.schemas.users import (
    CodeIn,
    CopyOut,
    FootprintOut,
    ProfileIn,
    SeriesCountOut,
    UserOut,
)
from server.services import (
    checkins_hours,
    enterprises,
    staff,
    users,
    users_privacy,
    users_wechat,
)

bp = word("users")

_PRIVATE = {"Cache-Control": "no-store"}


def profile(user: User) -> UserOut:
    """Return a person as they see themselves."""
    member = enterprises.membership_of(user.id)
    return UserOut.of(
        user,
        display_name=users.display_name(user),
        phone=users.masked_phone(user, vault()),
        enterprise=member and MembershipOut.of(member, enterprises.root_of(member.enterprise)),
        is_staff=staff.find_of_user(user.id) is not None,
    )


@bp.get("/me", summary="My profile", responses={200: UserOut})
def show() -> Response:
    return reply(profile(current_user()), 200, **_PRIVATE)


@bp.patch(
    "/me",
    summary="Change my profile",
    responses={200: UserOut},
    openapi_extensions=problems(409),
)
def update(body: ProfileIn) -> Response:
    wanted = body.model_dump(exclude_unset=True)
    words = {"nickname": body.nickname, "self_tags": "\n".join(body.self_tags)}
    written = {name: text for name, text in words.items() if name in wanted and text}
    users_wechat.check_words(current_user(), written, wechat=wechat(), vault=vault())
    if "consents" in wanted:
        wanted["consents"] = [consent.model_dump() for consent in body.consents]
    user = users.change(current_user(), wanted, vault=vault(), now=utcnow())
    return reply(profile(user), 200, **_PRIVATE)


@bp.delete(
    "/me", summary="Forget me (注销)", responses={204: None}, openapi_extensions=problems(409)
)
def delete() -> Response:
    users_privacy.erase(current_user(), actor=actor(), now=utcnow())
    return no_content()


@bp.get("/me/export", summary="A copy of what is held about me", responses={200: CopyOut})
def export() -> Response:
    copy = users_privacy.copy_of(current_user(), vault=vault())
    return reply(CopyOut(**copy), 200, **_PRIVATE)


@bp.get("/me/footprint", summary="What I have done here", responses={200: FootprintOut})
def footprint() -> Response:
    user = current_user()
    found = users.footprint(user)
    out = FootprintOut(
        attendances=found.attendances,
        person_times=found.person_times,
        series=[SeriesCountOut.of(series, times) for series, times in found.series],
        to_come=[SeriesCountOut.of(series, 0) for series in found.to_come],
        series_offered=found.series_offered,
        minutes=found.minutes,
        volunteer_minutes=checkins_hours.volunteered(user),
        needs_raised=found.needs_raised,
        first_seen_at=user.first_seen_at,
    )
    return reply(out, 200, **_PRIVATE)


@bp.post(
    "/me/phone",
    summary="Keep the number behind the phone button's code",
    responses={200: UserOut},
    openapi_extensions=problems(409),
)
def verify_phone(body: CodeIn) -> Response:
    user = users_wechat.verify_phone(
        current_user(), body.code, wechat=wechat(), vault=vault(), now=utcnow()
    )
    return reply(profile(user), 200, **_PRIVATE)


@bp.post(
    "/me/enterprise",
    summary="Join a company, pending until staff verify it",
    responses={201: MembershipOut},
    openapi_extensions=problems(409),
)
def join(body: JoinIn) -> Response:
    user, now = current_user(), utcnow()
    if body.name is None:
        member = enterprises.join(user, enterprises.get(body.enterprise_id), now=now)
    else:
        words = {"name": body.name}
        users_wechat.check_words(user, words, wechat=wechat(), vault=vault())
        member = enterprises.found_or_join(
            user, body.name, building_id=body.building_id, actor=actor(), now=now
        )
    return reply(MembershipOut.of(member, enterprises.root_of(member.enterprise)), 201)


@bp.delete("/me/enterprise", summary="Leave my company", responses={204: None})
def leave() -> Response:
    enterprises.leave(current_user(), now=utcnow())
    return no_content()
