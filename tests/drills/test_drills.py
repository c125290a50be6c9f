"""Nothing is lost or sent twice: processes killed with -9, Redis away, WeChat hanging, while people go on."""

import datetime as dt
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import redis

import models
from models.needs import TextCheck
from models.notifications import DeliveryState
from models.signups import LIVE
from server.services import health
from tests.drills.conftest import MEMBERS, SEND_THREADS, Place
from tests.drills.phones import Phone
from tests.scripts.running import wait_until

pytestmark = pytest.mark.timeout(240)

SEND = "/cgi-bin/message/subscribe/send"
CHECK = "/wxa/msg_sec_check"
CARRIED = (DeliveryState.SENT, DeliveryState.DELIVERED)
WAITING = 16
"""People who wait for WeChat at the same time: as many as all the threads there are."""
SMALL = 30
"""Places of one session, fewer than want to come."""


def deliveries(menu_id: int) -> dict[int, models.Delivery]:
    """The deliveries of a published menu, by person."""
    messages = models.Message.select(models.Message.id).where(
        models.Message.subject_type == "menu", models.Message.subject_id == menu_id
    )
    rows = models.Delivery.select().where(models.Delivery.message.in_(messages))
    found = {row.user_id: row for row in rows}
    assert len(found) == rows.count(), "somebody has two deliveries"
    return found


def live(member: Phone, sessions: list[models.Session], party: int) -> None:
    """A member's busy noon: four sessions and eight needs."""
    for number, session in enumerate(sessions):
        if member.sign_up(session, party):
            member.check_in(session)
        member.need(f"想问第 {number} 件事")
        member.need(f"还想问第 {number} 件事")


def require_acknowledged(place: Place, sessions: list[models.Session]) -> None:
    """What was acknowledged is there, once, and nothing else is."""
    for session in sessions:
        signups = list(models.Signup.select().where(models.Signup.session == session))
        checkins = list(models.Checkin.select().where(models.Checkin.session == session))
        took = {
            member.user_id: member.signups[session.id]
            for member in place.members
            if session.id in member.signups
        }
        assert {row.user_id: (row.id, row.party_size) for row in signups} == took
        assert len(signups) == len(took)
        assert all(row.state in LIVE for row in signups)
        came = {member.user_id: member.checkins.get(session.id) for member in place.members}
        assert {row.user_id: row.id for row in checkins} == {
            user_id: checkin for user_id, checkin in came.items() if checkin
        }
        fresh = models.Session.get_by_id(session.id)
        assert fresh.seats_taken == sum(party for _, party in took.values())
        assert fresh.capacity is None or fresh.seats_taken <= fresh.capacity
    needs = {(row.id, row.user_id, row.title) for row in models.Need.select()}
    assert needs == {
        (need_id, member.user_id, title)
        for member in place.members
        for need_id, title in member.needs.items()
    }
    assert set(Counter((user_id, title) for _, user_id, title in needs).values()) == {1}


def test_any_process_may_be_killed(place: Place) -> None:
    sessions = place.offer(capacity=80)
    with place.tables():
        models.Session.update(capacity=SMALL).where(models.Session.id == sessions[1].id).execute()
    place.let_all_allow(place.members)
    place.sandbox.post("faults", path=SEND, delay_ms=300)
    menu = place.publish_menu(sessions)

    def done() -> int:
        return sum(member.acknowledged for member in place.members)

    def is_sending() -> bool:
        rows = models.Delivery.select().where(models.Delivery.state == DeliveryState.SENDING)
        return bool(rows.exists())

    def kill_in_the_middle_of_a_send() -> None:
        place.until(is_sending, "a message is on its way")
        place.kill("worker")

    def kill_in_the_middle_of_the_rest() -> None:
        place.until(lambda: is_sending() or not place.has_left(), "one more is on its way")
        place.kill("worker")

    kills: list[tuple[int, Callable[[], None]]] = [
        (10, kill_in_the_middle_of_a_send),
        (50, lambda: place.kill("redis")),
        (90, place.kill_a_web_worker),
        (130, kill_in_the_middle_of_the_rest),
        (170, lambda: place.kill("web")),
    ]
    with ThreadPoolExecutor(MEMBERS) as pool:
        running: list[Future[None]] = [
            pool.submit(live, member, sessions, 1 + number % 3)
            for number, member in enumerate(place.members)
        ]
        for acknowledged, kill in kills:
            wait_until(
                lambda n=acknowledged: done() >= n or all(each.done() for each in running), 60, "on"
            )
            assert not all(each.done() for each in running), "nobody was left to be disturbed"
            kill()
        for each in running:
            each.result(120)
    assert sum(member.broken_lines for member in place.members) > 0
    place.until_all_met_their_end()
    with place.tables():
        assert health.broken() == []
        require_acknowledged(place, sessions)
        assert any(member.refused for member in place.members)
        require_told_once(place, menu, place.members, at_most_unknown=2 * SEND_THREADS)
        for wallet in models.Wallet.select():
            entries = models.WalletEntry.select().where(models.WalletEntry.wallet == wallet)
            assert wallet.balance == sum(entry.change for entry in entries) == 0


