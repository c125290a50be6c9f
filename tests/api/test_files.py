"""附件 over HTTP: up, onto a need, and down again for those who may see it."""

import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

import models
from models.files import MediaCheck
from models.staff import Role
from server import clock
from tests import factories, file_samples
from tests.conftest import Client, Sandbox
from tests.needs_bench import NOON, Bench, make_bench


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    clock.move(NOON - clock.utcnow())
    return make_bench(app, sandbox)


def up(client: Client, data: bytes = file_samples.PDF, name: str = "证明.pdf", at: str = "") -> Any:
    # Encoded here: the test client spools what is large to a file it does not close.
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), name)})
    form = f"multipart/form-data; boundary={boundary}"
    return client.post(f"/api/v1{at}/files", data=body, content_type=form)


def send(client: Client, bench: Bench, **over: Any) -> TestResponse:
    values = {"space_id": str(bench.space.id), "category": "loan", "title": "贷款", "body": "缺钱"}
    return client.post("/api/v1/needs", json=values | over)


def passed() -> None:
    """As if WeChat had looked at all pictures."""
    models.File.update(check_state=MediaCheck.PASSED).execute()


def test_a_need_with_papers_is_read_by_those_it_concerns(client: Client, bench: Bench) -> None:
    company = factories.make_enterprise()
    user = client.as_user(bench.member_of(company, "demo-u1"))
    contact = client.as_user(bench.contact_of(company, "demo-u2"))
    stranger = client.as_user(bench.member("demo-u3"))
    desk = client.as_staff(factories.make_staff(Role.OPERATOR, bench.space))
    elsewhere = client.as_staff(factories.make_staff(Role.KEEPER, factories.make_space()))

    paper, photo = up(user).json, up(user, file_samples.phone_photo(), "门口.jpg").json
    assert (paper["name"], paper["media_type"], paper["is_picture"]) == (
        "证明.pdf", "application/pdf", False,
    )  # fmt: skip
    assert (photo["check_state"], photo["width"], photo["height"]) == ("pending", 1920, 2560)
    sent = send(user, bench, attachments=[paper["id"], photo["id"]], for_company=True)
    assert sent.status_code == 201, sent.text
    need = f"/needs/{sent.json['id']}"
    assert [each["name"] for each in sent.json["attachments"]] == ["证明.pdf", "门口.jpg"]

    # Until WeChat has looked, its owner alone sees the picture.
    def links(who: Client, at: str = "") -> list[Any]:
        return [each["url"] for each in who.get(f"/api/v1{at}{need}").json["attachments"]]

    assert [bool(url) for url in links(user)] == [True, True]
    assert [bool(url) for url in links(contact)] == [True, False]
    assert [bool(url) for url in links(desk, "/staff")] == [True, False]
    passed()
    for who, at in ((user, ""), (contact, ""), (desk, "/staff")):
        for url in links(who, at):
            assert client.get(url).status_code == 200, url  # a link needs no log-in

    down = client.get(links(desk, "/staff")[0])
    assert down.data == file_samples.PDF
    assert down.mimetype == "application/pdf"
    assert down.headers["Content-Disposition"].startswith("attachment; filename")
    assert "filename*=UTF-8''%E8%AF%81%E6%98%8E.pdf" in down.headers["Content-Disposition"]
    assert "sandbox" in down.headers["Content-Security-Policy"]
    assert down.headers["X-Content-Type-Options"] == "nosniff"
    assert down.cache_control.private
    assert not down.cache_control.public
    picture = client.get(links(contact)[1])
    assert picture.headers["Content-Disposition"].startswith("inline")
    assert b"Secret" not in picture.data

    # Who has no business with it finds nothing, logged in or not, link or no link.
    for url in (
        f"/api/v1/files/{paper['id']}",
        links(user)[0].replace("signature=", "signature=x"),
    ):
        assert stranger.get(url).status_code == 404
    assert client.get(f"/api/v1/files/{paper['id']}").status_code == 401
    assert user.get(f"/api/v1/files/{paper['id']}").status_code == 200
    assert elsewhere.get(f"/api/v1/staff{need}").status_code == 404

    # A link ends with its time, and with its reader's right.
    for_contact, for_user = links(contact)[0], links(user)[0]
    models.EnterpriseMember.update(role="staff").execute()
    assert client.get(for_contact).status_code == 404
    assert client.get(for_user).status_code == 200
    clock.move(clock.offset() + minutes(45))
    late = client.get(for_user)
    assert (late.status_code, late.json["code"]) == (410, "link_expired")


