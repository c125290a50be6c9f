"""附件: choosing pictures and papers, watching them go up, opening them again."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

import models
from models.files import MediaCheck
from tests import factories, file_samples
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser


def _choose(phone: Phone, button: str, *files: Path) -> None:
    with phone.page.expect_file_chooser() as chooser:
        phone.tap(button)
    chooser.value.set_files(files)


def test_papers_go_along_and_come_back(phone: Phone, member: Member, tmp_path: Path) -> None:
    factories.make_category(code="law", name="法律服务")
    member()
    names = ("门口.jpg", "租赁合同.pdf", "网页.pdf", "录像.pdf")
    photo, paper, page, huge = (tmp_path / name for name in names)
    photo.write_bytes(file_samples.phone_photo())
    paper.write_bytes(file_samples.PDF)
    page.write_bytes(file_samples.HTML)
    huge.write_bytes(b"%PDF-" + bytes(30 * 2**20))
    phone.open("/pages/tabs/needs/needs")
    phone.tap("提诉求")
    phone.tap("法律服务")
    here = phone.here()
    phone.fill(here.get_by_label("一句话说是什么事", exact=True), "合同想请人看看")
    phone.fill(here.get_by_label("具体情况", exact=True), "房东寄来的新合同。")

    # What is too large is told before a byte of it goes up.
    _choose(phone, "加聊天里的文件", huge)
    expect(phone.text("超过 20 MB，请压缩后再传", exact=False)).to_be_visible()
    here.get_by_label("删除录像.pdf").tap()

    # What does not get through says why, keeps everything, and goes up at the next try.
    phone.context.route("**/api/v1/files", lambda route: route.abort())
    _choose(phone, "加聊天里的文件", paper, page)
    expect(phone.text("网络连接不上", exact=False)).to_have_count(2)
    phone.tap("提交诉求")
    expect(phone.text("有附件没有传上，请重试或删除")).to_be_visible()
    phone.context.unroute("**/api/v1/files")
    phone.tap("重试")
    expect(phone.text("网络连接不上", exact=False)).to_have_count(1)
    phone.tap("重试")
    expect(phone.text("只能上传图片、PDF", exact=False)).to_be_visible()
    here.get_by_label("删除网页.pdf").tap()
    _choose(phone, "加图片", photo)
    expect(here.get_by_label("删除图片1.jpg")).to_be_visible()
    expect(phone.here().locator("[aria-role=progressbar]")).to_have_count(0)
    phone.picture("miniprogram-need-attachments")
    phone.back()
    phone.open("/pages/needs/edit/edit")
    expect(phone.text("租赁合同.pdf")).to_be_visible()
    phone.tap("提交诉求")
    expect(phone.text("已收到您的诉求")).to_be_visible()

    need = models.Need.get()
    kept = list(models.File.select().where(models.File.subject_id == need.id).order_by("id"))
    assert (kept[0].name, kept[0].size) == ("租赁合同.pdf", len(file_samples.PDF))
    assert (kept[1].media_type, kept[1].check_state) == ("image/jpeg", MediaCheck.PENDING)
    picture = phone.here().locator("wx-image img, wx-image div").first
    expect(phone.text("检查中")).to_be_visible()
    assert picture.count() == 1
    with phone.page.expect_download() as opened:
        phone.tap("租赁合同.pdf")
    assert Path(opened.value.path()).read_bytes() == file_samples.PDF
    phone.picture("miniprogram-need-with-attachments")

    # And with an addition.
    phone.tap("补充说明")
    phone.fill(phone.here().get_by_label("补充新的情况，或回答工作人员的提问"), "补一页")
    _choose(phone, "加聊天里的文件", paper)
    expect(phone.here().get_by_label("删除租赁合同.pdf")).to_be_visible()
    phone.tap("提交补充")
    expect(phone.page.get_by_text("已补充")).to_be_visible()
    expect(phone.text("租赁合同.pdf")).to_have_count(2)
    phone.complaints = [line for line in phone.complaints if "ERR_FAILED" not in line]
