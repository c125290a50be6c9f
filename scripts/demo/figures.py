"""What the Space shown in full counted before it worked with Xinyi, and the months that are closed."""

import datetime as dt

from models import BaselineFigure, Session, Space
from server.clock import day_of
from server.services import statistics_closes

BROUGHT = {"activities": 220, "enterprises": 100, "person_times": 4700}
FOUNDED = dt.date(2023, 3, 1)
SOURCE = "启用系统前的年度总结"


def add_figures(space: Space, now: dt.datetime) -> None:
    """Bring the running totals along, up to the day before the first session, and close months."""
    first = (
        Session.select(Session.starts_at)
        .where(Session.space == space)
        .order_by(Session.starts_at)
        .get()
    )
    for figure, value in BROUGHT.items():
        BaselineFigure.add(
            now=now,
            space=space,
            figure=figure,
            starts_on=FOUNDED,
            ends_on=day_of(first.starts_at) - dt.timedelta(days=1),
            value=value,
            source=SOURCE,
        )
    statistics_closes.close(now=now)
