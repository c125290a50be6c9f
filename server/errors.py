"""Everything that can be refused.

    ServiceError
    ├── Unauthenticated   401  nobody is logged in
    ├── Forbidden         403  logged in, but not allowed
    ├── NotFound          404  not there, or not theirs: the same answer for both
    ├── Conflict          409  true a moment ago, not now
    ├── Gone              410  it was there and has run out
    ├── BadRequest        400  cannot be read at all
    ├── Invalid           422  read, but a field is wrong (`errors` says which)
    ├── RateLimited       429  too often (`retry_after` seconds)
    └── Busy              503  something we depend on is away

A service puts its own errors on top of these, in the file that raises them, each with a stable
`code` and a `message` fit to show to the person.
"""

from typing import Any, ClassVar


class ServiceError(Exception):
    """A refusal with a stable code, a sentence for the person, and facts for the client."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    message: ClassVar[str] = "请求有误，请检查后重试"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        self.detail = message or self.message
        self.facts = facts
        super().__init__(self.detail)


class BadRequest(ServiceError):
    pass


class Unauthenticated(ServiceError):
    status, code, message = 401, "unauthenticated", "请先登录"


class Forbidden(ServiceError):
    status, code, message = 403, "forbidden", "您没有权限进行此操作"


class NotFound(ServiceError):
    status, code, message = 404, "not_found", "没有找到，可能已被移除"


class Conflict(ServiceError):
    status, code, message = 409, "conflict", "情况有变，请刷新后再试"


class VersionConflict(Conflict):
    """Somebody changed it meanwhile; `current` shows what it says now."""

    code, message = "version_conflict", "内容已被他人更新，请核对后再保存"


class Gone(ServiceError):
    status, code, message = 410, "gone", "已经失效"


class Invalid(ServiceError):
    """`errors` names each wrong field: `[{"field": "title", "message": "请填写标题"}]`."""

    status, code, message = 422, "validation", "有内容填写不正确"

    def __init__(self, message: str | None = None, *, fields: dict[str, str] | None = None) -> None:
        errors = [{"field": name, "message": text} for name, text in (fields or {}).items()]
        first = next(iter(fields.values()), None) if fields else None
        super().__init__(message or first, errors=errors)


class RateLimited(ServiceError):
    status, code, message = 429, "rate_limited", "操作太频繁，请稍后再试"

    def __init__(self, retry_after: int, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(ServiceError):
    status, code, message = 503, "busy", "系统繁忙，请稍后再试"
