"""Which pages of the mini-program count as published."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World

WELL_FORMED = re.compile(r"[A-Za-z0-9_\-]+(/[A-Za-z0-9_\-.]+)*")


def is_well_formed(page: str) -> bool:
    """Tell whether this is a bare page path: no leading slash, no query."""
    return WELL_FORMED.fullmatch(page) is not None


def is_published(world: "World", page: str) -> bool:
    """Tell whether a bare page path is in the published version.

    Without a list of pages (`--app-json`, or the setting published_pages) every well-formed
    path counts.
    """
    known = world.config.published_pages
    return is_well_formed(page) and (known is None or page in known)
