"""What time it is, and which day that is in Shanghai."""

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_offset_file: Path | None = None


def follow(file: Path | None) -> None:
    """Add the seconds written in `file` to every answer of `utcnow`; None: the true time.

    Every process of a development stack follows the same file, so the bench can move the clock of
    all of them at once. Production never calls this with a file.
    """
    global _offset_file  # noqa: PLW0603  # one clock per process is the point
    _offset_file = file


def offset() -> dt.timedelta:
    """Return how far the clock was moved."""
    if _offset_file is None:
        return dt.timedelta()
    try:
        with open(_offset_file) as file:
            return dt.timedelta(seconds=float(file.read()))
    except FileNotFoundError:
        return dt.timedelta()


def move(by: dt.timedelta | None) -> None:
    """Move the clock of every process that follows the same file; None: back to the true time.

    Raises RuntimeError when this process follows no file.
    """
    if _offset_file is None:
        raise RuntimeError("this clock cannot be moved")
    if by is None:
        _offset_file.unlink(missing_ok=True)
        return
    fresh = _offset_file.with_suffix(f".{os.getpid()}")
    fresh.write_text(str(by.total_seconds()))
    fresh.replace(_offset_file)


def utcnow() -> dt.datetime:
    """Return this moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC) + offset()


def day_of(moment: dt.datetime) -> dt.date:
    """Return the Shanghai day a moment falls on: the only day people mean."""
    return moment.astimezone(SHANGHAI).date()


def month_of(moment: dt.datetime) -> str:
    """Return the Shanghai month of a moment as `YYYY-MM`."""
    return day_of(moment).strftime("%Y-%m")


def month_after(month: str, by: int = 1) -> str:
    """Return the month (`YYYY-MM`) so many months later, or earlier for a negative number."""
    year, number = (int(part) for part in month.split("-"))
    years, index = divmod(year * 12 + number - 1 + by, 12)
    return f"{years:04d}-{index + 1:02d}"


def at_shanghai(day: dt.date, time: dt.time) -> dt.datetime:
    """Return the moment a Shanghai wall clock shows that day and time, in UTC."""
    return dt.datetime.combine(day, time, SHANGHAI).astimezone(dt.UTC)


def month_bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of a Shanghai month and of the next. Raises ValueError."""
    first = dt.date.fromisoformat(f"{month}-01")
    following = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    midnight = dt.time()
    return at_shanghai(first, midnight), at_shanghai(following, midnight)


def iso(moment: dt.datetime) -> str:
    """Return a moment as it travels: ISO 8601 in UTC with `Z`."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
