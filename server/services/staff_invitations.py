"""Links that work once: somebody new takes up a role by it, or somebody known sets a new password.
No password is ever sent, not even to who it belongs to."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any, Final

from models import Grant, Invitation, OrgUnit, Partner, Staff, db
from models.staff import Role
from server.clock import day_of
from server.crypto import token_hash
from server.errors import Forbidden, Gone, Invalid, NotFound
from server.services import audit, staff, staff_people
from server.services.audit import Actor
from server.services.staff import Scope, WrongPlace
from server.services.staff_roles import PLACES

LASTS: Final = dt.timedelta(days=7)


class InvitationOver(Gone):
    code, message = "invitation_over", "这个链接已经用过、过期或被撤回，请联系发给您的人重新生成"


@dataclass(frozen=True)
class Post:
    """What somebody is invited to be: a role at a knot of the tree, from a day to a day."""

    role: Role
    unit: OrgUnit
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    partner: Partner | None = None


def invite(
    name: str, post: Post, *, by: Scope, actor: Actor, now: dt.datetime
) -> tuple[Invitation, str]:
    """Invite somebody who has no account yet; return the invitation and its secret, which nobody
    can read again. Raises Forbidden, WrongPlace, Invalid."""
    require_fit(post, by=by, now=now)
    values = {
        "name": name,
        "role": post.role,
        "org_unit": post.unit,
        "partner_id": post.partner.id if post.partner else None,
        "from_on": post.from_on or day_of(now),
        "to_on": post.to_on,
    }
    return _write(values, post.unit.id, "staff.invite", actor, now)


def require_fit(post: Post, *, by: Scope, now: dt.datetime) -> None:
    """Let pass a post that can be given. Raises Forbidden, WrongPlace, Invalid."""
    staff.require_grant(by, post.role, post.unit)
    if PLACES.get(post.role, post.unit.kind) != post.unit.kind:
        raise WrongPlace
    from_on = post.from_on or day_of(now)
    if post.to_on and post.to_on < max(from_on, day_of(now)):
        raise Invalid(fields={"to_on": "结束日期不能早于开始日期和今天"})
    if (post.role is Role.PARTNER_HANDLER) != (post.partner is not None):
        raise Invalid(fields={"partner": "共建单位经办要选一家共建单位，其他角色不选"})


def offer_password(
    account: Staff, *, by: Scope, actor: Actor, now: dt.datetime
) -> tuple[Invitation, str]:
    """Make a link by which who lost their password sets another; earlier ones are worthless. Raises
    Forbidden."""
    staff_people.require_over(by, account, now=now)
    with db.atomic():
        Invitation.update(revoked_at=now).where(
            Invitation.staff == account, Invitation.used_at.is_null()
        ).execute()
        return _write(
            {"name": account.name, "staff": account}, None, "staff.offer_password", actor, now
        )


def _write(
    values: dict[str, Any], unit_id: int | None, action: str, actor: Actor, now: dt.datetime
) -> tuple[Invitation, str]:
    secret = secrets.token_urlsafe(24)
    with db.atomic():
        row = Invitation.add(
            now=now,
            by=actor.id,
            secret_hash=token_hash(secret),
            expires_at=now + LASTS,
            **values,
        )
        told = {"name": row.name} | ({"role": row.role.value} if row.role else {})
        audit.record(actor, action, row, now=now, org_unit_id=unit_id, after=told)
    return row, secret


def waiting(by: Scope, *, now: dt.datetime) -> list[Invitation]:
    """Return the invitations nobody has taken up yet, of roles the reader gives, latest first."""
    rows: Any = (
        Invitation.select(Invitation, OrgUnit)
        .join(OrgUnit)
        .where(
            Invitation.used_at.is_null(),
            Invitation.revoked_at.is_null(),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.id.desc())
    )
    return [row for row in rows if _gives(by, row)]


def _gives(by: Scope, row: Invitation) -> bool:
    if row.role is None or row.org_unit is None:
        return False
    try:
        staff.require_grant(by, row.role, row.org_unit)
    except Forbidden:
        return False
    return True


def revoke(invitation_id: int, *, by: Scope, actor: Actor, now: dt.datetime) -> None:
    """Make an invitation worthless at once. Raises NotFound."""
    row = next((each for each in waiting(by, now=now) if each.id == invitation_id), None)
    if row is None:
        raise NotFound
    with db.atomic():
        Invitation.update(revoked_at=now).where(
            Invitation.id == row.id, Invitation.used_at.is_null()
        ).execute()
        told = {"name": row.name}
        place = row.org_unit_id
        audit.record(actor, "staff.revoke_invitation", row, now=now, org_unit_id=place, before=told)


def get(secret: str, *, now: dt.datetime) -> Invitation:
    """Return the invitation a link leads to, with its place. Raises InvitationOver."""
    found: Invitation | None = (
        Invitation.select(Invitation, OrgUnit, Staff)
        .join(OrgUnit, "LEFT JOIN")
        .switch(Invitation)
        .join(Staff, "LEFT JOIN")
        .where(
            Invitation.secret_hash == token_hash(secret),
            Invitation.used_at.is_null(),
            Invitation.revoked_at.is_null(),
            Invitation.expires_at > now,
        )
        .first()
    )
    if found is None:
        raise InvitationOver
    return found


def take_up(secret: str, login: str, password: str, *, now: dt.datetime, ip: str) -> Staff:
    """Make the account with the login and password its owner chose, give it the role, and return it.
    Raises InvitationOver, Invalid, LoginTaken, Busy."""
    row = get(secret, now=now)
    if row.role is None or row.from_on is None:
        raise InvitationOver
    # The account is its owner's doing, the role the inviter's.
    guest = Actor("system", None, row.name, ip)
    with db.atomic():
        _use(row, now)
        account = staff.create(login, row.name, password, actor=guest, now=now)
        given = Grant.add(
            now=now,
            by=row.created_by,
            staff=account,
            role=row.role,
            org_unit=row.org_unit,
            from_on=row.from_on,
            to_on=row.to_on,
            granted_by=row.created_by,
            partner_id=row.partner_id,
        )
        Invitation.update(staff=account).where(Invitation.id == row.id).execute()
        told = {"role": row.role, "login": account.login, "from": row.from_on.isoformat()}
        unit_id = row.org_unit_id
        audit.record(guest, "staff.take_up", given, now=now, org_unit_id=unit_id, after=told)
    return account


def set_password(secret: str, password: str, *, now: dt.datetime, ip: str) -> Staff:
    """Set the password its owner chose, end every log-in of the account, and return it. Raises
    InvitationOver, Invalid, VersionConflict, Busy."""
    row = get(secret, now=now)
    if row.staff is None or not row.staff.active:
        raise InvitationOver
    account = row.staff
    itself = Actor("staff", account.id, account.name, ip)
    with db.atomic():
        _use(row, now)
        staff.change_password(account, password, actor=itself, now=now)
    return account


def _use(row: Invitation, now: dt.datetime) -> None:
    """Take the link once, whoever else opens it at the same moment. Raises InvitationOver."""
    used = (
        Invitation.update(used_at=now, updated_at=now)
        .where(
            Invitation.id == row.id, Invitation.used_at.is_null(), Invitation.revoked_at.is_null()
        )
        .execute()
    )
    if not used:
        raise InvitationOver
