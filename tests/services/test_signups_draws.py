"""The lottery: promised, drawn once, told to all, and drawn again by anybody from what is public."""

import datetime as dt
import hashlib
import threading
from collections import Counter
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import SignupMode
from models.signups import SignupState
from server.errors import Invalid
from server.schemas.signups import SignupIn
from server.services import (
    activities,
    audit,
    health,
    signups,
    signups_draws,
    signups_lottery,
    signups_rounds,
)
from server.services.signups_lottery import Entry
from tests import factories
from tests.conftest import Client

HOUR = dt.timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("app")


def lottery(now: dt.datetime, *, capacity: int = 4, **over: Any) -> models.Session:
    values: dict[str, Any] = {"signup_mode": SignupMode.LOTTERY, "max_party": 3}
    values["signup_closes_at"] = now + HOUR
    activity = factories.make_activity(**values | over)
    return factories.make_session(activity, starts_at=now + 48 * HOUR, capacity=capacity)


def enter(session: models.Session, now: dt.datetime, party: int = 1, **over: Any) -> models.Signup:
    user = over.pop("user", None) or factories.make_user()
    form = SignupIn(party_size=party, join_waitlist=over.pop("wait", False))
    return signups.sign_up(user, session.id, form, now=now)


def fresh(row: models.Signup) -> models.Signup:
    return models.Signup.get_by_id(row.id)


def digest(*lines: object) -> str:
    return hashlib.sha256("\n".join(map(str, lines)).encode()).hexdigest()


def draw_again(told: dict[str, Any]) -> list[tuple[str, bool]]:
    """What docs/signups.md tells a stranger to do, from the public answer alone."""
    assert told["commitment"] == digest(told["version"], told["session_id"], told["secret"])
    entries = sorted(told["entries"], key=lambda each: each["code"])
    lines = [f"{e['code']} {e['party']} {e['tickets']} {e['group']}" for e in entries]
    assert told["seed"] == digest(told["secret"], *lines)

    def luck(entry: dict[str, Any]) -> int:
        tickets = range(1, entry["tickets"] + 1)
        return min(int(digest(told["seed"], entry["code"], n), 16) for n in tickets)

    left, used, result = told["places"], Counter[str](), []
    for entry in sorted(entries, key=luck):
        group, party = entry["group"], entry["party"]
        has_share = group == "-" or told["cap"] is None or used[group] + party <= told["cap"]
        won = party <= left and has_share
        if won:
            left -= party
            used[group] += party
        result.append((entry["code"], won))
    return result


def test_anybody_can_draw_again_from_the_public_answer(client: Client, now: dt.datetime) -> None:
    session = lottery(now, capacity=9, per_enterprise_cap=3, first_timer_tickets=2)
    company = factories.make_enterprise()
    entered = []
    for number in range(24):
        user = factories.make_user()
        if number < 12:
            factories.make_member(user, company)
        if number % 3 == 0:  # has been here before
            past = factories.make_session(session.activity, starts_at=now - 72 * HOUR)
            factories.make_checkin(factories.make_signup(past, user))
        entered.append(enter(session, now, 1 + number % 3, user=user))
    assert models.Session.get_by_id(session.id).seats_taken == 0

    path = f"/api/v1/sessions/{session.id}/draw"
    before = client.get(path).get_json()
    assert (before["entered"], before["secret"], before["seed"]) == (24, None, None)
    assert before["entries"] == before["result"] == []

    signups_draws.draw(session.id, actor=factories.actor(), now=now + 2 * HOUR)

    told = client.get(path).get_json()
    assert told["commitment"] == before["commitment"]
    assert [(each["code"], each["won"]) for each in told["result"]] == draw_again(told)
    assert {each["tickets"] for each in told["entries"]} == {1, 2}
    won = {each["code"] for each in told["result"] if each["won"]}
    rows = [fresh(row) for row in entered]
    assert {signups_draws.code_of(row) for row in rows if row.state == "confirmed"} == won
    assert {row.state for row in rows} == {SignupState.CONFIRMED, SignupState.LOST}
    held = [row for row in rows if row.state == SignupState.CONFIRMED]
    seated = sum(row.party_size for row in held)
    assert models.Session.get_by_id(session.id).seats_taken == seated <= 9
    assert sum(row.party_size for row in held if row.enterprise_id == company.id) <= 3
    messages = models.Message.select().where(models.Message.kind == "decided")
    assert Counter(each.user_id for each in messages) == dict.fromkeys(
        (row.user_id for row in rows), 1
    )
    own = client.as_user(models.User.get_by_id(rows[0].user_id)).get("/api/v1/me/signups")
    codes = {item["lottery_code"] for item in own.get_json()["items"]} - {None}
    assert codes == {signups_draws.code_of(rows[0])}
    assert health.broken() == []


