"""Subscribe-message templates: our fields on one side, WeChat's thing1 and time2 on the other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from server.wechat.fitting import Value, fit

_MARKER: Final = re.compile(r"([^\n{}:：]*?)[:：]?\s*\{\{\s*(([a-z_]+)\d+)\.DATA\s*\}\}")

# Which keyword types can carry a value of ours without spoiling it, the best first.
_CARRIERS: Final = {
    "thing": ("thing",),
    "time": ("time", "date", "thing"),
    "date": ("date", "thing"),
    "number": ("number", "character_string", "thing"),
    "character_string": ("character_string", "thing"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a message says: our name, the default keyword, its names at WeChat."""

    name: str
    key: str
    labels: tuple[str, ...]  # the first is the one docs/wechat.md tells the owner to choose

    @property
    def type(self) -> str:
        """The keyword type of the default key: `thing` of `thing1`."""
        return self.key.rstrip("0123456789")


_ACTIVITY: Final = ("活动名称", "活动主题")
_WHEN: Final = ("活动时间", "开始时间", "活动开始时间")
_WHERE: Final = ("活动地点", "活动地址", "地点")

KINDS: Final[dict[str, tuple[Field, ...]]] = {
    "cancelled": (
        Field("activity", "thing1", _ACTIVITY),
        Field("starts_at", "time2", _WHEN),
        Field("reason", "thing3", ("取消原因",)),
    ),
    "changed": (
        Field("activity", "thing1", _ACTIVITY),
        Field("change", "thing2", ("变更内容", "变更事项")),
        Field("starts_at", "time3", _WHEN),
        Field("place", "thing4", _WHERE),
    ),
    "promoted": (
        Field("activity", "thing1", _ACTIVITY),
        Field("starts_at", "time2", _WHEN),
        Field("place", "thing3", _WHERE),
        Field("tip", "thing4", ("温馨提示", "备注")),
    ),
    "decided": (
        Field("activity", "thing1", _ACTIVITY),
        Field("result", "thing2", ("报名结果", "审核结果")),
        Field("starts_at", "time3", _WHEN),
        Field("tip", "thing4", ("温馨提示", "备注")),
    ),
    "need_answered": (
        Field("number", "character_string1", ("诉求编号", "工单编号")),
        Field("title", "thing2", ("诉求标题", "诉求内容")),
        Field("summary", "thing3", ("答复摘要", "答复内容", "回复内容")),
        Field("answered_at", "time4", ("答复时间", "回复时间")),
    ),
    "duty": (
        Field("task", "thing1", ("待办事项", "任务名称", "工作内容")),
        Field("space", "thing2", ("所属空间", "所属单位", "来源")),
        Field("due_at", "time3", ("截止时间", "到期时间", "完成时间")),
        Field("tip", "thing4", ("备注", "温馨提示")),
    ),
    "reminder": (
        Field("activity", "thing1", _ACTIVITY),
        Field("starts_at", "time2", ("开始时间", "活动时间", "活动开始时间")),
        Field("place", "thing3", _WHERE),
    ),
    "menu": (
        Field("space", "thing1", ("空间名称",)),
        Field("month", "date2", ("菜单月份",)),
        Field("summary", "thing3", ("内容提要",)),
        Field("count", "number4", ("活动数量",)),
    ),
    "rating": (
        Field("activity", "thing1", _ACTIVITY),
        Field("ended_at", "time2", ("结束时间", "活动时间", "完成时间")),
        Field("tip", "thing3", ("温馨提示", "备注")),
    ),
}
"""Every kind of message, the most urgent first: when quota is scarce it is spent in this order."""

PRIORITY: Final = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Keyword:
    """One blank of a template: `time2`, of type `time`, shown as 活动时间."""

    key: str
    type: str
    label: str
    allowed: tuple[str, ...] = ()  # of an enum type


