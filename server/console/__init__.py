"""FACE 2: staff in a browser. HTML, session cookie + CSRF + role, below /console."""

from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from server.errors import ServiceError


def init_app(app: Flask) -> None:
    """Hang the console into the application."""


def answer(error: ServiceError) -> Any:
    """Return a page that says what was refused and where to go on."""
    return error.detail, error.status


def answer_http(error: HTTPException) -> Any:
    """Return a page for what Flask itself refused."""
    return error


def answer_bug() -> Any:
    """Return one calm sentence."""
    return "系统出了点问题，我们已记录，请稍后再试", 500
