"""What a big screen's script is told, over and over."""

from server.schemas.base import Id, Out


class PictureOut(Out):
    """One code as a picture, and from when to when it is to be shown (ms since 1970)."""

    from_ms: int
    until_ms: int
    picture: str


class BoardOut(Out):
    """The codes of one session. `mark` changes with the key they are made with."""

    id: Id
    phase: str
    mark: str
    persons: int
    signed_up: int
    codes: list[PictureOut]


class ScreenOut(Out):
    """`now_ms` is the server's clock, `stage` everything on the screen but the pictures."""

    now_ms: int
    stage: str
    boards: list[BoardOut]
