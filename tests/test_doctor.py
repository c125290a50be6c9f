"""The switchboard's doctor: what is broken, what to do, and an exit code for an alarm."""

import datetime as dt
import tempfile

from click.testing import Result
from flask import Flask

import models
from server.database import connect
from server.services import health, signups_recount
from tests import factories


def doctor(app: Flask) -> Result:
    models.db.close()  # a command is a process of its own and opens its own connection
    done = app.test_cli_runner().invoke(args=["doctor"])
    models.db.connect(reuse_if_open=True)
    return done


def test_the_doctor_has_nothing_to_say(app: Flask) -> None:
    done = doctor(app)
    held = len(health.RULES) + 2  # of the database, and between it and the disk
    assert (done.exit_code, done.output) == (0, f"all {held} rules hold\n")


def test_the_doctor_says_what_to_do(app: Flask, now: dt.datetime) -> None:
    session = factories.make_session(seats_taken=3)
    done = doctor(app)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "BROKEN: places taken are those of the signups",
        f"  session {session.id}: 3 places counted, its signups hold 0",
        "  What to do: flask --app server job check_seats (it runs every night and notes what it"
        " sets right)",
    ]
    signups_recount.correct(now=now)
    assert doctor(app).exit_code == 0


def test_the_doctor_wants_the_schema_at_head(app: Flask) -> None:
    """Asked of a database without any table: the one of the application stays as it is."""
    models.db.close()
    here = models.db.obj
    try:
        with tempfile.TemporaryDirectory() as folder:
            connect(f"sqlite:///{folder}/empty.db", pool=1)
            done = app.test_cli_runner().invoke(args=["doctor"])
            models.db.close()
    finally:
        models.db.initialize(here)
        models.db.connect(reuse_if_open=True)
    assert done.exit_code == 1
    assert "flask --app server migrate" in done.output