def require_told_once(
    place: Place, menu_id: int, allowing: list[Phone], *, at_most_unknown: int
) -> None:
    """Everybody has the message once in the inbox, who allowed it at most once on the phone, and no
    delivery says less or more than what happened."""
    found = deliveries(menu_id)
    assert set(found) == {member.user_id for member in place.members}
    inbox = models.Message.select().where(models.Message.subject_id == menu_id)
    assert inbox.count() == MEMBERS
    for member in place.members:
        row, count = found[member.user_id], member.received()
        assert count <= 1, "somebody got it twice"
        if member not in allowing:
            assert (row.state, count) == (DeliveryState.SKIPPED_NO_QUOTA, 0)
        else:
            possible = {*CARRIED, DeliveryState.UNKNOWN} if count else {DeliveryState.UNKNOWN}
            assert row.state in possible
    unknown = [row for row in found.values() if row.state == DeliveryState.UNKNOWN]
    assert len(unknown) <= at_most_unknown


def test_redis_may_lose_everything_and_stay_away(place: Place) -> None:
    sessions, allowing = place.offer(1), place.members[:6]
    place.let_all_allow(allowing)
    place.redis.flushall()
    pid = place.stack.pids["redis"]
    os.kill(pid, signal.SIGSTOP)  # it is there, takes connections, and answers nobody
    try:
        with ThreadPoolExecutor(1) as pool:
            published = pool.submit(place.publish_menu, sessions)
            hung = go_on_without_redis(place, "hung", sessions)
            menu = published.result()
    finally:
        os.kill(pid, signal.SIGCONT)
    place.redis.flushall()
    place.kill("redis")
    os.kill(place.stack.pids["redis"], signal.SIGKILL)
    gone = go_on_without_redis(place, "gone", sessions)
    assert 200 in hung.values(), "nobody could log in"
    assert set((hung | gone).values()) <= {200, 429, 503}

    def answers() -> bool:
        try:
            return bool(place.redis.ping())
        except redis.RedisError:
            return False

    wait_until(answers, 20, "Redis is back")
    place.members[1].log_in()
    place.until_all_met_their_end()
    with place.tables():
        assert health.broken() == []
        require_told_once(place, menu, allowing, at_most_unknown=0)


def go_on_without_redis(place: Place, name: str, sessions: list[models.Session]) -> dict[str, int]:
    """Strangers log in and members sign up at the same time; return how the log-ins ended. Whoever
    is refused is told so in a sentence."""
    strangers = [Phone(place, f"{name}-{number}") for number in range(6)]
    session = sessions[0 if name == "hung" else 1]

    def log_in(stranger: Phone) -> int:
        answer = stranger.try_once("POST", "auth/wechat", json={"code": stranger.code()})
        stranger.close()
        if answer.status_code != 200:
            assert answer.json()["detail"]
        return answer.status_code

    with ThreadPoolExecutor(12) as pool:
        ended = {stranger.openid: pool.submit(log_in, stranger) for stranger in strangers}
        signed = [pool.submit(each.sign_up, session, 1) for each in place.members[:6]]
        assert all(each.result() for each in signed)
        return {openid: each.result() for openid, each in ended.items()}


def test_wechat_may_hang(place: Place) -> None:
    """People who wait for WeChat keep nobody else waiting, and nothing is guessed."""
    sessions = place.offer(2)
    asking, others = place.members[:WAITING], place.members[WAITING : WAITING + 4]
    place.let_all_allow(place.members[:3])
    for path in (SEND, CHECK):
        place.sandbox.post("faults", path=path, hang=True)
    menu = place.publish_menu(sessions)
    with ThreadPoolExecutor(WAITING) as pool:
        waiting = [pool.submit(each.need, "微信没有回答时的诉求") for each in asking]
        wait_until(lambda: calls(place, CHECK) > 0, 10, "WeChat is being asked")
        took = [time_of(lambda each=each: each.sign_up(sessions[0], 1)) for each in others]
        took += [time_of(lambda each=each: each.ask("GET", "me", 200)) for each in others]
        assert max(took) < 2, took  # and not the three seconds of patience with WeChat
        needs = [each.result() for each in waiting]
    assert {need["text_check"] for need in needs} == {TextCheck.PENDING}
    place.until_all_met_their_end()
    with place.tables():
        states = Counter(row.state for row in deliveries(menu).values())
    assert states == {
        DeliveryState.UNKNOWN: 3,
        DeliveryState.SKIPPED_NO_QUOTA: MEMBERS - 3,
    }
    place.sandbox.http.delete(f"{place.sandbox.base}/_sandbox/faults", timeout=10)
    place.move(place.ahead + dt.timedelta(minutes=15))
    for job in ("recover_outbox", "give_up_unknown", "recheck_texts"):
        place.job(job)
    # One more message leaves: the worker has looked at its outbox again, and left those alone.
    place.let_all_allow(place.members[:1])
    later = place.publish_menu(place.offer(3))
    place.until_all_met_their_end()
    assert calls(place, SEND) == 3 + 1
    with place.tables():
        assert health.broken() == []
        assert {row.state for row in deliveries(menu).values()} == set(states)
        assert deliveries(later)[place.members[0].user_id].state in CARRIED
        checked = models.Need.select().where(
            models.Need.id.in_([int(need["id"]) for need in needs])
        )
        assert [row.text_check for row in checked] == [TextCheck.PASSED] * WAITING


def calls(place: Place, path: str) -> int:
    """How often WeChat was called."""
    return int(place.sandbox.get("calls").get(path, 0))


def time_of(act: Callable[[], object]) -> float:
    """How many seconds something takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began
