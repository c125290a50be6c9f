"""Opening the one database."""

import os
import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from peewee import SqliteDatabase

import models


def test_writers_are_served_in_the_order_they_came(app: Flask, engine: str) -> None:
    if engine != "sqlite":
        pytest.skip("PostgreSQL lets many write")
    database = app.extensions["database"]
    served: list[int] = []

    def write(number: int) -> None:
        with models.db.connection_context(), models.db.atomic():
            served.append(number)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    with models.db.atomic():
        for number, writer in enumerate(writers):
            writer.start()
            _until_waiting(database, number + 1)
    for writer in writers:
        writer.join(10)
    assert served == [0, 1, 2, 3, 4, 5]


def _until_waiting(database: SqliteDatabase, count: int) -> None:
    """Return once the kernel has so many in line."""
    file = os.stat(f"{database.database}.turns").st_ino
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = Path("/proc/locks").read_text("ascii").splitlines()
        if sum("->" in line and f":{file} " in line for line in lines) == count:
            return
        time.sleep(0.005)
    raise AssertionError(f"never {count} in line")
