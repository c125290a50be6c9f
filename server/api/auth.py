"""登录: a phone logs in with WeChat's code and logs out again."""

from flask import Response, request

from models import ScanLogin
from server.api.door import NOT_KEPT, bearer, no_content, problems, public, reply, word
from server.api.users import profile
from server.clock import utcnow
from server.context import config, current_user, vault, wechat
from server.limits import limiter
from server.schemas.auth import LoggedInOut, ScanIn, ScanOut
from server.schemas.users import CodeIn
from server.services import auth
from server.services import auth_scans as scans
from server.services import auth_sessions as sessions

bp = word("auth")


def _rate() -> str:
    return f"{config().auth.logins_per_minute}/minute"


@bp.post("/auth/wechat", summary="Log in by the code of wx.login", responses={200: LoggedInOut})
@public
@limiter.limit(_rate)
def create(body: CodeIn) -> Response:
    fresh = auth.log_in(
        body.code,
        wechat=wechat(),
        vault=vault(),
        device=request.user_agent.string,
        settings=config().auth,
        now=utcnow(),
    )
    out = LoggedInOut(token=fresh.token, expires_at=fresh.expires_at, user=profile(fresh.user))
    return reply(out, 200, **{"Cache-Control": "no-store"})


@bp.delete("/auth/token", summary="Log out, at once", responses={204: None})
def delete() -> Response:
    auth.log_out(bearer(), now=utcnow())
    return no_content()


@bp.post(
    "/auth/scans/look",
    summary="What a computer's code asks this phone to confirm",
    responses={200: ScanOut},
    openapi_extensions=problems(403, 409, 410),
)
def look(body: ScanIn) -> Response:
    return reply(_scan(scans.look(body.code, current_user(), now=utcnow())), 200, **NOT_KEPT)


@bp.post(
    "/auth/scans/confirm",
    summary="Let the computer in, or bind this phone to the staff account; once",
    responses={200: ScanOut},
    openapi_extensions=problems(403, 409, 410),
)
def confirm(body: ScanIn) -> Response:
    address = request.remote_addr or ""
    row = scans.confirm(body.code, current_user(), now=utcnow(), ip=address)
    return reply(_scan(row), 200, **NOT_KEPT)


def _scan(row: ScanLogin) -> ScanOut:
    return ScanOut(
        device=sessions.device_of(row.agent),
        address=row.ip,
        asked_at=row.created_at,
        expires_at=row.expires_at,
        binds=row.staff.name if row.staff else None,
    )
