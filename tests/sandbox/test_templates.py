"""The template library and the value rules of its keywords."""

from typing import Any

import pytest

from .driver import Program

ALL_TYPES_TID = 3001


def added(sandbox: Program, *kids: int) -> str:
    body = {"tid": ALL_TYPES_TID, "kidList": list(kids), "sceneDesc": "试"}
    return str(sandbox.post("/wxaapi/newtmpl/addtemplate", body)["priTmplId"])


# key, values that are right, values that are wrong
VALUES = [
    ("thing1", ["一" * 20, "a b"], ["一" * 21, "a\nb", "a\tb"]),
    ("number2", ["12.5", "1" * 32], ["1" * 33, "-1", "1a", "1.", "１"]),
    ("letter3", ["Ab", "a" * 32], ["a" * 33, "a1", "字"]),
    ("symbol4", ["!?", "￥"], ["!!!!!!", "a"]),
    ("character_string5", ["A-2026-0012", "x" * 32], ["x" * 33, "编号1", "a b"]),
    (
        "time6",
        ["15:01", "9:05:59", "2019年10月1日 15:01", "15:01~16:30", "2026-11-20 14:00~16:00"],
        ["24:00", "15:60", "2019年10月1日", "2019年13月1日 15:01", "15:01~", "1:2:3", "下午三点"],
    ),
    (
        "date7",
        [
            *("2019年10月1日", "2019年10月", "10月1日", "2018/01/01", "2018.01", "01-01"),
            *("2024-02-29", "2019年10月1日~2019年10月7日", "2026-11-20 14:00~16:00"),
        ],
        ["2023-02-29", "15:01", "2018-1/1", "10月", "2019年", "明天"],
    ),
    (
        "amount8",
        ["￥100", "$9.90", "100元", "1234567890"],
        ["12345678901", "￥￥1", "100美元", "x1"],
    ),
    ("phone_number9", ["+86-0766-66888866"], ["1" * 18, "139 0000", "一"]),
    ("car_number10", ["粤A8Z888挂", "沪A12345"], ["粤A8Z888挂挂", "粤A测8"]),
    (
        "name11",
        ["张三", "O'Neil", "一" * 10, "a" * 20],
        ["一" * 11, "a" * 21, "a1", "张" + "a" * 10],
    ),
    ("phrase12", ["配送中", "一" * 5], ["一" * 6, "abc", "完成!"]),
    ("enum_string13", ["窗口", "网上"], ["邮寄"]),
]


@pytest.mark.parametrize(("key", "right", "wrong"), VALUES)
def test_a_value_must_keep_the_rule_of_its_type(
    sandbox: Program, key: str, right: list[str], wrong: list[str]
) -> None:
    number = int("".join(filter(str.isdigit, key)))
    partner = 2 if number == 1 else 1
    template_id = added(sandbox, partner, number)
    filler = {1: ("thing1", "x"), 2: ("number2", "1")}[partner]
    for value in [*right, *wrong]:
        sandbox.accept(template_id)
        data = {filler[0]: {"value": filler[1]}, key: {"value": value}}
        answer = sandbox.send(template_id=template_id, data=data)
        expected = 0 if value in right else 47003
        assert answer["errcode"] == expected, value
        if value in wrong:
            assert f"data.{key}.value invalid" in answer["errmsg"]


def test_the_account_lists_its_templates(sandbox: Program) -> None:
    token = sandbox.token()["access_token"]
    listed = sandbox.get("/wxaapi/newtmpl/gettemplate", access_token=token)["data"]
    assert {len(template["priTmplId"]) for template in listed} == {43}
    kinds = ["cancelled", "changed", "promoted", "decided", "need_answered"]
    kinds += ["duty", "reminder", "menu", "rating", "longterm"]
    assert [t["priTmplId"].split("_A")[0] for t in listed] == [f"sbx_{kind}" for kind in kinds]
    assert [template["type"] for template in listed] == [2] * 9 + [3]
    menu = listed[7]
    assert menu["content"] == (
        "空间名称:{{thing1.DATA}}\n菜单月份:{{date2.DATA}}\n"
        "内容提要:{{thing3.DATA}}\n活动数量:{{number4.DATA}}\n"
    )
    assert menu["example"].startswith("空间名称:新意城\n")


def test_templates_are_added_from_the_library_and_removed(sandbox: Program) -> None:
    template_id = added(sandbox, 13, 1)
    token = sandbox.token()["access_token"]
    listed = sandbox.get("/wxaapi/newtmpl/gettemplate", access_token=token)["data"][-1]
    assert listed["content"] == "渠道:{{enum_string13.DATA}}\n事项:{{thing1.DATA}}\n"
    [enum] = listed["keywordEnumValueList"]
    assert enum["enumValueList"] == ["窗口", "网上", "电话"]
    assert sandbox.errcode("/wxaapi/newtmpl/deltemplate", {"priTmplId": template_id}) == 0
    assert sandbox.errcode("/wxaapi/newtmpl/deltemplate", {"priTmplId": template_id}) == 20002
    assert sandbox.send(template_id=template_id)["errcode"] == 40037


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"tid": 9, "kidList": [1, 2]}, 200014),
        ({"tid": 3001, "kidList": [1]}, 200020),
        ({"tid": 3001, "kidList": [1, 99]}, 200020),
        ({"tid": 3001, "kidList": [True, 2]}, 200020),
        ({"tid": 3001, "kidList": [2, 2]}, 200020),
        ({"tid": 3001, "kidList": [1, 2], "sceneDesc": "长" * 16}, 200021),
        ({"tid": 1005, "kidList": [1, 2, 3]}, 200022),
    ],
)
def test_a_wrong_addition_is_refused(sandbox: Program, body: dict[str, Any], code: int) -> None:
    assert sandbox.errcode("/wxaapi/newtmpl/addtemplate", body) == code


def test_the_public_library_can_be_browsed(sandbox: Program) -> None:
    token = sandbox.token()["access_token"]
    categories = sandbox.get("/wxaapi/newtmpl/getcategory", access_token=token)["data"]
    ids = ",".join(str(category["id"]) for category in categories)
    path = "/wxaapi/newtmpl/getpubtemplatetitles"

    def titles(**query: str) -> Any:
        return sandbox.get(path, access_token=token, **query)

    page = titles(ids=ids, start="9", limit="30")
    assert page["count"] == 11
    assert [title["tid"] for title in page["data"]] == [2001, 3001]
    assert titles(ids="x", start="0", limit="1")["errcode"] == 200018
    assert titles(ids=ids, start="x", limit="1")["errcode"] == 200016
    assert titles(ids=ids, start="0", limit="31")["errcode"] == 200017
    keywords = "/wxaapi/newtmpl/getpubtemplatekeywords"
    words = sandbox.get(keywords, access_token=token, tid="1006")["data"]
    assert [word["rule"] for word in words] == ["thing", "date", "thing", "number"]
    assert sandbox.get(keywords, access_token=token, tid="9")["errcode"] == 200014
