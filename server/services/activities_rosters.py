"""Lists of names an activity is for: companies or members, as staff write and read them."""

from dataclasses import dataclass, field

from models import Activity, Enterprise, User
from models.enterprises import EnterpriseStatus
from server.crypto import Vault
from server.schemas.activities import Rule
from server.services import activities_eligibility as eligibility
from server.services import users


@dataclass
class Found:
    """Whom the lines mean, and the lines that mean nobody."""

    ids: list[int] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def members_of(lines: list[str], vault: Vault) -> Found:
    """Return the members whose phone numbers these are."""
    found = Found()
    for line in lines:
        user = users.find_by_phone(line.replace(" ", ""), vault)
        _note(found, line, user.id if user else None)
    return found


def companies_of(lines: list[str]) -> Found:
    """Return the companies of which these are the full or the only short names."""
    found = Found()
    for line in lines:
        named = (Enterprise.name == line) | (Enterprise.short_name == line)
        rows = list(
            Enterprise.select(Enterprise.id).where(
                named, Enterprise.status != EnterpriseStatus.MERGED
            )
        )
        _note(found, line, rows[0].id if len(rows) == 1 else None)
    return found


def shown(activity: Activity) -> list[tuple[int, str]]:
    """Return whom the activity names, id and name: companies by theirs, members by their nickname
    only. Who has been merged or erased since is still one of them."""
    ids = list(activity.eligibility.get("ids", ()))
    match eligibility.rule_of(activity):
        case Rule.ENTERPRISES:
            companies = Enterprise.select().where(Enterprise.id.in_(ids))
            names = {row.id: row.name for row in companies}
        case Rule.MEMBERS:
            people = User.select().where(User.id.in_(ids))
            names = {row.id: users.display_name(row) for row in people}
        case _:
            return []
    return [(each, names[each]) for each in ids if each in names]


def _note(found: Found, line: str, row_id: int | None) -> None:
    if row_id is None:
        found.unknown.append(line)
    elif row_id not in found.ids:
        found.ids.append(row_id)
