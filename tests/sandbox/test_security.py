"""Content checks: texts at once, media later."""

import hashlib
import time
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from .driver import Program, Receiver

TEXT = "/wxa/msg_sec_check"
MEDIA = "/wxa/media_check_async"


def check(sandbox: Program, content: Any, **more: Any) -> Any:
    body = {"version": 2, "openid": "demo-u1", "scene": 2, "content": content, **more}
    return sandbox.post(TEXT, body)


def picture(red: int, green: int, blue: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (16, 16), (red, green, blue)).save(file, "PNG")
    return file.getvalue()


def submit(sandbox: Program, url: str, **more: Any) -> Any:
    body = {"version": 2, "openid": "demo-u1", "scene": 1, "media_type": 2, "media_url": url}
    return sandbox.post(MEDIA, body | more)


def host(receiver: Receiver, name: str, content: bytes) -> str:
    """Put a file on the receiver's server; return its URL."""
    receiver.files[name] = content
    return receiver.url.replace("/callback", name)


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [
        ("大家好", "pass", 100),
        ("说个违规测试词", "risky", 20001),
        ("待审测试词", "review", 20006),
        ("待审测试词和辱骂测试词", "risky", 20003),
    ],
)
def test_a_text_gets_its_verdict_and_never_an_error(
    sandbox: Program, content: str, suggest: str, label: int
) -> None:
    sandbox.login()
    answer = check(sandbox, content)
    assert answer["errcode"] == 0
    assert answer["result"] == {"suggest": suggest, "label": label}
    assert answer["detail"][0]["strategy"] == "content_model"
    assert len(answer["trace_id"].split("-")) == 3


def test_title_and_nickname_are_checked_too(sandbox: Program) -> None:
    sandbox.login()
    assert check(sandbox, "好", title="违规测试词")["result"]["suggest"] == "risky"
    detail = check(sandbox, "好", nickname="待审测试词")["detail"][1]
    assert detail["keyword"] == "待审测试词"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content": "长" * 2501}, 45002),
        ({"content": ""}, 47001),
        ({"version": 1}, 47001),
        ({"scene": 5}, 40129),
        ({"scene": True}, 40129),
        ({"openid": "nobody"}, 40003),
        ({"title": 5}, 47001),
    ],
)
def test_a_wrong_text_check_is_refused(sandbox: Program, change: Any, code: int) -> None:
    sandbox.login()
    assert check(sandbox, **({"content": "好"} | change))["errcode"] == code
    assert check(sandbox, "长" * 2500)["errcode"] == 0


def test_an_openid_of_another_app_does_not_match(sandbox: Program) -> None:
    openid = sandbox.control("POST", "/users", {"appid": "wxother"})["openid"]
    assert check(sandbox, "好", openid=openid)["errcode"] == 43104
    assert submit(sandbox, "http://127.0.0.1/", openid=openid)["errcode"] == 43104


def test_only_recently_active_users_are_checked(sandbox: Program) -> None:
    assert check(sandbox, "好")["errcode"] == 61010
    sandbox.login()
    assert check(sandbox, "好")["errcode"] == 0
    sandbox.move_clock(7201)
    assert check(sandbox, "好")["errcode"] == 61010
    assert submit(sandbox, "http://127.0.0.1/")["errcode"] == 61010


def test_an_unreleased_app_has_a_hundred_checks_a_day(sandbox: Program) -> None:
    sandbox.control("POST", "/config", {"limits": {TEXT: {"per_day": 100}}})
    sandbox.login()
    assert [check(sandbox, "好")["errcode"] for _ in range(101)] == [0] * 100 + [45009]


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [
        (picture(90, 120, 90), "pass", 100),
        (picture(255, 0, 255), "risky", 20002),
        (picture(250, 250, 5), "review", 21000),
    ],
)
def test_an_image_is_downloaded_and_judged(
    sandbox: Program, receiver: Receiver, content: bytes, suggest: str, label: int
) -> None:
    sandbox.login()
    answer = submit(sandbox, host(receiver, "/a.png", content))
    message = receiver.events(1)[0].json
    assert message["Event"] == "wxa_media_check"
    assert message["trace_id"] == answer["trace_id"]
    assert message["errcode"] == 0
    assert message["version"] == 2
    assert message["result"] == {"suggest": suggest, "label": label}
    assert message["detail"][0]["prob"] == 90


