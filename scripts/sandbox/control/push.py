"""The control call that pushes any event: genuine or forged, in every mode and format."""

from typing import Any

from ..config import is_loopback_url
from ..errors import Invalid
from ..push import events
from ..push.delivery import Parcel
from ..push.envelope import FORGERIES, Sealed, Shape, seal
from ..registry import control
from ..wire import Request
from ..world import World
from . import fields

MAX_WAIT_S = 30.0
MAX_COPIES = 20
FIELDS = (
    "event",
    "openid",
    "fields",
    "mode",
    "format",
    "forge",
    "timestamp",
    "nonce",
    "raw",
    "content_type",
    "callback",
    "copies",
    "delay_ms",
    "wait",
)


@control("POST", "/push")
def push_event(world: World, request: Request) -> dict[str, Any]:
    """Push an event `copies` times; with `wait` return what became of it.

    `fields` are the event's own members and may replace any default; `forge` names what is
    wrong with the message; `raw` replaces the body while the query stays.
    """
    data = fields.body(request, *FIELDS)
    parcel = _parcel(world, data)
    if parcel.callback is None:
        raise Invalid("no callback is configured, and none is given")
    copies = fields.whole(data, "copies", 1, MAX_COPIES, 1)
    wait = fields.flag(data, "wait", True)
    parcels = [parcel.copy() for _ in range(copies)]
    arrivals = [world.pusher.submit(each) for each in parcels]
    if wait:
        for arrival in arrivals:
            arrival.wait(MAX_WAIT_S)
    return {"pushes": [each.listing() for each in parcels]}


def _parcel(world: World, data: dict[str, Any]) -> Parcel:
    config = world.config
    event = fields.text(data, "event", "" if "raw" in data else None)
    openid = fields.text(data, "openid", "demo-u1")
    forge = fields.maybe_text(data, "forge")
    if forge is not None and forge not in FORGERIES:
        raise Invalid(f"forge must be one of {', '.join(FORGERIES)}")
    shape = Shape(
        fields.choice(data, "mode", ("plain", "compatible", "safe"), config.mode),
        fields.choice(data, "format", ("json", "xml"), config.format),
        fields.whole(data, "timestamp", 0, 10**12, int(world.clock.now())),
        fields.text(data, "nonce", events.new_nonce()),
        forge,
    )
    message = events.build(world, event, openid, fields.mapping(data, "fields"))
    sealed = seal(world.settings, shape, message, openid)
    if "raw" in data or "content_type" in data:
        raw = data.get("raw", sealed.body.decode())
        if not isinstance(raw, str):
            raise Invalid("raw must be a string")
        kind = fields.text(data, "content_type", sealed.content_type)
        sealed = Sealed(sealed.query, raw.encode(), kind)
    callback = data.get("callback", config.callback)
    if callback is not None and not is_loopback_url(callback):
        raise Invalid("callback must be an http URL of this machine")
    delay = fields.number(data, "delay_ms", 0, 60_000, 0) / 1000
    return Parcel(event, openid, sealed, callback, delay)
