"""What every page is drawn with: moments in Shanghai words, labels, icons, the way around."""

import datetime as dt
from typing import Any, NamedTuple

from flask import Flask, g, request

from server.clock import SHANGHAI, day_of, utcnow
from server.console import assets, labels
from server.services.staff import Scope, Verb

_WEEKDAYS = "一二三四五六日"


class Door(NamedTuple):
    """One line of the navigation."""

    word: str
    name: str
    icon: str
    endpoint: str
    verbs: tuple[Verb, ...]


DOORS = (Door("home", "工作台", "house-door", "console.home.index", ()),)


def init_app(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        span=span,
        time=time,
        field_moment=field_moment,
        relative=relative,
        label=labels.label,
        tone=labels.tone,
        event=labels.event,
    )
    brand = app.extensions["xinyi"].config.brand
    app.jinja_env.globals.update(icon=assets.icon, asset=assets.address, brand=brand)
    app.context_processor(_surroundings)


def day(value: dt.datetime | dt.date) -> str:
    """Return a day as `11月23日 周一`, with its year when that is not this one."""
    date = day_of(value) if isinstance(value, dt.datetime) else value
    year = "" if date.year == day_of(utcnow()).year else f"{date.year}年"
    return f"{year}{date.month}月{date.day}日 周{_WEEKDAYS[date.weekday()]}"


def time(value: dt.datetime) -> str:
    """Return the Shanghai wall clock, `14:00`."""
    return f"{value.astimezone(SHANGHAI):%H:%M}"


def moment(value: dt.datetime | None) -> str:
    """Return day and time; a dash for none."""
    return f"{day(value)} {time(value)}" if value else "—"


def span(starts: dt.datetime, ends: dt.datetime) -> str:
    """Return from when to when, the day told once if it is one."""
    if day_of(starts) == day_of(ends):
        return f"{moment(starts)}–{time(ends)}"
    return f"{moment(starts)} 至 {moment(ends)}"


def field_moment(value: Any) -> str:
    """Return a moment as a `datetime-local` field wants it; what was typed stays as typed."""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    return str(value or "")


def relative(value: dt.datetime) -> str:
    """Return how far away a moment is: `还有 2 天`, `已过 3 小时`."""
    seconds = (value - utcnow()).total_seconds()
    word = "还有" if seconds >= 0 else "已过"
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return "就是现在"
    if minutes < 60:
        return f"{word} {minutes} 分钟"
    if minutes < 48 * 60:
        return f"{word} {minutes // 60} 小时"
    return f"{word} {minutes // (24 * 60)} 天"


def _surroundings() -> dict[str, Any]:
    if not request.path.startswith("/console"):
        return {}
    scope: Scope | None = g.get("scope")
    theme = request.cookies.get("xinyi_theme", "auto")
    return {
        "staff": g.get("staff"),
        "scope": scope,
        "Verb": Verb,
        "doors": [door for door in DOORS if scope and _open(door, scope)],
        "here_word": (request.blueprint or "").rpartition(".")[2],
        "roles_line": "、".join(sorted(labels.label(role) for role in scope.roles))
        if scope
        else "",
        "theme": theme if theme in ("light", "dark") else "auto",
        "now": utcnow(),
    }


def _open(door: Door, scope: Scope) -> bool:
    return not door.verbs or any(scope.space_ids(verb) for verb in door.verbs)
