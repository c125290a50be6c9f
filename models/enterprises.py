"""Companies of the towers, and who works in them."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.spaces import Building, Space


class EnterpriseStatus(StrEnum):
    ACTIVE = "active"
    MOVED_OUT = "moved_out"
    MERGED = "merged"


class Enterprise(Record):
    """A company. Town-wide reference data: two Spaces may look after its tower."""

    name = CharField(max_length=100, index=True)
    short_name = CharField(max_length=40, default="")
    pinyin = CharField(max_length=400, default="")
    initials = CharField(max_length=100, default="", index=True)
    credit_code = CharField(max_length=18, null=True)
    building = ForeignKeyField(Building, null=True, backref="+")
    building_id: int | None
    room = CharField(max_length=40, default="")
    industry = CharField(max_length=40, default="")
    size_band = CharField(max_length=20, default="")
    tenancy_from = DateField(null=True)
    tenancy_to = DateField(null=True)
    status = ChoiceField(EnterpriseStatus, default=EnterpriseStatus.ACTIVE)
    merged_into = ForeignKeyField("self", null=True, backref="+")
    merged_into_id: int | None
    tags = JSONField(default=list)


Enterprise.add_index(
    Enterprise.index(
        Enterprise.credit_code,
        unique=True,
        where=Enterprise.status != EnterpriseStatus.MERGED,
        name="enterprise_credit_code",
    )
)


class MemberRole(StrEnum):
    STAFF = "staff"
    CONTACT = "contact"


class MemberStatus(StrEnum):
    PENDING = "pending"
    VERIFIED = "verified"
    ENDED = "ended"


class EnterpriseMember(Record):
    """A person's time with a company; at most one current company each."""

    user_id = BigIntegerField(index=True)
    enterprise = ForeignKeyField(Enterprise, backref="+")
    enterprise_id: int
    role = ChoiceField(MemberRole, default=MemberRole.STAFF)
    status = ChoiceField(MemberStatus, default=MemberStatus.PENDING)
    from_on = DateField()
    to_on = DateField(null=True)


EnterpriseMember.add_index(
    EnterpriseMember.index(
        EnterpriseMember.user_id,
        unique=True,
        where=EnterpriseMember.status != MemberStatus.ENDED,
        name="enterprise_member_one_current",
    )
)


class EnterpriseMerge(Record):
    """A company that was entered twice, made one: `source` went into `target`.

    `moved` is all that was rewritten, so that an undo gives back exactly that; whatever people did
    keeps the company it was done under, and counts for the root.
    """

    source = ForeignKeyField(Enterprise, backref="+")
    source_id: int
    target = ForeignKeyField(Enterprise, backref="+")
    target_id: int
    reason = CharField(max_length=120)
    moved = JSONField(default=dict)
    undo_until = UTCDateTimeField()
    undone_at = UTCDateTimeField(null=True)
    undone_by = BigIntegerField(null=True)


EnterpriseMerge.add_index(
    EnterpriseMerge.index(
        EnterpriseMerge.source,
        unique=True,
        where=EnterpriseMerge.undone_at.is_null(),
        name="enterprise_merge_one_live",
    )
)


class EnterpriseDistinct(Record):
    """Two companies that look alike and are not: nobody is asked again. The smaller id is first."""

    first = ForeignKeyField(Enterprise, backref="+")
    first_id: int
    second = ForeignKeyField(Enterprise, backref="+")
    second_id: int

    class Meta:
        indexes = ((("first", "second"), True),)


class CareKind(StrEnum):
    """How a company was looked after, besides visits."""

    CALL = "call"
    GREETING = "greeting"
    HELP = "help"
    OTHER = "other"


class EnterpriseCare(Record):
    """A note of a Space that it looked after a company: a call, a greeting, a hand lent."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    enterprise = ForeignKeyField(Enterprise, backref="+")
    enterprise_id: int
    kind = ChoiceField(CareKind)
    text = CharField(max_length=300)
    on_day = DateField()


class ImportState(StrEnum):
    READ = "read"
    RUNNING = "running"
    DONE = "done"


class EnterpriseImport(Record):
    """A sheet of companies somebody brought: read first, written only after they say so."""

    # The Spaces whose towers it was read for; whoever keeps the register of all of them may see it.
    space_ids = JSONField(default=list)
    file_name = CharField(max_length=120)
    state = ChoiceField(ImportState, default=ImportState.READ)
    # Rows that look like a company there is: written only if the person wants them.
    takes_suspects = BooleanField(default=False)
    total = IntegerField()
    done = IntegerField(default=0)
    finished_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = ((("state", "created_at"), False),)


class Verdict(StrEnum):
    """What a line of the sheet means against the register."""

    NEW = "new"
    SUSPECT = "suspect"
    CHANGES = "changes"
    SAME = "same"
    ERROR = "error"


class EnterpriseImportRow(BaseModel):
    """A line of the sheet. `outcome` is null until it was dealt with; a run that was cut short
    goes on with those."""

    sheet = ForeignKeyField(EnterpriseImport, backref="+")
    sheet_id: int
    number = IntegerField()
    cells = JSONField(default=dict)
    verdict = ChoiceField(Verdict)
    note = TextField(default="")
    enterprise_id = BigIntegerField(null=True)
    outcome = CharField(max_length=20, null=True)

    class Meta:
        indexes = ((("sheet", "number"), True),)
