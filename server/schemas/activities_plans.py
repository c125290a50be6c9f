"""Many sessions at once: slots of a day, dates of a class, an activity once more."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from server.schemas.activities import Places
from server.schemas.base import Bool, Day, Id, In, Line, Whole


class RoomIn(In):
    """Where every one of them is held, and for how many."""

    venue_id: Id | None = None
    zone_id: Id | None = None
    capacity: Places | None = None


class SlotsIn(RoomIn):
    """Slots of one Shanghai day, back to back from `opens` to `closes`, but for a pause."""

    day: Day
    opens: dt.time
    closes: dt.time
    minutes: Annotated[int, Field(ge=5, le=240), Whole] = 15
    pause_from: dt.time | None = None
    pause_to: dt.time | None = None
    capacity: Places | None = 1


class WeeklyIn(RoomIn):
    """So many dates of a class, every week on the weekday of the first."""

    first_on: Day
    opens: dt.time
    closes: dt.time
    times: Annotated[int, Field(ge=1, le=52), Whole] = 8
    skip_holidays: Bool = True


class DuplicateIn(In):
    """The same activity once more, its first session on another day."""

    title: Line
    first_on: Day