@pytest.mark.parametrize("by", ["sha256", "url_contains"])
def test_a_verdict_can_be_planned_for_a_file(sandbox: Program, receiver: Receiver, by: str) -> None:
    sandbox.login()
    content = picture(0, 0, 0)
    key = {"sha256": hashlib.sha256(content).hexdigest(), "url_contains": "marked"}[by]
    sandbox.control("POST", "/verdicts", {by: key, "suggest": "risky", "label": 20006})
    submit(sandbox, host(receiver, "/marked.png", content))
    assert receiver.events(1)[0].json["result"] == {"suggest": "risky", "label": 20006}
    sandbox.refused("/verdicts", {"suggest": "risky"})


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("/missing", None, 2),
        ("/page.png", b"<html>", 2),
        ("/pic.webp", b"RIFF....WEBP", 2),
        ("/big.png", b"\x89PNG\r\n\x1a\n" + b"0" * (10 * 1024 * 1024), 2),
        ("/pic.png", picture(0, 0, 0), 1),
    ],
)
def test_what_cannot_be_had_or_is_no_such_media_comes_back_as_failed(
    sandbox: Program, receiver: Receiver, name: str, content: bytes | None, kind: int
) -> None:
    sandbox.login()
    url = host(receiver, name, content or b"")
    if content is None:
        del receiver.files[name]
    assert submit(sandbox, url, media_type=kind)["errcode"] == 0
    assert receiver.events(1)[0].json["errcode"] == -1008


def test_nothing_is_downloaded_from_another_machine(sandbox: Program, receiver: Receiver) -> None:
    sandbox.login()
    submit(sandbox, "https://example.com/a.png")
    assert receiver.events(1)[0].json["errcode"] == -1008


def test_audio_is_accepted(sandbox: Program, receiver: Receiver) -> None:
    sandbox.login()
    submit(sandbox, host(receiver, "/a.mp3", b"ID3\x04"), media_type=1)
    assert receiver.events(1)[0].json["result"]["suggest"] == "pass"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"media_type": 3}, 40004),
        ({"media_type": True}, 40004),
        ({"media_type": []}, 40004),
        ({"media_url": ""}, 47001),
        ({"version": 1}, 47001),
        ({"scene": 0}, 40129),
    ],
)
def test_a_wrong_media_check_is_refused(sandbox: Program, change: Any, code: int) -> None:
    sandbox.login()
    assert submit(sandbox, "http://127.0.0.1/", **change)["errcode"] == code


def test_the_same_file_cannot_be_submitted_again_and_again(
    sandbox: Program, receiver: Receiver
) -> None:
    sandbox.login()
    url = host(receiver, "/a.png", picture(0, 0, 0))
    codes = [submit(sandbox, url)["errcode"] for _ in range(6)]
    assert codes == [0] * 5 + [87020]
    assert len({r.json["trace_id"] for r in receiver.events(5)}) == 5


def test_the_verdict_can_take_its_time_by_the_clock(sandbox: Program, receiver: Receiver) -> None:
    sandbox.login()
    sandbox.control("POST", "/config", {"media_delay_s": 1800})
    submit(sandbox, host(receiver, "/a.png", picture(0, 0, 0)))
    time.sleep(0.2)
    sandbox.move_clock(1700)
    time.sleep(0.1)
    assert receiver.events(0) == []
    sandbox.move_clock(1801)
    assert len(receiver.events(1)) == 1


def test_a_verdict_still_to_come_is_forgotten_by_a_reset(
    sandbox: Program, receiver: Receiver
) -> None:
    sandbox.login()
    sandbox.control("POST", "/config", {"media_delay_s": 60})
    submit(sandbox, host(receiver, "/a.png", picture(0, 0, 0)))
    sandbox.control("POST", "/reset")
    sandbox.control("POST", "/config", {"callback": receiver.url})
    sandbox.move_clock(61)
    sandbox.control("POST", "/push", {"event": "after", "mode": "plain"})
    assert [r.json["Event"] for r in receiver.events(1)] == ["after"]


def test_the_verdict_can_come_twice_or_in_the_old_shape(
    sandbox: Program, receiver: Receiver
) -> None:
    sandbox.login()
    sandbox.control("POST", "/config", {"media_events": "twice", "label_type": "string"})
    submit(sandbox, host(receiver, "/a.png", picture(0, 0, 0)))
    assert [r.json["result"]["label"] for r in receiver.events(2)] == ["100", "100"]
    receiver.clear()
    sandbox.control("POST", "/config", {"media_events": "send", "media_event_version": 1})
    submit(sandbox, receiver.url.replace("/callback", ":"))
    old = receiver.events(1)[0].json
    assert old["status_code"] == 4294966288
    assert old["isrisky"] == 0
    assert "result" not in old


def test_the_verdict_can_stay_away(sandbox: Program, receiver: Receiver) -> None:
    sandbox.login()
    sandbox.control("POST", "/config", {"media_events": "none", "events_before_reply": True})
    assert submit(sandbox, host(receiver, "/a.png", picture(0, 0, 0)))["errcode"] == 0
    assert receiver.events(0) == []
