"""附件: the files a form brings along, and how a page shows those that are there."""

from collections.abc import Iterable

from flask import request

from models import File
from server.clock import utcnow
from server.console import door
from server.context import actor, config, disk, links
from server.errors import Invalid
from server.schemas.files import MOST
from server.services import files
from server.services.files import FileTooLarge, TooManyFiles
from server.services.files_links import Reader, Shown


def take(kept: list[File]) -> None:
    """Put the form's files into `kept`: those uploaded with an earlier try that are still ticked,
    and the new ones, one by one, so that what was good is not lost over what was not. Raises
    TooManyFiles, FileTooLarge and what files.upload raises."""
    ticked = [door.asked_id("kept", {"kept": each}) for each in request.form.getlist("kept")]
    kept += files.unused(actor(), [each for each in ticked if each is not None])
    chosen = [each for each in request.files.getlist("files") if each.filename]
    if len(kept) + len(chosen) > MOST:
        raise TooManyFiles
    limits = config().files
    for each in chosen:
        data, name = each.stream.read(limits.max_bytes + 1), each.filename or ""
        if len(data) > limits.max_bytes:
            raise FileTooLarge(limits.max_bytes)
        per_day = limits.per_person_per_day
        try:
            kept.append(
                files.upload(actor(), name, data, disk=disk(), per_day=per_day, now=utcnow())
            )
        except Invalid as error:
            raise Invalid(f"{name}：{error.detail}") from None  # which of them it was


def shown(found: Iterable[File]) -> list[Shown]:
    """Return files with links for the asking staff."""
    return links().shown(found, Reader.of(actor()), now=utcnow())
