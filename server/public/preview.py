"""The mini-program in an ordinary browser, and the sandbox calls its phone frame makes. It is not
there at all in production."""

from pathlib import Path
from urllib.parse import quote, urlsplit

import urllib3
from flask import Blueprint, Response, jsonify, request, send_from_directory
from flask.typing import ResponseReturnValue
from urllib3.exceptions import HTTPError

from server.context import config

bp = Blueprint("preview", __name__, url_prefix="/preview")

_DIST = Path(__file__).parents[2] / "miniprogram" / "preview" / "dist"
_NOT_BUILT = """小程序预览还没有构建。装好 Node 20 再启动 scripts/run 即可，或者：
cd miniprogram && npm ci && npm run build
"""
# The framework writes style sheets and style attributes; pictures may lie anywhere, as in WeChat.
# Nothing is evaluated. The console's own rules stay as strict as they are.
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' https: data: blob:; font-src 'self' data:; connect-src 'self' blob:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-cache",
}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TIMEOUT = urllib3.Timeout(connect=3, read=10)
_pool = urllib3.PoolManager(retries=False)


@bp.after_request
def _relax(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


@bp.get("/")
def index() -> ResponseReturnValue:
    """The phone; a sentence saying how to build it when nobody has."""
    if not (_DIST / "index.html").exists():
        return Response(_NOT_BUILT, 404, mimetype="text/plain")
    return send_from_directory(_DIST, "index.html")


@bp.get("/<path:name>")
def file(name: str) -> ResponseReturnValue:
    """A file of the built preview."""
    return send_from_directory(_DIST, name)


# The sandbox listens on another port. Answering for it here spares it CORS, and this list keeps
# a page in a browser away from what it has no business with (faults, pushes, the clock).
@bp.get("/sandbox/users")
@bp.post("/sandbox/users")
@bp.get("/sandbox/messages")
@bp.post("/sandbox/scan")
def sandbox() -> ResponseReturnValue:
    """Members, delivered messages, a scanned code: as the sandbox tells."""
    return _forward(request.path.rpartition("/")[2])


@bp.get("/sandbox/users/<openid>/wallet")
@bp.post("/sandbox/users/<openid>/login")
@bp.post("/sandbox/users/<openid>/phone-code")
@bp.post("/sandbox/users/<openid>/subscribe")
def member(openid: str) -> ResponseReturnValue:
    """What one member does in WeChat: log in, show the phone number, accept messages."""
    return _forward(f"users/{quote(openid, safe='')}/{request.path.rpartition('/')[2]}")


def _forward(path: str) -> ResponseReturnValue:
    base = config().wechat.api_base
    if urlsplit(base).hostname not in _LOOPBACK:
        return _no_sandbox(503, f"[wechat] api_base is {base}, and that is no sandbox")
    try:
        answer = _pool.request(
            request.method,
            f"{base}/_sandbox/{path}?{request.query_string.decode('ascii', 'replace')}",
            body=request.get_data() or None,
            headers={"Content-Type": "application/json"},
            timeout=_TIMEOUT,
            redirect=False,
        )
    except HTTPError:
        return _no_sandbox(502, f"the sandbox at {base} does not answer")
    return Response(answer.data, answer.status, mimetype="application/json")


def _no_sandbox(status: int, detail: str) -> ResponseReturnValue:
    return jsonify(error="no_sandbox", detail=detail), status
