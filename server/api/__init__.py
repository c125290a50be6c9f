"""FACE 1: the mini-program and programs of staff. JSON, bearer token, below /api/v1."""

from flask_openapi3 import OpenAPI

from server.api import auth

WORDS = (auth.bp,)


def init_app(app: OpenAPI) -> None:
    """Hang every word into the application."""
    for bp in WORDS:
        app.register_api(bp)
