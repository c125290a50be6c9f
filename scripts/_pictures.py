"""Takes the README's picture of a running demo: the console, the big screen and the mini-program."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from scripts._bootstrap import ROOT

TARGET = ROOT / "docs" / "images" / "overview.png"
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
_PAPER = (233, 228, 219)
_GAP = 28


def take(base: str, state: Path) -> Path:
    """Photograph the stack at `base` with the log-ins of its state folder; return the picture."""
    logins = (state / "demo-logins.txt").read_text(encoding="utf-8")
    found = re.search(r"^keeper_a\s+(\S+)", logins, re.M)
    if found is None:
        raise SystemExit(f"{state} holds no demo log-ins: is this the state folder of scripts/run?")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(_FLAGS)
        )
        desk = _desk(browser, base, found[1])
        home = _shot(desk)
        screen = _screen(desk)
        phone = _phone(browser, base)
        browser.close()
    return _lay_out(home, screen, phone)


def _desk(browser: Browser, base: str, password: str) -> Page:
    page = browser.new_page(
        base_url=base,
        viewport={"width": 1280, "height": 860},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page.goto("/console/login")
    page.get_by_label("账号").fill("keeper_a")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_load_state("networkidle")
    return page


def _screen(desk: Page) -> Image.Image:
    """The rotating code of the session that is open now."""
    desk.goto("/console/checkins")
    desk.get_by_role("link", name="大屏").first.click()
    desk.wait_for_selector("[data-picture]")
    return _shot(desk)


def _phone(browser: Browser, base: str) -> Image.Image | None:
    """The mini-program as the preview shows it; None where no preview was built."""
    page = browser.new_page(base_url=base, viewport={"width": 430, "height": 836}, locale="zh-CN")
    answer = page.goto("/preview/")
    if answer is None or not answer.ok:
        return None
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)
    return _shot(page)


def _shot(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _lay_out(home: Image.Image, screen: Image.Image, phone: Image.Image | None) -> Path:
    """Two desks on the left, one above the other, the phone on the right."""
    height = 900
    half = (height - _GAP) // 2
    left = [shot.resize((half * shot.width // shot.height, half)) for shot in (home, screen)]
    parts = [(shot, _GAP, _GAP + row * (half + _GAP)) for row, shot in enumerate(left)]
    width = _GAP + left[0].width + _GAP
    if phone is not None:
        tall = phone.resize((height * phone.width // phone.height, height))
        parts.append((tall, width, _GAP))
        width += tall.width + _GAP
    picture = Image.new("RGB", (width, height + 2 * _GAP), _PAPER)
    for shot, x, y in parts:
        picture.paste(shot, (x, y))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    picture.save(TARGET, optimize=True)
    return TARGET
