"""登录: a phone logs in with WeChat's code and logs out again."""

from flask import Response, request

from server.api.door import bearer, no_content, public, reply, word
from server.api.users import profile
from server.clock import utcnow
from server.context import config, vault, wechat
from server.limits import limiter
from server.schemas.auth import LoggedInOut
from server.schemas.users import CodeIn
from server.services import auth

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
