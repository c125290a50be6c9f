from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from peewee import IntegrityError

import models
from server import logs
from server.clock import utcnow


@pytest.fixture
def as_it_was(app: Flask) -> Iterator[None]:
    """Afterwards the log goes where it went before."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("as_it_was")
def test_a_refused_row_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """PostgreSQL puts the row into the error's text; the rest of the error stays."""
    secret = "".join(("机密", "甲"))  # not one piece, because a traceback quotes this file
    logs.configure(as_json=True, level="INFO")
    try:
        with models.db.atomic():
            models.Category.add(now=utcnow(), code=secret, name=None)
    except IntegrityError as error:
        logs.get().error("bug", exc_info=error, phone="13812345678")
    line = capsys.readouterr().err
    assert "IntegrityError" in line
    assert "test_a_refused_row_is_not_told" in line
    assert secret not in line
    assert "13812345678" not in line
