"""The figures by their published definitions, in the words people read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models import Activity, Checkin, Enterprise, Need, Rating, Session, Signup, User
from server.services import statistics_needs as needs
from server.services import statistics_rows as rows
from server.services.statistics_asked import Asked


@dataclass(frozen=True)
class Definition:
    """One figure: its words, the select of its rows, and how a row is shown."""

    code: str
    name: str
    unit: str
    text: str
    table: Any
    select: Callable[[Asked], Any]
    describe: Callable[[Any], rows.Described]
    facts: Callable[[Asked], Any] | None = None
    """For what is counted once however often it was there: each time it was, as `thing`."""
    has_band: bool = False
    is_of_persons: bool = False


def coverage_of(definition: Definition, asked: Asked, base: float) -> float | None:
    """Return how much of what could be judged was judged, for the two satisfactions."""
    if definition.code == "satisfaction":
        could = rows.attendances(asked, Checkin.id).count()
    elif definition.code == "need_satisfaction":
        could = needs.answered(asked).count()
    else:
        return None
    return base / could if could else None


FIGURES: dict[str, Definition] = {
    each.code: each
    for each in (
        Definition(
            "sessions",
            "场次",
            "场",
            "开始时间在统计期内、已结束的场次；取消的和演练不计。",
            Session,
            rows.sessions,
            rows.of_session,
        ),
        Definition(
            "activities",
            "活动数",
            "个",
            "统计期内至少有一场（按场次口径）的活动，每个活动计一次。",
            Activity,
            rows.activities,
            lambda row: (row.space_id, None, row.title, row.state.value),
            facts=rows.activities_held,
        ),
        Definition(
            "person_times",
            "人次",
            "人次",
            "统计期内场次的有效签到之和，每次签到计本人 1 人加同行人数；作废的签到、取消的场次和演练不计。",
            Checkin,
            rows.person_times,
            rows.of_checkin,
            is_of_persons=True,
        ),
        Definition(
            "counted_guests",
            "登记来宾",
            "人",
            "没有账号、由工作人员清点登记的来宾人数，单列，不计入人次。",
            Session,
            rows.counted_guests,
            rows.of_session,
            is_of_persons=True,
        ),
        Definition(
            "members",
            "会员人数",
            "人",
            "统计期内有有效签到的会员，每人计一次。",
            User,
            rows.members,
            lambda row: (row.home_space_id, None, f"会员 {row.id}", ""),
            is_of_persons=True,
            facts=rows.people_there,
        ),
        Definition(
            "enterprises",
            "企业数",
            "家",
            "统计期内签到者当时所在的企业，每家计一次；合并过的企业按合并后计。",
            Enterprise,
            rows.enterprises,
            lambda row: (None, None, row.name, row.room),
            facts=rows.companies_there,
        ),
        Definition(
            "show_rate",
            "到场率",
            "%",
            "到场的报名 ÷（到场的报名 + 未到场的报名）。",
            Signup,
            rows.shows,
            rows.of_signup,
            is_of_persons=True,
        ),
        Definition(
            "satisfaction",
            "活动满意度",
            "%",
            "评为满意和基本满意的 ÷ 全部评价；覆盖率 = 评价数 ÷ 有效签到数，未评价不算满意。",
            Rating,
            rows.ratings,
            rows.of_rating,
            is_of_persons=True,
        ),
        Definition(
            "response_rate",
            "诉求响应率",
            "%",
            "承诺联系时间落在统计期内且已到期的诉求中，工作人员首次公开回复不晚于该时间的占比；"
            "到期前撤回的不计，自动回复不算。",
            Need,
            needs.responses,
            needs.of_need,
            is_of_persons=True,
        ),
        Definition(
            "resolution_rate",
            "诉求解决率",
            "%",
            "统计期内答复的诉求中，提出人认为已解决的计 1、部分解决的计 ½ 的占比；"
            "工作人员认为已解决而提出人没有评价的，另列为一段，不计入。",
            Need,
            needs.resolutions,
            needs.of_need,
            has_band=True,
            is_of_persons=True,
        ),
        Definition(
            "need_satisfaction",
            "诉求满意率",
            "%",
            "统计期内答复的诉求中，评为满意和基本满意的 ÷ 有评价的；覆盖率 = 有评价的 ÷ 已答复的。",
            Need,
            needs.need_ratings,
            needs.of_need,
            is_of_persons=True,
        ),
        Definition(
            "answering_activities",
            "为诉求办的活动",
            "个",
            "首场开始在统计期内、已经办完、为诉求举办的活动；取消的不计。",
            Activity,
            needs.answering_activities,
            lambda row: (row.space_id, None, row.title, row.state.value),
        ),
        Definition(
            "answered_needs",
            "活动回应的诉求",
            "条",
            "这些活动所回应的诉求，每条计一次。",
            Need,
            needs.answered_needs,
            needs.of_need,
            is_of_persons=True,
        ),
        Definition(
            "solved_by_activity",
            "活动解决的诉求",
            "条",
            "其中提出人在活动之后回答“解决了”的；没有回答不算。",
            Need,
            needs.solved_by_activity,
            needs.of_need,
            is_of_persons=True,
        ),
    )
}
"""Every figure by its code, in the order they are shown."""
