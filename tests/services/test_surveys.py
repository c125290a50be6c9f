"""What members are asked, that it is answered once, and that nobody learns who said what."""

import datetime as dt
import io
import threading
from typing import Any

import openpyxl
import pytest
from flask import Flask

import models
from models.notifications import CampaignState
from models.spaces import OrgKind
from models.staff import Role
from server.clock import at_shanghai, day_of
from server.errors import Forbidden, Invalid, NotFound
from server.schemas.surveys import SurveyIn
from server.services import (
    health_surveys,
    staff,
    surveys,
    surveys_answers,
    surveys_exports,
    surveys_pulses,
    surveys_results,
    users,
    users_privacy,
)
from server.services.audit import SYSTEM, Actor
from server.services.notifications import campaigns
from server.services.surveys import SurveyState
from tests import factories
from tests.conftest import Client, Sandbox, resources

QUESTIONS: list[dict[str, Any]] = [
    {"key": "q1", "label": "常来吗", "kind": "choice", "options": ["常来", "偶尔"], "required": True},
    {"key": "q2", "label": "想要什么", "kind": "multi", "options": ["讲座", "比赛", "义诊"]},
    {"key": "q3", "label": "离得近吗", "kind": "scale", "options": ["远", "近"]},
    {"key": "q4", "label": "想说的话", "kind": "text"},
]  # fmt: skip


class Ground:
    """A Space of a town, its keeper, and members."""

    def __init__(self, app: Flask, now: dt.datetime) -> None:
        self.now, self.vault = now, resources(app).vault
        self.town = factories.make_org_unit(OrgKind.TOWN)
        self.space = factories.make_space(self.town)
        self.keeper = factories.make_staff(Role.KEEPER, self.space)
        self.scope = staff.scope_of(self.keeper, now=now)
        self.actor = Actor("staff", self.keeper.id, self.keeper.name)

    def members(self, count: int, space: models.Space | None = None) -> list[models.User]:
        return [factories.make_user(home_space=space or self.space) for _ in range(count)]

    def wanted(self, **over: Any) -> SurveyIn:
        today = day_of(self.now)
        values = {
            "org_unit_id": str(self.space.id),
            "title": "下半年办什么",
            "questions": QUESTIONS,
            "starts_on": today.isoformat(),
            "ends_on": (today + dt.timedelta(days=7)).isoformat(),
        }
        return SurveyIn.model_validate(values | over)

    def published(self, scope: staff.Scope | None = None, **over: Any) -> models.Survey:
        wanted = self.wanted(**over)
        row = surveys.create(scope or self.scope, wanted, actor=self.actor, now=self.now)
        return surveys.publish(row, actor=self.actor, now=self.now)

    def answer(self, user: models.User, row: models.Survey, **answers: str) -> None:
        given = {"q1": "常来"} | answers
        surveys_answers.answer(user, row.id, given, vault=self.vault, now=self.now)

    def closed(self, row: models.Survey) -> models.Survey:
        fresh = surveys.get(self.scope, row.id)
        return surveys.get(self.scope, surveys.close(fresh, actor=self.actor, now=self.now).id)


@pytest.fixture
def ground(app: Flask, now: dt.datetime) -> Ground:
    return Ground(app, now)


