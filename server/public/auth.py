"""Where the log-in code of a console leads an ordinary browser: to the mini-program. It logs nobody in."""

from flask import Blueprint, Response, make_response, render_template

from server.context import config

bp = Blueprint("public_auth", __name__, template_folder="templates")


@bp.get("/l/<code>")
def show(code: str) -> Response:  # every code gets the same page, and tells nothing
    """Say to scan with the mini-program."""
    page = render_template("public/scan.html", platform=config().brand.platform)
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
