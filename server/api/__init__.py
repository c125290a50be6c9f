"""FACE 1: the mini-program and programs of staff. JSON, bearer token, below /api/v1."""

from flask_openapi3 import OpenAPI

from server.api import auth
from server.api.door import guard

WORDS = (auth.bp,)


def init_app(app: OpenAPI) -> None:
    """Hang every word into the application, with the guard on its door."""
    for bp in WORDS:
        bp.before_request(guard)
        app.register_api(bp)
