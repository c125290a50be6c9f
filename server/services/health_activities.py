"""What must hold of activities, sign-ups and the door beyond places and check-ins: draws can be drawn
again, marks are their person's, a zone is had once, the door's log tells of what is there."""

from collections.abc import Iterable
from typing import Final

from peewee import JOIN

from models import (
    Activity,
    Checkin,
    Draw,
    NoShowMark,
    Rating,
    ScanLog,
    ServiceProject,
    Session,
    Signup,
    ZoneBooking,
)
from models.activities import SessionState
from models.signups import AppealState, SignupState
from server.services import signups_lottery
from server.services.health_rules import REPORT, Rule, rows
from server.services.signups_lottery import Entry


def _drawn_otherwise() -> Iterable[str]:
    """A lottery whose secret is not the one promised, or whose result does not come of it."""
    for lottery in Draw.select().where(Draw.drawn_at.is_null(False)).iterator():
        promised = signups_lottery.commitment_of(lottery.session_id, lottery.secret)
        if promised != lottery.commitment:
            yield f"draw {lottery.id}: its secret is not the one that was promised"
            continue
        entries = [_entry(line) for line in lottery.entries]
        seed = signups_lottery.seed_of(lottery.secret, entries)
        drawn = signups_lottery.draw(seed, entries, places=lottery.places or 0, cap=lottery.cap)
        if seed != lottery.seed or [[each.code, each.won] for each in drawn] != lottery.result:
            yield f"draw {lottery.id}: drawn again from its entries it comes out otherwise"


def _entry(line: str) -> Entry:
    code, party, tickets, group = line.split(" ")
    return Entry(code, int(party), int(tickets), group)


def _left_undecided() -> Iterable[str]:
    query = (
        Signup.select(Signup.id, Draw.id)
        .join(Draw, on=(Signup.draw_id == Draw.id))
        .where(Signup.state == SignupState.PENDING, Draw.drawn_at.is_null(False))
    )
    for signup_id, draw_id in rows(query):
        yield f"signup {signup_id}: still waits for draw {draw_id}, which took place"


def _marks_astray() -> Iterable[str]:
    """A mark about somebody else's signup, or an appeal that says neither when nor how it ended."""
    decided = NoShowMark.appeal_state.in_([AppealState.GRANTED.value, AppealState.REFUSED.value])
    query = (
        NoShowMark.select(NoShowMark.id, NoShowMark.signup)
        .join(Signup)
        .where(
            (NoShowMark.user_id != Signup.user_id)
            | (NoShowMark.session != Signup.session)
            | (NoShowMark.space != Signup.space)
            | ((NoShowMark.appeal_state != AppealState.NONE) & NoShowMark.appealed_at.is_null())
            | (decided != NoShowMark.decided_at.is_null(False))
        )
    )
    for mark_id, signup_id in rows(query):
        yield f"no-show mark {mark_id}: not its signup's ({signup_id}), or its appeal is not dated"


def _booked_twice() -> Iterable[str]:
    later = ZoneBooking.alias()
    query = ZoneBooking.select(ZoneBooking.id, later.id, ZoneBooking.zone).join(
        later,
        on=(
            (later.zone == ZoneBooking.zone)
            & (later.id > ZoneBooking.id)
            & (later.starts_at < ZoneBooking.ends_at)
            & (later.ends_at > ZoneBooking.starts_at)
        ),
    )
    live = ZoneBooking.live & later.live  # both engines read a bare boolean
    for booking_id, other_id, zone_id in rows(query.where(live)):
        yield f"booking {booking_id}: has zone {zone_id} at the same time as booking {other_id}"


def _booked_otherwise() -> Iterable[str]:
    """A booking that holds a zone, or a time, its session does not take place in."""
    query = (
        ZoneBooking.select(ZoneBooking.id, Session.id)
        .join(Session)
        .where(
            ZoneBooking.live,
            (Session.state == SessionState.CANCELLED)
            | Session.zone.is_null()
            | (Session.zone != ZoneBooking.zone)
            | (Session.starts_at != ZoneBooking.starts_at)
            | (Session.ends_at != ZoneBooking.ends_at),
        )
    )
    for booking_id, session_id in rows(query):
        yield f"booking {booking_id}: not where and when session {session_id} takes place"


def _logged_unseen() -> Iterable[str]:
    query = (
        ScanLog.select(ScanLog.id, ScanLog.checkin_id)
        .join(Checkin, JOIN.LEFT_OUTER, on=(ScanLog.checkin_id == Checkin.id))
        .where(
            ScanLog.checkin_id.is_null(False),
            Checkin.id.is_null()
            | (Checkin.user_id != ScanLog.user_id)
            | (Checkin.session != ScanLog.session_id),
        )
    )
    for line_id, checkin_id in rows(query):
        yield f"scan {line_id}: tells of check-in {checkin_id}, which is not there or not theirs"


def _rated_unseen() -> Iterable[str]:
    query = (
        Rating.select(Rating.id, Rating.checkin)
        .join(Checkin)
        .where((Rating.user_id != Checkin.user_id) | (Rating.session != Checkin.session))
    )
    for rating_id, checkin_id in rows(query):
        yield f"rating {rating_id}: by somebody other than who came by check-in {checkin_id}"


def _issues_elsewhere() -> Iterable[str]:
    query = (
        Activity.select(Activity.id, ServiceProject.id)
        .join(ServiceProject)
        .where(Activity.space != ServiceProject.space)
    )
    for activity_id, project_id in rows(query):
        yield f"activity {activity_id}: of another Space than its service project {project_id}"


RULES: Final = (
    Rule("a draw drawn again comes out the same", _drawn_otherwise, REPORT),
    Rule("nobody waits for a draw that took place", _left_undecided, REPORT),
    Rule("a no-show mark is its signup's, and its appeal is dated", _marks_astray, REPORT),
    Rule(
        "a zone is booked once at a time",
        _booked_twice,
        "give one of the two another zone or time in the console (场地)",
    ),
    Rule("a session's booking is where and when it takes place", _booked_otherwise, REPORT),
    Rule("the door's log tells of check-ins that are there", _logged_unseen, REPORT),
    Rule("a rating is by who was there", _rated_unseen, REPORT),
    Rule("a service project's issues are its Space's", _issues_elsewhere, REPORT),
)
