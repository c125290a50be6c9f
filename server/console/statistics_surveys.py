"""归属感: the pulse of each Space by half-years, beside who came again and who brought somebody."""

from flask import render_template
from flask.typing import ResponseReturnValue

from server.clock import utcnow
from server.console import door, statistics_ask
from server.services import surveys_pulses, surveys_results

bp = door.word("statistics_surveys")


@bp.get("/statistics/surveys")
def index() -> ResponseReturnValue:
    """Show the latest half-years of the Spaces asked for."""
    question = statistics_ask.read()
    mine = [space for space in question.spaces if space.id in question.asked.space_ids]
    now = utcnow()
    return render_template(
        "console/statistics/surveys.html",
        question=question,
        tab="surveys",
        rows=surveys_pulses.warmth(mine, now=now),
        halves=surveys_pulses.halves(now=now),
        asked=[each["label"] for each in surveys_pulses.QUESTIONS],
        least=surveys_results.LEAST,
    )
