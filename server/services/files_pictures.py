"""Pictures people upload: decoded, turned upright, made small, and written anew without anything a
camera or a program put into them."""

import threading
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from server.errors import Invalid

LONGEST_SIDE: Final = 2560
MOST_PIXELS: Final = 60_000_000
"""More than any phone makes; a picture's file says little about what it unpacks to."""
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_LARGE_PNG: Final = 4_000_000
"""A photo kept as PNG; as JPEG it is a tenth of that, and WeChat checks nothing above 10 MB."""
# Pillow only warns at its own limit and refuses at twice that; ours takes its place.
Image.MAX_IMAGE_PIXELS = None
# One at a time in a process: unpacked, the largest takes a quarter of a gigabyte.
_turn = threading.Lock()


class PictureUnreadable(Invalid):
    code, message = "picture_unreadable", "图片打不开，可能已损坏，请换一张"


class PictureTooLarge(Invalid):
    code, message = "picture_too_large", "图片尺寸太大，请缩小后再传"


@dataclass(frozen=True)
class Picture:
    """A picture written anew."""

    data: bytes
    media_type: str
    suffix: str
    width: int
    height: int


def rewrite(data: bytes) -> Picture:
    """Return the picture upright, its longest side at most LONGEST_SIDE, without EXIF, place or
    colour profile; of an animation the first frame. Raises PictureUnreadable, PictureTooLarge."""
    with _turn:
        try:
            return _rewrite(data)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
            # Pillow's readers raise all of these on broken files.
            raise PictureUnreadable from None


def _rewrite(data: bytes) -> Picture:
    with Image.open(BytesIO(data), formats=_FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureTooLarge
        is_jpeg = opened.format in ("JPEG", "MPO")
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is unpacked small
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    clean = _plain_colours(upright)
    clean.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    clean.info.clear()  # writers put profiles, comments and the like of it into the file
    return _written(clean, as_jpeg=is_jpeg)


def _plain_colours(image: Image.Image) -> Image.Image:
    """Return the picture in colours every reader knows, with transparency where it had some."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        lowest, _ = clear.getchannel("A").getextrema()
        return clear if lowest != 255 else clear.convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _written(image: Image.Image, *, as_jpeg: bool) -> Picture:
    width, height = image.size
    if not as_jpeg:
        out = BytesIO()
        image.save(out, "PNG", optimize=False)
        if image.mode == "RGBA" or out.tell() <= _LARGE_PNG:
            return Picture(out.getvalue(), "image/png", ".png", width, height)
    out = BytesIO()
    image.save(out, "JPEG", quality=85, progressive=True)
    return Picture(out.getvalue(), "image/jpeg", ".jpg", width, height)
