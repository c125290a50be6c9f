"""附件: taking uploads in, hanging them on what they belong to, letting them go."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

from models import File, Staff, User, db
from models.files import MediaCheck, Subject
from models.needs import ActorKind
from server.clock import at_shanghai, day_of
from server.errors import Invalid, NotFound, RateLimited, ServiceError
from server.services import files_contents
from server.services.audit import Actor
from server.services.files_disk import Disk

_PICTURE: Final = "image/"


class FileTooLarge(ServiceError):
    status, code, message = 413, "file_too_large", "文件太大，请压缩或拆分后再传"

    def __init__(self, max_bytes: int | None = None) -> None:
        told = f"单个文件不能超过 {max_bytes // (1024 * 1024)} MB" if max_bytes else None
        super().__init__(told)


class TooManyFiles(Invalid):
    code, message = "too_many_files", "一次最多 6 个附件，请去掉几个再提交"


class AttachmentUnknown(Invalid):
    """Not theirs, gone, or used already: the same answer for all."""

    code, message = "attachment_unknown", "附件已失效，请删除后重新上传"

    def __init__(self) -> None:
        super().__init__(fields={"attachments": self.message})


class AttachmentRefused(Invalid):
    code, message = "attachment_refused", "图片未通过平台的内容安全检查，请删除后换一张"

    def __init__(self) -> None:
        super().__init__(fields={"attachments": self.message})


def upload(
    owner: Actor, name: str, data: bytes, *, disk: Disk, per_day: int, now: dt.datetime
) -> File:
    """Keep what somebody uploads, made harmless, and return its row; it belongs to nothing yet.
    A member's picture waits for WeChat's check. Raises RateLimited after `per_day` in one Shanghai
    day, StorageFull, StorageFailed, and what files_contents.examine raises."""
    _check_daily(owner, per_day, now)  # before the work; counted again below, behind a lock
    content = files_contents.examine(name, data)
    is_checked = content.is_picture and owner.kind == ActorKind.MEMBER
    # On disk first: a row without its bytes would break a rule, bytes without a row are purged.
    key = disk.save(content.data, now=now)
    try:
        with db.atomic():
            _lock_owner(owner)
            _check_daily(owner, per_day, now)
            return File.create(
                owner_kind=ActorKind(owner.kind),
                owner_id=owner.id,
                name=content.name,
                media_type=content.media_type,
                size=len(content.data),
                width=content.width,
                height=content.height,
                sha256=content.sha256,
                key=key,
                check_state=MediaCheck.PENDING if is_checked else MediaCheck.PASSED,
                created_at=now,
            )
    except BaseException:
        disk.remove(key)
        raise


def get(file_id: int) -> File:
    """Return a file nobody has let go. Raises NotFound."""
    found: File | None = File.get_or_none(File.id == file_id, File.deleted_at.is_null())
    if found is None:
        raise NotFound
    return found


def unused(owner: Actor, ids: Sequence[int]) -> list[File]:
    """Return those of somebody's own uploads that belong to nothing yet, the oldest first."""
    return list(File.select().where(_free(owner, ids)).order_by(File.id))


def attach(
    owner: Actor, ids: Sequence[int], subject: Subject, subject_id: int, *, space_id: int
) -> None:
    """Hang somebody's own unused uploads on what they belong to, in the caller's transaction.
    Raises AttachmentUnknown, AttachmentRefused."""
    wanted = set(ids)
    if not wanted:
        return
    free = _free(owner, wanted)
    if File.select().where(free, File.check_state == MediaCheck.REFUSED).exists():
        raise AttachmentRefused
    hung: Any = File.update(subject_type=subject, subject_id=subject_id, space=space_id)
    if hung.where(free).execute() != len(wanted):
        raise AttachmentUnknown


def attach_instead(
    owner: Actor,
    ids: Sequence[int],
    subject: Subject,
    subject_id: int,
    *,
    space_id: int,
    now: dt.datetime,
) -> None:
    """Let exactly these files hang on it: what hangs there and is not named goes, in the caller's
    transaction. Raises AttachmentUnknown, AttachmentRefused."""
    there = {file.id for file in of(subject, [subject_id]).get(subject_id, [])}
    gone = there - set(ids)
    File.update(deleted_at=now).where(File.id.in_(gone)).execute()
    attach(
        owner, [each for each in ids if each not in there], subject, subject_id, space_id=space_id
    )


def of(subject: Subject, subject_ids: Iterable[int]) -> dict[int, list[File]]:
    """Return what hangs on each, the oldest first."""
    rows = File.select().where(
        File.subject_type == subject,
        File.subject_id.in_(list(subject_ids)),
        File.deleted_at.is_null(),
    )
    found: dict[int, list[File]] = {}
    for row in rows.order_by(File.id):
        found.setdefault(row.subject_id or 0, []).append(row)
    return found


def of_member(user_id: int) -> list[File]:
    """Return everything a member uploaded that is still here, the oldest first."""
    mine = _owned(Actor(ActorKind.MEMBER, user_id))
    return list(File.select().where(mine, File.deleted_at.is_null()).order_by(File.id))


def forget(user_id: int, *, now: dt.datetime, pictures: bool = True, documents: bool = True) -> int:
    """Let go of what a member uploaded, in the caller's transaction; return how many. Nobody sees
    it from now on, the name is wiped, and the bytes go with the next purge."""
    mine = _owned(Actor(ActorKind.MEMBER, user_id)) & File.deleted_at.is_null()
    if not pictures:
        mine &= ~File.media_type.startswith(_PICTURE)
    if not documents:
        mine &= File.media_type.startswith(_PICTURE)
    return int(File.update(deleted_at=now, name="").where(mine).execute())


def is_picture(file: File) -> bool:
    """Say whether browsers may show it inside a page."""
    return file.media_type.startswith(_PICTURE)


def _free(owner: Actor, ids: Iterable[int]) -> Any:
    is_unused = File.subject_type.is_null() & File.deleted_at.is_null()
    return File.id.in_(list(ids)) & _owned(owner) & is_unused


def _owned(owner: Actor) -> Any:
    return (File.owner_kind == ActorKind(owner.kind)) & (File.owner_id == owner.id)


def _lock_owner(owner: Actor) -> None:
    """Let one person's uploads be counted one by one, however many arrive at once."""
    table: Any = User if owner.kind == ActorKind.MEMBER else Staff
    table.update(version=table.version).where(table.id == owner.id).execute()


def _check_daily(owner: Actor, per_day: int, now: dt.datetime) -> None:
    midnight = at_shanghai(day_of(now), dt.time())
    if File.select().where(_owned(owner), File.created_at >= midnight).count() >= per_day:
        tomorrow = midnight + dt.timedelta(days=1)
        raise RateLimited(max(1, int((tomorrow - now).total_seconds())))
