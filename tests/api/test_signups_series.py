"""A whole class over HTTP: one wish, a verdict per date, and the same answer when asked again."""

import datetime as dt

import models
from models.activities import SeriesMode
from tests import factories
from tests.conftest import Client


def test_a_class_is_taken_once_with_a_verdict_per_date(client: Client, now: dt.datetime) -> None:
    series = factories.make_series(mode=SeriesMode.CLASS)
    activity = factories.make_activity(series=series)
    weeks = [now + dt.timedelta(days=7 * number) for number in (1, 2)]
    free, full = (factories.make_session(activity, starts_at=start, capacity=1) for start in weeks)
    factories.make_signup(full)
    full.change(now=now, seats_taken=1)
    member = client.as_user(factories.make_user())
    shown = member.get(f"/api/v1/activities/{activity.id}").json
    assert (shown["series"]["mode"], shown["one_session_each"]) == ("class", False)
    path = f"/api/v1/activities/{activity.id}/signups"
    headers = {"Idempotency-Key": "class-1"}
    answer = member.post(path, json={"sessions": "all"}, headers=headers)
    assert answer.status_code == 200
    assert answer.json["signed_up"] == 1
    first, second = answer.json["verdicts"]
    assert (first["session"]["id"], first["signup"]["state"]) == (str(free.id), "confirmed")
    assert (second["signup"], second["code"], second["detail"]) == (None, "full", "名额已满")
    # Lost on the way back and sent again: the same answer, and nothing taken twice.
    assert member.post(path, json={"sessions": "all"}, headers=headers).json == answer.json
    assert models.Signup.select().where(models.Signup.session == free).count() == 1
    wrong = member.post(path, json={"sessions": []})
    assert (wrong.status_code, wrong.json["code"]) == (422, "validation")
