"""Uploads: what is taken, what becomes of it on disk, who lets it go."""

import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

import models
from models.files import MediaCheck, Subject
from server.clock import utcnow
from server.errors import Invalid, NotFound, RateLimited
from server.services import (
    audit,
    files,
    files_checks,
    files_contents,
    files_retention,
    users_privacy,
)
from server.services.audit import Actor
from server.services.files_disk import Disk, StorageFailed
from server.services.files_links import LinkExpired, Links, Reader
from tests import factories, file_samples
from tests.conftest import Sandbox, resources
from tests.jobs.conftest import until
from tests.needs_bench import make_bench

DAY = dt.timedelta(days=1)
LINKS = Links("k" * 32, 30)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "files")


def keep(
    owner: Actor, disk: Disk, *, now: dt.datetime, name: str = "证明.pdf", data: bytes = b""
) -> models.File:
    return files.upload(owner, name, data or file_samples.PDF, disk=disk, per_day=3, now=now)


def test_a_photo_is_kept_upright_small_and_without_a_trace() -> None:
    taken = file_samples.phone_photo()
    assert b"SecretMaker" in taken
    kept = files_contents.examine("C:\\fakepath\\IMG_1.HEIC.jpeg", taken)
    assert (kept.name, kept.media_type) == ("IMG_1.HEIC.jpg", "image/jpeg")
    assert (kept.width, kept.height) == (1920, 2560)
    assert b"Secret" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as image:
        assert not image.getexif()
        assert not set(image.info) & {"exif", "icc_profile", "comment", "xmp"}
        # It lay on its left side: what was left is now on top.
        red, _, blue = image.convert("RGB").getpixel((960, 100))
        assert red > 150 > blue


@pytest.mark.parametrize(
    ("kind", "name", "media_type"),
    [
        ("PNG", "图.png", "image/png"),
        ("WEBP", "图.webp", "image/png"),
        ("GIF", "图.gif", "image/png"),
        ("MPO", "图.png", "image/jpeg"),
    ],
)
def test_pictures_become_what_every_phone_shows(kind: str, name: str, media_type: str) -> None:
    info = (
        {"save_all": True, "append_images": [Image.new("RGB", (300, 200))]} if kind == "GIF" else {}
    )
    kept = files_contents.examine(name, file_samples.photo(kind, **info))
    assert kept.media_type == media_type
    assert kept.name == ("图.jpg" if media_type == "image/jpeg" else "图.png")
    with Image.open(io.BytesIO(kept.data)) as image:
        assert (getattr(image, "n_frames", 1), image.size) == (1, (300, 200))


