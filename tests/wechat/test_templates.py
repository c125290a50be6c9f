"""Our messages and the templates the owner chose at WeChat."""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.wechat import KINDS, PRIORITY, Template, check, render

STARTS = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CANCELLED = {"activity": "税务讲座", "starts_at": STARTS, "reason": "讲师临时有事"}


def template(content: str, **over: Any) -> Template:
    return Template.of_answer(
        {"priTmplId": "T1", "title": "活动取消通知", "content": content, "type": 2} | over
    )


def test_the_most_urgent_kind_comes_first() -> None:
    assert PRIORITY[:4] == ("cancelled", "changed", "promoted", "decided")
    assert PRIORITY[4:] == ("need_answered", "duty", "reminder", "menu", "rating")


def test_without_a_template_the_default_keywords_are_used() -> None:
    assert render("cancelled", CANCELLED, None) == {
        "thing1": "税务讲座",
        "time2": "2026年3月2日 14:00",
        "thing3": "讲师临时有事",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fits_a_template_made_as_the_manual_says(kind: str) -> None:
    content = "".join(f"{f.labels[0]}:{{{{{f.key}.DATA}}}}\n" for f in KINDS[kind])
    made = template(content)
    assert check(kind, made) == []
    values = {f.name: STARTS if f.type in ("time", "date") else "7" for f in KINDS[kind]}
    assert render(kind, values, made) == render(kind, values, None)


def test_keywords_are_found_by_name_not_by_number() -> None:
    made = template(
        "取消原因:{{thing7.DATA}}\n活动名称：{{thing2.DATA}}\n活动时间：{{date5.DATA}}\n"
    )
    assert check("cancelled", made) == []
    assert render("cancelled", CANCELLED, made) == {
        "thing7": "讲师临时有事",
        "thing2": "税务讲座",
        "date5": "2026年3月2日 14:00",
    }


def test_a_name_we_do_not_know_is_filled_by_type_and_told() -> None:
    made = template("主题:{{thing1.DATA}}\n活动时间:{{time2.DATA}}\n取消原因:{{thing3.DATA}}\n")
    assert render("cancelled", CANCELLED, made)["thing1"] == "税务讲座"
    (problem,) = check("cancelled", made)
    assert "“主题”将填入“活动名称”" in problem


def test_a_keyword_the_template_lacks_is_told() -> None:
    made = template("活动名称:{{thing1.DATA}}\n活动时间:{{time2.DATA}}\n")
    (problem,) = check("cancelled", made)
    assert "缺少关键词“取消原因”" in problem
    assert "thing" in problem
    assert set(render("cancelled", CANCELLED, made)) == {"thing1", "time2"}


def test_a_keyword_too_many_is_filled_and_told() -> None:
    made = template(
        "活动名称:{{thing1.DATA}}\n活动时间:{{time2.DATA}}\n取消原因:{{thing3.DATA}}\n状态:{{phrase4.DATA}}"
    )
    assert render("cancelled", CANCELLED, made)["phrase4"] == "无"
    (problem,) = check("cancelled", made)
    assert "多出关键词“状态”" in problem


def test_a_type_that_would_spoil_the_value_is_not_used() -> None:
    made = template(
        "活动名称:{{number1.DATA}}\n活动时间:{{time2.DATA}}\n取消原因:{{thing3.DATA}}\n"
    )
    assert render("cancelled", CANCELLED, made)["number1"] == "0"
    problems = check("cancelled", made)
    assert any("缺少关键词“活动名称”" in each for each in problems)
    assert any("多出关键词“活动名称”" in each for each in problems)


def test_enum_keywords_show_a_listed_value() -> None:
    made = template(
        "活动名称:{{thing1.DATA}}\n渠道:{{enum_string2.DATA}}\n",
        keywordEnumValueList=[
            {"keywordCode": "enum_string2.DATA", "enumValueList": ["窗口", "网上"]}
        ],
    )
    assert made.keywords[1].allowed == ("窗口", "网上")
    assert render("cancelled", CANCELLED, made)["enum_string2"] == "窗口"


def test_long_term_templates_are_told_apart() -> None:
    assert template("", type=3).lasting
    assert not template("", type=2).lasting


@pytest.mark.parametrize("is_lasting", [True, False])
@pytest.mark.parametrize("kind", [2, 3])
def test_settings_and_wechat_must_agree_on_what_runs_down(kind: int, is_lasting: bool) -> None:
    made = template("", type=kind)
    told = [line for line in check("menu", made, is_lasting=is_lasting) if "long_term" in line]
    assert bool(told) == (is_lasting != made.lasting)


def test_an_empty_value_is_visible() -> None:
    assert render("cancelled", CANCELLED | {"reason": ""}, None)["thing3"] == "无"


def test_a_field_left_out_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="reason"):
        render("cancelled", {"activity": "x", "starts_at": STARTS}, None)


def test_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="birthday"):
        render("birthday", {}, None)
    with pytest.raises(ValueError, match="birthday"):
        check("birthday", template(""))
