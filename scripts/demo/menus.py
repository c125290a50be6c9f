"""A menu for every Space and month: past ones as they were, this month's published where a keeper
has got round to it, next month's still a draft."""

import datetime as dt
from collections import defaultdict

from models import Menu, MenuItem, MenuRevision
from models.menus import RevisionState
from scripts.demo.places import Town
from scripts.demo.programme import Offer
from server.clock import month_bounds, month_of

NOT_YET = {"QBL", "WLF"}
"""Spaces that have only drafted this month's menu, so that the town has somebody to remind."""

FOREWORD = "这个月的活动都在这里了。有想听的、想办的、想解决的，随时在「诉求」里告诉我们。"


def add_menus(town: Town, offers: list[Offer], now: dt.datetime) -> None:
    """Insert one revision per Space and month with its activities in the order of their days."""
    by_menu: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        by_menu[offer.code, offer.month].append(offer)
    for (code, month), listed in by_menu.items():
        space = town.places[code].space
        first = month_bounds(month)[0]
        is_draft = month > month_of(now) or (month == month_of(now) and code in NOT_YET)
        published = None if is_draft else first
        made = min(first, now)
        menu = Menu.add(now=made, space=space, month=month)
        revision = MenuRevision.add(
            now=made,
            space=space,
            menu=menu,
            number=1,
            state=RevisionState.PUBLISHED if published else RevisionState.DRAFT,
            title=f"{int(month[5:])} 月活动菜单",
            foreword=FOREWORD,
            published_at=published,
        )
        for order, offer in enumerate(sorted(listed, key=lambda offer: offer.session.starts_at)):
            MenuItem.create(
                space=space,
                revision=revision,
                activity=offer.activity,
                order=order,
            )
