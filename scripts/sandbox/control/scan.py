"""The fake scanner: what WeChat does with an ordinary-link QR code, a scheme or a link."""

from typing import Any
from urllib.parse import quote, urlsplit

from ..api.links import visit
from ..config import CHECKS
from ..errors import ApiError, Invalid, Unknown
from ..registry import control
from ..wire import Request
from ..world import World
from . import fields

# Scene number of the platform for an ordinary QR code, and for a short link.
SCENE_QR = 1011
SCENE_LINK = 1065
# encodeURIComponent leaves these beside letters and digits.
KEPT = "!'()*-._~"


@control("POST", "/scan")
def scan(world: World, request: Request) -> dict[str, Any]:
    """Scan a URL: return the page it opens and the query the page receives, or the browser.

    `rules` replaces the setting qr_rules for this call. `as_tester` is a phone of the team:
    for it a rule's test_links open the version the rule names, published or not.
    """
    data = fields.body(request, "url", "rules", "as_tester")
    url = fields.text(data, "url")
    try:
        urlsplit(url)
    except ValueError as error:
        raise Invalid(f"url is malformed: {error}") from error
    if url.startswith(("weixin://dl/business/", "https://wxaurl.cn/")):
        return _open_link(world, url)
    check, explanation = CHECKS["qr_rules"]
    rules = data.get("rules", world.config.qr_rules)
    if not check(rules):
        raise Invalid(f"rules {explanation}")
    tester = fields.flag(data, "as_tester", False)
    rule, env, reason = _decide(rules, url, tester)
    if rule is None:
        return {"opens": "browser", "url": url, "reason": reason}
    # The platform encodes the whole link once; the page must decode it exactly once.
    query = {"q": quote(url, safe=KEPT), "scancode_time": str(int(world.clock.now()))}
    path = rule["page"] + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return {
        "opens": "mini-program",
        "page": rule["page"],
        "query": query,
        "path": path,
        "scene": SCENE_QR,
        "env_version": env,
    }


def _open_link(world: World, url: str) -> dict[str, Any]:
    try:
        link = visit(world, url)
    except ApiError as error:
        raise Unknown(f"{error.errcode}: {error.errmsg}") from error
    return {
        "opens": "mini-program",
        "page": link.path,
        "query": link.query,
        "path": f"{link.path}?{link.query}" if link.query else link.path,
        "scene": SCENE_LINK,
        "env_version": link.env_version,
    }


def _decide(
    rules: list[dict[str, Any]], url: str, tester: bool
) -> tuple[dict[str, Any] | None, str, str]:
    """Return (rule or None, version, reason). The longest match decides, even unpublished."""
    if tester:
        for rule in rules:
            if url in rule.get("test_links", []):
                return rule, rule.get("env_version", "trial"), ""
    matching = [rule for rule in rules if matches(rule["rule"], url)]
    if not matching:
        return None, "", "no rule matches"
    longest = max(matching, key=lambda rule: len(rule["rule"]))
    if not longest.get("published", True):
        return None, "", f"the longest matching rule is not published: {longest['rule']}"
    return longest, "release", ""


def matches(rule: str, url: str) -> bool:
    """Tell whether a rule covers a URL.

    Protocol and host must be the same; sub-paths only count below a rule ending in "/"; a
    rule with parameters must be a prefix of the URL, character by character.
    """
    want, have = urlsplit(rule), urlsplit(url)
    if (want.scheme.lower(), want.netloc.lower()) != (have.scheme.lower(), have.netloc.lower()):
        return False
    if want.query:
        return have.path == want.path and have.query.startswith(want.query)
    if want.path.endswith("/"):
        return have.path.startswith(want.path)
    return have.path == want.path
