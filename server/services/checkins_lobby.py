"""What the big screen of a Space shows: who can check in now, who came, and what comes next."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from models import Activity, Session, Space
from models.activities import SessionState
from server.clock import at_shanghai, day_of
from server.crypto import token_hash
from server.schemas.checkins_screen import BoardOut, PictureOut, ScreenOut
from server.services import activities_agenda as agenda
from server.services import checkins_board as board_of_day
from server.services import checkins_screen as screen
from server.services import signups_seats as seats

AT_ONCE = 4
"""More codes than that on one screen are too small to scan: they take turns."""
TURN = dt.timedelta(seconds=12)
_ARRIVALS = 8
_AHEAD = dt.timedelta(days=14)
_LISTED = 6


@dataclass(frozen=True)
class Board:
    """One session on the screen. `mark` changes with the key its codes are made with."""

    session: Session
    phase: str
    here: screen.Presence
    arrivals: list[screen.Arrival]
    codes: list[screen.ShownCode]
    mark: str


@dataclass(frozen=True)
class Coming:
    """A session that is not open, and where it stands: before, over or cancelled."""

    session: Session
    phase: str
    is_today: bool


@dataclass(frozen=True)
class Lobby:
    """The whole screen. `waiting`: how many sessions more take turns with these boards."""

    boards: list[Board]
    waiting: int
    coming: list[Coming]


def board(session: Session, *, base_url: str, slot_seconds: int, now: dt.datetime) -> Board:
    """Return a session as a screen shows it, with the codes of three slots."""
    shown = screen.qr(session, base_url=base_url, slot_seconds=slot_seconds, now=now)
    return Board(
        session,
        board_of_day.phase(session, now=now),
        screen.present(session),
        screen.latest_arrivals(session, _ARRIVALS),
        shown,
        token_hash(session.qr_key)[:12],
    )


def lobby(space: Space, *, base_url: str, slot_seconds: int, now: dt.datetime) -> Lobby:
    """Return what the screen of a Space shows now: the sessions that take check-ins, and what else
    today and the next days bring. Drafts and rehearsals are nobody's business in the lobby."""
    found = _around(space, now)
    is_open = [board_of_day.phase(row, now=now) == "open" for row in found]
    open_ = [row for row, yes in zip(found, is_open, strict=True) if yes]
    turns = max(1, -(-len(open_) // AT_ONCE))
    size = -(-len(open_) // turns)
    turn = int(now.timestamp() // TURN.total_seconds()) % turns
    shown = open_[turn * size : (turn + 1) * size]
    others = [row for row, yes in zip(found, is_open, strict=True) if not yes]
    return Lobby(
        [board(row, base_url=base_url, slot_seconds=slot_seconds, now=now) for row in shown],
        len(open_) - len(shown),
        [_coming(row, now) for row in others][:_LISTED],
    )


def _around(space: Space, now: dt.datetime) -> list[Session]:
    """The sessions not over yet and those called off today, the earliest first."""
    midnight = at_shanghai(day_of(now), dt.time())
    is_off_today = (Session.state == SessionState.CANCELLED) & (Session.starts_at >= midnight)
    is_to_come = (Session.state != SessionState.CANCELLED) & (Session.checkin_closes_at >= now)
    query: Any = (
        seats.sessions()
        .where(
            Session.space == space,
            Session.starts_at < now + _AHEAD,
            Session.ends_at > now - dt.timedelta(days=1),
            is_to_come | (is_off_today & (Session.ends_at > now)),
            Activity.state.in_(agenda.PUBLIC),
            Activity.is_rehearsal == False,  # noqa: E712
        )
        .order_by(Session.starts_at, Session.id)
    )
    return list(query)


def _coming(session: Session, now: dt.datetime) -> Coming:
    phase = board_of_day.phase(session, now=now)
    return Coming(session, phase, is_today=day_of(session.starts_at) == day_of(now))


def news(boards: list[Board], stage: str, *, now: dt.datetime) -> ScreenOut:
    """Return what the script of a screen is told: the page's own words, and the codes in advance."""
    return ScreenOut(
        now_ms=_milliseconds(now),
        stage=stage,
        boards=[
            BoardOut(
                id=each.session.id,
                phase=each.phase,
                mark=each.mark,
                persons=each.here.persons,
                signed_up=each.here.signed_up,
                codes=[_picture(code) for code in each.codes],
            )
            for each in boards
        ],
    )


def _picture(code: screen.ShownCode) -> PictureOut:
    return PictureOut(
        from_ms=_milliseconds(code.valid_from),
        until_ms=_milliseconds(code.valid_to),
        picture=screen.picture(code.url),
    )


def _milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
