"""Shapes of the door's devices."""

from typing import Self

from models import Device
from server.schemas.base import Id, In, Moment, Out, ShortLine


class DeviceIn(In):
    """Which phone, as people at the door call it: 一号门手机."""

    space_id: Id
    name: ShortLine


class DevicesQuery(In):
    space: Id


class DevicePath(In):
    device_id: Id


class DeviceOut(Out):
    id: Id
    space_id: Id
    name: str
    added_by: str
    added_at: Moment
    last_seen_at: Moment | None
    is_revoked: bool

    @classmethod
    def facts(cls, device: Device) -> dict[str, object]:
        """Return what every shape of a device tells. Who added it must be joined in."""
        return {
            "id": device.id,
            "space_id": device.space_id,
            "name": device.name,
            "added_by": device.staff.name,
            "added_at": device.created_at,
            "last_seen_at": device.last_seen_at,
            "is_revoked": device.revoked_at is not None,
        }

    @classmethod
    def of(cls, device: Device) -> Self:
        return cls.model_validate(cls.facts(device))


class AddedDeviceOut(DeviceOut):
    """`key` goes into the header `X-Device-Key` of later calls and is told this once."""

    key: str
