"""The phones and tablets of the door: each known by a key of its own, and sent away by it."""

import datetime as dt
import secrets
from typing import Any

from models import Device, Staff, db
from server.crypto import token_hash
from server.errors import Forbidden, NotFound
from server.services import audit
from server.services.audit import Actor
from server.services.staff import Scope
from server.services.staff_roles import Verb

_SEEN_EVERY = dt.timedelta(minutes=1)


class DeviceRequired(Forbidden):
    code, message = "device_required", "请先在“签到设备”里登记这部手机"


class DeviceRevoked(Forbidden):
    code, message = "device_revoked", "这部手机的签到设备已被停用，请联系掌门人重新登记"


def add(
    account: Staff, space_id: int, name: str, *, actor: Actor, now: dt.datetime
) -> tuple[Device, str]:
    """Make a phone known to a Space and return it with its key, which nobody can read again."""
    key = secrets.token_urlsafe(32)
    with db.atomic():
        device = Device.add(
            now=now,
            by=actor.id,
            staff=account,
            space=space_id,
            name=name,
            key_hash=token_hash(key),
            last_seen_at=now,
        )
        told = {"name": name}
        audit.record(actor, "staff.add_device", device, now=now, org_unit_id=space_id, after=told)
    return device, key


def of_space(space_id: int) -> list[Device]:
    """Return the devices of a Space, with who made them known; those in use first, the one seen
    last at the head."""
    rows: Any = Device.select(Device, Staff).join(Staff).where(Device.space == space_id)
    return sorted(
        rows,
        key=lambda row: (row.revoked_at is None, row.last_seen_at or row.created_at),
        reverse=True,
    )


def get(device_id: int) -> Device:
    """Return a device with who made it known. Raises NotFound."""
    found: Device | None = (
        Device.select(Device, Staff).join(Staff).where(Device.id == device_id).first()
    )
    if found is None:
        raise NotFound
    return found


def of_key(key: str, *, now: dt.datetime) -> Device:
    """Return the device a key belongs to, and note that it was seen. Raises DeviceRequired for no
    key or an unknown one, DeviceRevoked."""
    device: Device | None = Device.get_or_none(Device.key_hash == token_hash(key)) if key else None
    if device is None:
        raise DeviceRequired
    if device.revoked_at is not None:
        raise DeviceRevoked
    if device.last_seen_at is None or now - device.last_seen_at > _SEEN_EVERY:
        Device.update(last_seen_at=now).where(Device.id == device.id).execute()
        device.last_seen_at = now
    return device


def revoke(device: Device, *, by: Scope, actor: Actor, now: dt.datetime) -> None:
    """Send a device away at once; doing it twice changes nothing. Everybody may do that to their
    own, who admits people to any of the Space. Raises NotFound, Forbidden."""
    by.require(Verb.SCAN if device.staff_id == by.staff_id else Verb.ADMIT, device.space_id)
    with db.atomic():
        revoked = (
            Device.update(revoked_at=now, updated_at=now, updated_by=actor.id)
            .where(Device.id == device.id, Device.revoked_at.is_null())
            .execute()
        )
        if revoked:
            audit.record(actor, "staff.revoke_device", device, now=now, org_unit_id=device.space_id)
    device.revoked_at = device.revoked_at or now
