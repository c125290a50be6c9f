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


def court() -> bytes:
    """Draw a badminton court in the evening, two pairs and the shuttlecock between them."""
    image = Image.new("RGB", (1200, 800), "#24423f")
    draw = ImageDraw.Draw(image)
    draw.polygon(((150, 760), (1050, 760), (880, 250), (320, 250)), fill="#2f6f5f")
    for left, right in (
        ((150, 760), (320, 250)),
        ((1050, 760), (880, 250)),
        ((600, 760), (600, 250)),
    ):
        draw.line((left, right), fill="#f3eee4", width=6)
    for y, half in ((760, 450), (250, 280)):
        draw.line((600 - half, y, 600 + half, y), fill="#f3eee4", width=6)
    draw.rectangle((200, 420, 1000, 470), fill="#c9c2b2", outline="#f3eee4", width=4)
    for number, (x, y, size) in enumerate(
        ((430, 330, 0.7), (760, 340, 0.7), (360, 600, 1), (800, 590, 1))
    ):
        wide, tall = 40 * size, 150 * size
        coat = _COATS[number + 1]
        draw.rounded_rectangle((x - wide, y - tall, x + wide, y), radius=int(30 * size), fill=coat)
        draw.ellipse(
            (x - wide * 0.7, y - tall - wide * 1.5, x + wide * 0.7, y - tall), fill="#e2b797"
        )
        draw.line(
            (x + wide, y - tall * 0.7, x + wide * 2.2, y - tall * 1.3), fill="#e8a33d", width=6
        )
        draw.ellipse(
            (x + wide * 1.9, y - tall * 1.8, x + wide * 3, y - tall * 1.2),
            outline="#e8a33d",
            width=5,
        )
    draw.polygon(((600, 190), (580, 140), (620, 140)), fill="#faf7f1")
    draw.ellipse((590, 182, 610, 202), fill="#e8a33d")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
