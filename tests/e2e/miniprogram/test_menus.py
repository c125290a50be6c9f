"""海报与分享: a picture of the month or of one activity, and how it leaves the phone."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

import models
from models.menus import RevisionState
from server.clock import month_of, utcnow
from tests import factories
from tests.conftest import Sandbox
from tests.e2e.miniprogram.conftest import Member
from tests.preview.phone import Phone

pytestmark = pytest.mark.browser

WIDTH = 375 * 3


@pytest.fixture
def session(space: models.Space, member: Member) -> models.Session:
    member()
    sea = factories.make_series(name="心海", icon="water", color="#1F6F8B")
    activity = factories.make_activity(space, series=sea, title="税务讲座")
    return factories.make_session(activity, starts_at=utcnow())


def _poster(session: models.Session) -> str:
    return f"/pages/menus/poster/poster?activity={session.activity_id}"


def test_a_month_becomes_a_picture_and_a_share_card(
    phone: Phone, space: models.Space, session: models.Session
) -> None:
    month = month_of(utcnow())
    now = utcnow()
    menu = models.Menu.add(now=now, space=space, month=month)
    about = {"state": RevisionState.PUBLISHED, "number": 1, "title": "一起来坐坐"}
    revision = models.MenuRevision.add(now=now, space=space, menu=menu, published_at=now, **about)
    item = {"space": space, "revision": revision, "activity": session.activity}
    models.MenuItem.create(**item, blurb="", order=1)
    phone.open("/pages/tabs/home/home", is_bare=False)
    phone.tap("海报")
    expect(phone.here().get_by_label("新意城", exact=False).locator("canvas")).to_be_visible()
    save = phone.here().locator("wx-button").filter(has_text="存到相册")
    expect(save).not_to_have_attribute("disabled", "true")
    with phone.page.expect_download() as download:
        save.tap()
    picture = Image.open(BytesIO(Path(download.value.path()).read_bytes()))
    assert picture.width == WIDTH
    # Trap 24: what is shown fills its box, so the drawing is as wide as the paper.
    shown = phone.here().locator("canvas").bounding_box()
    assert shown is not None
    assert round(picture.height / shown["height"], 1) == round(WIDTH / shown["width"], 1)
    assert picture.getpixel((20, 20))[:3] == (31, 90, 82), "the head is painted"
    right = picture.crop((WIDTH - 324, picture.height - 320, WIDTH - 72, picture.height - 60))
    assert len(right.convert("1").getcolors()) == 2, "and so is the code"
    expect(phone.text("已存到相册", exact=False)).to_be_visible()
    phone.tap("发给朋友")
    noted = phone.page.locator(".notes").get_by_text("onShareAppMessage", exact=False)
    expect(noted).to_contain_text(f"space={space.id}&month={month}")
    phone.picture("miniprogram-poster-menu")


def test_an_album_that_is_closed_leaves_the_large_picture(
    phone: Phone, session: models.Session
) -> None:
    """No permission, no agreement to the privacy guideline, no room: the picture is not lost."""
    phone.open(_poster(session), is_bare=False)
    for refusal, words in (
        ("{ errMsg: 'saveImageToPhotosAlbum:fail auth deny' }", "没有写入相册的权限"),
        (
            "{ errno: 104, errMsg: 'fail privacy permission is not authorized' }",
            "没有同意隐私保护指引",
        ),
        ("{ errMsg: 'saveImageToPhotosAlbum:fail no space' }", "可能是手机空间不够"),
    ):
        phone.evaluate(f"void (wx.saveImageToPhotosAlbum = () => Promise.reject({refusal}))")
        phone.tap("存到相册")
        expect(phone.text(words, exact=False)).to_be_visible()
    expect(phone.page.locator(".notes").get_by_text("previewImage", exact=False)).to_have_count(3)
    phone.complaints = [line for line in phone.complaints if "picture was not saved" not in line]


def test_without_a_code_there_is_still_a_poster(
    phone: Phone, sandbox: Sandbox, session: models.Session
) -> None:
    sandbox.post("faults", path="/wxa/getwxacodeunlimit", errcode=41030, times=1)
    phone.open(_poster(session))
    expect(phone.text("小程序码暂时没有拿到", exact=False)).to_be_visible()
    expect(phone.here().locator("wx-button").filter(has_text="存到相册")).to_be_visible()
    phone.complaints = [line for line in phone.complaints if "status of 503" not in line]


def test_a_scanned_code_opens_its_page(phone: Phone, session: models.Session) -> None:
    phone.open(f"/pages/activities/detail/detail?scene=a%3D{session.activity_id}")
    expect(phone.text("税务讲座")).to_be_visible()
    phone.open(f"/pages/tabs/home/home?scene=s%3D{session.space_id}%26m%3D202002")
    expect(phone.text("二月的菜单还没有出")).to_be_visible()
