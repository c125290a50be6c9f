"""企业库 for staff: the register, a company's file, merges with their undo, sheets."""

from flask import Response

from models import Enterprise, EnterpriseImport, EnterpriseImportRow
from server.api.door import problems, reply, staff_word, takes_files
from server.api.files import FileIn
from server.clock import utcnow
from server.context import actor, current_scope
from server.errors import Forbidden
from server.paging import keyset
from server.schemas.base import ListOut
from server.schemas.enterprises import EnterpriseRef
from server.schemas.enterprises_register import (
    ConfirmIn,
    EnterpriseFigureOut,
    EnterpriseFileOut,
    EnterpriseOut,
    EnterprisePath,
    EventOut,
    FileQuery,
    MergeIn,
    MergeOut,
    MergePath,
    MergePreviewOut,
    MergeQuery,
    RegisterQuery,
    RestatedOut,
    SheetOut,
    SheetPath,
    SheetQuery,
)
from server.services import enterprises_batches as batches
from server.services import enterprises_compared as compared
from server.services import enterprises_file as files
from server.services import enterprises_merges as merges
from server.services import enterprises_register as register
from server.services import enterprises_restated
from server.services.enterprises_register import Filters
from server.services.staff import Verb

staff_bp = staff_word("enterprises_register")


@staff_bp.get(
    "/enterprises",
    summary="The companies my Spaces look after",
    responses={200: ListOut[EnterpriseOut]},
)
def index(query: RegisterQuery) -> Response:
    filters = Filters(
        text=query.q,
        building_id=query.building_id,
        status=query.status,
        has_contact=query.has_contact,
        silent_months=query.silent_months,
        lease_months=query.lease_months,
    )
    page = keyset(
        register.search(current_scope().space_ids(Verb.READ_VISITS), filters, now=utcnow()),
        by=Enterprise.name,
        cursor=query.cursor,
        limit=query.limit,
        newest_first=False,
    )
    items = [EnterpriseOut.of(each) for each in page.items]
    return reply(ListOut[EnterpriseOut](items=items, next=page.next))


@staff_bp.get(
    "/enterprises/<id:enterprise_id>",
    summary="A company on one page: facts, figures and what happened",
    responses={200: EnterpriseFileOut},
)
def show(path: EnterprisePath, query: FileQuery) -> Response:
    told = files.of(current_scope(), path.enterprise_id, now=utcnow())
    page = files.timeline(told.look, query.kind, number=query.page)
    names = EventOut.model_fields
    out = EnterpriseFileOut(
        enterprise=EnterpriseOut.of(told.enterprise),
        figures=[EnterpriseFigureOut(**vars(figure)) for figure in told.figures],
        last_at=told.last_at,
        former=[EnterpriseRef.of(each) for each in told.former],
        timeline=[EventOut(**{name: getattr(line, name) for name in names}) for line in page.items],
        pages=page.pages,
    )
    return reply(out)


@staff_bp.get(
    "/enterprises/<id:enterprise_id>/merge",
    summary="What letting a company go into another would do",
    responses={200: MergePreviewOut},
    openapi_extensions=problems(409),
)
def preview(path: EnterprisePath, query: MergeQuery) -> Response:
    source, target = _company(path.enterprise_id), _company(query.target_id)
    seen = compared.preview(source, target, now=utcnow())
    out = MergePreviewOut(
        source=EnterpriseOut.of(seen.source),
        target=EnterpriseOut.of(seen.target),
        counts=seen.counts,
        fills=sorted(seen.fills),
        warnings=seen.warnings,
        restated=[RestatedOut(**vars(change)) for change in seen.restated],
    )
    return reply(out)


@staff_bp.post(
    "/enterprises/<id:enterprise_id>/merge",
    summary="Let a company that was entered twice go into the other",
    responses={200: MergeOut},
    openapi_extensions=problems(409),
)
def merge(path: EnterprisePath, body: MergeIn) -> Response:
    # One that went into another meanwhile is refused, not merged as what it became.
    for company in (path.enterprise_id, body.target_id):
        _company(company)
    done = merges.merge(
        path.enterprise_id, body.target_id, body.reason, actor=actor(), now=utcnow()
    )
    return reply(_merge_out(done.id))


@staff_bp.post(
    "/merges/<id:merge_id>/undo",
    summary="Take a merge back, within thirty days",
    responses={200: MergeOut},
    openapi_extensions=problems(409),
)
def undo(path: MergePath) -> Response:
    found = merges.get(path.merge_id, current_scope().space_ids(Verb.KEEP_REGISTER))
    merges.undo(found.id, actor=actor(), now=utcnow())
    return reply(_merge_out(found.id))


def _merge_out(merge_id: int) -> MergeOut:
    restated = [
        RestatedOut(
            space_id=each.space_id,
            month=each.month,
            before=round(each.before or 0),
            after=round(each.after or 0),
        )
        for each in enterprises_restated.of_merge(merge_id)
    ]
    return MergeOut.of(merges.get(merge_id), restated)


def _company(enterprise_id: int) -> Enterprise:
    return register.get(enterprise_id, current_scope().space_ids(Verb.KEEP_REGISTER))


@staff_bp.post(
    "/enterprises/imports",
    summary="Bring a sheet of companies: what each line means, before anything is written",
    responses={201: SheetOut},
)
@takes_files
def create_import(form: FileIn) -> Response:
    spaces = current_scope().space_ids(Verb.KEEP_REGISTER)
    if not spaces:
        raise Forbidden
    with form.file.stream as stream:
        content = stream.read()
    name = str(form.name or form.file.filename or "")
    kept = batches.keep(content, name, spaces, actor=actor(), now=utcnow())
    return _sheet_reply(kept, SheetQuery(), 201)


@staff_bp.get(
    "/enterprises/imports/<id:sheet_id>",
    summary="A sheet with its lines, and how far its writing has come",
    responses={200: SheetOut},
)
def show_import(path: SheetPath, query: SheetQuery) -> Response:
    return _sheet_reply(_sheet(path.sheet_id), query)


@staff_bp.post(
    "/enterprises/imports/<id:sheet_id>/confirm",
    summary="Write a sheet: its first lines now, the rest by the worker",
    responses={200: SheetOut},
    openapi_extensions=problems(409),
)
def confirm_import(path: SheetPath, body: ConfirmIn) -> Response:
    found = _sheet(path.sheet_id)
    batches.confirm(found, takes_suspects=body.takes_suspects, actor=actor(), now=utcnow())
    batches.write_batch(found.id, now=utcnow())
    return _sheet_reply(_sheet(path.sheet_id), SheetQuery())


def _sheet(sheet_id: int) -> EnterpriseImport:
    return batches.get(sheet_id, current_scope().space_ids(Verb.KEEP_REGISTER))


def _sheet_reply(sheet: EnterpriseImport, query: SheetQuery, status: int = 200) -> Response:
    page = keyset(
        batches.rows_of(sheet, query.verdict).order_by(),
        by=EnterpriseImportRow.number,
        cursor=query.cursor,
        limit=query.limit,
        newest_first=False,
    )
    return reply(SheetOut.of(sheet, batches.counts(sheet), page.items, page.next), status)
