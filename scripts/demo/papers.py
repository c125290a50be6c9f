"""What the demo's people enclose with their needs: a page of text, a drawing of what they saw."""

import datetime as dt
import io
from typing import Any

from PIL import Image, ImageDraw

from models.files import MediaCheck
from server.services import files
from server.services.audit import Actor
from server.services.files_disk import Disk

PLENTY = 1000
_WALL, _FLOOR, _DOOR, _FRAME = "#e9e2d3", "#b9ad97", "#8d979c", "#5d6468"
_COATS = ("#1f5a52", "#a3552f", "#33506e", "#7d6a9a", "#b08a2e", "#4d4d4d", "#8a3b4a")


def enclose(item: dict[str, Any], user_id: int, disk: Disk, now: dt.datetime) -> list[int]:
    """Upload what the story's item encloses (`papers`: name and text, `drawing`: name), as its
    asker, and return the ids. WeChat has nothing to say about drawings of ours."""
    enclosed = [(name, text.encode()) for name, text in item.get("papers", [])]
    if "drawing" in item:
        enclosed.append((item["drawing"], _lift_lobby()))
    owner, ids = Actor("member", user_id), []
    for name, data in enclosed:
        file = files.upload(owner, name, data, disk=disk, per_day=PLENTY, now=now)
        file.check_state = MediaCheck.PASSED
        file.save()
        ids.append(file.id)
    return ids


def _lift_lobby() -> bytes:
    """A lift lobby at noon: three doors, and a queue that reaches out of the picture."""
    image = Image.new("RGB", (1200, 800), _WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 1200, 800), fill=_FLOOR)
    for left in (110, 470, 830):
        draw.rectangle((left, 150, left + 260, 560), fill=_FRAME)
        draw.rectangle((left + 14, 164, left + 126, 560), fill=_DOOR)
        draw.rectangle((left + 134, 164, left + 246, 560), fill=_DOOR)
        draw.rectangle((left + 95, 96, left + 165, 130), fill="#2a2f31")
        draw.polygon(((left + 130, 102), (left + 118, 124), (left + 142, 124)), fill="#e8a33d")
    for number in range(19):
        x, y = 60 + number * 63, 470 + (number * 37) % 90
        draw.rounded_rectangle(
            (x - 34, y, x + 34, y + 260), radius=30, fill=_COATS[number % len(_COATS)]
        )
        draw.ellipse((x - 24, y - 54, x + 24, y - 6), fill="#e2b797")
        draw.pieslice((x - 26, y - 58, x + 26, y - 6), 180, 360, fill="#2c2420")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
