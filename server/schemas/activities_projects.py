"""Service projects as their forms send them."""

from typing import Annotated

from pydantic import StringConstraints

from models.activities import Cadence
from server.schemas.base import Id, In, Line, OptionalLine, OptionalParagraph, Plain

Notes = Annotated[Plain, StringConstraints(strip_whitespace=True, max_length=500)]


class ProjectIn(In):
    """The words of the next issue, how often, and whose it is. `notes` are for whoever runs it."""

    name: Line
    theme: OptionalLine = ""
    body: OptionalParagraph = ""
    notes: Notes = ""
    cadence: Cadence = Cadence.AS_NEEDED
    owner_id: Id | None = None
