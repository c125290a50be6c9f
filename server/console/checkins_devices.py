"""设备与大屏: the phones of a Space's door, and the link of its big screen."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import Space
from server.clock import utcnow
from server.console import door
from server.context import actor, config, current_scope
from server.errors import NotFound
from server.services import checkins_screens as screens
from server.services import spaces
from server.services import staff_devices as devices
from server.services.checkins_screen import picture
from server.services.staff import Verb

bp = door.word("checkins_devices")


@bp.get("/checkins/devices")
def index() -> ResponseReturnValue:
    """Show the devices of one Space (the first of mine if none is asked for) and its screen."""
    mine = door.spaces_of(Verb.SCAN)
    asked = door.asked_id("space")
    space = next((row for row in mine if asked in (None, row.id)), None)
    if space is None:
        raise NotFound
    return render_template(
        "console/checkins/devices.html",
        space=space,
        mine=mine,
        devices=devices.of_space(space.id),
        days=config().checkins.screen_days,
        **_screen(space),
    )


@bp.post("/devices/<id:device_id>/revoke")
def revoke(device_id: int) -> ResponseReturnValue:
    """Send a device away at once."""
    device = devices.get(device_id)
    devices.revoke(device, by=current_scope(), actor=actor(), now=utcnow())
    flash(f"已停用“{device.name}”，它手里的名单和队列不再被接受", "good")
    return _back(device.space_id)


@bp.post("/spaces/<id:space_id>/screen")
def link_screen(space_id: int) -> ResponseReturnValue:
    """Make a link for the big screen; an earlier one is worthless from now on."""
    space = _space(space_id)
    screens.make(space, days=config().checkins.screen_days, actor=actor(), now=utcnow())
    flash("已生成大屏链接，旧链接已作废", "good")
    return _back(space.id)


@bp.post("/spaces/<id:space_id>/screen/revoke")
def revoke_screen(space_id: int) -> ResponseReturnValue:
    """Make the link of the big screen worthless at once."""
    space = _space(space_id)
    screens.revoke(space, actor=actor(), now=utcnow())
    flash("大屏链接已停用，打开着的大屏会马上清空", "good")
    return _back(space.id)


def _space(space_id: int) -> Space:
    current_scope().require(Verb.LINK_SCREEN, space_id)
    return spaces.get(space_id)


def _screen(space: Space) -> dict[str, object]:
    """The link that works now, for who may hand it on: whoever has it sees the codes."""
    screen = screens.find(space, now=utcnow())
    if screen is None or not current_scope().allows(Verb.LINK_SCREEN, space.id):
        return {"screen": screen, "link": None, "picture": None}
    settings = config()
    signed = screens.link(screen, key=settings.secrets.secret_key)
    path = url_for("public_screen.show", signed=signed)
    link = f"{settings.server.public_url.rstrip('/')}{path}"
    return {"screen": screen, "link": link, "picture": picture(link)}


def _back(space_id: int) -> ResponseReturnValue:
    return redirect(url_for("console.checkins_devices.index", space=space_id), 303)