def test_documents_are_known_by_what_is_in_them() -> None:
    for kind in file_samples.OFFICE:
        kept = files_contents.examine("方案.pdf", file_samples.office(kind))
        assert kept.name == f"方案.{kind}"
        assert kept.media_type.startswith("application/vnd.openxmlformats-officedocument.")
    assert files_contents.examine("a.exe", file_samples.PDF).name == "a.pdf"
    for text in ("说明".encode("gb18030"), "说明".encode("utf-16"), "\ufeff说明".encode()):
        kept = files_contents.examine("读我.TXT", text)
        assert (kept.name, kept.media_type, kept.data.decode()) == (
            "读我.txt",
            "text/plain",
            "说明",
        )


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("空.pdf", b"", "文件是空的，请重新选择"),
        ("图.png", file_samples.HTML, "只能上传图片、PDF"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只能上传图片、PDF"),
        ("跑.txt", b"MZ\x90\x00\x03\x00\x00\x00", "只能上传图片、PDF"),
        ("图.jpg", b"\xff\xd8\xff" + b"x" * 50, "图片打不开"),
        ("断.png", file_samples.photo("PNG")[:200], "图片打不开"),
        ("弹.png", file_samples.bomb(), "图片尺寸太大"),
        ("苹果.heic", b"\0\0\0\x18ftypheic" + b"\0" * 20, "暂不支持 HEIC 照片"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20, "请另存为 docx"),
        ("包.zip", file_samples.archive(a=b"1"), "不能上传压缩包"),
        ("坏.docx", b"PK\x03\x04" + b"\0" * 40, "文件打不开"),
        ("宏.docx", file_samples.office(macro=True), "文件里带有宏"),
        ("弹.docx", file_samples.office(unpacked=301 * 2**20), "文件解压后太大"),
    ],
)
def test_what_is_refused_is_told_why(name: str, data: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        files_contents.examine(name, data)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\系统.pdf", "系统.pdf"),
        ("发票\u202efdp.exe", "发票fdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("...", "文件.pdf"),
        ("合同.pdf.exe", "合同.pdf"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_names_are_only_names(given: str, kept: str) -> None:
    assert files_contents.clean_name(given, ".pdf", "文件") == kept


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """In a process of its own that may write no file of more than a megabyte."""
    script = (
        "import resource, signal, sys, pathlib, datetime as dt\n"
        "from server.services.files_disk import Disk, StorageFull\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))\n"
        "disk, now = Disk(pathlib.Path(sys.argv[1])), dt.datetime.now(dt.UTC)\n"
        "disk.save(b'x' * 2**19, now=now)\n"
        "try: disk.save(b'x' * 2**21, now=now)\n"
        "except StorageFull as error: print(error.detail)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "files")],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "服务器空间不足，文件没有保存，请稍后再传"
    kept = [file for file in (tmp_path / "files").rglob("*") if file.is_file()]
    assert [file.stat().st_size for file in kept] == [2**19]


def test_a_disk_that_fails_leaves_no_row(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    owner = Actor("member", factories.make_user().id)
    with pytest.raises(StorageFailed):
        keep(owner, Disk(tmp_path / "files"), now=utcnow())
    assert models.File.select().count() == 0


def test_only_ones_own_unused_uploads_hang_on_something(
    app: Flask, disk: Disk, now: dt.datetime
) -> None:
    mine, theirs = (Actor("member", factories.make_user().id) for _ in range(2))
    need = factories.make_need()
    file = keep(mine, disk, now=now)

    def hang(owner: Actor, *ids: int) -> None:
        with models.db.atomic():
            files.attach(owner, ids, Subject.NEED, need.id, space_id=need.space_id)

    for owner, ids in (
        (theirs, [file.id]),
        (Actor("staff", mine.id), [file.id]),
        (mine, [file.id, 1]),
    ):
        with pytest.raises(files.AttachmentUnknown):
            hang(owner, *ids)
    assert models.File.get_by_id(file.id).subject_id is None
    hang(mine, file.id)
    with pytest.raises(files.AttachmentUnknown):
        hang(mine, file.id)  # a second time, on whatever
    refused = keep(mine, disk, now=now)
    models.File.update(check_state=MediaCheck.REFUSED).where(models.File.id == refused.id).execute()
    with pytest.raises(files.AttachmentRefused):
        hang(mine, refused.id)
    keep(mine, disk, now=now)
    with pytest.raises(RateLimited):
        keep(mine, disk, now=now)
    keep(theirs, disk, now=now)
    keep(mine, disk, now=now + DAY)


def test_nothing_is_kept_that_nobody_needs(app: Flask, disk: Disk, now: dt.datetime) -> None:
    user = factories.make_user()
    me = Actor("member", user.id)
    need = factories.make_need(user_id=user.id, closed_at=now)
    unused, used = keep(me, disk, now=now - DAY), keep(me, disk, now=now - 2 * DAY)
    files.attach(me, [used.id], Subject.NEED, need.id, space_id=need.space_id)
    leftover = disk.path(disk.save(b"a crash", now=now - 3 * DAY))
    fresh = disk.save(b"on its way", now=now)
    lost, unknown = files_retention.rules(disk, now=now)
    assert [str(leftover) in line for line in unknown.find()] == [True]
    told = files_retention.purge(disk, keep_days=10, now=now + dt.timedelta(minutes=1))
    assert told == {"let_go": 1, "deleted": 1, "leftovers": 1}
    assert (disk.size(unused.key), disk.size(fresh)) == (None, len(b"on its way"))
    assert [row.id for row in models.File.select()] == [used.id]
    assert not [*lost.find(), *unknown.find()]
    disk.path(used.key).write_bytes(b"short")
    assert ["should have" in line for line in lost.find()] == [True]
    assert files_retention.purge(disk, keep_days=10, now=now + 11 * DAY)["deleted"] == 1
    assert not [file for file in disk.root.rglob("*") if file.is_file()]


def test_who_leaves_takes_their_files_along(app: Flask, disk: Disk, now: dt.datetime) -> None:
    vault = resources(app).vault
    user, other = factories.make_user(), factories.make_user()
    need = factories.make_need(user_id=user.id)
    mine = [keep(Actor("member", user.id), disk, now=now, name="身份证.pdf") for _ in range(2)]
    files.attach(
        Actor("member", user.id), [mine[0].id], Subject.NEED, need.id, space_id=need.space_id
    )
    theirs = keep(Actor("member", other.id), disk, now=now)
    assert [row["name"] for row in users_privacy.copy_of(user, vault=vault)["files"]] == [
        "身份证.pdf"
    ] * 2
    users_privacy.erase(user, actor=audit.SYSTEM, now=now)
    for row in mine:
        with pytest.raises(NotFound):
            files.get(row.id)
    assert not models.File.select().where(models.File.name == "身份证.pdf").exists()
    files_retention.purge(disk, keep_days=10, now=now)
    assert [disk.size(row.key) for row in (*mine, theirs)] == [None, None, theirs.size]
    # Taken back at WeChat: the chosen files only, not the chosen pictures.
    picture = keep(
        Actor("member", other.id), disk, now=now, name="a.png", data=file_samples.photo()
    )
    models.User.update(openid_enc=vault.seal("o-9", place=f"user.openid:{other.id}")).where(
        models.User.id == other.id
    ).execute()
    assert files.forget(other.id, now=now, pictures=False) == 1
    assert [row.id for row in files.of_member(other.id)] == [picture.id]


def test_links_are_for_one_reader_and_a_while(now: dt.datetime) -> None:
    file = models.File(id=7)
    url = LINKS.url(file, Reader("member", 1), now=now)
    assert url == LINKS.url(file, Reader("member", 1), now=now + dt.timedelta(microseconds=1))
    asked = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))
    expires, signature = int(asked["expires"]), asked["signature"]
    until = dt.datetime.fromtimestamp(expires, dt.UTC)
    assert dt.timedelta(minutes=30) <= until - now <= dt.timedelta(minutes=40)
    read = LINKS.read(7, expires, "member.1", signature, now=now)
    assert read == Reader("member", 1)
    for forged in ((8, expires, "member.1"), (7, expires + 1, "member.1"), (7, expires, "staff.1")):
        with pytest.raises(NotFound):
            LINKS.read(*forged, signature, now=now)
    with pytest.raises(LinkExpired):
        LINKS.read(7, expires, "member.1", signature, now=until)


def test_wechat_looks_at_pictures(app: Flask, sandbox: Sandbox, live: str, disk: Disk) -> None:
    """The sandbox really downloads what it is to judge, by the link we give it."""
    from server.context import disk as of_app
    from server.jobs.notifications_pushes import work_off

    it, bench, now = resources(app), make_bench(app, sandbox), utcnow()
    user = bench.member("demo-u1")
    with app.app_context():
        stored = of_app()
    links = Links(it.config.secrets.secret_key, 30)
    good = keep(Actor("member", user.id), stored, now=now, data=file_samples.photo("PNG"))
    bad = keep(Actor("member", user.id), stored, now=now, data=_red())
    report = keep(Actor("member", user.id), stored, now=now)
    assert report.check_state is MediaCheck.PASSED

    def states() -> list[MediaCheck]:
        return [models.File.get_by_id(row.id).check_state for row in (good, bad)]

    def traces() -> list[str]:
        asked = models.File.select().where(models.File.trace_id.is_null(False))
        return [row.trace_id for row in asked]

    def ask(later: dt.timedelta = dt.timedelta(), base: str = live) -> int:
        return files_checks.ask(it.wechat, it.vault, links, base_url=base, now=now + later)

    sandbox.post("faults", path="/wxa/media_check_async", errcode=-1, times=2)
    assert ask() == 0
    assert ask() == 0  # not again at once
    assert ask(dt.timedelta(minutes=6), "http://127.0.0.1:9") == 2
    until(lambda: work_off(it, now=utcnow()) >= 0 and not traces())
    assert states() == [MediaCheck.PENDING] * 2  # WeChat could not fetch them
    assert ask(dt.timedelta(minutes=12)) == 2
    until(lambda: work_off(it, now=utcnow()) >= 0 and MediaCheck.PENDING not in states())
    assert states() == [MediaCheck.PASSED, MediaCheck.REFUSED]
    (told,) = models.Message.select().where(models.Message.user_id == user.id)
    assert (told.kind, told.page) == ("notice", "")
    assert bad.name in told.body
    assert not models.Delivery.select().exists()  # nobody has a template for this
    silent = keep(Actor("member", user.id), stored, now=now + DAY, data=file_samples.photo("PNG"))
    ask(DAY + dt.timedelta(hours=3))
    assert models.File.get_by_id(silent.id).check_state is MediaCheck.REVIEW


def test_a_refused_picture_of_a_need_is_told_with_the_way_there(
    now: dt.datetime, disk: Disk
) -> None:
    user = factories.make_user()
    need = factories.make_need(user_id=user.id, title="停车难")
    picture = keep(Actor("member", user.id), disk, now=now, data=file_samples.photo("PNG"))
    place = {"subject_type": Subject.NEED, "subject_id": need.id, "space": need.space_id}
    models.File.update(trace_id="t", **place).where(models.File.id == picture.id).execute()
    for suggest in ("risky", "risky", "pass"):  # WeChat repeats itself; the first word stands
        assert files_checks.decide("t", is_ok=True, suggest=suggest, now=now)
    (told,) = models.Message.select().where(models.Message.user_id == user.id)
    assert told.page == f"pages/needs/detail/detail?id={need.id}"
    assert "“停车难”里的图片" in told.body


def _red() -> bytes:
    """A picture of the colour the sandbox takes for a risky one."""
    from scripts.sandbox.catalogue import words

    [colour] = [each for each in words()["media_colours"] if each["suggest"] == "risky"][:1]
    out = io.BytesIO()
    Image.new("RGB", (80, 80), tuple(colour["rgb"])).save(out, "PNG")
    return out.getvalue()
