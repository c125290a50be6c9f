"""Console accounts: who may do what, where (product roles), and their making."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from peewee import IntegrityError

from models import ConsoleLogin, Grant, OrgUnit, Partner, Space, Staff, User, db
from models.staff import Role
from server import passwords
from server.clock import day_of
from server.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from server.services import audit
from server.services.audit import Actor
from server.services.staff_roles import MAY_GRANT, PLACES, ROLE_VERBS, Verb

__all__ = ["ROLE_VERBS", "Scope", "Verb"]

SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 128  # so that nobody makes us hash a novel
_LOGIN = re.compile(r"[a-z][a-z0-9_.-]{2,39}")


class LoginTaken(Conflict):
    code, message = "login_taken", "这个登录名已有人使用"


class WrongPlace(Invalid):
    """A role is held where it means something: a keeper at a Space, an officer at a town."""

    message = "这个角色不能授予在这一级"


class AlreadyBound(Conflict):
    code, message = "already_bound", "这个微信账号已绑定另一个工作人员"


@dataclass(frozen=True)
class Scope:
    """What one staff account may do and where: the only place that decides it."""

    staff_id: int
    grants: tuple[tuple[Role, str], ...]
    """Each a role and the tree path it holds from."""
    partners: frozenset[int] = frozenset()
    """The partners whose dispatches the account works on."""

    @cached_property
    def _space_paths(self) -> dict[int, str]:
        rows: Any = (
            Space.select(Space.id, OrgUnit.path)
            .join(OrgUnit)
            .where(Space.active == True, OrgUnit.active == True)  # noqa: E712
            .tuples()
        )
        return {int(space_id): str(path) for space_id, path in rows}

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(role for role, _ in self.grants)

    def space_ids(self, verb: Verb) -> frozenset[int]:
        """Return the Spaces in which the verb is allowed."""
        paths = [path for role, path in self.grants if verb in ROLE_VERBS[role]]
        return frozenset(
            space_id
            for space_id, path in self._space_paths.items()
            if any(path.startswith(held) for held in paths)
        )

    def allows(self, verb: Verb, space_id: int) -> bool:
        """Say whether the verb is allowed in the Space."""
        return space_id in self.space_ids(verb)

    def holds(self, verb: Verb, path: str) -> bool:
        """Say whether the verb is allowed at a knot of the tree, a Space or above it."""
        return any(verb in ROLE_VERBS[role] and path.startswith(at) for role, at in self.grants)

    def require(self, verb: Verb, space_id: int) -> None:
        """Let pass what is allowed. Raises NotFound where the Space is none of theirs (existence
        is not told to strangers), Forbidden where they see it but may not do this."""
        if self.allows(verb, space_id):
            return
        if self.allows(Verb.SEE, space_id):
            raise Forbidden
        raise NotFound


def scope_of(staff: Staff, *, now: dt.datetime) -> Scope:
    """Return what the account may do today: its grants that hold, by the Shanghai day."""
    held = grants_of(staff, now=now)
    partners = frozenset(
        given.partner_id
        for given in held
        if given.role is Role.PARTNER_HANDLER and given.partner_id is not None
    )
    roles = tuple((given.role, given.org_unit.path) for given in held)
    return Scope(staff.id, roles, partners)


def grants_of(staff: Staff, *, now: dt.datetime) -> list[Grant]:
    """Return the grants the account holds today, by the Shanghai day, each with its place."""
    today = day_of(now)
    rows: Any = (
        Grant.select(Grant, OrgUnit)
        .join(OrgUnit)
        .where(
            Grant.staff == staff,
            Grant.revoked_at.is_null(),
            Grant.from_on <= today,
            Grant.to_on.is_null() | (Grant.to_on >= today),
        )
        .order_by(Grant.id)
    )
    return list(rows)


def working_in(space_id: int, verb: Verb, *, now: dt.datetime) -> list[Staff]:
    """Return the open accounts that may do it in the Space today, by name."""
    today = day_of(now)
    unit: OrgUnit = OrgUnit.select().join(Space).where(Space.id == space_id).get()
    rows: Any = (
        Grant.select(Grant, Staff, OrgUnit)
        .join(Staff)
        .switch(Grant)
        .join(OrgUnit)
        .where(
            Grant.role.in_([role.value for role, verbs in ROLE_VERBS.items() if verb in verbs]),
            Grant.revoked_at.is_null(),
            Grant.from_on <= today,
            Grant.to_on.is_null() | (Grant.to_on >= today),
            Staff.active == True,  # noqa: E712
        )
    )
    found = {row.staff_id: row.staff for row in rows if unit.path.startswith(row.org_unit.path)}
    return sorted(found.values(), key=lambda row: (row.name, row.id))


def get(staff_id: int) -> Staff:
    """Return the account. Raises NotFound."""
    found: Staff | None = Staff.get_or_none(Staff.id == staff_id)
    if found is None:
        raise NotFound
    return found


def find_by_login(login: str) -> Staff | None:
    """Return the account of that login name, closed ones too, or None."""
    found: Staff | None = Staff.get_or_none(Staff.login == login.strip().lower())
    return found


def find_of_user(user_id: int) -> Staff | None:
    """Return the open account bound to the member, or None."""
    found: Staff | None = Staff.get_or_none(
        (Staff.user_id == user_id) & (Staff.active == True)  # noqa: E712
    )
    return found


def create(login: str, name: str, password: str, *, actor: Actor, now: dt.datetime) -> Staff:
    """Add an account and return it; what it may do is said by grants. Raises Invalid, LoginTaken,
    Busy."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Invalid(fields={"login": "登录名用 3 至 40 个小写字母、数字、点或横线，以字母开头"})
    hashed = passwords.hash_of(_strong(password, login))
    try:
        with db.atomic():
            account = Staff.add(now=now, by=actor.id, login=login, name=name, password_hash=hashed)
            audit.record(actor, "staff.create", account, now=now, after={"login": login})
    except IntegrityError:
        raise LoginTaken from None
    return account


