"""Taking a theme zone for some time."""

from pydantic import AwareDatetime

from server.schemas.base import Id, In, Line


class BookingIn(In):
    """A zone, from when to when, and what for."""

    zone_id: Id
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    purpose: Line