@dataclass(frozen=True, slots=True)
class Template:
    """A template of our account, as WeChat has it now."""

    id: str
    title: str
    keywords: tuple[Keyword, ...]
    lasting: bool = field(default=False)  # a long-term one: a send does not use up the accept

    @classmethod
    def of_answer(cls, item: Mapping[str, Any]) -> Self:
        """From one element of gettemplate's `data`; keywords are read out of `content`."""
        allowed = {
            str(each.get("keywordCode", "")).strip("{} ").removesuffix(".DATA"): tuple(
                map(str, each.get("enumValueList") or ())
            )
            for each in item.get("keywordEnumValueList") or ()
        }
        return cls(
            str(item["priTmplId"]),
            str(item.get("title", "")),
            tuple(
                Keyword(key, kind, label.strip(), allowed.get(key, ()))
                for label, key, kind in _MARKER.findall(str(item.get("content", "")))
            ),
            str(item.get("type")) == "3",
        )


def render(kind: str, fields: Mapping[str, Value], template: Template | None) -> dict[str, str]:
    """The `data` of a send: every keyword of the template with a value that obeys its type.

    Without a template the default keywords are taken. A keyword we have nothing for shows
    its type's fallback, since WeChat refuses a message with a blank. Raises ValueError for
    an unknown kind or a field left out.
    """
    wanted = _fields(kind)
    missing = [each.name for each in wanted if each.name not in fields]
    if missing:
        raise ValueError(f"{kind} lacks {', '.join(missing)}")
    if template is None:
        return {each.key: fit(each.type, fields[each.name]) for each in wanted}
    matched = _match(wanted, template)
    return {
        word.key: fit(word.type, fields[found.name] if found else None, word.allowed)
        for word in template.keywords
        for found in [matched.get(word.key)]
    }


def check(kind: str, template: Template, *, is_lasting: bool = False) -> list[str]:
    """What staff must know about the template chosen for a kind, in plain words; empty if all fits.
    `is_lasting`: our settings take it for a long-term one.

    Raises ValueError for an unknown kind.
    """
    wanted = _fields(kind)
    matched = _match(wanted, template)
    placed = {each.name for each in matched.values()}
    name = f"模板“{template.title}”"
    problems = _terms(name, template.lasting, is_lasting)
    problems += [
        f"{name}缺少关键词“{each.labels[0]}”（{each.type}类型），消息里将没有这一项"
        for each in wanted
        if each.name not in placed
    ]
    for word in template.keywords:
        found = matched.get(word.key)
        if found is None:
            shown = fit(word.type, None, word.allowed)
            problems.append(f"{name}多出关键词“{word.label}”，没有内容可填，将显示为“{shown}”")
        elif word.label not in found.labels:
            problems.append(
                f"{name}的关键词“{word.label}”将填入“{found.labels[0]}”，请确认，"
                f"或改选名为“{found.labels[0]}”的关键词"
            )
    return problems


def _terms(name: str, at_wechat: bool, in_settings: bool) -> list[str]:
    if at_wechat == in_settings:
        return []
    if at_wechat:
        return [f"{name}是长期订阅，请把这一类写进 [wechat] long_term，否则仍按一次性计次"]
    return [f"{name}是一次性订阅，请从 [wechat] long_term 里去掉这一类，否则次数不会减少"]


def _fields(kind: str) -> tuple[Field, ...]:
    if kind not in KINDS:
        raise ValueError(f"no such kind of message: {kind!r}")
    return KINDS[kind]


def _match(wanted: tuple[Field, ...], template: Template) -> dict[str, Field]:
    """Which field goes into which keyword: by its name first, then by what can carry it.

    The numbers in thing3 or time5 come from WeChat's library and the owner's choice, so they
    say nothing; the names do.
    """
    matched: dict[str, Field] = {}
    for each in wanted:
        for word in template.keywords:
            fits = word.type in _CARRIERS[each.type] and word.label in each.labels
            if fits and word.key not in matched:
                matched[word.key] = each
                break
    placed = {each.name for each in matched.values()}
    for each in wanted:
        free = [word for word in template.keywords if word.key not in matched]
        carriers = [w for t in _CARRIERS[each.type] for w in free if w.type == t]
        if each.name not in placed and carriers:
            matched[carriers[0].key] = each
    return matched
