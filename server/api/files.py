"""附件: taking uploads in, and giving them out to whoever may see them."""

from collections.abc import Iterable
from io import BytesIO
from typing import Annotated, Any

from flask import Response, request, send_file
from flask_openapi3 import FileStorage
from pydantic import WithJsonSchema, field_validator
from werkzeug.datastructures import FileStorage as SentFile

from models import File
from server import logs
from server.api.door import asking_user, problems, public, reply, staff_word, takes_files, word
from server.clock import utcnow
from server.context import actor, config, current_scope, disk, links
from server.errors import Forbidden, NotFound
from server.schemas.base import In
from server.schemas.files import FileOut, FilePath, FileQuery
from server.services import files, files_access
from server.services.files_links import Reader
from server.services.staff import Verb

bp = word("files")
staff_bp = staff_word("files")

_HEADERS = {
    # Whatever a file holds, opened in a tab it runs nothing and reaches nothing of ours.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Referrer-Policy": "no-referrer",
}


class FileLost(NotFound):
    """A row without its bytes: the doctor tells more."""

    code, message = "file_lost", "文件暂时打不开，请联系工作人员"


class FileIn(In):
    """One file of a multipart form. `name`: what people know it by, where the file's own name in
    the form tells nothing (WeChat's temporary paths)."""

    file: FileStorage
    # Whatever it looks like it is a text; the form's reader takes "123" for a number.
    name: Annotated[Any, WithJsonSchema({"type": "string"})] = ""

    @field_validator("file")
    @classmethod
    def _is_sent_as_file(cls, value: Any) -> Any:
        if not isinstance(value, SentFile):
            raise ValueError("请选择文件")
        return value


def seen(found: Iterable[File], reader: Reader) -> list[FileOut]:
    """Return files as the reader sees them, with links where they may open them."""
    shown = links().shown(found, reader, now=utcnow())
    return [FileOut.of(each.file, each.url) for each in shown]


def _keep(form: FileIn) -> Response:
    limits = config().files
    data = form.file.stream.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        raise files.FileTooLarge(limits.max_bytes)
    owner, name = actor(), request.form.get("name") or form.file.filename or ""
    kept = files.upload(
        owner, name, data, disk=disk(), per_day=limits.per_person_per_day, now=utcnow()
    )
    return reply(seen([kept], Reader.of(owner))[0], 201)


@bp.post(
    "/files",
    summary="Upload a picture or a document, to be referred to by its id",
    responses={201: FileOut},
)
@takes_files
def create(form: FileIn) -> Response:
    return _keep(form)


@staff_bp.post(
    "/files",
    summary="Upload a picture or a document, to go out with a reply",
    responses={201: FileOut},
)
@takes_files
def create_for_staff(form: FileIn) -> Response:
    if not any(current_scope().space_ids(verb) for verb in (Verb.WORK_NEEDS, Verb.SUBMIT_NEED)):
        raise Forbidden  # they have nothing it could go out with
    return _keep(form)


@bp.get(
    "/files/<id:file_id>",
    summary="A file's bytes, by its signed link or by one's own log-in",
    responses={
        200: {
            "description": "The file",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    openapi_extensions=problems(410),
)
@public
def show(path: FilePath, query: FileQuery) -> Response:
    now = utcnow()
    if query.signature:
        reader = links().read(path.file_id, query.expires, query.reader, query.signature, now=now)
    else:
        reader = Reader("member", asking_user().id)
    return _sent(files_access.get(path.file_id, reader, now=now))


def _sent(file: File) -> Response:
    try:
        data = disk().path(file.key).read_bytes()
    except FileNotFoundError:
        logs.get().error("file lost", file_id=file.id)
        raise FileLost from None
    answer = send_file(
        BytesIO(data),
        mimetype=file.media_type,
        as_attachment=not files.is_picture(file),
        download_name=file.name,
        conditional=False,
        etag=file.sha256,
        max_age=config().files.link_minutes * 60,
    )
    answer.headers.update(_HEADERS)
    answer.cache_control.public = False
    answer.cache_control.private = True
    answer.cache_control.no_cache = None
    return answer
