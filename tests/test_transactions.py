"""What everybody does at the same minute never writes rows of two Spaces in one transaction, so Spaces can
live on different machines without waiting for one another."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

import models
from models.menus import RevisionState
from server import distribute
from server.clock import month_of, utcnow
from server.services import checkins_codes
from server.services.files_disk import Disk
from tests import factories, full_space
from tests.conftest import Client, Sandbox, resources
from tests.full_space import FullSpace

OUTSIDE = {
    "message": "a person's inbox: spread by user_id, one row a message",
    "delivery": "a person's outbox: spread by user_id, claimed by workers later",
    "scan_log": "tells of refused scans too, whose Space nobody knows: stays on the coordinator",
    "idempotency_key": "short-lived, asked by its whole key: stays on the coordinator",
}
"""Tables on these paths that are not spread by Space, and why they may be."""

WATCH = """
CREATE TABLE touched (tx bigint, name text, space_id bigint);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO touched VALUES
    (txid_current(), TG_TABLE_NAME, (to_jsonb(COALESCE(NEW, OLD)) ->> 'space_id')::bigint);
  RETURN NULL;
END $$;
"""
UNWATCH = "DROP FUNCTION touch CASCADE; DROP TABLE touched"

Watch = Callable[[], dict[int, list[tuple[str, int | None]]]]


@pytest.fixture
def written(app: Flask) -> Iterator[Watch]:
    """What was written since it was last asked: (table, Space) of each row, by transaction."""
    models.db.execute_sql(WATCH)
    for table in models.TABLES:
        models.db.execute_sql(
            f'CREATE TRIGGER touched AFTER INSERT OR UPDATE OR DELETE ON "{table._meta.table_name}" '
            "FOR EACH ROW EXECUTE FUNCTION touch()"
        )

    def ask() -> dict[int, list[tuple[str, int | None]]]:
        found: dict[int, list[tuple[str, int | None]]] = {}
        for tx, name, space in models.db.execute_sql("DELETE FROM touched RETURNING *").fetchall():
            found.setdefault(tx, []).append((name, space))
        return found

    yield ask
    models.db.connect(reuse_if_open=True)
    models.db.execute_sql(UNWATCH)


@pytest.fixture
def home(app: Flask, sandbox: Sandbox) -> FullSpace:
    """The member's own Space, with a row of every kind."""
    sandbox.login_code(full_space.OPENID)
    it = resources(app)
    made = full_space.fill(it.vault, Disk(it.config.files_dir), it.config.secrets.secret_key)
    models.User.update(home_space=made.space).where(models.User.id == made.member.id).execute()
    return made


# PostgreSQL alone is spread over machines, and only it tells which transaction wrote a row.
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
def test_no_hot_path_writes_rows_of_two_spaces(
    app: Flask, client: Client, home: FullSpace, written: Watch
) -> None:
    """A member of one Space does everything in another one, where others stand in line."""
    away, member = factories.make_space(home.town), client.as_user(home.member)
    activity = factories.make_activity(away, series=home.series)
    start = utcnow() + dt.timedelta(minutes=30)
    session = factories.make_session(activity, starts_at=start, capacity=1)
    later = factories.make_session(activity, starts_at=start + dt.timedelta(days=9), capacity=1)
    menu = models.Menu.add(now=start, space=away, month=month_of(start))
    revision = models.MenuRevision.add(
        now=start, space=away, menu=menu, number=1, state=RevisionState.PUBLISHED
    )
    models.MenuItem.create(space=away, revision=revision, activity=activity)
    code = checkins_codes.make(session.id, session.qr_key, checkins_codes.slot_of(utcnow(), 20))
    need = {"space_id": str(away.id), "category": home.category, "title": "贷款", "body": "缺资金"}
    touched: set[str] = set()

    def act(method: str, path: str, status: int, /, **body: object) -> TestResponse:
        written()
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        answer = member.open(f"/api/v1/{path}", method=method, json=body or None, headers=headers)
        assert answer.status_code == status, answer.text
        for rows in written().values():
            spaces = {space for _, space in rows if space is not None}
            assert len(spaces) <= 1, f"{method} {path} wrote rows of two Spaces: {rows}"
            touched.update(name for name, _ in rows)
        return answer

    act("POST", f"sessions/{session.id}/signups", 201, party_size=1)
    [first] = models.Signup.select().where(models.Signup.session == session)
    held = act("POST", f"sessions/{later.id}/signups", 201, party_size=1)
    waiting = client.as_user(factories.make_user(home_space=home.space))
    path = f"/api/v1/sessions/{later.id}/signups"
    assert waiting.post(path, json={"join_waitlist": True}).status_code == 201
    act("DELETE", f"signups/{held.json['id']}", 204)
    models.Signup.get(models.Signup.session == later, models.Signup.state == "confirmed")
    act("POST", "checkins", 200, token=code)
    act("POST", "checkins", 200, token=code)
    [checkin] = models.Checkin.select().where(models.Checkin.signup == first)
    act("POST", f"checkins/{checkin.id}/rating", 200, score=3)
    act("POST", "needs", 201, **need)
    act("GET", f"menus?space={away.id}&month={menu.month}", 200)
    act("GET", f"activities/{activity.id}", 200)
    written()
    models.Session.update(seats_taken=models.Session.seats_taken).execute()
    [seen] = written().values()
    assert {space for _, space in seen} == {home.space.id, away.id}, "the watch sees nothing"
    spread = distribute.plan().keys
    of_spaces = {name for name in touched if spread.get(name) == "space_id"}
    assert {"signup", "session", "checkin", "need", "need_event", "rating"} <= of_spaces
    assert touched - of_spaces == OUTSIDE.keys()