def test_anonymous_answers_lead_to_nobody(ground: Ground) -> None:
    row = ground.published()
    people = ground.members(12)
    for number, user in enumerate(people):
        ground.answer(user, row, q2="讲座\n义诊", q3=str(1 + number % 5), q4=f"话{number:02}")
    with pytest.raises(surveys_answers.AlreadyAnswered):
        ground.answer(people[0], row, q4="再来")
    kept = list(models.SurveyAnswer.select().where(models.SurveyAnswer.survey == row))
    assert {each.user_id for each in kept} == {None}
    assert len({each.answers["q4"] for each in kept}) == 12
    # Neither in the order of their ids nor as they lie in the file do they tell who came when.
    came = [f"话{number:02}" for number in range(12)]
    stored = models.db.obj.execute_sql("SELECT answers FROM survey_answer").fetchall()
    assert [each.answers["q4"] for each in sorted(kept, key=lambda each: each.id)] != came
    assert [next(text for text in came if text in _text(line)) for line in stored] != came
    receipts = list(models.SurveyReceipt.select())
    assert len(receipts) == 12
    assert not {each.id for each in receipts} & {each.id for each in kept}
    assert not any(str(user.id) in each.token for user in people for each in receipts)
    fresh = surveys.get(ground.scope, row.id)
    # Whoever looks before it closes, and again after the next answer, must learn nothing.
    assert (fresh.answered, surveys_results.of_survey(fresh)) == (12, [])
    done = ground.closed(row)
    assert models.SurveyReceipt.select().count() == 0
    first, second, third, said = surveys_results.of_survey(done)
    assert first.counts == [("常来", 12), ("偶尔", 0)]
    assert second.counts == [("讲座", 12), ("比赛", 0), ("义诊", 12)]
    assert third.answered == 12
    assert said.texts == sorted(said.texts)
    assert surveys_results.rate(done) == 1.0
    with pytest.raises(surveys.SurveyClosed):
        ground.answer(ground.members(1)[0], row)


def _text(line: Any) -> str:
    value = line[0]
    if isinstance(value, str):
        return value.encode().decode("unicode_escape") if "\\u" in value else value
    return str(value)


def test_held_back_below_ten_and_named_is_not(ground: Ground, now: dt.datetime) -> None:
    hidden, named = ground.published(), ground.published(is_anonymous=False)
    people = ground.members(9)
    for user in people:
        ground.answer(user, hidden)
        ground.answer(user, named, q4="我的话")
    done = ground.closed(hidden)
    assert surveys_results.of_survey(done) == []
    told = {"vault": ground.vault, "actor": ground.actor, "now": now}
    with pytest.raises(surveys_exports.SurveyHeldBack):
        surveys_exports.workbook(done, "汇总", **told)
    assert surveys_results.of_survey(surveys.get(ground.scope, named.id))[0].answered == 9
    mine = users_privacy.copy_of(people[0], vault=ground.vault)["surveys"]
    assert mine == [{"title": "下半年办什么", "answers": {"常来吗": "常来", "想说的话": "我的话"}}]
    users_privacy.erase(people[0], actor=SYSTEM, now=now)
    own = models.SurveyAnswer.survey == named
    assert (
        models.SurveyAnswer.select().where(own, models.SurveyAnswer.user == people[0]).count() == 0
    )
    fresh = surveys.get(ground.scope, named.id)
    results = surveys_results.of_survey(fresh)
    assert (results[0].answered, results[3].answered) == (9, 8)
    book = openpyxl.load_workbook(io.BytesIO(surveys_exports.workbook(fresh, "汇总", **told)))
    names = {line[1] for line in book["编码结果"].iter_rows(min_row=2, values_only=True)}
    assert "已注销的会员" in names
    assert people[1].nickname in names


def test_anonymous_book_keeps_words_apart(ground: Ground, now: dt.datetime) -> None:
    row = ground.published()
    for number, user in enumerate(ground.members(10)):
        ground.answer(user, row, q4=f"话{number}")
    done = ground.closed(row)
    told = {"vault": ground.vault, "actor": ground.actor, "now": now}
    with pytest.raises(Invalid):
        surveys_exports.workbook(done, " ", **told)
    book = openpyxl.load_workbook(io.BytesIO(surveys_exports.workbook(done, "报镇里", **told)))
    assert [cell.value for cell in book["编码结果"][1]] == [
        "序号",
        "q1",
        "q2_1",
        "q2_2",
        "q2_3",
        "q3",
    ]
    words = [line[2] for line in book["文字回答"].iter_rows(min_row=2, values_only=True)]
    assert sorted(words) == [f"话{number}" for number in range(10)]
    line = models.AuditLog.select().where(models.AuditLog.action == "surveys.export").get()
    assert (line.reason, line.after) == ("报镇里", {"rows": 10})


