"""The mini-program codes on posters: one leads to a menu, one to an activity."""

import base64

from redis import Redis
from redis.exceptions import RedisError

from server import logs
from server.errors import Busy
from server.wechat import WeChat, WeChatError

_KEPT_S = 7 * 24 * 3600


class NoCode(Busy):
    """WeChat draws none: not before the mini-program is released, and not while it is away."""

    code, message = "no_code", "小程序码暂时没有拿到，请稍后再试"


def of_menu(space_id: int, month: str, *, wechat: WeChat, redis: Redis) -> str:
    """Return the code that opens a Space's menu, as a data URL. Raises NoCode."""
    scene = f"s={space_id}&m={month.replace('-', '')}"
    return _picture("pages/tabs/home/home", scene, wechat, redis)


def of_activity(activity_id: int, *, wechat: WeChat, redis: Redis) -> str:
    """Return the code that opens an activity, as a data URL. Raises NoCode."""
    return _picture("pages/activities/detail/detail", f"a={activity_id}", wechat, redis)


def _picture(page: str, scene: str, wechat: WeChat, redis: Redis) -> str:
    key = f"code:{page}:{scene}"
    try:
        if kept := redis.get(key):
            return str(kept)
    except RedisError:
        logs.get().warning("code_not_looked_up", page=page)
    try:
        drawn = wechat.qr_code(scene, page)
    except WeChatError as error:
        logs.get().warning("code_refused", kind=error.kind, errcode=error.errcode, page=page)
        raise NoCode from None
    kind = "png" if drawn.startswith(b"\x89PNG") else "jpeg"
    picture = f"data:image/{kind};base64,{base64.b64encode(drawn).decode()}"
    try:
        redis.set(key, picture, ex=_KEPT_S)
    except RedisError:
        logs.get().warning("code_not_kept", page=page)
    return picture
