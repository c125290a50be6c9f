"""What the platform keeps of a Space: its profile, its venues and their zones. Nothing is deleted:
what is no longer used is retired, and sessions that were published keep their place."""

import datetime as dt
from typing import Any

from peewee import IntegrityError

from models import OrgUnit, Space, Venue, Zone, db
from models.base import Record
from server.errors import NotFound, VersionConflict
from server.services import audit
from server.services.audit import Actor
from server.services.spaces import MainVenueExists


def venue(venue_id: int) -> Venue:
    """Return a venue with its Space, retired ones too. Raises NotFound."""
    found: Venue | None = Venue.select(Venue, Space).join(Space).where(Venue.id == venue_id).first()
    if found is None:
        raise NotFound
    return found


def zone(zone_id: int) -> Zone:
    """Return a zone with its venue and Space, retired ones too. Raises NotFound."""
    query: Any = Zone.select(Zone, Venue, Space).join(Venue).join(Space, on=Venue.space)
    found: Zone | None = query.where(Zone.id == zone_id).first()
    if found is None:
        raise NotFound
    return found


def rooms(space: Space) -> list[tuple[Venue, list[Zone]]]:
    """Return every venue of a Space with its zones, in use first; retired ones too."""
    zones: dict[int, list[Zone]] = {}
    kept = Zone.select().where(Zone.space == space)
    for each in kept.order_by(Zone.active.desc(), Zone.order, Zone.id):
        zones.setdefault(each.venue_id, []).append(each)
    venues = Venue.select().where(Venue.space == space)
    ordered = venues.order_by(Venue.active.desc(), Venue.role.desc(), Venue.id)
    return [(each, zones.get(each.id, [])) for each in ordered]


def change_profile(
    space: Space, values: dict[str, Any], *, expected: int, actor: Actor, now: dt.datetime
) -> None:
    """Write what a Space says of itself; `name` is the one it goes by in the tree as well. Raises
    VersionConflict."""
    with db.atomic():
        _write("spaces.change_profile", space, values, expected=expected, actor=actor, now=now)
        unit = OrgUnit.get_by_id(space.org_unit_id)
        if unit.name != values["name"] and not unit.change(
            now=now, by=actor.id, name=values["name"]
        ):
            raise VersionConflict


def change_venue(
    row: Venue, values: dict[str, Any], *, expected: int, actor: Actor, now: dt.datetime
) -> None:
    """Write what a venue is, or retire it (`active`). Raises MainVenueExists, VersionConflict."""
    try:
        with db.atomic():
            _write("spaces.change_venue", row, values, expected=expected, actor=actor, now=now)
    except IntegrityError:
        raise MainVenueExists from None


def change_zone(
    row: Zone, values: dict[str, Any], *, expected: int, actor: Actor, now: dt.datetime
) -> None:
    """Write what a zone is, or retire it (`active`): it can be booked no more, and who has booked
    it keeps it. Raises VersionConflict."""
    with db.atomic():
        _write("spaces.change_zone", row, values, expected=expected, actor=actor, now=now)


def _write(
    action: str,
    row: Record,
    values: dict[str, Any],
    *,
    expected: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Write what differs and leave it in the trail, inside the caller's transaction."""
    before = {name: _told(getattr(row, name)) for name in values}
    after = {name: _told(value) for name, value in values.items()}
    changed = [name for name in values if before[name] != after[name]]
    if not row.change(now=now, by=actor.id, expected=expected, **values):
        raise VersionConflict
    if changed:
        audit.record(
            actor,
            action,
            row,
            now=now,
            org_unit_id=row.id if isinstance(row, Space) else row.__data__["space"],
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def _told(value: Any) -> Any:
    """Return a value as the trail keeps it: milestones as lines, days as text."""
    if isinstance(value, list):
        return [
            f"{each['on']} {each['text']}" if isinstance(each, dict) else each for each in value
        ]
    return value.isoformat() if isinstance(value, dt.date) else value
