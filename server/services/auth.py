"""Logging in: phones by WeChat's code, staff by password; tokens made, checked, revoked."""

import datetime as dt

from models import Token, User
from models.users import UserStatus
from server.crypto import token_hash
from server.errors import Unauthenticated


class TokenInvalid(Unauthenticated):
    message = "登录已过期，请重新进入"


def user_of_token(token: str, *, now: dt.datetime) -> User:
    """Return whose token it is. Raises TokenInvalid for an unknown, expired or revoked one, and
    for a person who is blocked or erased."""
    user: User | None = (
        User.select()
        .join(Token, on=(Token.user_id == User.id))
        .where(
            Token.token_hash == token_hash(token),
            Token.expires_at > now,
            Token.revoked_at.is_null(),
            User.status == UserStatus.ACTIVE,
        )
        .first()
    )
    if user is None:
        raise TokenInvalid
    return user