def _strong(password: str, login: str) -> str:
    """Return the password if it will do: length is what counts (NIST SP 800-63B)."""
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise Invalid(
            fields={"password": f"密码须有 {SHORTEST_PASSWORD} 至 {_LONGEST_PASSWORD} 个字符"}
        )
    if login in password.lower() or len(set(password)) < 5:
        raise Invalid(fields={"password": "密码太容易猜到，请换一个"})
    return password


def change_password(account: Staff, password: str, *, actor: Actor, now: dt.datetime) -> None:
    """Set another password and end every console log-in of the account. Raises Invalid,
    VersionConflict, Busy."""
    hashed = passwords.hash_of(_strong(password, account.login))
    with db.atomic():
        if not account.change(now=now, by=actor.id, password_hash=hashed):
            raise VersionConflict
        end_logins(account.id, now)
        audit.record(actor, "staff.change_password", account, now=now)


def close(account: Staff, *, actor: Actor, now: dt.datetime) -> None:
    """Close an account at once; what it did keeps its name. Raises VersionConflict."""
    with db.atomic():
        if not account.change(now=now, by=actor.id, active=False):
            raise VersionConflict
        end_logins(account.id, now)
        audit.record(actor, "staff.close", account, now=now)


def end_logins(staff_id: int, now: dt.datetime) -> None:
    """End every console log-in of the account, inside the caller's transaction."""
    ConsoleLogin.update(revoked_at=now).where(
        ConsoleLogin.staff == staff_id, ConsoleLogin.revoked_at.is_null()
    ).execute()


def bind(account: Staff, user: User | None, *, actor: Actor, now: dt.datetime) -> None:
    """Bind the account to the person's WeChat for the phone; None: unbind. Raises AlreadyBound,
    VersionConflict."""
    user_id = user.id if user else None
    try:
        with db.atomic():
            if not account.change(now=now, by=actor.id, user_id=user_id):
                raise VersionConflict
            audit.record(actor, "staff.bind", account, now=now, after={"user": str(user_id)})
    except IntegrityError:
        raise AlreadyBound from None


def note_login(account: Staff, password_hash: str | None, *, now: dt.datetime) -> None:
    """Write down that the account came in, and the hash made anew with today's parameters if any;
    called inside the log-in's transaction."""
    values = {"password_hash": password_hash} if password_hash else {}
    # Not a change somebody made: the version of a form that is open stays true.
    Staff.update(last_login_at=now, **values).where(
        Staff.id == account.id, Staff.password_hash == account.password_hash
    ).execute()


def grant(  # noqa: PLR0913  # what a grant says, all by name
    account: Staff,
    role: Role,
    unit: OrgUnit,
    *,
    actor: Actor,
    now: dt.datetime,
    by: Scope | None = None,
    from_on: dt.date | None = None,
    to_on: dt.date | None = None,
    partner: Partner | None = None,
) -> Grant:
    """Give a role at a knot of the tree from a day on (default today) and return the grant. `by`:
    who gives it, if it is not the system; `partner`: whose dispatches a partner handler works on.
    Raises WrongPlace, Forbidden, Invalid."""
    from_on = from_on or day_of(now)
    if PLACES.get(role, unit.kind) != unit.kind:
        raise WrongPlace
    if to_on and to_on < from_on:
        raise Invalid(fields={"to_on": "结束日期不能早于开始日期"})
    if (role is Role.PARTNER_HANDLER) != (partner is not None):
        raise Invalid(fields={"partner": "共建单位经办要选一家共建单位，其他角色不选"})
    if by is not None:
        require_grant(by, role, unit)
    with db.atomic():
        given = Grant.add(
            now=now,
            by=actor.id,
            staff=account,
            role=role,
            org_unit=unit,
            from_on=from_on,
            to_on=to_on,
            granted_by=actor.id,
            partner_id=partner.id if partner else None,
        )
        told = {"role": role, "login": account.login, "from": from_on.isoformat()}
        audit.record(actor, "staff.grant", given, now=now, org_unit_id=unit.id, after=told)
    return given


def revoke(given: Grant, *, actor: Actor, now: dt.datetime, by: Scope | None = None) -> None:
    """Take a role back at once, which ends the log-ins; it stays as history. Raises Forbidden,
    VersionConflict."""
    if by is not None:
        require_grant(by, given.role, given.org_unit)
    with db.atomic():
        if not given.change(now=now, by=actor.id, revoked_at=now):
            raise VersionConflict
        end_logins(given.staff_id, now)
        audit.record(actor, "staff.revoke", given, now=now, org_unit_id=given.org_unit_id)


def require_grant(by: Scope, role: Role, unit: OrgUnit) -> None:
    """Let pass who may give the role there. Raises Forbidden."""
    for held, path in by.grants:
        if role in MAY_GRANT.get(held, ()) and unit.path.startswith(path):
            return
    raise Forbidden
