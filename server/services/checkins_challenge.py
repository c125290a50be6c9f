"""The colour and word a flagged person shows: new every minute, another for everybody."""

import datetime as dt
from dataclasses import dataclass

from models import Checkin, Signup, User
from models.signups import LIVE
from server.crypto import Vault
from server.errors import NotFound

SECONDS = 60

# Okabe and Ito's palette, which eyes of every kind tell apart; the name is always written too.
COLORS = (
    ("橙色", "#E69F00"),
    ("天蓝", "#56B4E9"),
    ("绿色", "#009E73"),
    ("黄色", "#F0E442"),
    ("深蓝", "#0072B2"),
    ("红色", "#D55E00"),
    ("粉色", "#CC79A7"),
    ("黑色", "#000000"),
)
WORDS = (
    *("银杏", "茶壶", "灯塔", "小桥", "风筝", "竹笋", "石榴", "帆船", "蜜蜂", "月饼"),
    *("钢琴", "雨伞", "松鼠", "荷花", "火车", "毛笔", "葡萄", "海豚", "书包", "台灯"),
    *("樱花", "西瓜", "蜗牛", "围巾", "算盘", "白鹤", "豆浆", "木马", "剪纸", "金鱼"),
    *("山楂", "水井", "陶罐", "瓦片", "羽毛", "糖果", "梧桐", "二胡", "棋盘", "轮船"),
    *("桂花", "扇子", "草莓", "鼓楼", "信箱", "青蛙", "面包", "纽扣"),
)


@dataclass(frozen=True)
class Challenge:
    """What is to be seen on the person's phone from `valid_from` to `valid_to`. `color` is a CSS
    colour, `color_name` what people call it."""

    color: str
    color_name: str
    word: str
    valid_from: dt.datetime
    valid_to: dt.datetime


def shown(session_id: int, user_id: int, *, vault: Vault, now: dt.datetime) -> Challenge:
    """Return what this person shows for this session in the minute of `now`. It is told to them
    and to the staff of the session only, and nobody can work it out from earlier ones."""
    minute = int(now.timestamp()) // SECONDS
    drawn = int(vault.blind(f"{session_id}:{user_id}:{minute}", place="checkins.challenge"), 16)
    drawn, color = divmod(drawn, len(COLORS))
    name, code = COLORS[color]
    begins = dt.datetime.fromtimestamp(minute * SECONDS, dt.UTC)
    ends = begins + dt.timedelta(seconds=SECONDS)
    return Challenge(code, name, WORDS[drawn % len(WORDS)], begins, ends)


@dataclass(frozen=True)
class Due:
    """What a person's phone must show now; `before` is what it showed until a moment ago, because
    clocks and eyes are slow."""

    current: Challenge
    before: Challenge


def due(checkin: Checkin, *, vault: Vault, now: dt.datetime) -> Due:
    """Return what the person of a check-in must be able to show."""
    earlier = now - dt.timedelta(seconds=SECONDS)
    current, before = (
        shown(checkin.session_id, checkin.user_id, vault=vault, now=moment)
        for moment in (now, earlier)
    )
    return Due(current, before)


def require_part(user: User, session_id: int) -> None:
    """Let pass who is on the list of the session or there already. Raises NotFound."""
    is_listed = Signup.select().where(
        Signup.session == session_id, Signup.user_id == user.id, Signup.state.in_(LIVE)
    )
    if not is_listed.exists():
        raise NotFound
