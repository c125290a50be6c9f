"""What an upload really is, whatever it is called, and what it may be called."""

import hashlib
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from server.errors import Invalid
from server.services import files_pictures

_LONGEST_NAME: Final = 100
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OFFICE_KINDS: Final = {
    b"wordprocessingml.document.main+xml": (f"{_OFFICE}.wordprocessingml.document", ".docx"),
    b"spreadsheetml.sheet.main+xml": (f"{_OFFICE}.spreadsheetml.sheet", ".xlsx"),
    b"presentationml.presentation.main+xml": (
        f"{_OFFICE}.presentationml.presentation",
        ".pptx",
    ),
}
"""What the list of types says of the main part → media type and suffix."""
_MOST_PARTS: Final = 5000
_MOST_UNPACKED: Final = 300 * 1024 * 1024
_MOST_TYPES: Final = 2 * 1024 * 1024
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_HEIF: Final = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_TYPES: Final = "[Content_Types].xml"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ALLOWED: Final = "只能上传图片、PDF、Word（docx）、Excel（xlsx）、PPT（pptx）和文本（txt）文件"


class FileKindRefused(Invalid):
    code, message = "file_kind_refused", _ALLOWED


class FileEmpty(Invalid):
    code, message = "file_empty", "文件是空的，请重新选择"


class FileUnsafe(Invalid):
    """Macros, a bomb, or a lock we cannot look behind."""

    code, message = "file_unsafe", "文件可能不安全，没有保存"


@dataclass(frozen=True)
class Content:
    """What is to be kept of an upload. `width` and `height` in pixels, of pictures only."""

    name: str
    media_type: str
    data: bytes
    width: int | None = None
    height: int | None = None

    @property
    def is_picture(self) -> bool:
        return self.width is not None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def examine(name: str, data: bytes) -> Content:
    """Return what to keep of an upload, told by its bytes: the name is only a name. Raises
    FileEmpty, FileKindRefused, FileUnsafe, and what files_pictures raises."""
    if not data:
        raise FileEmpty
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        picture = files_pictures.rewrite(data)
        called = clean_name(name, picture.suffix, "图片")
        return Content(called, picture.media_type, picture.data, picture.width, picture.height)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        raise FileKindRefused("暂不支持 HEIC 照片，请在手机上转成 JPG 后再传")
    if data.startswith(_OLD_OFFICE):
        raise FileKindRefused("加密的或旧版的 Office 文件不能上传，请另存为 docx、xlsx 或 pptx")
    if data.startswith(b"%PDF-"):
        return Content(clean_name(name, ".pdf", "文件"), "application/pdf", data)
    if data.startswith(b"PK\x03\x04"):
        media_type, suffix = _office_kind(data)
        return Content(clean_name(name, suffix, "文件"), media_type, data)
    if name.lower().endswith(".txt"):
        return Content(clean_name(name, ".txt", "文件"), "text/plain", _as_utf8(data))
    raise FileKindRefused


def clean_name(name: str, suffix: str, instead: str) -> str:
    """Return a name that is safe to show and to save under on any system, ending as the content
    demands: no folders, no control or direction marks, nothing Windows refuses."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    # Cc and Cf: control characters, and those that turn the direction of reading (…gpj.exe).
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name).strip(" .")
    if stem.lower().endswith(suffix):
        stem = stem[: -len(suffix)]
    stem = re.sub(r"\s+", " ", stem)[: _LONGEST_NAME - len(suffix)]
    return (stem or instead) + suffix


def _office_kind(data: bytes) -> tuple[str, str]:
    """Return media type and suffix of an Office document, looking at its table of contents only:
    nothing but the list of types is ever unpacked. Raises FileKindRefused, FileUnsafe."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise FileUnsafe("文件解压后太大，没有保存")
            if any(part.flag_bits & 1 for part in parts):
                raise FileUnsafe("不能上传加密的文件")
            names = {part.filename for part in parts}
            if _TYPES not in names:
                raise FileKindRefused("不能上传压缩包，请逐个上传里面的文件")
            with packed.open(_TYPES) as types:
                listed = types.read(_MOST_TYPES).lower()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError):
        raise FileKindRefused("文件打不开，可能已损坏") from None
    if b"macroenabled" in listed or b"vbaproject" in listed or any(map(_is_active, names)):
        raise FileUnsafe("文件里带有宏或嵌入的程序，请另存为不带宏的文件后再传")
    found = [kind for main, kind in _OFFICE_KINDS.items() if main in listed]
    if len(found) != 1:
        raise FileKindRefused
    return found[0]


def _is_active(part: str) -> bool:
    """Macros, ActiveX and embedded programs are binary parts; so are printer settings."""
    part = part.lower()
    return part.endswith((".bin", ".vbs", ".exe")) and "printersettings" not in part


def _as_utf8(data: bytes) -> bytes:
    """Return a text as UTF-8, whatever Windows wrote it in. Raises FileKindRefused."""
    for encoding in (
        ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    ):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text.encode()
    raise FileKindRefused
