"""What needs talk about: the words several of them share, found without a dictionary.

Chinese is written without spaces, and a segmenter's dictionary is many times the size of this whole
program. Two needs on one subject repeat the same few characters in a row: so their pairs of
characters are compared, pairs that follow one another are joined to the word they come from, and
what nearly everybody writes (or people write whatever they ask) counts for nothing.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_COMMON = re.compile(
    "|".join(
        sorted(
            [
                "我们",
                "你们",
                "咱们",
                "公司",
                "企业",
                "单位",
                "员工",
                "同事",
                "大家",
                "希望",
                "能否",
                "能不能",
                "可以",
                "可否",
                "是否",
                "怎么",
                "怎样",
                "如何",
                "什么",
                "哪些",
                "哪里",
                "多少",
                "有没有",
                "没有",
                "需要",
                "想要",
                "想了解",
                "想请",
                "想问",
                "请问",
                "请教",
                "请帮",
                "帮忙",
                "帮助",
                "协助",
                "解决",
                "处理",
                "问题",
                "情况",
                "目前",
                "现在",
                "最近",
                "今年",
                "去年",
                "明年",
                "本月",
                "这个",
                "那个",
                "这些",
                "一些",
                "一下",
                "一直",
                "已经",
                "还有",
                "以及",
                "或者",
                "如果",
                "因为",
                "所以",
                "但是",
                "而且",
                "非常",
                "比较",
                "左右",
                "方面",
                "相关",
                "有关",
                "关于",
                "进行",
                "办理",
                "提供",
                "申请",
                "咨询",
                "了解",
                "知道",
                "联系",
                "安排",
                "组织",
                "举办",
                "谢谢",
                "感谢",
                "麻烦",
                "不知道",
                "不清楚",
                "不了解",
                "不会",
                "不能",
                "不够",
                "老师",
                "讲讲",
                "讲一讲",
                "看一看",
                "新意城",
                "虹桥镇",
                "新空间",
                "园区",
                "楼里",
                "楼上",
                "楼下",
                "时候",
                "时间",
                "家里",
                "我司",
                "贵方",
                "各位",
                "老师",
                "您好",
                "你好",
                "建议",
                "的",
                "了",
                "吗",
                "呢",
                "吧",
                "是",
                "在",
                "和",
                "与",
                "及",
                "或",
                "也",
                "都",
                "就",
                "还",
                "又",
                "才",
                "我",
                "你",
                "您",
                "他",
                "她",
                "它",
                "这",
                "那",
                "个",
                "些",
                "把",
                "被",
                "让",
                "给",
                "对",
                "从",
                "到",
                "向",
                "为",
                "以",
                "于",
                "等",
                "很",
                "太",
                "最",
                "更",
                "不",
                "没",
                "有",
                "要",
                "想",
                "请",
                "能",
                "会",
                "说",
                "去",
                "来",
                "做",
                "用",
            ],
            key=len,
            reverse=True,
        )
    )
)
"""What people write whatever they ask for; it parts words from one another."""

_RUN = re.compile(r"[㐀-鿿]+|[A-Za-z][A-Za-z0-9+#.]+")
_LONGEST = 6
_TOO_COMMON = 0.5
_FEW = 20
"""Among fewer texts than this nothing is called common."""


def pairs(text: str) -> list[list[str]]:
    """Return the pairs of neighbouring characters of a text, run by run; a word in Latin letters
    is one pair of its own."""
    found = []
    for run in _RUN.findall(text.lower()):
        if run[0].isascii():
            found.append([run])
            continue
        for part in _COMMON.sub(" ", run).split():
            found.append([part[at : at + 2] for at in range(len(part) - 1)])
    return [run for run in found if run]


@dataclass(frozen=True)
class Text:
    """A text by its pairs, in their order and as a set."""

    runs: list[list[str]]
    known: frozenset[str]

    @classmethod
    def of(cls, *texts: str) -> "Text":
        """Return several texts of one need as one."""
        runs = [run for text in texts for run in pairs(text)]
        return cls(runs, frozenset(pair for run in runs for pair in run))


class Corpus:
    """All texts that are compared, and so how much a pair tells: what few say tells most."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._count = 0
        self._told: Counter[str] = Counter()
        for text in texts:
            self._count += 1
            self._told.update(text.known)

    def weight(self, pair: str) -> float:
        """Return how much it says that two texts share the pair; 0 for what most of them say."""
        told = self._told[pair]
        if self._count >= _FEW and told > self._count * _TOO_COMMON:
            return 0.0
        return 1.0 + math.log((self._count + 1) / (told + 1))

    def shared(self, one: Text, other: Text) -> dict[str, float]:
        """Return the words both texts use, each with what it tells."""
        common = {pair for pair in one.known & other.known if self.weight(pair) > 0}
        words: dict[str, float] = {}
        for run in one.runs if common else ():
            for chain in _chains(run, common):
                # Joined, it must still stand in the other text: 发票 and 票据 make no 发票据.
                for word in _standing(chain, other):
                    heaviest = max(self.weight(pair) for pair in word)
                    words[_join(word)] = heaviest
        longer = "|".join(words)
        return {word: told for word, told in words.items() if longer.count(word) == 1}


def _chains(run: list[str], common: set[str]) -> list[list[str]]:
    chains: list[list[str]] = [[]]
    for pair in run:
        if pair in common and len(chains[-1]) < _LONGEST - 1:
            chains[-1].append(pair)
        else:
            chains.append([pair] if pair in common else [])
    return [chain for chain in chains if chain]


def _standing(chain: list[str], other: Text) -> list[list[str]]:
    """Return the chain if the other text has it in one piece, else its pieces that it has."""
    size = len(chain)
    for run in other.runs:
        if any(run[at : at + size] == chain for at in range(len(run) - size + 1)):
            return [chain]
    return [] if size == 1 else _standing(chain[:-1], other)


def _join(chain: list[str]) -> str:
    return chain[0] + "".join(pair[-1] for pair in chain[1:])
