"""A write and what goes with it: all of it, or nothing."""

import pytest
from peewee import IntegrityError

import models
from models.signups import SignupState
from models.statements import gap
from models.statements_chain import Chain
from server.clock import utcnow
from tests import factories

pytestmark = pytest.mark.usefixtures("app")

CHAIN = Chain(
    lambda: (
        models.Signup.update(state=SignupState.ATTENDED, version=models.Signup.version + 1)
        .where(models.Signup.id == gap("id", models.Signup.id))
        .returning(models.Signup.version)
    ),
    {models.Checkin: (models.Checkin.left_at,), models.ScanLog: ()},
)


def rows(signup: models.Signup) -> tuple[models.Checkin, models.ScanLog]:
    """Return a check-in and its record, neither of them written."""
    now = utcnow()
    shared = {"session_id": signup.session_id, "user_id": signup.user_id, "method": "self_qr"}
    checkin = models.Checkin.fresh(
        **models.Checkin.stamped(now=now, by=7),
        **shared,
        space=signup.space_id,
        signup=signup,
        occurred_at=now,
        recorded_at=now,
        flags=["机密"],
    )
    line = models.ScanLog.fresh(
        at=now, result="checked_in", raw_hash="0", checkin_id=checkin.id, **shared
    )
    return checkin, line


def written() -> tuple[int, int]:
    return models.Checkin.select().count(), models.ScanLog.select().count()


def test_rows_go_with_the_row_that_is_found() -> None:
    signup = factories.make_signup(factories.make_session())
    checkin, line = rows(signup)
    found = CHAIN.execute(models.db.obj, {"id": signup.id}, checkin, line)
    assert found is not None
    assert tuple(found) == (signup.version + 1,)
    assert models.Signup.get_by_id(signup.id).state == SignupState.ATTENDED
    by_chain = models.Checkin.select().dicts().get()
    models.Checkin.delete().execute()
    again = models.Checkin.create(**checkin.__data__)
    assert by_chain == models.Checkin.select().dicts().get()
    assert (by_chain["flags"], by_chain["left_at"], by_chain["created_by"]) == (["机密"], None, 7)
    assert models.ScanLog.get().checkin_id == again.id


def test_nothing_goes_with_none_and_none_stays_of_what_fails() -> None:
    signup = factories.make_signup(factories.make_session())
    assert CHAIN.execute(models.db.obj, {"id": 1}, *rows(signup)) is None
    assert written() == (0, 0)
    checkin, line = rows(signup)
    taken = models.ScanLog.create(**line.__data__)
    # The last row fails: neither the update nor the row before may stay.
    with pytest.raises(IntegrityError):
        CHAIN.execute(models.db.obj, {"id": signup.id}, checkin, line)
    assert written() == (0, 1)
    standing = models.Signup.get_by_id(signup.id)
    assert (standing.state, standing.version) == (SignupState.CONFIRMED, signup.version)
    taken.delete_instance()
    with pytest.raises(KeyError):
        CHAIN.execute(models.db.obj, {}, checkin, line)
