"""菜单: what a Space offers this month; staff draft it and keepers publish it."""

from flask import Response, request

from models.menus import RevisionState
from server.api.activities import activity_out
from server.api.door import problems, reply, staff_word, word
from server.clock import utcnow
from server.context import actor, current_scope, current_user, redis, wechat
from server.schemas.base import Id, In
from server.schemas.menus import (
    CodePictureOut,
    DraftIn,
    MenuIn,
    MenuItemOut,
    MenuOut,
    MenuQuery,
    MenusOut,
    MenusQuery,
    PublishIn,
    SpaceWithoutMenuOut,
    StaffMenuOut,
)
from server.services import activities_agenda as agenda
from server.services import menus, menus_codes, menus_publishing, spaces
from server.services.menus import Entry, Sheet
from server.services.staff import Verb

bp = word("menus")
staff_bp = staff_word("menus")


class ActivityPath(In):
    activity_id: Id


class MenuPath(In):
    menu_id: Id


@bp.get(
    "/menus",
    summary="The published menu of a Space and month",
    description="With an ETag: send it back as If-None-Match and get 304 while nothing changed.",
    responses={200: MenuOut, 304: None},
)
def show(query: MenuQuery) -> Response:
    feed = menus.feed(query.space, query.month, current_user(), now=utcnow())
    lines = [
        MenuItemOut(blurb=line.item.blurb, activity=activity_out(line.seen)) for line in feed.lines
    ]
    answer = reply(MenuOut.of(feed.sheet.revision, feed.sheet.menu, lines))
    answer.add_etag()
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


@bp.get(
    "/menus/code",
    summary="The mini-program code that opens a menu, for a poster",
    responses={200: CodePictureOut},
)
def show_code(query: MenuQuery) -> Response:
    menus.feed(query.space, query.month, current_user(), now=utcnow())  # published, or not there
    picture = menus_codes.of_menu(query.space, query.month, wechat=wechat(), redis=redis())
    return reply(CodePictureOut(picture=picture))


@bp.get(
    "/activities/<activity_id>/code",
    summary="The mini-program code that opens an activity, for a poster",
    responses={200: CodePictureOut},
)
def show_code_of_activity(path: ActivityPath) -> Response:
    agenda.get(current_user(), path.activity_id, now=utcnow())
    picture = menus_codes.of_activity(path.activity_id, wechat=wechat(), redis=redis())
    return reply(CodePictureOut(picture=picture))


def _out(sheet: Sheet) -> StaffMenuOut:
    is_draft = sheet.revision.state == RevisionState.DRAFT
    return StaffMenuOut.of(
        sheet.revision,
        sheet.menu,
        sheet.items,
        problems=menus_publishing.checks(sheet) if is_draft else [],
        changes=menus_publishing.changes(sheet) if is_draft else sheet.revision.diff,
    )


@staff_bp.get(
    "/menus",
    summary="Published menus and drafts of a month, and the Spaces without one",
    responses={200: MenusOut},
)
def index(query: MenusQuery) -> Response:
    mine = current_scope().space_ids(Verb.SEE)
    sheets = menus.of_spaces(mine, query.month)
    missing = menus.unpublished(mine, query.month)
    return reply(
        MenusOut(
            items=[_out(sheet) for sheet in sheets],
            unpublished=[SpaceWithoutMenuOut(id=each.id, name=each.name) for each in missing],
        )
    )


@staff_bp.post(
    "/menus",
    summary="Begin, or go on with, the draft of a month",
    responses={200: StaffMenuOut},
    openapi_extensions=problems(409),
)
def draft(body: DraftIn) -> Response:
    current_scope().require(Verb.EDIT_MENU, body.space_id)
    space = spaces.get(body.space_id)
    return reply(_out(menus.draft(space.id, body.month, actor=actor(), now=utcnow())))


@staff_bp.get("/menus/<menu_id>", summary="A revision of a menu", responses={200: StaffMenuOut})
def staff_show(path: MenuPath) -> Response:
    revision = menus.get(path.menu_id)
    current_scope().require(Verb.SEE, revision.space_id)
    return reply(_out(menus.sheet(revision)))


@staff_bp.put(
    "/menus/<menu_id>",
    summary="Write a draft anew",
    responses={200: StaffMenuOut},
    openapi_extensions=problems(409),
)
def edit(path: MenuPath, body: MenuIn) -> Response:
    revision = menus.get(path.menu_id)
    current_scope().require(Verb.EDIT_MENU, revision.space_id)
    sheet = menus.edit(
        revision,
        title=body.title,
        foreword=body.foreword,
        entries=[Entry(item.activity_id, item.blurb) for item in body.items],
        expected=body.version,
        actor=actor(),
        now=utcnow(),
    )
    return reply(_out(sheet))


@staff_bp.post(
    "/menus/<menu_id>/publish",
    summary="Publish a draft; members are told",
    responses={200: StaffMenuOut},
    openapi_extensions=problems(409),
)
def publish(path: MenuPath, body: PublishIn) -> Response:
    revision = menus.get(path.menu_id)
    current_scope().require(Verb.PUBLISH_MENU, revision.space_id)
    published = menus_publishing.publish(
        revision, expected=body.version, actor=actor(), now=utcnow()
    )
    return reply(_out(menus.sheet(published)))
