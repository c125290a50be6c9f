"""签到设备: phones and tablets of the door, made known, listed, sent away."""

from flask import Response

from server.api.door import NOT_KEPT, reply, staff_word
from server.clock import utcnow
from server.context import actor, current_scope, current_staff
from server.schemas.base import ListOut
from server.schemas.staff_devices import (
    AddedDeviceOut,
    DeviceIn,
    DeviceOut,
    DevicePath,
    DevicesQuery,
)
from server.services import staff_devices as devices
from server.services.staff import Verb

bp = staff_word("staff_devices")


@bp.post(
    "/devices",
    summary="Make this phone known to a Space; its key is told once",
    responses={201: AddedDeviceOut},
)
def create(body: DeviceIn) -> Response:
    current_scope().require(Verb.SCAN, body.space_id)
    account = current_staff()
    device, key = devices.add(account, body.space_id, body.name, actor=actor(), now=utcnow())
    out = AddedDeviceOut.model_validate(DeviceOut.facts(device) | {"key": key})
    return reply(out, 201, **NOT_KEPT)


@bp.get("/devices", summary="The devices of a Space's door", responses={200: ListOut[DeviceOut]})
def index(query: DevicesQuery) -> Response:
    current_scope().require(Verb.SCAN, query.space)
    found = devices.of_space(query.space)
    return reply(ListOut[DeviceOut](items=[DeviceOut.of(row) for row in found], next=None))


@bp.post(
    "/devices/<device_id>/revoke",
    summary="Send a device away at once",
    responses={200: DeviceOut},
)
def revoke(path: DevicePath) -> Response:
    device = devices.get(path.device_id)
    devices.revoke(device, by=current_scope(), actor=actor(), now=utcnow())
    return reply(DeviceOut.of(device))
