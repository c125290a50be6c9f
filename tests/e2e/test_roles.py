"""Every page of the console as everybody who works with it: what a role is offered leads somewhere,
and every page stands on a phone without a complaint."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

import models
from models.staff import Role
from server.services.files_disk import Disk
from tests import factories, full_space
from tests.conftest import resources
from tests.e2e.conftest import Visitor
from tests.full_space import FullSpace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session"),
]

SHEETS = re.compile(r"/(export|template|sheet|poster)(/|$)|\.\w+$")
"""What is saved or printed rather than read on a phone."""


def _account(role: Role, place: FullSpace) -> models.Staff:
    at = {
        Role.TOWN_OFFICER: place.town,
        Role.DISTRICT_VIEWER: place.district,
        Role.PLATFORM_ADMIN: models.OrgUnit.get(kind="nation"),
    }
    account = factories.make_staff(role, at.get(role, place.space))
    if role is Role.PARTNER_HANDLER:
        given = models.Grant.staff == account
        models.Grant.update(partner_id=int(place.ids["partner_id"][0])).where(given).execute()
    return account


def _links(page: Page, base: str) -> list[str]:
    """Return the paths of the console the page leads to."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    paths = [urlsplit(urljoin(page.url, href)) for href in found]
    return [
        path.path for path in paths if page.url.startswith(base) and path.path[:9] == "/console/"
    ]


def _faults(page: Page) -> list[str]:
    """Say what is wrong with a page as it stands at the width of a phone."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    heads = page.locator("h1").count()
    return [
        *([f"{too_wide} px too wide"] if too_wide > 0 else []),
        *([f"{heads} headings"] if heads != 1 else []),
        *([] if " · " in page.title() else [f"its title is {page.title()!r}"]),
    ]


class Walker:
    """Goes from link to link as one account; pages others have looked at are only asked for."""

    def __init__(self, browser: Browser, base: str, account: models.Staff, looks: str) -> None:
        self.visitor = Visitor(
            browser, base, viewport={"width": 390, "height": 844}, color_scheme=looks
        ).log_in(account)
        self.faults: list[str] = []

    def walk(self, seen: set[str]) -> int:
        """Follow what the first page offers and what those pages offer; return how many led on."""
        page, asked = self.visitor.page, set()
        ways = ["/console/"]
        for depth in range(3):
            further: list[str] = []
            for path in ways:
                kind = re.sub(r"\d+", "0", path)
                if kind in asked:
                    continue
                asked.add(kind)
                if (depth == 2 and kind in seen) or SHEETS.search(path):
                    self._ask(path)
                    continue
                answer = page.goto(path)
                if answer is None or answer.status != 200:
                    self.faults.append(f"{path}: {answer and answer.status}")
                    continue
                if kind not in seen:
                    self.faults += [f"{path}: {fault}" for fault in _faults(page)]
                    seen.add(kind)
                further += _links(page, self.visitor.base)
            ways = further
        return len(asked)

    def _ask(self, path: str) -> None:
        answer = self.visitor.context.request.get(path, max_redirects=0)
        if answer.status != 200:
            self.faults.append(f"{path}: {answer.status}")


def test_whatever_is_offered_leads_somewhere(app: Flask, live: str, chromium: Browser) -> None:
    it = resources(app)
    place = full_space.fill(it.vault, Disk(it.config.files_dir), it.config.secrets.secret_key)
    seen: set[str] = set()
    told: list[str] = []
    for number, role in enumerate(
        sorted(Role, key=lambda role: role is not Role.KEEPER)  # who has the most pages first
    ):
        walker = Walker(chromium, live, _account(role, place), ("light", "dark")[number % 2])
        count = walker.walk(seen)
        walker.visitor.context.close()
        told += [f"{role}: {fault}" for fault in walker.faults + walker.visitor.complaints]
        assert count > 1, f"{role} is offered nothing"
    assert not told, "\n".join(told)
    assert len(seen) > 60
