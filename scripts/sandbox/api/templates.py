"""wxaapi/newtmpl: the public template library and the account's own templates."""

import secrets
from typing import Any

from ..catalogue import TEMPLATE_ID_LENGTH, Template, find_title, library
from ..errors import ApiError
from ..registry import endpoint
from ..wire import Request
from ..world import World

MAX_PAGE = 30
MAX_SCENE = 15
OK = {"errcode": 0, "errmsg": "ok"}


@endpoint("GET", "/wxaapi/newtmpl/getcategory")
def get_category(world: World, request: Request) -> dict[str, Any]:
    """Answer the account's categories."""
    return {**OK, "data": library()["categories"]}


def _number(query: dict[str, str], name: str, low: int, high: int, code: int) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
        raise ApiError(code)
    return int(text)


@endpoint("GET", "/wxaapi/newtmpl/getpubtemplatetitles")
def get_titles(world: World, request: Request) -> dict[str, Any]:
    """Answer the public titles of some categories."""
    ids = request.query.get("ids", "").split(",")
    if not all(each.isascii() and each.isdigit() for each in ids):
        raise ApiError(200018)
    start = _number(request.query, "start", 0, 10**6, 200016)
    limit = _number(request.query, "limit", 1, MAX_PAGE, 200017)
    found = [t for t in library()["titles"] if str(t["categoryId"]) in ids]
    shown = [
        {name: str(t[name]) if name == "categoryId" else t[name] for name in fields}
        for t in found[start : start + limit]
        for fields in [("tid", "title", "type", "categoryId")]
    ]
    return {**OK, "count": len(found), "data": shown}


@endpoint("GET", "/wxaapi/newtmpl/getpubtemplatekeywords")
def get_keywords(world: World, request: Request) -> dict[str, Any]:
    """Answer the keywords of a public title."""
    title = find_title(request.query.get("tid", ""))
    if title is None:
        raise ApiError(200014)
    shown = [{n: w[n] for n in ("kid", "name", "example", "rule")} for w in title["keywords"]]
    return {**OK, "count": len(shown), "data": shown}


@endpoint("POST", "/wxaapi/newtmpl/addtemplate")
def add_template(world: World, request: Request) -> dict[str, Any]:
    """Add a title with chosen keywords to the account; answer its template id."""
    data = request.data()
    title = find_title(data.get("tid"))
    if title is None:
        raise ApiError(200014)
    by_kid = {word["kid"]: word for word in title["keywords"]}
    kids = data.get("kidList")
    if not isinstance(kids, list) or not 2 <= len(kids) <= 5:
        raise ApiError(200020)
    # type() and not isinstance: true must not pass for keyword 1.
    if any(type(kid) is not int or kid not in by_kid for kid in kids) or len(set(kids)) < len(kids):
        raise ApiError(200020)
    scene = data.get("sceneDesc", "")
    if not isinstance(scene, str) or len(scene) > MAX_SCENE:
        raise ApiError(200021)
    with world.lock:
        template_id = secrets.token_urlsafe(TEMPLATE_ID_LENGTH)[:TEMPLATE_ID_LENGTH]
        keywords = [by_kid[kid] for kid in kids]
        added = Template(
            template_id,
            f"added_{title['tid']}",
            title["tid"],
            title["title"],
            title["type"],
            keywords,
        )
        same = [t for t in world.state.templates.values() if _content(t) == _content(added)]
        if same:
            raise ApiError(200022)
        world.state.templates[template_id] = added
        world.store.touch()
    return {**OK, "priTmplId": template_id}


def _content(template: Template) -> tuple[int, list[int]]:
    return template.tid, [word["kid"] for word in template.keywords]


@endpoint("GET", "/wxaapi/newtmpl/gettemplate")
def get_templates(world: World, request: Request) -> dict[str, Any]:
    """Answer the account's templates."""
    with world.lock:
        return {**OK, "data": [t.listing() for t in world.state.templates.values()]}


@endpoint("POST", "/wxaapi/newtmpl/deltemplate")
def delete_template(world: World, request: Request) -> dict[str, Any]:
    """Remove a template from the account."""
    template_id = request.data().get("priTmplId")
    with world.lock:
        if world.state.templates.pop(str(template_id), None) is None:
            raise ApiError(20002)
        world.store.touch()
    return OK
