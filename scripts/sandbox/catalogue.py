"""The subscribe-message templates: the public library and those the account has added."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
TEMPLATE_ID_LENGTH = 43
ONE_TIME = 2
LONG_TERM = 3


@dataclass
class Template:
    """A template of the account; `keywords` are the library's entries in the account's order."""

    template_id: str
    kind: str
    tid: int
    title: str
    type: int
    keywords: list[dict[str, Any]] = field(default_factory=list)

    def keys(self) -> dict[str, dict[str, Any]]:
        """Return keyword name (`thing1`) → library entry, in display order."""
        return {f"{word['rule']}{word['kid']}": word for word in self.keywords}

    def listing(self) -> dict[str, Any]:
        """Return the entry of wxaapi/newtmpl/gettemplate."""
        entry: dict[str, Any] = {
            "priTmplId": self.template_id,
            "title": self.title,
            "content": "".join(
                f"{w['name']}:{{{{{key}.DATA}}}}\n" for key, w in self.keys().items()
            ),
            "example": "".join(f"{w['name']}:{w['example']}\n" for w in self.keywords),
            "type": self.type,
        }
        enums = [
            {"keywordCode": f"{key}.DATA", "enumValueList": word["choices"]}
            for key, word in self.keys().items()
            if "choices" in word
        ]
        if enums:
            entry["keywordEnumValueList"] = enums
        return entry

    def rendered(self, data: dict[str, Any]) -> list[dict[str, str]]:
        """Return the card's lines as {label, value}, in the template's order."""
        return [
            {"label": word["name"], "value": data[key]["value"]}
            for key, word in self.keys().items()
        ]


def template_id_of(kind: str) -> str:
    """Return the fixed id of a preset template."""
    return f"sbx_{kind}_".ljust(TEMPLATE_ID_LENGTH, "A")


@cache
def library() -> dict[str, Any]:
    """Return the public library: categories and titles with their keywords."""
    content: dict[str, Any] = json.loads((DATA / "templates.json").read_text("utf-8"))
    return content


def find_title(tid: object) -> dict[str, Any] | None:
    """Return the public title of a tid (number or its text), or None."""
    for title in library()["titles"]:
        if str(title["tid"]) == str(tid):
            found: dict[str, Any] = title
            return found
    return None


def preset_templates() -> dict[str, Template]:
    """Return the templates every fresh sandbox account has, by template id."""
    templates = [
        Template(
            template_id_of(title["kind"]),
            title["kind"],
            title["tid"],
            title["title"],
            title["type"],
            title["keywords"],
        )
        for title in library()["titles"]
        if title["kind"]
    ]
    return {template.template_id: template for template in templates}


@cache
def words() -> dict[str, Any]:
    """Return the synthetic words and colours that content checks react to."""
    content: dict[str, Any] = json.loads((DATA / "words.json").read_text("utf-8"))
    return content
