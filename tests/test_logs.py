import pytest
from flask import Flask
from peewee import IntegrityError

import models
from server import logs
from server.clock import utcnow


def test_a_refused_row_is_not_told(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    """PostgreSQL puts the row into the error's text; the rest of the error stays."""
    secret = "".join(("机密", "甲"))  # not one piece, because a traceback quotes this file
    logs.configure(as_json=True, level="INFO")
    try:
        with models.db.atomic():
            models.Category.add(now=utcnow(), code=secret, name=None)
    except IntegrityError as error:
        logs.get().error("bug", exc_info=error, phone="13812345678")
    told = capsys.readouterr().err
    assert "IntegrityError" in told
    assert "test_a_refused_row_is_not_told" in told
    assert secret not in told
    assert "13812345678" not in told
