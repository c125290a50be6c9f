"""Where the code at the door leads an ordinary browser: to WeChat. It never checks anyone in."""

from flask import Blueprint, Response, make_response, render_template

from server.context import config
from server.services import checkins
from server.services import signups_notices as notices

bp = Blueprint(
    "public_checkins",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/public/static",
)


@bp.get("/c/<payload>")
def show(payload: str) -> Response:
    """Say to scan with WeChat; of a genuine code also which activity and when."""
    settings = config()
    session = checkins.session_of(payload)
    page = render_template(
        "public/checkin.html",
        platform=settings.brand.platform,
        title=session.activity.title if session else None,
        when=notices.moment_text(session.starts_at) if session else None,
    )
    answer = make_response(page, 200 if session else 404)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
