"""Shapes of logging in."""

from typing import Annotated

from pydantic import Field

from server.schemas.base import In, Moment, Out
from server.schemas.users import UserOut


class LoggedInOut(Out):
    """The token is told this once; it goes into `Authorization: Bearer`."""

    token: str
    expires_at: Moment
    user: UserOut


class ScanIn(In):
    """What the code on a computer's screen says."""

    code: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]


class ScanOut(Out):
    """A computer that waits for this phone's yes: to log in, or with `binds` to bind the phone to the
    staff account of that name."""

    device: str
    address: str
    asked_at: Moment
    expires_at: Moment
    binds: str | None