def minutes(count: int) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def test_papers_go_both_ways_and_can_be_exchanged(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    other = client.as_user(bench.member("demo-u2"))
    desk = client.as_staff(factories.make_staff(Role.OPERATOR, bench.space))
    first, second, third = (up(user).json["id"] for _ in range(3))
    for ids in ([up(other).json["id"]], ["1"]):
        refused = send(user, bench, attachments=ids)
        assert (refused.status_code, refused.json["code"]) == (422, "attachment_unknown")
    assert models.Need.select().count() == 0
    assert send(user, bench, attachments=[first] * 7).status_code == 422
    need = send(user, bench, attachments=[first]).json
    changed = user.patch(
        f"/api/v1/needs/{need['id']}",
        json={"attachments": [second]},
        headers={"If-Match": f'"{need["version"]}"'},
    ).json
    assert [each["id"] for each in changed["attachments"]] == [second]
    assert user.get(f"/api/v1/files/{first}").status_code == 404

    staff = f"/api/v1/staff/needs/{need['id']}"
    version = desk.post(f"{staff}/triage", json={"version": changed["version"]}).json["version"]
    inside, outside = (up(desk, at="/staff").json["id"] for _ in range(2))
    noted = desk.post(
        f"{staff}/reply",
        json={"version": version, "text": "内部", "public": False, "attachments": [inside]},
    ).json
    told = desk.post(
        f"{staff}/reply",
        json={"version": noted["version"], "text": "请看附件", "attachments": [outside]},
    ).json
    assert [len(line["attachments"]) for line in told["timeline"]][-2:] == [1, 1]
    seen = user.post(
        f"/api/v1/needs/{need['id']}/supplement", json={"text": "补上", "attachments": [third]}
    ).json
    lines = [
        (line["type"], [each["id"] for each in line["attachments"]]) for line in seen["timeline"]
    ]
    assert lines[-2:] == [("reply", [outside]), ("supplement", [third])]
    assert inside not in str(seen)
    assert user.get(f"/api/v1/files/{inside}").status_code == 404
    assert user.get(f"/api/v1/files/{outside}").status_code == 200


@pytest.mark.parametrize(
    ("data", "name", "status", "code"),
    [
        (file_samples.HTML, "图.png", 422, "file_kind_refused"),
        (file_samples.bomb(), "弹.png", 422, "picture_too_large"),
        (b"", "空.pdf", 422, "file_empty"),
        (b"%PDF-" + bytes(20 * 2**20), "大.pdf", 413, "file_too_large"),
    ],
)
def test_what_is_refused(
    client: Client, app: Flask, data: bytes, name: str, status: int, code: str
) -> None:
    answer = up(client.as_user(factories.make_user()), data, name)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert models.File.select().count() == 0


def test_what_is_too_large_is_not_even_read(client: Client, app: Flask) -> None:
    user = client.as_user(factories.make_user())

    class Unread(io.BytesIO):
        def read(self, _count: int | None = -1, /) -> bytes:
            raise AssertionError("it was read")

        def readinto(self, _buffer: Any, /) -> int:
            raise AssertionError("it was read")

    answer = user.post(
        "/api/v1/files",
        input_stream=Unread(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(30 * 2**20)},
    )
    assert (answer.status_code, answer.json["detail"]) == (413, "单个文件不能超过 20 MB")
    for body in ({"json": {}}, {"data": b"x", "content_type": "image/png"}):
        assert user.post("/api/v1/files", **body).status_code == 415
    for form in ({"file": "words"}, {"other": "x"}):
        answer = user.post("/api/v1/files", data=form, content_type="multipart/form-data")
        assert (answer.status_code, answer.json["errors"][0]["field"]) in (
            (422, "file"),
            (422, "other"),
        )
