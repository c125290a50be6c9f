"""Where uploads lie: plain files below one folder, each under a random key."""

import datetime as dt
import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server import logs
from server.errors import Busy

_KEY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageFull(Busy):
    code, message = "storage_full", "服务器空间不足，文件没有保存，请稍后再传"


class StorageFailed(Busy):
    code, message = "storage_failed", "文件暂时无法保存，请稍后再传"


@dataclass(frozen=True)
class Disk:
    """The folder of all uploads. Several machines share one over the network."""

    root: Path

    def save(self, data: bytes, *, now: dt.datetime) -> str:
        """Keep the bytes and return their key; when this returns they survive a power cut. Raises
        StorageFull, StorageFailed, and then nothing is left behind."""
        name = secrets.token_hex(16)
        key = f"{name[:2]}/{name}"
        target = self.path(key)
        unfinished = target.with_name(f"{name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(unfinished, data)
            # By our clock, which the bench may move: the purge tells by it what is left over.
            os.utime(unfinished, (now.timestamp(), now.timestamp()))
            unfinished.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            for file in (unfinished, target):
                with suppress(OSError):
                    file.unlink(missing_ok=True)
            logs.get().error("upload not stored", error=error.strerror, errno=error.errno)
            raise (StorageFull if error.errno in _FULL else StorageFailed) from None
        return key

    def path(self, key: str) -> Path:
        """Return where the bytes of a key lie. Raises ValueError for what is no key of ours."""
        if not _KEY.fullmatch(key):
            raise ValueError("not a storage key")
        return self.root / key

    def size(self, key: str) -> int | None:
        """Return how many bytes lie under a key; None when there is nothing."""
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError:
            return None

    def remove(self, key: str) -> None:
        """Delete the bytes; what is gone already is fine. Raises OSError."""
        self.path(key).unlink(missing_ok=True)

    def older_than(self, moment: dt.datetime) -> Iterator[Path]:
        """Yield all files put here before the moment, unfinished ones too."""
        for file in self.root.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):  # removed meanwhile
                if file.stat().st_mtime < moment.timestamp():
                    yield file

    def key_of(self, file: Path) -> str:
        """Return the key a file of this folder lies under."""
        return file.relative_to(self.root).as_posix()


def _write(file: Path, data: bytes) -> None:
    # Nobody else on the machine has any business with them.
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    """The name of a new file is the folder's content."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
