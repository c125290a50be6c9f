"""Links to files: signed for one reader, good for a while, so that pictures show and documents open
where no token can be sent along (wx.previewImage, an <img>, WeChat's own check)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode

from itsdangerous import Signer

from models import File
from models.files import MediaCheck
from models.needs import ActorKind
from server.errors import Gone, NotFound
from server.services.audit import Actor

_STEP_S: Final = 600
WECHAT: Final = "wechat"


class LinkExpired(Gone):
    code, message = "link_expired", "链接已过期，请回到原页面重新打开"


@dataclass(frozen=True)
class Reader:
    """Whom a link is for: a member, a staff account, or WeChat's check of pictures."""

    kind: str
    id: int

    @classmethod
    def of(cls, actor: Actor) -> Self:
        return cls(actor.kind, actor.id or 0)

    def __str__(self) -> str:
        return f"{self.kind}.{self.id}"


@dataclass(frozen=True)
class Links:
    """Makes and reads links. Whoever holds one may use it, as long as its reader may."""

    secret_key: str
    minutes: int

    def url(self, file: File, reader: Reader, *, now: dt.datetime, minutes: int = 0) -> str:
        """Return the path and query of a link that works for `minutes` (default: the setting) or a
        little more: its end is a round moment, so that a page asked for again shows the same link
        and the phone keeps the picture it has."""
        until = now.timestamp() + (minutes or self.minutes) * 60
        expires = int(-(-until // _STEP_S) * _STEP_S)
        signature = self._signer.get_signature(_signed(file.id, expires, reader)).decode()
        query = {"expires": expires, "reader": str(reader), "signature": signature}
        return f"/api/v1/files/{file.id}?{urlencode(query)}"

    def shown(self, found: Iterable[File], reader: Reader, *, now: dt.datetime) -> list["Shown"]:
        """Return files as the reader sees them: with links where they may open them."""
        return [
            Shown(each, self.url(each, reader, now=now) if is_shown(each, reader) else None)
            for each in found
        ]

    def read(
        self, file_id: int, expires: int, reader: str, signature: str, *, now: dt.datetime
    ) -> Reader:
        """Return whom the link is for. Raises NotFound for one we did not make, LinkExpired."""
        kind, _, number = reader.partition(".")
        if not (number.isascii() and number.isdecimal()):
            raise NotFound
        meant = Reader(kind, int(number))
        if not self._signer.verify_signature(_signed(file_id, expires, meant), signature):
            raise NotFound
        if now.timestamp() >= expires:
            raise LinkExpired
        return meant

    @property
    def _signer(self) -> Signer:
        return Signer(self.secret_key, salt="xinyi.files")


@dataclass(frozen=True)
class Shown:
    """A file, and the link by which it opens; None while it may not be opened."""

    file: File
    url: str | None

    @property
    def is_picture(self) -> bool:
        return self.file.width is not None


def is_shown(file: File, reader: Reader) -> bool:
    """Say whether the check of its content lets this reader see the file: its owner what is not
    refused, staff what a person is to judge too, others only what has passed."""
    if file.check_state is MediaCheck.REFUSED:
        return False
    if (file.owner_kind.value, file.owner_id) == (reader.kind, reader.id):
        return True
    if reader.kind == ActorKind.STAFF:
        return file.check_state in (MediaCheck.PASSED, MediaCheck.REVIEW)
    return file.check_state is MediaCheck.PASSED


def _signed(file_id: int, expires: int, reader: Reader) -> str:
    return f"{file_id}.{expires}.{reader}"
