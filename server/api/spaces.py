"""空间: the list to choose from, and one Space in full."""

from flask import Response

from models import Space
from server.api.door import reply, word
from server.clock import utcnow
from server.paging import keyset
from server.schemas.base import ListOut
from server.schemas.spaces import SpaceBrief, SpaceOut, SpacePath, SpacesQuery
from server.services import spaces

bp = word("spaces")


@bp.get("/spaces", summary="Spaces by name or tower", responses={200: ListOut[SpaceBrief]})
def index(query: SpacesQuery) -> Response:
    page = keyset(
        spaces.search(query.q.strip()),
        by=Space.code,
        cursor=query.cursor,
        limit=query.limit,
        newest_first=False,
    )
    towers = spaces.buildings_of(space.id for space in page.items)
    items = [SpaceBrief.of(space, towers[space.id]) for space in page.items]
    return reply(ListOut[SpaceBrief](items=items, next=page.next))


@bp.get(
    "/spaces/<space_id>",
    summary="A Space with venues, zones, towers and story",
    responses={200: SpaceOut},
)
def show(path: SpacePath) -> Response:
    space = spaces.get(path.space_id)
    rooms = spaces.rooms(space, now=utcnow())
    out = SpaceOut.in_full(
        space,
        buildings=rooms.buildings,
        venues=rooms.venues,
        zones=rooms.zones,
        keepers=rooms.keepers,
    )
    return reply(out)
