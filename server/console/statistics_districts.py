"""区视图: the towns of a district in sums."""

from flask import render_template
from flask.typing import ResponseReturnValue

from server.clock import utcnow
from server.console import door
from server.console.statistics_towns import around, asked_month
from server.context import current_scope
from server.services import statistics_towns
from server.services.staff import Verb
from server.services.statistics import FEWEST

bp = door.word("statistics_districts")


@bp.get("/districts")
def index() -> ResponseReturnValue:
    """Show the sums of the towns in a month."""
    door.required(Verb.STATISTICS_SUMS)
    month = asked_month()
    towns, total = statistics_towns.of_district(current_scope(), month, now=utcnow())
    return render_template(
        "console/statistics_towns/district.html",
        towns=towns,
        total=total,
        fewest=FEWEST,
        **around(month),
    )
