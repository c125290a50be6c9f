"""Files as people have them, and as people with bad intentions make them."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
OFFICE = {
    "docx": ("word/document.xml", _MAIN.format("wordprocessingml.document")),
    "xlsx": ("xl/workbook.xml", _MAIN.format("spreadsheetml.sheet")),
    "pptx": ("ppt/presentation.xml", _MAIN.format("presentationml.presentation")),
}


def photo(kind: str = "JPEG", *, size: tuple[int, int] = (300, 200), **info: Any) -> bytes:
    """A picture: left half red, right half blue."""
    image = Image.new("RGB", size, (200, 40, 40))
    image.paste((40, 40, 200), (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **info)
    return out.getvalue()


def phone_photo() -> bytes:
    """A photo as a phone takes it: lying on its side, with the place, the maker and a profile."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    exif[0x010F] = "SecretMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 10.0, 1.0), 3: "E", 4: (121.0, 24.0, 1.0)})
    return photo(
        size=(4000, 3000), exif=exif, comment=b"SecretComment", icc_profile=b"SecretProfile" * 9
    )


def bomb() -> bytes:
    """A PNG of a few hundred bytes that unpacks to ten gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def office(kind: str = "docx", *, macro: bool = False, unpacked: int = 0) -> bytes:
    """An Office document, as far as we look at it; `unpacked`: with so many bytes in a part."""
    main, media_type = OFFICE[kind]
    types = f'<Types><Override PartName="/{main}" ContentType="{media_type}"/></Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", types)
        packed.writestr(main, "<x/>")
        if macro:
            packed.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")
        if unpacked:
            with packed.open("word/media/image1.png", "w") as part:
                for _ in range(unpacked // 1_000_000):
                    part.write(bytes(1_000_000))
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()
