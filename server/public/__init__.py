"""FACE 4: doors without a log-in: WeChat's pushes, codes read by any camera, health, the bench."""

from flask import Flask

from server.public import health


def init_app(app: Flask) -> None:
    """Hang the doors into the application."""
    app.register_blueprint(health.bp)