def test_who_is_asked_and_who_asks(ground: Ground, now: dt.datetime) -> None:
    other = factories.make_space(ground.town)
    stranger = factories.make_space()
    mine, next_door, far = (ground.members(1, each)[0] for each in (None, other, stranger))
    officer = factories.make_staff(Role.TOWN_OFFICER, ground.town)
    above = staff.scope_of(officer, now=now)
    with pytest.raises(NotFound):
        ground.published(org_unit_id=str(ground.town.id))
    town = ground.published(above, org_unit_id=str(ground.town.id))
    assert models.Campaign.select().where(models.Campaign.subject_id == town.id).count() == 2
    with pytest.raises(Invalid):
        ground.published(above, org_unit_id=str(ground.town.id), is_anonymous=False)
    own = ground.published()

    def found(user: models.User) -> set[int]:
        asked = surveys_answers.of_user(user, vault=ground.vault, now=now)
        return {each.survey.id for each in asked}

    assert found(mine) == {town.id, own.id}
    assert found(next_door) == {town.id}
    assert found(far) == set()
    with pytest.raises(NotFound):
        ground.answer(far, town)
    with pytest.raises(NotFound):
        surveys.get(ground.scope, town.id)
    # What members wrote to a Space is read where it is run.
    assert {each.id for each in surveys.of_scope(above)} == {town.id}
    with pytest.raises(Forbidden):
        surveys.get(above, own.id)
    scanner = staff.scope_of(factories.make_staff(Role.SCANNER, ground.space), now=now)
    with pytest.raises(Forbidden):
        surveys.get(scanner, own.id)
    assert surveys.members_of(town) == 2


def test_in_the_inbox_once_and_not_at_wechat(ground: Ground, now: dt.datetime) -> None:
    [user] = ground.members(1)
    tomorrow = now + dt.timedelta(days=1)
    row = ground.published(starts_on=day_of(tomorrow).isoformat())
    assert surveys.state_of(row, now=now) is SurveyState.COMING
    with pytest.raises(NotFound):
        surveys_answers.get(user, row.id, vault=ground.vault, now=now)
    assert surveys.keep_time(now=now) == {"invited": 0, "closed": 0}
    for expected in (1, 0):
        assert surveys.keep_time(now=tomorrow)["invited"] == expected
    for campaign_id in campaigns.spreading():
        while campaigns.spread(campaign_id, batch=50, now=tomorrow):
            pass
    [message] = models.Message.select().where(models.Message.user_id == user.id)
    assert message.page == f"pages/surveys/answer/answer?id={row.id}"
    assert models.Delivery.select().where(models.Delivery.user_id == user.id).count() == 0
    campaigns.finish(now=tomorrow)
    assert models.Campaign.get().state is CampaignState.DONE
    fresh = surveys.get(ground.scope, row.id)
    with pytest.raises(surveys.AlreadyPublished):
        surveys.change(fresh, ground.wanted(), actor=ground.actor, now=now)
    late = now + dt.timedelta(days=9)
    assert surveys.keep_time(now=late)["closed"] == 1
    assert surveys.get(ground.scope, row.id).members == 1


def test_the_doctor_sees_answers_astray(ground: Ground) -> None:
    row, user = ground.published(), ground.members(1)[0]
    ground.answer(user, row)
    assert not [line for rule in health_surveys.RULES for line in rule.find()]
    models.SurveyAnswer.update(user=user).execute()
    models.Survey.update(answered=3, closed_at=ground.now).execute()
    told = [line for rule in health_surveys.RULES for line in rule.find()]
    assert told == [
        f"survey {row.id}: 3 answers counted, 1 kept",
        f"survey {row.id} is anonymous and an answer names a person",
        f"survey {row.id} is over and still tells who answered",
    ]


