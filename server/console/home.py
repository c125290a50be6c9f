"""工作台: what today asks for; each line leads to the act."""

from flask import render_template
from flask.typing import ResponseReturnValue

from server.console import door

bp = door.word("home")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the day."""
    return render_template("console/home/index.html")
