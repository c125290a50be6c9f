"""Mini-program codes, schemes, links and the fake scanner."""

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import cv2
import numpy as np
import pytest

from .driver import APPID, Program

UNLIMITED = "/wxa/getwxacodeunlimit"


def pixels_of(image: bytes) -> Any:
    """Return an image file as an array of pixels."""
    return cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_UNCHANGED)


def read(image: bytes) -> Any:
    """Return the JSON inside a code's image."""
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(pixels_of(image))
    return json.loads(text)


def test_a_code_can_be_read_back(sandbox: Program) -> None:
    body = {"scene": "s=abc_-.~!#$&'()*+,/:;?@", "page": "pages/home/home", "width": 600}
    image = sandbox.post(UNLIMITED, body)
    assert read(image) == {
        "appid": APPID,
        "kind": "unlimited",
        "page": "pages/home/home",
        "scene": body["scene"],
        "env_version": "release",
    }
    assert pixels_of(image).shape == (600, 600, 3)


def test_a_code_is_an_image_by_its_header(sandbox: Program) -> None:
    token = sandbox.token()["access_token"]
    path = f"{UNLIMITED}?access_token={token}"
    answer = sandbox.request("POST", path, json={"scene": "1"})
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.data[:3] == b"\xff\xd8\xff"
    refused = sandbox.request("POST", path, json={"scene": ""})
    assert refused.headers["Content-Type"] == "application/json; encoding=utf-8"


def test_a_transparent_code_in_colour_is_a_png(sandbox: Program) -> None:
    body = {"scene": "1", "is_hyaline": True, "line_color": {"r": "200", "g": 0, "b": 0}}
    image = sandbox.post(UNLIMITED, body)
    pixels = pixels_of(image)
    assert pixels[0, 0, 3] == 0
    assert {tuple(p) for p in pixels[pixels[:, :, 3] == 255]} == {(0, 0, 200, 255)}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 40169),
        ({"scene": ""}, 40169),
        ({"scene": "a" * 33}, 40169),
        ({"scene": 5}, 40169),
        ({"scene": "100%"}, 40129),
        ({"scene": "a b"}, 40129),
        ({"scene": "签到"}, 40129),
        ({"scene": "1", "page": "/pages/home/home"}, 41030),
        ({"scene": "1", "page": "pages/home/home?a=1"}, 41030),
        ({"scene": "1", "page": "/x", "check_path": False}, 41030),
        ({"scene": "scancode_time=1"}, 85096),
        ({"scene": "1", "env_version": "release_error"}, 40097),
        ({"scene": "1", "width": 279}, 40097),
        ({"scene": "1", "width": 1281}, 40097),
        ({"scene": "1", "width": "430"}, 40097),
        ({"scene": "1", "auto_color": 1}, 40097),
        ({"scene": "1", "line_color": {"r": 256, "g": 0, "b": 0}}, 40097),
    ],
)
def test_a_wrong_code_is_refused(sandbox: Program, body: dict[str, Any], code: int) -> None:
    assert sandbox.errcode(UNLIMITED, body) == code


def test_a_page_must_be_published_unless_the_check_is_off(sandbox: Program) -> None:
    sandbox.control("POST", "/config", {"published_pages": ["pages/home/home"]})
    body = {"scene": "1", "page": "pages/new/new"}
    assert sandbox.errcode(UNLIMITED, body) == 41030
    image = sandbox.post(UNLIMITED, body | {"check_path": False})
    assert read(image)["page"] == "pages/new/new"


def test_codes_have_a_limit_a_minute(sandbox: Program) -> None:
    limits = {UNLIMITED: {"per_minute": 1}}
    sandbox.control("POST", "/config", {"limits": limits})
    sandbox.post(UNLIMITED, {"scene": "1"})
    codes = {sandbox.errcode(UNLIMITED, {"scene": ""}) for _ in range(3)}
    assert 45009 in codes


@pytest.mark.parametrize(
    ("path", "longest"), [("/wxa/getwxacode", 1024), ("/cgi-bin/wxaapp/createwxaqrcode", 128)]
)
def test_a_code_of_a_path_carries_it(sandbox: Program, path: str, longest: int) -> None:
    target = "pages/home/home?a=1".ljust(longest, "x")
    if longest == 128:
        assert read(sandbox.post(path, {"path": target}))["path"] == target
    assert sandbox.post(path, {"path": target})[:3] == b"\xff\xd8\xff"
    assert sandbox.errcode(path, {"path": target + "x"}) == 40159
    assert sandbox.errcode(path, {"path": "p?scancode_time=1"}) == 85096
    assert sandbox.errcode(path, {"path": "p", "env_version": "x"}) == 40097
    token = sandbox.token()["access_token"]
    form = sandbox.request("POST", f"{path}?access_token={token}", fields={"path": "p"})
    assert form.json()["errcode"] == 40159


