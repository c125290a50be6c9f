"""Shapes of partners, experts, resources and of what was given to whom."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from models import Expert, Partner, Resource, ResourceUse
from models.resources import PartnerType, ResourceKind
from server.schemas.base import (
    Bool,
    Day,
    Id,
    In,
    Line,
    OptionalLine,
    OptionalLongLine,
    OptionalParagraph,
    Out,
    PageQuery,
    ShortLine,
    Whole,
)

Version = Annotated[int, Field(ge=1, le=2**31 - 1), Whole]
Phone = Annotated[str, Field(max_length=30, pattern=r"^[0-9+() -]*$")]
Contact = Annotated[OptionalLine, Field(max_length=30)]
Note = Annotated[OptionalParagraph, Field(max_length=300)]
Hours = Annotated[float, Field(gt=0, le=1000)]


class PartnerPath(In):
    partner_id: Id


class ExpertPath(In):
    expert_id: Id


class ResourcePath(In):
    resource_id: Id


class UsePath(In):
    use_id: Id


class RegisterQuery(PageQuery):
    """`q` looks into names; `space`: only what that Space can use."""

    space: Id | None = None
    active: Literal["true", "false"] = "true"
    q: OptionalLine = ""


class PartnerQuery(RegisterQuery):
    type: PartnerType | None = None


class ResourceQuery(RegisterQuery):
    kind: ResourceKind | None = None


class PartnerIn(In):
    """A body: `is_shared` lets the other Spaces of the town use it too."""

    type: PartnerType
    name: Line
    contact_name: Contact = ""
    phone: Phone = ""
    note: Note = ""
    is_shared: Bool = False


class ExpertIn(In):
    """A person: `skills` and `availability` in their own words."""

    name: ShortLine
    partner_id: Id | None = None
    title: OptionalLine = ""
    skills: OptionalLongLine = ""
    bio: OptionalParagraph = ""
    availability: OptionalLongLine = ""
    phone: Phone = ""
    is_shared: Bool = False


class ResourceIn(In):
    """A fund, a venue, a policy: `valid_to` is the last day it can be had."""

    kind: ResourceKind
    name: Line
    partner_id: Id | None = None
    terms: OptionalParagraph = ""
    valid_to: Day | None = None
    is_shared: Bool = False


class NewPartnerIn(PartnerIn):
    """`org_unit_id`: whose it is, a Space or a unit above it."""

    org_unit_id: Id


class NewExpertIn(ExpertIn):
    org_unit_id: Id


class NewResourceIn(ResourceIn):
    org_unit_id: Id


class PartnerChangeIn(PartnerIn):
    """The whole row anew; `active` false retires it."""

    version: Version
    active: Bool = True


class ExpertChangeIn(ExpertIn):
    version: Version
    active: Bool = True


class ResourceChangeIn(ResourceIn):
    version: Version
    active: Bool = True


class UseIn(In):
    """Exactly one of `resource_id` and `expert_id`, and exactly one receiver. `hours`: how long an
    expert gave."""

    resource_id: Id | None = None
    expert_id: Id | None = None
    enterprise_id: Id | None = None
    need_id: Id | None = None
    activity_id: Id | None = None
    used_on: Day
    amount: OptionalLine = ""
    hours: Hours | None = None
    outcome: Note = ""


class NewUseIn(UseIn):
    space_id: Id


class UseVoidIn(In):
    reason: Annotated[Line, Field(max_length=60)]


class UseQuery(PageQuery):
    space: Id | None = None
    resource: Id | None = None
    expert: Id | None = None
    enterprise: Id | None = None
    need: Id | None = None


class PartnerBriefOut(Out):
    id: Id
    name: str
    type: PartnerType

    @classmethod
    def of(cls, row: Partner) -> Self:
        return cls(id=row.id, name=row.name, type=row.type)


class _KeptOut(Out):
    id: Id
    org_unit_id: Id
    org_unit: str
    name: str
    is_shared: bool
    active: bool
    version: int


def _kept(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "org_unit_id": row.org_unit_id,
        "org_unit": row.org_unit.name,
        "name": row.name,
        "is_shared": row.is_shared,
        "active": row.active,
        "version": row.version,
    }


class PartnerOut(_KeptOut):
    type: PartnerType
    contact_name: str
    note: str

    @classmethod
    def of(cls, row: Partner) -> Self:
        return cls(**_kept(row), type=row.type, contact_name=row.contact_name, note=row.note)


class PartnerFullOut(PartnerOut):
    """With the phone, which only somebody who opens this one partner sees."""

    phone: str

    @classmethod
    def with_phone(cls, row: Partner, phone: str) -> Self:
        return cls(**PartnerOut.of(row).model_dump(), phone=phone)


class ExpertOut(_KeptOut):
    partner: PartnerBriefOut | None
    title: str
    skills: str
    bio: str
    availability: str

    @classmethod
    def of(cls, row: Expert) -> Self:
        partner = PartnerBriefOut.of(row.partner) if row.partner else None
        words = {name: getattr(row, name) for name in ("title", "skills", "bio", "availability")}
        return cls(**_kept(row), partner=partner, **words)


class ExpertFullOut(ExpertOut):
    """With the phone and with the hours given so far."""

    phone: str
    hours: float

    @classmethod
    def with_phone(cls, row: Expert, phone: str, hours: float) -> Self:
        return cls(**ExpertOut.of(row).model_dump(), phone=phone, hours=hours)


class ResourceOut(_KeptOut):
    kind: ResourceKind
    partner: PartnerBriefOut | None
    terms: str
    valid_to: Day | None

    @classmethod
    def of(cls, row: Resource) -> Self:
        partner = PartnerBriefOut.of(row.partner) if row.partner else None
        told = _kept(row) | {"kind": row.kind, "terms": row.terms, "valid_to": row.valid_to}
        return cls(**told, partner=partner)


class UseOut(Out):
    id: Id
    space_id: Id
    resource_id: Id | None
    expert_id: Id | None
    what: str = Field(description="What the resource or the expert is called.")
    enterprise_id: Id | None
    need_id: Id | None
    activity_id: Id | None
    receiver: str = Field(description="The company, the number of the need, or the activity.")
    used_on: Day
    amount: str
    hours: float | None
    outcome: str
    voided_reason: str

    @classmethod
    def of(cls, row: ResourceUse, what: str, receiver: str) -> Self:
        names = set(cls.model_fields) - {"what", "receiver"}
        return cls(**{name: getattr(row, name) for name in names}, what=what, receiver=receiver)
