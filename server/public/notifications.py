"""Where WeChat pushes to: proved genuine, stored, answered at once; the worker does the rest."""

from flask import Blueprint, Response, request

from server.clock import offset, utcnow
from server.context import push, vault
from server.errors import Forbidden
from server.services.notifications import pushes
from server.wechat import PushMessage, PushRejected

bp = Blueprint("wechat_push", __name__)

_LARGEST_PUSH = 256 * 1024


class NotFromWeChat(Forbidden):
    code, message = "not_from_wechat", "无法确认这是微信的推送"


@bp.get("/wechat/callback")
def verify() -> Response:
    """Answer the check WeChat's console makes when the address is set up."""
    try:
        echo = push().verify_url(request.args)
    except PushRejected as error:
        raise NotFromWeChat from error
    return Response(echo, mimetype="text/plain")


@bp.post("/wechat/callback")
def receive() -> Response:
    """Take a push. WeChat waits five seconds and repeats what is not answered, so a repeat is
    answered like the first; a forged one leaves nothing behind."""
    request.max_content_length = _LARGEST_PUSH
    pushes.store(_opened(request.get_data()), vault=vault(), now=utcnow())
    return Response("success", mimetype="text/plain")


def _opened(body: bytes) -> PushMessage:
    """The push, fresh by our clock or by the true time: while the bench has moved our clock,
    WeChat's (or the sandbox's) may stand where it was."""
    moments = {utcnow(), utcnow() - offset()} if offset() else {utcnow()}
    refusal = PushRejected("")
    for now in moments:
        try:
            return push().open(request.args, body, now=now)
        except PushRejected as error:
            refusal = error
    raise NotFromWeChat from refusal
