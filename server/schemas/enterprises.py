"""Shapes of companies and memberships."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from models import Enterprise, EnterpriseMember
from models.enterprises import MemberRole, MemberStatus
from server.schemas.base import Id, In, Line, Out, PageQuery, Plain


class EnterprisesQuery(PageQuery):
    q: Annotated[
        Plain,
        Field(
            min_length=2,
            max_length=60,
            description="Part of a name, its pinyin or initials; or a whole credit code.",
        ),
    ]


class EnterpriseRef(Out):
    """A company where only its name is shown."""

    id: Id
    name: str

    @classmethod
    def of(cls, enterprise: Enterprise) -> Self:
        return cls(id=enterprise.id, name=enterprise.name)


class EnterpriseBrief(EnterpriseRef):
    """A company as anybody may find it: no more than its name and where it is."""

    building: str | None

    @classmethod
    def of(cls, enterprise: Enterprise) -> Self:
        building = enterprise.building
        return cls(
            id=enterprise.id, name=enterprise.name, building=building.name if building else None
        )


_NEVER: JsonDict = {"not": {}}


class JoinIn(In):
    """One company: by its id, or by the name it is to be added under."""

    # No default is ever a value: what was not sent is not in `model_fields_set`.
    enterprise_id: Id = None  # type: ignore[assignment]
    name: Line = None
    building_id: Id = None  # type: ignore[assignment]

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["enterprise_id"],
                    "properties": {"name": _NEVER, "building_id": _NEVER},
                },
                {"required": ["name"], "properties": {"enterprise_id": _NEVER}},
            ]
        }
    )

    @model_validator(mode="after")
    def _one_company(self) -> Self:
        if self.model_fields_set not in ({"enterprise_id"}, {"name"}, {"name", "building_id"}):
            raise ValueError("请选择一家企业，或填写企业名称和所在楼宇")
        return self


class MembershipOut(Out):
    """Where a person works, and whether staff have verified it."""

    enterprise: EnterpriseRef
    role: MemberRole
    status: MemberStatus

    @classmethod
    def of(cls, member: EnterpriseMember, enterprise: Enterprise) -> Self:
        return cls(enterprise=EnterpriseRef.of(enterprise), role=member.role, status=member.status)


class MembersQuery(PageQuery):
    status: MemberStatus | None = None


class MemberPath(In):
    member_id: Id


class VerifyIn(In):
    role: MemberRole


class MemberOut(MembershipOut):
    """A member as staff see them: never the real name or the number."""

    id: Id
    nickname: str
    version: int

    @classmethod
    def named(cls, member: EnterpriseMember, nickname: str) -> Self:
        return cls(
            id=member.id,
            nickname=nickname,
            enterprise=EnterpriseRef.of(member.enterprise),
            role=member.role,
            status=member.status,
            version=member.version,
        )
