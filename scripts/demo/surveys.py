"""What members were asked: the pulse of every Space by half-years, and three surveys of the first one."""

import datetime as dt
import random
from typing import Any

from models import Campaign, Message, Staff, Survey, User
from models.staff import Role
from scripts.demo.people import People
from scripts.demo.places import Town
from server.clock import at_shanghai, day_of
from server.crypto import Vault
from server.schemas.surveys import SurveyIn
from server.services import surveys, surveys_answers, surveys_pulses
from server.services.audit import Actor
from server.services.notifications import campaigns
from server.services.staff import Scope

IN_FULL = "XYC"
SEED = 1115
HALVES = 2
WISHES = ["讲座沙龙", "运动比赛", "健康义诊", "亲子活动", "政策咨询"]
TIMES = ["工作日午休", "工作日晚上", "周末上午", "周末下午"]
_WISHED: list[dict[str, Any]] = [
    {
        "key": "q1",
        "label": "您最想参加哪类活动",
        "kind": "multi",
        "options": WISHES,
        "required": True,
    },
    {
        "key": "q2",
        "label": "什么时间最方便",
        "kind": "choice",
        "options": TIMES,
        "required": True,
    },
    {
        "key": "q3",
        "label": "对新空间的活动满意吗",
        "kind": "scale",
        "options": ["不满意", "很满意"],
    },
    {"key": "q4", "label": "还想对我们说什么"},
]
_GYM: list[dict[str, Any]] = [
    {
        "key": "q1",
        "label": "您希望健身角添什么",
        "kind": "choice",
        "options": ["跑步机", "乒乓球桌", "瑜伽垫"],
    },
    {
        "key": "q2",
        "label": "您愿意带大家练吗",
        "kind": "choice",
        "options": ["愿意", "以后再说"],
    },
]
WORDS = (
    "午休的活动最方便，多办一些",
    "希望有羽毛球比赛，几家公司一起打",
    "停车再好找一点就更好了",
    "手冲咖啡课报了三次都没抽中",
    "想多认识同楼的人",
    "晚上七点以后的活动孩子也能一起来吗",
    "政策咨询很有用，帮我们省了不少事",
    "谢谢，来了半年认识了好几个朋友",
)


def add_surveys(town: Town, people: People, *, vault: Vault, now: dt.datetime) -> None:
    """Let the pulses of the latest half-years go by, and tell one survey that is over, one that is
    open and one still being written."""
    members = {
        town.places[code].space.id: list(
            User.select().where(User.id.in_([each.user_id for each in crowd])).order_by(User.id)
        )
        for code, crowd in people.of_space.items()
    }
    for half in reversed(surveys_pulses.halves(now=now, count=HALVES)):
        if surveys_pulses.starts_on(half) <= day_of(now):
            _pulse(half, members, vault, now)
    crowd = members[town.places[IN_FULL].space.id]
    _Story(town, vault, now).tell(crowd, random.Random(SEED))


def _pulse(half: str, members: dict[int, list[User]], vault: Vault, now: dt.datetime) -> None:
    """Let a half-year's pulse begin, be answered by some, and close where its days are over."""
    rng = random.Random(half)
    first = surveys_pulses.starts_on(half)
    begun = at_shanghai(first, dt.time(9, 5))
    surveys_pulses.begin(now=begun)
    for row in Survey.select().where(Survey.half == half):
        crowd = members[row.org_unit_id]
        for user in crowd[: max(4, int(len(crowd) * rng.uniform(0.25, 0.5)))]:
            given = {"friends": rng.choice("23445"), "first": rng.choice("33455")}
            surveys_answers.answer(user, row.id, given, vault=vault, now=begun)
    _tell(begun)
    over = at_shanghai(first + dt.timedelta(days=surveys_pulses.DAYS), dt.time(9))
    if over <= now:
        surveys.keep_time(now=over)


class _Story:
    """The surveys of the first Space, made by its keeper."""

    def __init__(self, town: Town, vault: Vault, now: dt.datetime) -> None:
        keeper = Staff.get(Staff.login == "keeper_a")
        self.unit = town.places[IN_FULL].space.org_unit
        self.scope = Scope(keeper.id, ((Role.KEEPER, self.unit.path),))
        self.actor = Actor("staff", keeper.id, keeper.name)
        self.vault, self.now = vault, now

    def tell(self, crowd: list[User], rng: random.Random) -> None:
        """Insert one that is over, one that is open, and a draft."""
        then = self.now - dt.timedelta(days=40)
        over = self._survey("下半年的菜单，您来点", _WISHED, then, days=14)
        for number, user in enumerate(crowd[:64]):
            wishes = rng.sample(WISHES, rng.randint(1, 3))
            given = {
                "q1": "\n".join(sorted(wishes, key=WISHES.index)),
                "q2": rng.choices(TIMES, weights=[5, 3, 1, 2])[0],
                "q3": rng.choice("344555"),
            }
            if number % 9 == 0:
                given["q4"] = WORDS[number // 9 % len(WORDS)]
            surveys_answers.answer(user, over.id, given, vault=self.vault, now=then)
        _tell(then)
        surveys.keep_time(now=then + dt.timedelta(days=15))
        then = self.now - dt.timedelta(days=2)
        running = self._survey("健身角添什么，听您的", _GYM, then, days=10)
        for user in crowd[20:44]:
            given = {each["key"]: rng.choice(each["options"]) for each in _GYM}
            surveys_answers.answer(user, running.id, given, vault=self.vault, now=self.now)
        _tell(then, is_read=False)
        self._survey("年终活动怎么办", _WISHED[:2], self.now, days=14, is_draft=True)

    def _survey(
        self,
        title: str,
        questions: list[dict[str, Any]],
        then: dt.datetime,
        *,
        days: int,
        is_draft: bool = False,
    ) -> Survey:
        first = day_of(then)
        wanted = SurveyIn.model_validate(
            {
                "org_unit_id": str(self.unit.id),
                "title": title,
                "intro": "半分钟就好，结果用来排之后的安排。",
                "questions": questions,
                "starts_on": first.isoformat(),
                "ends_on": (first + dt.timedelta(days=days)).isoformat(),
            }
        )
        row = surveys.create(self.scope, wanted, actor=self.actor, now=then)
        return row if is_draft else surveys.publish(row, actor=self.actor, now=then)


def _tell(then: dt.datetime, *, is_read: bool = True) -> None:
    """Put what was told into the inboxes of that day; what is long over was read."""
    told = Campaign.select(Campaign.id).where(
        Campaign.subject_type == "survey", Campaign.id.in_(campaigns.spreading())
    )
    for campaign in list(told):
        while campaigns.spread(campaign.id, batch=500, now=then):
            pass
    if is_read:
        Message.update(read_at=then).where(
            Message.subject_type == "survey", Message.read_at.is_null()
        ).execute()
