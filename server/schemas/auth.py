"""Shapes of logging in."""

from server.schemas.base import Moment, Out
from server.schemas.users import UserOut


class LoggedInOut(Out):
    """The token is told this once; it goes into `Authorization: Bearer`."""

    token: str
    expires_at: Moment
    user: UserOut