def test_it_is_drawn_once_however_many_press(app: Flask, now: dt.datetime) -> None:
    session = lottery(now, capacity=2)
    entered = [enter(session, now) for _ in range(6)]
    later = now + 2 * HOUR
    with pytest.raises(signups_draws.StillOpen):
        signups_draws.draw(session.id, actor=factories.actor(), now=now)
    results: list[str] = []

    def press() -> None:
        with models.db.connection_context():
            try:
                signups_draws.draw(session.id, actor=factories.actor(), now=later)
                results.append("drawn")
            except signups_draws.AlreadyDrawn:
                results.append("already")

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["already", "already", "already", "drawn"]
    assert signups_draws.draw_due(later) == 0
    assert Counter(fresh(row).state for row in entered) == {"confirmed": 2, "lost": 4}
    with pytest.raises(signups.Closed):
        enter(session, later)


def test_the_timetable_draws_when_nobody_pressed(now: dt.datetime) -> None:
    session = lottery(now, capacity=1)
    waits, gone = enter(session, now, wait=True), enter(session, now)
    alone = enter(session, now)
    signups.cancel(models.User.get_by_id(gone.user_id), gone.id, now=now)
    assert signups_draws.draw_due(now + HOUR + dt.timedelta(minutes=59)) == 0
    assert signups_draws.draw_due(now + 2 * HOUR) == 1
    drawn = signups_draws.find(session)
    assert drawn is not None
    assert len(drawn.entries) == 2
    winner, loser = (waits, alone) if fresh(waits).state == "confirmed" else (alone, waits)
    assert fresh(winner).state == SignupState.CONFIRMED
    # Who said beforehand that they would wait stands in the line, the other may still join it.
    user = models.User.get_by_id(loser.user_id)
    later = now + 3 * HOUR
    if loser is alone:
        assert fresh(alone).state == SignupState.LOST
        loser = signups.sign_up(user, session.id, SignupIn(join_waitlist=True), now=later)
    assert fresh(loser).state == SignupState.WAITLISTED
    signups.cancel(models.User.get_by_id(winner.user_id), winner.id, now=later)
    assert fresh(loser).state == SignupState.CONFIRMED


def test_the_line_after_the_draw_is_the_order_of_the_draw(now: dt.datetime) -> None:
    session = lottery(now, capacity=2)
    entered = [enter(session, now, 1 + number % 2, wait=True) for number in range(8)]
    drawn = signups_draws.draw(session.id, actor=audit.SYSTEM, now=now + 2 * HOUR)
    by_code = {signups_draws.code_of(row): fresh(row) for row in entered}
    line = [by_code[code] for code, won in drawn.result if not won]
    assert [row.position for row in line] == list(range(1, len(line) + 1))
    with pytest.raises(signups_rounds.NotPending):
        signups.approve(line[0], actor=factories.actor(), now=now)


def test_more_tickets_come_first_that_much_more_often() -> None:
    """Exact odds: of three tickets two are theirs. 3000 draws stray from 2/3 by over 4 % once in a
    hundred thousand runs; the seeds are fixed, so this one does not."""
    entries = [Entry("a", 1, 2), Entry("b", 1, 1)]
    first = sum(
        signups_lottery.draw(str(number), entries, places=1, cap=None)[0].code == "a"
        for number in range(3000)
    )
    assert abs(first / 3000 - 2 / 3) < 0.04


def test_a_party_that_does_not_fit_is_passed_over_whole() -> None:
    entries = [Entry(code, party, 1, "G1") for code, party in (("a", 3), ("b", 2), ("c", 1))]
    for number in range(20):
        result = signups_lottery.draw(str(number), entries, places=3, cap=3)
        party = dict(a=3, b=2, c=1)
        won = [each.code for each in result if each.won]
        assert sum(party[code] for code in won) == 3
        assert won in (["a"], ["b", "c"], ["c", "b"])


def test_publishing_needs_a_closing_time_and_promises_at_once(now: dt.datetime) -> None:
    actor = factories.actor()
    late = lottery(now, signup_closes_at=now + 47 * HOUR, state="draft").activity
    with pytest.raises(Invalid):
        activities.publish(late, expected=1, actor=actor, now=now)
    session = lottery(now, state="draft")
    published = activities.publish(session.activity, expected=1, actor=actor, now=now)
    promised = signups_draws.find(session)
    assert promised is not None
    assert promised.commitment == signups_lottery.commitment_of(session.id, promised.secret)
    enter(session, now)
    with pytest.raises(Invalid):
        signups_draws.refuse_change(published, {"signup_mode": SignupMode.FCFS})
