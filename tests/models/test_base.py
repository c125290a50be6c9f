"""Ids are unique and rise; moments keep their zone; a row knows when somebody else was first."""

import datetime as dt
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

import models
from models.base import new_id
from tests import factories


def _many(count: int) -> list[int]:
    return [new_id() for _ in range(count)]


def test_ids_are_unique_in_a_burst_of_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [one for batch in pool.map(_many, [20_000] * 8) for one in batch]
    assert len(set(found)) == len(found)
    assert max(found) < 2**63


def test_ids_of_one_thread_rise() -> None:
    found = _many(50_000)
    assert found == sorted(found)


def test_ids_of_several_processes_hardly_meet() -> None:
    """Single rows born in the same millisecond on two nodes: chance alone keeps them apart."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = [one for batch in pool.map(_many, [500] * 2) for one in batch]
    assert len(set(found)) == len(found)


def test_a_moment_without_its_zone_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="time zone"):
        factories.make_user(first_seen_at=dt.datetime(2026, 5, 8, 12))  # noqa: DTZ001


def test_a_moment_comes_back_as_it_went_in(app: Flask) -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    user = factories.make_user(first_seen_at=dt.datetime(2026, 5, 8, 12, tzinfo=shanghai))
    read = models.User.get_by_id(user.id).first_seen_at
    assert read == dt.datetime(2026, 5, 8, 4, tzinfo=dt.UTC)
    assert read.tzinfo is dt.UTC


def test_the_second_to_change_a_row_is_told(app: Flask, now: dt.datetime) -> None:
    user = factories.make_user()
    mine, theirs = models.User.get_by_id(user.id), models.User.get_by_id(user.id)
    assert mine.change(now=now, nickname="先来")
    assert not theirs.change(now=now, nickname="后到")
    read = models.User.get_by_id(user.id)
    assert (read.nickname, read.version) == ("先来", 2)
