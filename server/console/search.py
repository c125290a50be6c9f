"""搜索: one box for companies, people, activities and needs, each within what the staff may see."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from models import Activity, Enterprise, Need
from server.clock import utcnow
from server.console import door
from server.context import current_scope, vault
from server.services import activities_board, enterprises_register, needs_desk, users_search
from server.services.enterprises_register import Filters as Companies
from server.services.needs_desk import Filters as Needs
from server.services.staff import Scope, Verb
from server.services.users_search import Person

bp = door.word("search")

SHORTEST = 2
"""Of one character half of everything would come."""
MOST = 8
"""Of each kind; one more says that there are more."""


@dataclass(frozen=True)
class Found:
    """What of each kind the text means; None: the staff may not look for it."""

    companies: list[Enterprise] | None
    people: list[Person] | None
    activities: list[Activity] | None
    needs: list[Need] | None

    @property
    def count(self) -> int:
        """How many there are of all kinds."""
        return sum(
            len(rows or ()) for rows in (self.companies, self.people, self.activities, self.needs)
        )


@bp.get("/search")
def index() -> ResponseReturnValue:
    """Show what the text may mean."""
    text = door.asked_text("q")
    found = look(text, current_scope()) if len(text) >= SHORTEST else None
    return render_template("console/search/index.html", text=text, found=found, most=MOST)


def look(text: str, scope: Scope) -> Found:
    """Return what the text may mean, of each kind the first few and one more."""

    def within(verb: Verb, ask: Any) -> Any:
        allowed = scope.space_ids(verb)
        return list(ask(allowed)) if allowed else None

    some, now = MOST + 1, utcnow()
    return Found(
        companies=within(
            Verb.READ_VISITS,
            lambda mine: (
                enterprises_register.search(mine, Companies(text=text), now=now)
                .order_by(Enterprise.name, Enterprise.id)
                .limit(some)
            ),
        ),
        people=within(
            Verb.ADMIT, lambda mine: users_search.search(text, mine, vault=vault(), limit=some)
        ),
        activities=within(Verb.SEE, lambda mine: activities_board.search(mine, text, limit=some)),
        needs=within(
            Verb.WORK_NEEDS,
            lambda _: (
                needs_desk.filtered(scope, Needs(text=text), now=now)
                .order_by(Need.received_at.desc(), Need.id.desc())
                .limit(some)
            ),
        ),
    )
