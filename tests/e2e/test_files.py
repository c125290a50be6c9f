"""附件 in the staff's browser: looking at what came, sending papers along."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

import models
from models.files import Subject
from models.needs import NeedState
from models.staff import Role
from server.clock import utcnow
from server.services import files
from server.services.audit import Actor
from server.services.files_disk import Disk
from tests import factories, file_samples
from tests.conftest import resources
from tests.e2e.conftest import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session"),
]


def test_looks_at_papers_and_sends_some_back(visitor: Visitor, app: Flask, tmp_path: Path) -> None:
    space, member = factories.make_space(name="新意城"), factories.make_user()
    need = factories.make_need(
        space, user_id=member.id, state=NeedState.IN_PROGRESS, title="走廊的灯坏了"
    )
    disk, owner = Disk(resources(app).config.files_dir), Actor("staff", factories.make_staff().id)
    came = [
        files.upload(owner, name, data, disk=disk, per_day=9, now=utcnow())
        for name, data in (("走廊.jpg", file_samples.phone_photo()), ("合同.pdf", file_samples.PDF))
    ]
    files.attach(owner, [row.id for row in came], Subject.NEED, need.id, space_id=space.id)
    good, bad = tmp_path / "维修单.pdf", tmp_path / "假图.png"
    good.write_bytes(file_samples.PDF)
    bad.write_bytes(file_samples.HTML)

    page = visitor.log_in(factories.make_staff(Role.KEEPER, space)).page
    page.goto(f"/console/needs/{need.id}")
    picture = page.get_by_role("img", name="走廊.jpg")
    expect(picture).to_be_visible()
    assert (
        picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }")
        == 1920
    )
    with page.expect_download() as taken:
        page.get_by_role("link", name="合同.pdf").click()
    assert (taken.value.suggested_filename, Path(taken.value.path()).read_bytes()) == (
        "合同.pdf",
        file_samples.PDF,
    )
    with page.context.expect_page() as opened:
        picture.click()
    expect(opened.value.locator("img")).to_be_visible()
    opened.value.close()

    # What was good stays when something beside it was not.
    page.get_by_placeholder("写给提交人的话").fill("明天上午来修。")
    page.locator("#f-reply-files").set_input_files([good, bad])
    page.get_by_role("button", name="回复提交人").click()
    expect(page.get_by_role("alert")).to_contain_text("假图.png：只能上传图片、PDF")
    expect(page.get_by_placeholder("写给提交人的话")).to_have_value("明天上午来修。")
    expect(page.get_by_role("checkbox", name="维修单.pdf")).to_be_checked()
    visitor.complaints.clear()  # the refusal itself, 422
    page.get_by_role("button", name="回复提交人").click()
    expect(page.get_by_text("已回复提交人")).to_be_visible()
    event = models.NeedEvent.get(models.NeedEvent.type == "reply")
    [sent] = files.of(Subject.NEED_EVENT, [event.id])[event.id]
    assert sent.name == "维修单.pdf"
