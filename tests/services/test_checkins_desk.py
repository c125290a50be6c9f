"""The staff's side of the door: who is let in, by whom, and that two doors agree."""

import datetime as dt
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import SessionState, SignupMode
from models.checkins import CheckinMethod
from models.signups import SignupSource, SignupState
from models.users import UserStatus
from server.crypto import Vault
from server.errors import Forbidden, Invalid, NotFound, ServiceError
from server.schemas.checkins import CheckinIn, RatingIn
from server.schemas.checkins_desk import StaffCheckinIn, WalkInIn
from server.services import checkins, checkins_codes, health, signups
from server.services import checkins_corrections as corrections
from server.services import checkins_desk as desk
from server.services import checkins_passes as passes
from server.services import checkins_people as people
from server.services import checkins_ratings as ratings
from server.services import checkins_tally as tallies
from server.services.activities_eligibility import NotEligible
from server.services.audit import Actor
from server.services.checkins_entry import NotSignedUp, Trace
from server.services.checkins_stewards import Steward
from tests import factories
from tests.conftest import resources

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def vault(app: Flask) -> Vault:
    return resources(app).vault


class Door:
    """One session with its doors, as the tests speak of it."""

    def __init__(self, vault: Vault, now: dt.datetime, **over: Any) -> None:
        columns = set(models.Activity._meta.fields)
        about = {name: over.pop(name) for name in list(over) if name in columns}
        activity = factories.make_activity(**{"max_party": 4} | about)
        self.session = factories.make_session(activity, starts_at=now + HOUR / 2, **over)
        self.vault, self.now = vault, now
        self.staff = factories.make_staff()

    def steward(self, role: str = "keeper") -> Steward:
        actor = Actor("staff", self.staff.id, self.staff.name)
        return Steward(actor, role != "scanner", role == "keeper", Trace("ip"))

    def code(self, user: models.User, *, anywhere: bool = False) -> str:
        session_id = None if anywhere else self.session.id
        key = passes.pass_key(None if anywhere else self.session, user.id, self.vault)
        return passes.make(session_id, user.id, key, checkins_codes.slot_of(self.now, 30))

    def scan(self, user: models.User, role: str = "keeper", **form: Any) -> people.Entered:
        ids = {"session_id": str(self.session.id), "code": self.code(user)}
        body = StaffCheckinIn.model_validate(ids | form)
        return self._scan(body, role)

    def find(self, signup: models.Signup, role: str = "operator", **form: Any) -> people.Entered:
        ids = {"session_id": str(self.session.id), "signup_id": str(signup.id)}
        return self._scan(StaffCheckinIn.model_validate(ids | form), role)

    def _scan(self, body: StaffCheckinIn, role: str) -> people.Entered:
        steward = self.steward(role)
        return desk.scan(self.session, body, steward, vault=self.vault, now=self.now)

    def walk_in(self, user: models.User, role: str = "operator", **form: Any) -> people.Entered:
        if "user_id" not in form:
            form["code"] = self.code(user, anywhere=True)
        body = WalkInIn.model_validate({"session_id": str(self.session.id)} | form)
        steward = self.steward(role)
        return desk.walk_in(self.session, body, steward, vault=self.vault, now=self.now)

    def self_scan(self, user: models.User) -> checkins.CheckedIn:
        slot = checkins_codes.slot_of(self.now, 20)
        token = checkins_codes.make(self.session.id, self.session.qr_key, slot)
        form = CheckinIn(token=token)
        return checkins.check_in(user, form, slot_seconds=20, trace=Trace("ip"), now=self.now)

    def void(self, done: people.Entered, reason: str = "扫错了人") -> None:
        corrections.void(done.checkin, reason, actor=self.steward().actor, now=self.now)

    def people(self, text: str) -> list[people.Found]:
        actor = self.steward().actor
        found = people.search(self.session, text, actor=actor, vault=self.vault, now=self.now)
        assert not found.has_more
        return found.found

    @property
    def seats_taken(self) -> int:
        return int(models.Session.get_by_id(self.session.id).seats_taken)

    @property
    def logged(self) -> list[str]:
        return [row.result for row in models.ScanLog.select().order_by(models.ScanLog.id)]


