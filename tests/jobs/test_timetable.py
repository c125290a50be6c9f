"""The timetable: each turn once, whoever comes first; a failure is tried again."""

import datetime as dt
import threading

import pytest
from flask import Flask

from models import AuditLog, IdempotencyKey, JobRun, ScanLog, Session, Signup, db
from models.checkins import CheckinMethod
from models.signups import SignupState
from server import jobs
from server.clock import SHANGHAI
from server.jobs import TIMETABLE, Clockwork, Daily, Every, JobUnknown, run_job
from server.services import jobs as job_runs
from tests.conftest import resources
from tests.factories import make_session, make_user

pytestmark = pytest.mark.usefixtures("app")
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
MINUTE = dt.timedelta(minutes=1)


def test_a_turn_has_a_name() -> None:
    assert Every(5).slot(NOON + 3 * MINUTE) == Every(5).slot(NOON)
    assert Every(5).slot(NOON + 5 * MINUTE) != Every(5).slot(NOON)
    nightly = Daily(dt.time(3, 10))
    assert nightly.slot(NOON.replace(hour=3, minute=9)) is None
    assert nightly.slot(NOON.replace(hour=3, minute=10)) == "2026-11-20"
    assert nightly.slot(NOON.replace(hour=23, minute=59)) == "2026-11-20"
    assert nightly.slot(NOON.replace(hour=23) + dt.timedelta(hours=1)) is None


def test_the_next_turn_is_told() -> None:
    assert Every(5).next(NOON) == NOON + 5 * MINUTE
    assert Every(60).next(NOON + MINUTE) == NOON + 60 * MINUTE
    nightly = Daily(dt.time(3, 10))
    early = NOON.replace(hour=3, minute=9)
    assert nightly.next(early) == early + MINUTE
    assert nightly.next(early + MINUTE) == early + MINUTE + dt.timedelta(days=1)
    named = {turn.name: turn.title for turn in jobs.turns(NOON)}
    assert len(set(named.values())) == len(TIMETABLE), "two jobs staff could not tell apart"


def test_all_jobs_run_and_say_what_they_did(app: Flask) -> None:
    ran = Clockwork(resources(app)).run_due(now=NOON)
    assert sorted(ran) == sorted(job.name for job in TIMETABLE)
    rows = list(JobRun.select())
    assert len(rows) == len(TIMETABLE)
    assert all(row.finished_at and row.result for row in rows)


def test_of_several_processes_one_runs_a_turn(app: Flask) -> None:
    gate, ran = threading.Barrier(4), []

    def go() -> None:
        with db.connection_context():
            gate.wait()
            ran.extend(Clockwork(resources(app)).run_due(now=NOON))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == sorted(job.name for job in TIMETABLE)


def test_the_next_turn_comes_with_the_clock(app: Flask) -> None:
    clockwork = Clockwork(resources(app))
    clockwork.run_due(now=NOON)
    assert clockwork.run_due(now=NOON + dt.timedelta(seconds=30)) == []
    again = clockwork.run_due(now=NOON + MINUTE)
    assert "recover_outbox" in again
    assert "purge" not in again


def test_what_was_left_unfinished_is_taken_over() -> None:
    run = job_runs.take("purge", "2026-11-20", now=NOON)
    assert run is not None
    assert job_runs.take("purge", "2026-11-20", now=NOON + 9 * MINUTE) is None
    job_runs.fail(run, "OSError")
    again = job_runs.take("purge", "2026-11-20", now=NOON + 10 * MINUTE)
    assert again is not None
    assert "OSError" in again.result
    job_runs.finish(again, "3", now=NOON + 11 * MINUTE)
    assert job_runs.take("purge", "2026-11-20", now=NOON + 60 * MINUTE) is None


def test_a_job_can_be_run_at_once(app: Flask) -> None:
    assert "'scan_logs': 0" in run_job(resources(app), "purge", now=NOON)
    assert JobRun.select().count() == 0
    with pytest.raises(JobUnknown):
        run_job(resources(app), "nonsense", now=NOON)


def test_the_command_line_runs_a_job_and_knows_their_names(app: Flask) -> None:
    runner = app.test_cli_runner()
    db.close()
    done = runner.invoke(args=["job", "expire_offers"])
    assert (done.exit_code, done.output.strip()) == (0, "0")
    refused = runner.invoke(args=["job", "nonsense"])
    assert refused.exit_code == 2
    assert "expire_offers" in refused.output


def test_traces_go_when_their_time_has_come(app: Flask) -> None:
    for days in (89, 91):
        ScanLog.create(
            at=NOON - dt.timedelta(days=days),
            method=CheckinMethod.SELF_QR,
            result="checked_in",
            raw_hash="x",
        )
    for hours in (23, 25):
        IdempotencyKey.create(
            user_id=1,
            key=f"k{hours}",
            request_hash="x",
            created_at=NOON - dt.timedelta(hours=hours),
        )
    for days in (6, 8):
        JobRun.create(name="old", slot=str(days), started_at=NOON - dt.timedelta(days=days))
    run_job(resources(app), "purge", now=NOON)
    assert [row.at for row in ScanLog.select()] == [NOON - dt.timedelta(days=89)]
    assert [row.key for row in IdempotencyKey.select()] == ["k23"]
    assert [row.slot for row in JobRun.select()] == ["6"]


def test_the_nightly_sum_sets_miscounted_places_right(app: Flask) -> None:
    right, wrong, empty = make_session(), make_session(), make_session()
    for session, state, party in (
        (right, SignupState.CONFIRMED, 2),
        (right, SignupState.WAITLISTED, 3),
        (wrong, SignupState.CONFIRMED, 2),
        (wrong, SignupState.OFFERED, 1),
        (wrong, SignupState.CANCELLED, 4),
    ):
        Signup.add(
            now=NOON,
            space=session.space_id,
            session=session,
            user_id=make_user().id,
            party_size=party,
            state=state,
        )
    for session, taken in ((right, 2), (wrong, 7), (empty, 1)):
        Session.update(seats_taken=taken).where(Session.id == session.id).execute()
    assert run_job(resources(app), "check_seats", now=NOON) == "2"
    taken = [Session.get_by_id(each.id).seats_taken for each in (right, wrong, empty)]
    assert taken == [2, 3, 0]
    trail = AuditLog.get(AuditLog.object_id == wrong.id)
    assert (trail.before, trail.after) == ({"seats_taken": 7}, {"seats_taken": 3})
    assert run_job(resources(app), "check_seats", now=NOON) == "0"


def test_every_job_has_a_name_of_its_own() -> None:
    names = [job.name for job in jobs.TIMETABLE]
    assert len(set(names)) == len(names)
