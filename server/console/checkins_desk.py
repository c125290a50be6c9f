"""现场 · 签到台: the page at the door. A scanner's field first, then searching, walk-ins, mistakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import Session
from server.clock import utcnow
from server.console import checkins_flags, door
from server.console.forms import Fields, Form, Number, ReasonForm
from server.context import actor, current_scope, vault
from server.errors import ServiceError
from server.schemas.checkins_desk import StaffCheckinIn, WalkInIn
from server.services import activities_sessions as sessions
from server.services import (
    checkins_board,
    checkins_corrections,
    checkins_cues,
    checkins_desk,
    checkins_people,
    checkins_tally,
)
from server.services.checkins_flags import Trace
from server.services.checkins_people import Entered
from server.services.checkins_stewards import Steward
from server.services.staff import Verb

bp = door.word("checkins_desk")

LATEST = 12


class GuestsForm(Fields):
    """How many people without an account are there."""

    count: Annotated[Number, Field(ge=0, le=100_000)]


class PartyForm(ReasonForm):
    """How many came along."""

    party_present: Annotated[Number, Field(ge=0, le=19)]


class ScanForm(StaffCheckinIn):
    """What was scanned or found, as the page sends it."""

    model_config = Fields.model_config

    party_present: Annotated[Number, Field(ge=0, le=19)] | None = None


class WalkInForm(WalkInIn):
    """A walk-in as the page sends it."""

    model_config = Fields.model_config

    party_present: Annotated[Number, Field(ge=0, le=19)] | None = None


@dataclass(frozen=True)
class Verdict:
    """What the page says in large letters: who came in (`done`), or why not (`refusal`)."""

    done: Entered | None = None
    refusal: ServiceError | None = None
    said: str = ""
    cues: list[str] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, Any]:
        """What can be done about the refusal."""
        return self.refusal.facts if self.refusal else {}

    @property
    def tone(self) -> str:
        """good: go in; again: is in already; warn: something can be done about it; bad: no."""
        if self.done:
            return "again" if self.done.is_repeat and not self.said else "good"
        return "warn" if self.facts.get("person") else "bad"


@bp.get("/sessions/<id:session_id>/desk")
def show(session_id: int) -> ResponseReturnValue:
    """Show the page."""
    return _page(_session(session_id, Verb.SCAN))


@bp.get("/sessions/<id:session_id>/desk/live")
def live(session_id: int) -> ResponseReturnValue:
    """Show only what moves: the page asks for it again and again."""
    session = _session(session_id, Verb.SCAN)
    return render_template("console/checkins/_desk_live.html", session=session, **_live(session))


@bp.get("/sessions/<id:session_id>/desk/people")
def people(session_id: int) -> ResponseReturnValue:
    """Show who is meant by what was typed; nobody for less than two characters."""
    session = _session(session_id, Verb.ADMIT)
    if not _is_fragment():
        return _page(session)
    return render_template("console/checkins/_found.html", session=session, **_found(session))


@bp.post("/sessions/<id:session_id>/desk/scan")
def scan(session_id: int) -> ResponseReturnValue:
    """Check in whom the scanner read, or whom the search found."""
    session = _session(session_id, Verb.SCAN)

    def act() -> Entered:
        form = Form(request.form).read(ScanForm, session_id=str(session.id))
        return checkins_desk.scan(session, form, _steward(session), vault=vault(), now=utcnow())

    return _answer(session, act)


@bp.post("/sessions/<id:session_id>/desk/walkin")
def walk_in(session_id: int) -> ResponseReturnValue:
    """Sign somebody up on the spot and check them in."""
    session = _session(session_id, Verb.ADMIT)

    def act() -> Entered:
        form = Form(request.form).read(WalkInForm, session_id=str(session.id))
        return checkins_desk.walk_in(session, form, _steward(session), vault=vault(), now=utcnow())

    return _answer(session, act)


@bp.post("/checkins/<id:checkin_id>/party")
def recount(checkin_id: int) -> ResponseReturnValue:
    """Say how many came along."""
    checkin = checkins_corrections.get(checkin_id)
    session = _session(checkin.session_id, Verb.SCAN)

    def act() -> Entered:
        form = Form(request.form).read(PartyForm)
        steward, told = _steward(session), (form.party_present, form.reason)
        checkins_corrections.recount(checkin, *told, steward=steward, now=utcnow())
        return _seen(checkin_id, session)

    return _answer(session, act, said="人数已更新")


@bp.post("/checkins/<id:checkin_id>/checkout")
def check_out(checkin_id: int) -> ResponseReturnValue:
    """Note when somebody left."""
    checkin = checkins_corrections.get(checkin_id)
    session = _session(checkin.session_id, Verb.SCAN)

    def act() -> Entered:
        checkins_corrections.check_out(checkin, actor=actor(), now=utcnow())
        return _seen(checkin_id, session)

    return _answer(session, act, said="已签退")


@bp.post("/checkins/<id:checkin_id>/void")
def void(checkin_id: int) -> ResponseReturnValue:
    """Say that a check-in does not count."""
    checkin = checkins_corrections.get(checkin_id)
    session = _session(checkin.session_id, Verb.ADMIT)

    def act() -> None:
        reason = Form(request.form).read(ReasonForm).reason
        checkins_corrections.void(checkin, reason, actor=actor(), now=utcnow())

    return _back(session, act, "已撤销这次签到，人数同时更正")


@bp.post("/sessions/<id:session_id>/desk/guests")
def count_guests(session_id: int) -> ResponseReturnValue:
    """Say how many people without an account are there."""
    session = _session(session_id, Verb.ADMIT)

    def act() -> None:
        count = Form(request.form).read(GuestsForm).count
        checkins_corrections.count_guests(session, count, actor=actor(), now=utcnow())

    return _back(session, act, "来宾人数已更新")


def _answer(session: Session, act: Callable[[], Entered], *, said: str = "") -> ResponseReturnValue:
    """Do it and show the verdict: alone to the page that asked by script, else on the whole page."""
    try:
        done = act()
        with_needs = current_scope().allows(Verb.WORK_NEEDS, session.space_id)
        told = checkins_cues.of(done.checkin, with_needs=with_needs, now=utcnow())
        verdict = Verdict(done=done, said=said, cues=told)
    except ServiceError as refusal:
        verdict = Verdict(refusal=refusal)
    if _is_fragment():
        return render_template(
            "console/checkins/_verdict.html", session=session, verdict=verdict, **_rights(session)
        )
    return _page(session, verdict), verdict.refusal.status if verdict.refusal else 200


def _back(session: Session, act: Callable[[], None], said: str) -> ResponseReturnValue:
    try:
        act()
        flash(said, "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return redirect(url_for(".show", session_id=session.id), 303)


def _page(session: Session, verdict: Verdict | None = None) -> str:
    context = _live(session) | _found(session) | checkins_flags.shown(session)
    return render_template("console/checkins/desk.html", verdict=verdict, **context)


def _live(session: Session) -> dict[str, Any]:
    now = utcnow()
    return {
        "told": checkins_tally.tally(session),
        "latest": checkins_people.latest(session, LATEST),
        "phase": checkins_board.phase(session, now=now),
    } | _rights(session)


def _found(session: Session) -> dict[str, Any]:
    text = door.asked_text("q")
    if len(text) < checkins_people.SHORTEST or not current_scope().allows(
        Verb.ADMIT, session.space_id
    ):
        return {"q": text, "found": [], "has_more": False}
    matches = checkins_people.search(session, text, actor=actor(), vault=vault(), now=utcnow())
    return {"q": text, "found": matches.found, "has_more": matches.has_more}


def _rights(session: Session) -> dict[str, Any]:
    scope = current_scope()
    return {
        "can_admit": scope.allows(Verb.ADMIT, session.space_id),
        "can_override": scope.allows(Verb.OVERRIDE_CAPACITY, session.space_id),
    }


def _seen(checkin_id: int, session: Session) -> Entered:
    done = checkins_people.entered_for(_steward(session), checkin_id, vault=vault())
    done.checkin.session = session
    return done


def _steward(session: Session) -> Steward:
    address = vault().blind(request.remote_addr or "", place="scan.ip")
    return Steward(actor(), trace=Trace(ip_hash=address), **_rights(session))


def _session(session_id: int, verb: Verb) -> Session:
    session = sessions.get(session_id)
    current_scope().require(verb, session.space_id)
    return session


def _is_fragment() -> bool:
    return request.headers.get("HX-Request") == "true"