def state_of(signup: models.Signup | int) -> SignupState:
    return models.Signup.get_by_id(signup).state


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do them all at the same moment, each on a connection of its own; return what each answered,
    or the refusal."""
    answers: list[Any] = []
    start = threading.Barrier(len(acts))

    def work(act: Callable[[], Any]) -> None:
        with models.db.connection_context():
            start.wait(10)
            try:
                answers.append(act())
            except ServiceError as refusal:
                answers.append(refusal)

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(acts)
    return answers


def test_promise_1_scanning_again_is_good_news_and_no_new_row(
    vault: Vault, now: dt.datetime
) -> None:
    """Complaint: a second scan is shown as an error, or silently stored as another row."""
    door = Door(vault, now)
    user = factories.make_user()
    signup = factories.make_signup(door.session, user, enterprise_id=None)
    done = door.scan(user, "scanner", door="东门")
    assert not done.is_repeat
    row = models.Checkin.get_by_id(done.checkin.id)
    assert (row.method, row.door, row.staff_id) == ("staff_scan", "东门", door.staff.id)
    assert row.token_slot == checkins_codes.slot_of(now, 30)
    assert state_of(signup) == SignupState.ATTENDED
    for again in (door.scan(user), door.find(signup), door.walk_in(user)):
        assert again.is_repeat
        assert again.checkin.id == row.id
        assert again.checkin.occurred_at == now
    mine = door.self_scan(user)
    assert (mine.is_repeat, mine.checkin.id) == (True, row.id)
    assert models.Checkin.select().count() == 1
    assert door.logged == ["checked_in"] + ["already_checked_in"] * 4
    line = models.ScanLog.select().order_by(models.ScanLog.id).get()
    assert (line.staff_id, line.user_id, line.session_id) == (
        door.staff.id,
        user.id,
        door.session.id,
    )


def test_promise_8_one_scan_admits_the_family(vault: Vault, now: dt.datetime) -> None:
    """Complaint: a family must be scanned one by one."""
    door = Door(vault, now, capacity=4)
    user = factories.make_user()
    signup = factories.make_signup(door.session, user, party_size=3)
    done = door.scan(user, "scanner")
    assert done.checkin.party_present == 2
    assert door.scan(user, "scanner", party_present=1).checkin.party_present == 1
    with pytest.raises(Forbidden):  # more than signed up is not a scanner's to decide
        door.scan(user, "scanner", party_present=3)
    wider = door.scan(user, "operator", party_present=3)
    assert (wider.checkin.party_present, models.Signup.get_by_id(signup.id).party_size) == (3, 4)
    assert door.seats_taken == 4
    with pytest.raises(signups.Full) as refusal:
        door.scan(user, "operator", party_present=4)
    assert refusal.value.facts["can_override"] is False
    beyond = door.scan(user, "keeper", party_present=4, reason="孩子不占座")
    assert beyond.checkin.flags == ["over_capacity"]
    assert models.Signup.get_by_id(signup.id).over_capacity == 1
    assert models.Checkin.select().count() == 1
    assert health.broken() == []
    trail = models.AuditLog.select().where(models.AuditLog.action == "checkins.recount")
    assert trail.count() == 3
    models.Session.update(capacity=7).execute()
    other = factories.make_user()
    factories.make_signup(door.session, other)
    with pytest.raises(Invalid):
        door.scan(other, "scanner", party_present=1)
    assert door.scan(other, "operator", party_present=1).checkin.party_present == 1
    assert door.seats_taken == 7


def test_promise_9_walk_ins_while_places_last_and_beyond_with_a_reason(
    vault: Vault, now: dt.datetime
) -> None:
    """Complaint: whoever comes unannounced holds up the queue, or is let in past the limit unseen."""
    door = Door(vault, now, capacity=3)
    family, last, extra = (factories.make_user() for _ in range(3))
    with pytest.raises(NotSignedUp) as told:
        door.scan(family, "operator")
    facts = told.value.facts
    assert (facts["can_walk_in"], facts["is_full"]) == (True, False)
    assert facts["person"]["user_id"] == str(family.id)
    with pytest.raises(NotSignedUp) as told:
        door.scan(family, "scanner")
    assert told.value.facts["can_walk_in"] is False
    with pytest.raises(Forbidden):
        door.walk_in(family, "scanner")
    # The scan is on record, so the person is known here although the code has changed since.
    done = door.walk_in(family, user_id=str(family.id), party_present=1)
    assert (done.checkin.method, done.checkin.party_present) == (CheckinMethod.WALK_IN, 1)
    assert models.Signup.get_by_id(done.checkin.signup_id).source == SignupSource.WALK_IN
    door.walk_in(last)
    assert door.seats_taken == 3
    for role, reason in (("operator", "领导同意"), ("keeper", "")):
        with pytest.raises(signups.Full) as full:
            door.walk_in(extra, role, reason=reason)
        assert full.value.facts["can_override"] is (role == "keeper")
    beyond = door.walk_in(extra, "keeper", reason="站着听也愿意")
    assert beyond.checkin.flags == ["over_capacity"]
    assert beyond.checkin.reason == "站着听也愿意"
    told_all = tallies.tally(door.session)
    assert (told_all.over_capacity, told_all.presence.persons) == (1, 4)
    assert door.seats_taken == 4
    assert health.broken() == []


def test_a_strangers_bare_id_opens_nothing(vault: Vault, now: dt.datetime) -> None:
    door = Door(vault, now)
    stranger, blocked = factories.make_user(), factories.make_user(status=UserStatus.BLOCKED)
    for user_id in (stranger.id, blocked.id, 1):
        with pytest.raises(NotFound):
            door.walk_in(stranger, user_id=str(user_id))
    with pytest.raises(NotFound):
        door.walk_in(blocked)
    elsewhere = factories.make_signup(user=stranger)
    with pytest.raises(NotFound):
        door.find(elsewhere)
    models.User.update(home_space=door.session.space_id).where(
        models.User.id == stranger.id
    ).execute()
    assert not door.walk_in(stranger, user_id=str(stranger.id)).is_repeat


def test_staff_decide_at_the_door_over_who_waits(vault: Vault, now: dt.datetime) -> None:
    door = Door(vault, now, capacity=2, signup_mode=SignupMode.APPROVAL)
    asked, waiting = factories.make_user(), factories.make_user()
    pending = factories.make_signup(door.session, asked, state=SignupState.PENDING)
    waited = factories.make_signup(
        door.session, waiting, state=SignupState.WAITLISTED, position=1, party_size=3
    )
    with pytest.raises(NotSignedUp) as told:
        door.scan(asked)
    assert (told.value.facts["state"], told.value.facts["can_walk_in"]) == ("pending", True)
    door.walk_in(asked)
    assert (state_of(pending), door.seats_taken) == (SignupState.ATTENDED, 1)
    with pytest.raises(signups.Full):
        door.walk_in(waiting)  # the three of them do not fit
    door.walk_in(waiting, party_present=0)
    line = models.Signup.get_by_id(waited.id)
    assert (line.state, line.party_size, line.position) == (SignupState.ATTENDED, 1, None)
    assert door.seats_taken == 2
    models.Activity.update(
        eligibility={"rule": "enterprises", "ids": [7]}, eligibility_reason="仅限七号企业"
    ).execute()
    with pytest.raises(NotEligible, match="仅限七号企业"):
        door.walk_in(factories.make_user(), "keeper", reason="我说可以")
    assert health.broken() == []


def test_promise_10_a_void_moves_every_count_and_the_row_remains(
    vault: Vault, now: dt.datetime
) -> None:
    """Complaint: a mistaken check-in cannot be undone, or the undo says done and does nothing."""
    door = Door(vault, now, capacity=5)
    user = factories.make_user()
    signup = factories.make_signup(door.session, user, party_size=2)
    done = door.scan(user)
    rating = ratings.rate(user, done.checkin.id, RatingIn(score=1), now=now)
    with pytest.raises(Invalid):
        door.void(done, " ")
    door.void(done)
    row = models.Checkin.get_by_id(done.checkin.id)
    assert (row.voided_at, row.voided_by, row.void_reason) == (now, door.staff.id, "扫错了人")
    assert state_of(signup) == SignupState.CONFIRMED
    assert tallies.tally(door.session).presence.persons == 0
    with pytest.raises(corrections.AlreadyVoided) as refusal:
        door.void(done)
    assert refusal.value.facts["current"]["reason"] == "扫错了人"
    with pytest.raises(corrections.AlreadyVoided):
        corrections.check_out(corrections.get(row.id), actor=door.steward().actor, now=now)
    again = door.scan(user)
    assert not again.is_repeat
    assert again.checkin.id != row.id
    assert ratings.rate(user, again.checkin.id, RatingIn(score=3), now=now).id != rating.id
    assert models.Checkin.select().count() == 2
    assert tallies.tally(door.session).presence.persons == 2
    assert door.seats_taken == 2


def test_a_voided_walk_in_passes_the_place_on(vault: Vault, now: dt.datetime) -> None:
    door = Door(vault, now, capacity=2)
    user = factories.make_user()
    done = door.walk_in(user, party_present=1)
    models.Session.update(starts_at=now + 3 * HOUR, ends_at=now + 4 * HOUR).execute()
    waiting = factories.make_signup(
        door.session, state=SignupState.WAITLISTED, position=1, party_size=2
    )
    door.void(done)
    signup = models.Signup.get_by_id(done.checkin.signup_id)
    assert (signup.state, signup.end_reason) == (SignupState.CANCELLED, "签到撤销：扫错了人")
    assert state_of(waiting) == SignupState.OFFERED
    assert door.seats_taken == 2
    assert health.broken() == []


def test_after_the_window_it_takes_a_reason_and_a_no_show_comes_back(
    vault: Vault, now: dt.datetime
) -> None:
    door = Door(vault, now)
    user, other, passer = (factories.make_user() for _ in range(3))
    missed = factories.make_signup(door.session, user, state=SignupState.NO_SHOW)
    factories.make_signup(door.session, other)
    door.now = door.session.checkin_opens_at - dt.timedelta(seconds=1)
    with pytest.raises(signups.NotOpen):
        door.scan(user, late_reason="早到")
    door.now = door.session.checkin_closes_at + 5 * HOUR
    for role, can in (("scanner", False), ("operator", True)):
        with pytest.raises(signups.Closed) as refusal:
            door.scan(user, role, late_reason="手机没电" if role == "scanner" else "")
        assert refusal.value.facts["can_enter_late"] is can
    done = door.find(missed, late_reason="手机没电，现场有签名")
    assert done.checkin.reason == "手机没电，现场有签名"
    assert state_of(missed) == SignupState.ATTENDED
    models.Session.update(state=SessionState.ENDED).execute()
    late = door.walk_in(passer, reason="补登签名表")
    assert late.checkin.method == CheckinMethod.WALK_IN
    assert door.seats_taken == 3
    trail = models.AuditLog.select().where(models.AuditLog.action == "checkins.enter_late")
    assert [line.reason for line in trail] == ["手机没电，现场有签名", "补登签名表"]
    door.void(done, "签名是别人的")
    assert state_of(missed) == SignupState.CONFIRMED
    signups.mark_no_shows(door.now)
    assert state_of(missed) == SignupState.NO_SHOW


def test_leaving_and_guests_are_counted_apart(vault: Vault, now: dt.datetime) -> None:
    door = Door(vault, now)
    user = factories.make_user()
    factories.make_signup(door.session, user)
    done, actor = door.scan(user, door="东门"), door.steward().actor
    corrections.check_out(done.checkin, actor=actor, now=now + HOUR)
    corrections.check_out(corrections.get(done.checkin.id), actor=actor, now=now + 2 * HOUR)
    assert models.Checkin.get_by_id(done.checkin.id).left_at == now + HOUR
    corrections.count_guests(door.session, 30, actor=actor, now=now)
    told = tallies.tally(door.session)
    assert (told.guests, told.presence.persons) == (30, 1)
    assert told.by_method == [(CheckinMethod.STAFF_SCAN, 1)]
    assert told.by_door == [("东门", 1)]
    assert models.AuditLog.select().count() == 2


def test_promise_6_and_17_search_finds_what_people_say_and_shows_little(
    vault: Vault, now: dt.datetime
) -> None:
    """Complaints: the door page lays everybody's name open; and people are not found by what is
    known of them, their company first."""
    door = Door(vault, now)
    company = factories.make_enterprise(
        name="上海有空科技有限公司", pinyin="shanghaiyoukong", initials="shykkj"
    )
    user = factories.make_user(nickname="欧阳明月")
    user.phone_enc = vault.seal("13812345678", place=f"user.phone:{user.id}")
    user.phone_hash = vault.blind("13812345678", place="phone")
    user.real_name_enc = vault.seal("欧阳小明", place=f"user.real_name:{user.id}")
    user.save()
    signup = factories.make_signup(door.session, user, enterprise_id=company.id, party_size=2)
    for text in ("欧阳", "小明", "oymy", "ouyang", "有空", "SHYK", "５６７８", " 5678 "):
        (found,) = door.people(text)
        assert found.signup == signup, text
        assert found.person.phone_masked == "138****5678"
        assert (found.person.name, found.person.enterprise) == ("欧阳明月", company.name)
    for text in ("", "欧", "x", "1381", "王二", "%%", "__"):
        assert door.people(text) == [], text
    assert "looked_up" not in door.logged
    stranger = factories.make_user()
    stranger.phone_hash = vault.blind("13900000001", place="phone")
    stranger.save()
    (found,) = door.people("13900000001")
    assert (found.person.user_id, found.signup) == (stranger.id, None)
    assert door.logged == ["looked_up"]
    assert not door.walk_in(stranger, user_id=str(stranger.id)).is_repeat
    models.Signup.update(state=SignupState.CANCELLED).where(models.Signup.id == signup.id).execute()
    (again,) = door.people("欧阳")
    assert again.signup is not None
    assert again.signup.state == SignupState.CANCELLED
    models.User.update(status=UserStatus.ERASED).where(models.User.id == user.id).execute()
    assert door.people("欧阳") == []


def test_who_is_left_out_of_a_long_list_is_told_of(vault: Vault, now: dt.datetime) -> None:
    door = Door(vault, now)
    for number in range(people.MOST):
        factories.make_signup(door.session, factories.make_user(nickname=f"王小{number}"))
    assert len(door.people("王小")) == people.MOST
    factories.make_signup(door.session, factories.make_user(nickname="王小明"))
    actor = door.steward().actor
    found = people.search(door.session, "王小", actor=actor, vault=vault, now=now)
    assert (len(found.found), found.has_more) == (people.MOST, True)


def test_promise_5_two_doors_and_the_person_at_once(vault: Vault, now: dt.datetime) -> None:
    """Complaint: with two doors there are more people inside than ever came."""
    door = Door(vault, now, capacity=30)
    for _ in range(3):
        user = factories.make_user()
        signup = factories.make_signup(door.session, user, party_size=2)
        answers = at_once(
            partial(door.scan, user, "scanner", door="东门"),
            partial(door.scan, user, "operator", door="西门"),
            partial(door.find, signup),
            partial(door.self_scan, user),
        )
        assert sorted(answer.is_repeat for answer in answers) == [False, True, True, True]
        assert len({answer.checkin.id for answer in answers}) == 1
    told = tallies.tally(door.session)
    assert (told.presence.people, told.presence.persons) == (3, 6)
    assert sum(persons for _, persons in told.by_door) == 6
    assert len(door.logged) == 12
    assert health.broken() == []


def test_a_void_and_a_scan_at_once_leave_one_truth(vault: Vault, now: dt.datetime) -> None:
    door = Door(vault, now)
    user = factories.make_user()
    signup = factories.make_signup(door.session, user)
    for _ in range(4):
        done = door.scan(user)
        answers = at_once(
            partial(door.void, done),
            partial(door.void, done),
            partial(door.scan, user, "scanner"),
            partial(door.self_scan, user),
        )
        assert sum(isinstance(each, corrections.AlreadyVoided) for each in answers) == 1
        valid = models.Checkin.select().where(models.Checkin.voided_at.is_null()).count()
        assert valid in (0, 1)
        assert state_of(signup) == (SignupState.ATTENDED if valid else SignupState.CONFIRMED)
        assert health.broken() == []


def test_walk_ins_at_two_doors_stop_at_the_last_place(vault: Vault, now: dt.datetime) -> None:
    door = Door(vault, now, capacity=3)
    people_there = [factories.make_user() for _ in range(6)]
    twice = [*people_there, people_there[0]]
    answers = at_once(*(partial(door.walk_in, user) for user in twice))
    inside = {each.person.user_id for each in answers if isinstance(each, people.Entered)}
    assert len(inside) == 3
    assert door.seats_taken == 3
    assert models.Checkin.select().count() == 3
    assert health.broken() == []
