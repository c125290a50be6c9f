"""What every page is drawn with: moments in Shanghai words, labels, icons, the way around."""

import datetime as dt
from typing import Any

from flask import Flask, g, request

from models import JointMeeting, Need, Series, Session
from models.activities import SessionState
from server.clock import SHANGHAI, day_of, month_of, utcnow
from server.console import assets, labels, navigation
from server.console.forms import Form
from server.schemas.activities_seen import place_of
from server.services import users
from server.services.staff import Scope, Verb

_WEEKDAYS = "一二三四五六日"


_FILLED = {
    "blank": Form(),
    "lead_first": Form(role="lead"),
    "three_days": Form(days=3, partner_id="town"),
}
"""Forms as a page shows them before anybody typed."""


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
        display_name=users.display_name,
        month=month,
        month_of=month_of,
        total=lambda counts, states: sum(counts[state.value] for state in states),
    )
    settings = app.extensions["xinyi"].config
    brand, checkins = settings.brand, settings.checkins
    app.jinja_env.globals.update(icon=assets.icon, asset=assets.address, brand=brand)
    app.jinja_env.globals.update(
        place_of=place_of,
        ways=navigation.ways,
        sought=navigation.sought,
        choices=labels.choices_of,
        options=lambda rows: [(row.id, row.name) for row in rows],
        pairs=lambda texts: [(text, text) for text in texts],
        checkin_window=(checkins.opens_before_minutes, checkins.closes_after_minutes),
        session_links=session_links,
        code_seconds=checkins.slot_seconds,
        file_megabytes=settings.files.max_bytes // (1024 * 1024),
        series_options=series_options,
        code_options=lambda rows: [(row.code, row.name) for row in rows],
        triage_values=triage_values,
        minutes_values=minutes_values,
        **_FILLED,
    )
    app.context_processor(_surroundings)


def series_options(rows: list[Series]) -> list[tuple[int, str]]:
    """Return the series as a list to choose from."""
    return [(row.id, f"{row.name} · {row.subtitle}" if row.subtitle else row.name) for row in rows]


def triage_values(need: Need) -> Form:
    """Return the form for taking a need up, filled with what it says now."""
    return Form(summary=need.staff_summary, category=need.category.code)


def minutes_values(meeting: JointMeeting) -> Form:
    """Return the form for the minutes, filled with what they say now."""
    return Form(present=meeting.present, minutes=meeting.minutes)


def month(value: str) -> str:
    """Return a month (`YYYY-MM`) as `11月`, with its year when that is not this one."""
    year, number = value.split("-")
    this_year = day_of(utcnow()).year
    return f"{int(number)}月" if int(year) == this_year else f"{year}年{int(number)}月"


def greeting(now: dt.datetime) -> str:
    """Return how one greets at this hour."""
    hour = now.astimezone(SHANGHAI).hour
    if 5 <= hour < 11:
        return "早上好"
    if 11 <= hour < 13:
        return "中午好"
    return "下午好" if 13 <= hour < 18 else "晚上好"


def session_links(session: Session) -> list[tuple[str, str]]:
    """Return what the asking staff can open of a session: name and endpoint."""
    scope: Scope = g.scope
    links = [
        ("名单", "console.signups.index", Verb.ADMIT),
        ("现场", "console.checkins.show", Verb.SCAN),
        ("修改", "console.activities_sessions.edit", Verb.EDIT_ACTIVITIES),
    ]
    is_open = session.state == SessionState.SCHEDULED
    return [
        (name, endpoint)
        for name, endpoint, verb in links
        if scope.allows(verb, session.space_id) and (is_open or name == "名单")
    ]


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
    word = (request.blueprint or "").rpartition(".")[2]
    theme = request.cookies.get("xinyi_theme", "auto")
    return {
        "staff": g.get("staff"),
        "scope": scope,
        "Verb": Verb,
        "here_word": navigation.BEHIND.get(word, word),
        "roles_line": "、".join(sorted(labels.label(role) for role in scope.roles))
        if scope
        else "",
        "theme": theme if theme in ("light", "dark") else "auto",
        "now": utcnow(),
        "greeting": greeting(utcnow()),
    }
