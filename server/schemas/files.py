"""Shapes of uploads."""

from typing import Annotated, Self

from pydantic import Field

from models import File
from models.files import MediaCheck
from server.schemas.base import Id, In, Moment, Out, Plain

MOST = 6
Attachments = Annotated[
    list[Id],
    Field(
        max_length=MOST,
        description="Uploads of one's own that belong to nothing yet, by their ids.",
    ),
]


class FilePath(In):
    file_id: Id


class FileQuery(In):
    """What a signed link carries; without it the caller's own log-in decides."""

    expires: Annotated[int, Field(ge=0, le=2**53)] = 0
    reader: Annotated[Plain, Field(max_length=40)] = ""
    signature: Annotated[Plain, Field(max_length=80)] = ""


class FileOut(Out):
    """An upload. `url` (to be laid onto the server's address) is a signed link for the one who
    asks; null while WeChat's check is open and the reader is not its owner, and when it refused.
    Pixels are those of pictures."""

    id: Id
    name: str
    media_type: str
    is_picture: bool
    size: int = Field(description="Bytes.")
    width: int | None
    height: int | None
    check_state: MediaCheck
    created_at: Moment
    url: str | None

    @classmethod
    def of(cls, file: File, url: str | None) -> Self:
        same = ("id", "name", "media_type", "size", "width", "height", "check_state", "created_at")
        return cls(
            **{name: getattr(file, name) for name in same},
            is_picture=file.width is not None,
            url=url,
        )
