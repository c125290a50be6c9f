"""企业库, from a sheet: what it says line by line, then written in the background."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import EnterpriseImport
from models.enterprises import ImportState, Verdict
from server.clock import utcnow
from server.console import door
from server.console.enterprises import sheet as answer_sheet
from server.console.forms import Form
from server.context import actor, config, current_scope
from server.errors import Invalid, ServiceError
from server.paging import numbered
from server.services import enterprises_batches as batches
from server.services import enterprises_imports as imports
from server.services import enterprises_register as register
from server.services.staff import Verb

bp = door.word("enterprises_imports")

_REFRESH_S = 2


@bp.get("/enterprises/import")
def new() -> ResponseReturnValue:
    """Show how to bring a sheet, and the last ones."""
    return _page(Form())


@bp.get("/enterprises/import/template")
def template() -> ResponseReturnValue:
    """Hand out the empty sheet."""
    door.required(Verb.KEEP_REGISTER)
    return answer_sheet(imports.template(), "企业导入模板.xlsx")


@bp.post("/enterprises/import")
@door.takes_files
def create() -> ResponseReturnValue:
    """Read a sheet; no company is written."""
    spaces, file = door.required(Verb.KEEP_REGISTER), request.files.get("file")
    form = Form(request.form)
    try:
        if file is None or not file.filename:
            raise Invalid(fields={"file": "请选择要导入的表格"})
        with file.stream:
            content, most = file.stream.read(), config().files.max_bytes
        if len(content) > most:
            raise Invalid(fields={"file": f"文件太大，不能超过 {most // 1024**2} MB"})
        kept = batches.keep(content, file.filename, spaces, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(form.blame(error)), error.status
    return _to(kept)


def _page(form: Form) -> str:
    spaces = door.required(Verb.KEEP_REGISTER)
    return render_template(
        "console/enterprises/import.html",
        form=form,
        titles=register.HEAD,
        most=imports.MOST_ROWS,
        latest=batches.latest(spaces),
        towers=register.towers_of(spaces),
    )


@bp.get("/enterprises/imports/<id:sheet_id>")
def show(sheet_id: int) -> ResponseReturnValue:
    """Show what each line means, or how far the writing has come and what became of each."""
    found = _sheet(sheet_id)
    verdict = door.asked(Verdict, "verdict")
    page = render_template(
        "console/enterprises/imported.html",
        sheet=found,
        counts=batches.counts(found),
        verdict=verdict,
        verdicts=list(Verdict),
        outcomes=batches.OUTCOMES,
        page=numbered(batches.rows_of(found, verdict), number=door.asked_number("page"), size=100),
        keep={"verdict": verdict.value} if verdict else {},
    )
    # The page looks again by itself while the lines are being written, without scripts too.
    running = {"Refresh": str(_REFRESH_S)} if found.state == ImportState.RUNNING else {}
    return Response(page, headers=running)


@bp.post("/enterprises/imports/<id:sheet_id>/confirm")
def confirm(sheet_id: int) -> ResponseReturnValue:
    """Write the sheet: the first lines now, the rest by the worker."""
    found = _sheet(sheet_id)
    try:
        batches.confirm(
            found,
            takes_suspects="takes_suspects" in request.form,
            actor=actor(),
            now=utcnow(),
        )
        batches.write_batch(found.id, now=utcnow())
    except ServiceError as error:
        flash(error.detail, "bad")
    return _to(found)


@bp.get("/enterprises/imports/<id:sheet_id>/result")
def result(sheet_id: int) -> ResponseReturnValue:
    """Hand out the sheet with what became of each line."""
    return answer_sheet(batches.result(_sheet(sheet_id)), "企业导入结果.xlsx")


def _sheet(sheet_id: int) -> EnterpriseImport:
    return batches.get(sheet_id, current_scope().space_ids(Verb.KEEP_REGISTER))


def _to(found: EnterpriseImport) -> ResponseReturnValue:
    return redirect(url_for(".show", sheet_id=found.id), 303)