def test_two_phones_at_once_answer_once(ground: Ground, app: Flask) -> None:
    [user], row = ground.members(1), ground.published()
    went: list[str] = []

    def go() -> None:
        models.db.obj.connect(reuse_if_open=True)
        try:
            ground.answer(user, row)
            went.append("yes")
        except surveys_answers.AlreadyAnswered:
            went.append("no")
        finally:
            models.db.obj.close()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(went) == ["no", "no", "yes"]
    assert surveys.get(ground.scope, row.id).answered == 1


def test_own_words_pass_wechats_check_first(
    ground: Ground, client: Client, sandbox: Sandbox
) -> None:
    """What is harmful is refused with nothing written; a doubt, and WeChat's absence, is no harm."""
    row = ground.published()
    openids = ["demo-u1", "demo-u2", "demo-u3"]
    people = [users.welcome(openid, vault=ground.vault, now=ground.now) for openid in openids]
    for user, openid in zip(people, openids, strict=True):
        sandbox.login_code(openid)  # WeChat judges only whom it has seen lately
        user.change(now=ground.now, home_space=ground.space)

    def send(user: models.User, words: str) -> tuple[int, str]:
        body = {"answers": {"q1": "常来", "q4": words}}
        answer = client.as_user(user).post(f"/api/v1/surveys/{row.id}/answers", json=body)
        return answer.status_code, (answer.json or {}).get("code", "")

    assert send(people[0], "违规测试词") == (422, "content_refused")
    assert models.SurveyAnswer.select().count() + models.SurveyReceipt.select().count() == 0
    assert send(people[0], "好多了") == (204, "")
    assert send(people[0], "违规测试词") == (409, "already_answered")
    assert send(people[1], "待审测试词") == (204, "")
    sandbox.post("faults", path="/wxa/msg_sec_check", status=502, times=9)
    assert send(people[2], "违规测试词") == (204, "")
    assert models.SurveyAnswer.select().count() == 3


def test_pulse_comes_twice_a_year(ground: Ground) -> None:
    people = ground.members(11)
    factories.make_space(ground.town)  # has nobody to hide among
    day = at_shanghai(dt.date(2026, 11, 14), dt.time(9, 5))
    assert surveys_pulses.begin(now=day) == 0
    day += dt.timedelta(days=3)
    assert [surveys_pulses.begin(now=day) for _ in range(2)] == [1, 0]
    row = models.Survey.get()
    assert (row.half, row.starts_on) == ("2026-H2", dt.date(2026, 11, 15))
    assert row.ends_on == dt.date(2026, 12, 5)
    for number, user in enumerate(people[:10]):
        given = {"friends": "4" if number < 6 else "2", "first": "5"}
        surveys_answers.answer(user, row.id, given, vault=ground.vault, now=day)
    with pytest.raises(Invalid):
        surveys_answers.answer(people[10], row.id, {"first": "5"}, vault=ground.vault, now=day)
    _came(ground, people, day)
    [now_, *before] = surveys_pulses.warmth([ground.space], now=day)
    assert (now_.half, now_.agree, before[0].half) == ("2026-H2", (None, None), "2026-H1")
    surveys.keep_time(now=day + dt.timedelta(days=20))
    [now_, *before] = surveys_pulses.warmth([ground.space], now=day)
    assert now_.agree == (0.6, 1.0)
    assert now_.rate == pytest.approx(10 / 11)
    assert (now_.came, now_.again, now_.brought) == (
        11,
        pytest.approx(3 / 11),
        pytest.approx(1 / 11),
    )
    assert before[0].again is None
    assert surveys_pulses.begin(now=at_shanghai(dt.date(2027, 5, 16), dt.time(9, 5))) == 1


def _came(ground: Ground, people: list[models.User], day: dt.datetime) -> None:
    """Everybody came once, three of them twice, one of these with a friend."""
    activity = factories.make_activity(ground.space)
    for number, who in enumerate((people, people[:3])):
        start = day - dt.timedelta(days=9 + number)
        session = factories.make_session(activity, starts_at=start, state="ended")
        for user in who:
            party = 2 if number and user is people[0] else 1
            factories.make_checkin(factories.make_signup(session, user, party_size=party))
