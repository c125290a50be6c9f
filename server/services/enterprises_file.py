"""一企一档: one company on one page — who works there, what happened, what was done for it."""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass

from models import Enterprise, EnterpriseCare, EnterpriseMember, db
from models.enterprises import CareKind
from server.clock import day_of
from server.errors import Invalid, NotFound
from server.paging import NumberedPage
from server.services import audit, enterprises, enterprises_members, enterprises_touches
from server.services import enterprises_register as register
from server.services.audit import Actor
from server.services.enterprises_sources import PARTS, SOURCES, Line, Look, Source
from server.services.staff import Scope, Verb

PAGE = 20


@dataclass(frozen=True)
class Figure:
    """A number of the file; its rows are `timeline(look, code)`."""

    code: str
    name: str
    unit: str
    value: int


@dataclass(frozen=True)
class Told:
    """The head of a file: the company, who works there, its figures, when we last were in touch."""

    enterprise: Enterprise
    look: Look
    people: list[EnterpriseMember]
    """Empty for who only reads, as a town does."""
    figures: list[Figure]
    last_at: dt.datetime | None
    former: list[Enterprise]
    """What was merged into it."""


def of(scope: Scope, enterprise_id: int, *, now: dt.datetime) -> Told:
    """Return the file of a company the staff's Spaces look after, as they may see it: what belongs
    to other Spaces is not in it. Raises NotFound."""
    spaces = scope.space_ids(Verb.READ_VISITS)
    enterprise = register.get(enterprise_id, spaces)
    family = enterprises.family_of(enterprise)
    look = Look(scope, family, now)
    works = _works_on(scope, enterprise)
    last = enterprises_touches.last(spaces, [enterprise.id])
    former = Enterprise.select().where(Enterprise.id.in_(family), Enterprise.id != enterprise.id)
    return Told(
        enterprise,
        look,
        enterprises_members.of_family(family) if works else [],
        figures(look),
        last.get(enterprise.id),
        list(former.order_by(Enterprise.id)),
    )


def _works_on(scope: Scope, enterprise: Enterprise) -> bool:
    """Say whether they visit the company for one of its Spaces: people are for those alone."""
    visiting = scope.space_ids(Verb.VISIT)
    kept = Enterprise.select().where(Enterprise.id == enterprise.id, register.is_kept_by(visiting))
    return bool(visiting) and bool(kept.exists())


def figures(look: Look) -> list[Figure]:
    """Return the figures of the file, in the order they are shown."""
    found = []
    for kind in ("visits", "needs_open", "needs_solved", "activities", "resources", "care"):
        if kind.startswith("needs") and not look.spaces(Verb.WORK_NEEDS):
            continue  # who may not read needs is not told how many there are of one company
        source = SOURCES.get(kind) or PARTS[kind]
        found.append(Figure(kind, source.name, source.unit, source.total(look)))
    return found


def timeline(look: Look, kind: str = "", *, number: int = 1) -> NumberedPage[Line]:
    """Return a page of what happened, the newest first; of one kind or of all. Raises NotFound for
    a kind there is none of."""
    chosen = [SOURCES.get(kind) or PARTS.get(kind)] if kind else list(SOURCES.values())
    sources = [source for source in chosen if source is not None]
    if not sources:
        raise NotFound
    total = sum(source.count(look) for source in sources)
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    if len(sources) == 1:
        lines = sources[0].lines(look, offset=(number - 1) * PAGE, limit=PAGE)
        return NumberedPage(lines, number, pages, total)
    # What is on page n is among the first n pages of every source.
    each = [source.lines(look, limit=number * PAGE) for source in sources]
    merged = list(heapq.merge(*each, key=lambda line: line.at, reverse=True))
    return NumberedPage(merged[(number - 1) * PAGE : number * PAGE], number, pages, total)


def note_care(
    enterprise: Enterprise,
    space_id: int,
    kind: CareKind,
    text: str,
    *,
    on_day: dt.date,
    actor: Actor,
    now: dt.datetime,
) -> EnterpriseCare:
    """Write down that a Space looked after a company, and return the note. Raises Invalid for a
    day to come."""
    if on_day > day_of(now):
        raise Invalid(fields={"on_day": "还没到这一天"})
    with db.atomic():
        note = EnterpriseCare.add(
            now=now,
            by=actor.id,
            space=space_id,
            enterprise=enterprise,
            kind=kind,
            text=text,
            on_day=on_day,
        )
        audit.record(actor, "enterprises.note_care", note, org_unit_id=space_id, now=now)
    return note


def every_source() -> list[Source]:
    """Return every kind of line there is, and the parts figures open to."""
    return [*SOURCES.values(), *PARTS.values()]