def test_a_scheme_and_a_link_can_be_made_asked_about_and_opened(sandbox: Program) -> None:
    target = {"path": "pages/home/home", "query": "a=1", "env_version": "trial"}
    wish = {"expire_type": 1, "expire_interval": 30}
    scheme = sandbox.post("/wxa/generatescheme", {"jump_wxa": target, **wish})["openlink"]
    link = sandbox.post("/wxa/generate_urllink", {**target, **wish})["url_link"]
    info = sandbox.post("/wxa/queryscheme", {"scheme": scheme})["scheme_info"]
    assert info["query"] == "a=1"
    assert info["expire_time"] - info["create_time"] == 30 * 86_400
    answer = sandbox.post("/wxa/query_urllink", {"url_link": link})
    assert answer["url_link_info"]["env_version"] == "trial"
    assert sandbox.control("POST", "/scan", {"url": link})["path"] == "pages/home/home?a=1"
    left = sandbox.post("/wxa/query_urllink", {"query_type": 1})["quota_info"]
    assert left == {"remain_visit_quota": 2_999_999}
    sandbox.move_clock(31 * 86_400)
    assert "85403" in sandbox.refused("/scan", {"url": link}, 404)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"jump_wxa": {"path": "pages/home/home?a=1"}}, 40165),
        ({"jump_wxa": {"query": "名=1"}}, 40212),
        ({"jump_wxa": {"query": "a" * 1025}}, 40212),
        ({"jump_wxa": {"env_version": "x"}}, 85402),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"expire_type": 1}, 85401),
        ({"expire_type": 2}, 85401),
        ({"expire_type": 0, "expire_time": 1}, 85401),
        ({"is_expire": True}, 85401),
        ({"jump_wxa": []}, 47001),
    ],
)
def test_a_wrong_scheme_is_refused(sandbox: Program, body: dict[str, Any], code: int) -> None:
    assert sandbox.errcode("/wxa/generatescheme", body) == code


def test_links_exist_only_for_published_apps_and_known_links(sandbox: Program) -> None:
    assert sandbox.errcode("/wxa/queryscheme", {"scheme": "weixin://x"}) == 85403
    sandbox.control("POST", "/config", {"published": False})
    assert sandbox.errcode("/wxa/generate_urllink", {"path": "pages/home/home"}) == 85079


def scan(sandbox: Program, url: str, *rules: Any, **more: Any) -> Any:
    return sandbox.control("POST", "/scan", {"url": url, "rules": list(rules), **more})


CHECKIN = {"rule": "https://a.example/c/", "page": "pages/checkins/scan/scan"}


def test_a_scanned_link_reaches_the_page_encoded_once(sandbox: Program) -> None:
    url = "https://a.example/c/a%2Fb?x=1&y=签到"
    opened = scan(sandbox, url, CHECKIN)
    assert opened["page"] == CHECKIN["page"]
    assert unquote(opened["query"]["q"]) == url
    assert opened["query"]["scancode_time"].isdigit()
    assert parse_qs(urlsplit(opened["path"]).query)["q"] == [url]


@pytest.mark.parametrize(
    ("rule", "url", "matches"),
    [
        ("https://a.example/c/", "https://a.example/c/deep/er", True),
        ("https://a.example/c/", "http://a.example/c/x", False),
        ("https://a.example/c/", "https://b.example/c/x", False),
        ("https://a.example/c/", "https://a.example:444/c/x", False),
        ("https://a.example/c", "https://a.example/c", True),
        ("https://a.example/c", "https://a.example/c?x=1", True),
        ("https://a.example/c", "https://a.example/c/x", False),
        ("https://a.example/c?id=1", "https://a.example/c?id=12&x=2", True),
        ("https://a.example/c?id=1", "https://a.example/c?x=2&id=1", False),
    ],
)
def test_a_rule_covers_what_the_platform_says(
    sandbox: Program, rule: str, url: str, matches: bool
) -> None:
    opened = scan(sandbox, url, {"rule": rule, "page": "pages/p/p"})
    assert (opened["opens"] == "mini-program") == matches


def test_a_longer_unpublished_rule_blocks_a_shorter_published_one(sandbox: Program) -> None:
    draft = {"rule": "https://a.example/c/new/", "page": "pages/p/p", "published": False}
    assert scan(sandbox, "https://a.example/c/new/1", CHECKIN, draft)["opens"] == "browser"
    assert scan(sandbox, "https://a.example/c/old/1", CHECKIN, draft)["opens"] == "mini-program"


def test_a_tester_opens_the_test_links_of_a_draft(sandbox: Program) -> None:
    url = "https://a.example/c/new/1"
    draft = CHECKIN | {"published": False, "test_links": [url], "env_version": "develop"}
    assert scan(sandbox, url, draft)["opens"] == "browser"
    assert scan(sandbox, url, draft, as_tester=True)["env_version"] == "develop"
    assert "rules" in sandbox.refused("/scan", {"url": url, "rules": [{}]})
