"""Mini-program codes: getwxacodeunlimit, getwxacode and createwxaqrcode."""

import json
import re
from io import BytesIO
from typing import Any

from ..config import is_number
from ..counters import Limit
from ..errors import ApiError
from ..pages import is_published, is_well_formed
from ..registry import endpoint
from ..wire import IMAGE, Reply, Request
from ..world import World

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
ENV_VERSIONS = ("release", "trial", "develop")
DEFAULT_WIDTH = 430
# Codes that carry a whole path are limited for good, both endpoints together.
LASTING = 100_000


def _check_style(data: dict[str, Any]) -> None:
    if data.get("env_version", "release") not in ENV_VERSIONS:
        raise ApiError(40097)
    if not is_number(data.get("width", DEFAULT_WIDTH), 280, 1280):
        raise ApiError(40097)
    for name in ("auto_color", "is_hyaline", "check_path"):
        if not isinstance(data.get(name, False), bool):
            raise ApiError(40097)
    colour = data.get("line_color", {"r": 0, "g": 0, "b": 0})
    if not isinstance(colour, dict) or any(_part(colour, name) is None for name in "rgb"):
        raise ApiError(40097)


def _part(colour: dict[str, Any], name: str) -> int | None:
    """Return a colour part given as number or text, or None when it is not one."""
    text = str(colour.get(name, ""))
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) and int(text) <= 255 else None


def _draw(data: dict[str, Any], content: dict[str, Any]) -> Reply:
    """Return an ordinary QR code whose text is the content as JSON.

    A real mini-program code cannot be read by ordinary readers; this one is meant to be, so
    that a test can follow it.
    """
    # Imported late: both are large, and most runs never draw a code.
    import qrcode
    from PIL import Image

    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    width = int(data.get("width", DEFAULT_WIDTH))
    colour = data.get("line_color", {"r": 0, "g": 0, "b": 0})
    ink = tuple(_part(colour, name) or 0 for name in "rgb")
    paper = (255, 255, 255)
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text.encode())
    code.make(fit=True)
    image = code.make_image(fill_color=ink, back_color=paper).get_image()
    image = image.convert("RGB").resize((width, width), Image.Resampling.NEAREST)
    file = BytesIO()
    if data.get("is_hyaline"):
        alpha = image.convert("L").point(lambda level: 0 if level == 255 else 255)
        image.putalpha(alpha)
        image.save(file, "PNG")
    else:
        image.save(file, "JPEG", quality=90)
    return Reply(file.getvalue(), IMAGE)


@endpoint("POST", "/wxa/getwxacodeunlimit", limit=Limit(per_minute=5000, minute_code=45009))
def code_unlimited(world: World, request: Request) -> Reply:
    """Answer the image of a code that carries a scene."""
    data = request.data(malformed=40169)
    scene, page = data.get("scene"), data.get("page", "")
    if not isinstance(scene, str) or not 1 <= len(scene) <= 32:
        raise ApiError(40169)
    if not isinstance(page, str):
        raise ApiError(40097)
    if "scancode_time" in scene or "scancode_time" in page:
        raise ApiError(85096)
    if not SCENE.fullmatch(scene):
        raise ApiError(40129)
    _check_style(data)
    checked = data.get("check_path", True)
    if page and not (is_published(world, page) if checked else is_well_formed(page)):
        raise ApiError(41030)
    env = data.get("env_version", "release")
    content = {"kind": "unlimited", "page": page, "scene": scene, "env_version": env}
    return _draw(data, {"appid": world.settings.appid, **content})


def _lasting(world: World, request: Request, kind: str, longest: int) -> Reply:
    data = request.data(malformed=40159)
    path = data.get("path")
    if not isinstance(path, str) or not 1 <= len(path) <= longest:
        raise ApiError(40159)
    if "scancode_time" in path:
        raise ApiError(85096)
    _check_style(data)
    with world.lock:
        if world.state.lasting_codes >= LASTING:
            raise ApiError(45029)
        world.state.lasting_codes += 1
        world.store.touch()
    env = data.get("env_version", "release")
    content = {"kind": kind, "path": path, "env_version": env}
    return _draw(data, {"appid": world.settings.appid, **content})


@endpoint("POST", "/wxa/getwxacode")
def code_of_path(world: World, request: Request) -> Reply:
    """Answer the image of a code that carries a path of up to 1024 characters."""
    return _lasting(world, request, "wxacode", 1024)


@endpoint("POST", "/cgi-bin/wxaapp/createwxaqrcode")
def qr_code_of_path(world: World, request: Request) -> Reply:
    """Answer the image of a square code that carries a path of up to 128 characters."""
    return _lasting(world, request, "qrcode", 128)
