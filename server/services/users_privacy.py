"""What a person may demand of us: a copy of what we hold, taking back a part, being forgotten."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from models import (
    Activity,
    Checkin,
    Enterprise,
    EnterpriseMember,
    IdempotencyKey,
    Message,
    Need,
    NeedActivityLink,
    NoShowMark,
    Rating,
    ScanLog,
    Session,
    Signup,
    Staff,
    Token,
    User,
    UserOpenid,
    Wallet,
    db,
)
from models.users import UserStatus
from server.clock import iso
from server.crypto import Vault
from server.errors import VersionConflict
from server.services import (
    audit,
    enterprises,
    files,
    needs_erasure,
    notifications,
    signups,
    signups_noshows,
    surveys_answers,
    users,
)

# WeChat's codes in user_authorization_revoke: which of our columns holds that data.
_REVOCABLE: dict[int, dict[str, Any]] = {
    6: {"nickname": ""},  # nickname and picture
    8: {"phone_enc": None, "phone_hash": None},
    19: {"nickname": ""},  # nickname typed by the keyboard's suggestion
}
_PICTURES, _DOCUMENTS = 14, 15
_FORGOTTEN: dict[str, Any] = {
    "openid_enc": None,
    "unionid_enc": None,
    "real_name_enc": None,
    "phone_enc": None,
    "phone_hash": None,
    "nickname": "",
    "self_tags": [],
    "preferences": {},
    "home_space": None,
    "status": UserStatus.ERASED,
}


def copy_of(user: User, *, vault: Vault) -> dict[str, Any]:
    """Return what we hold about a person and what they did, ready for JSON. Only they ever get it:
    it is the one answer with their own name and number in full."""
    return {
        "profile": _profile(user, vault),
        "enterprises": _memberships(user),
        "signups": _signups(user),
        "no_shows": _no_shows(user),
        "checkins": _checkins(user),
        "needs": _needs(user),
        "need_activities": _need_activities(user),
        "surveys": surveys_answers.copy_of(user.id),
        "files": [
            {
                "id": str(row.id),
                "name": row.name,
                "media_type": row.media_type,
                "size": row.size,
                "at": iso(row.created_at),
            }
            for row in files.of_member(user.id)
        ],
        "messages": [
            {"title": row.title, "body": row.body, "at": iso(row.created_at)}
            for row in Message.select().where(Message.user_id == user.id).order_by(Message.id)
        ],
        "wallet": [
            {"kind": row.kind, "balance": row.balance}
            for row in Wallet.select().where(Wallet.user_id == user.id).order_by(Wallet.kind)
        ],
    }


def _profile(user: User, vault: Vault) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "nickname": user.nickname,
        "real_name": users.real_name_of(user, vault),
        "phone": users.phone_of(user, vault),
        "home_space": user.home_space.name if user.home_space else None,
        "self_tags": user.self_tags,
        "preferences": user.preferences,
        "consents": user.consents,
        "first_seen_at": iso(user.first_seen_at),
    }


def _memberships(user: User) -> list[dict[str, Any]]:
    rows: Any = (
        EnterpriseMember.select(EnterpriseMember, Enterprise)
        .join(Enterprise)
        .where(EnterpriseMember.user_id == user.id)
        .order_by(EnterpriseMember.id)
    )
    return [
        {
            "name": row.enterprise.name,
            "role": row.role,
            "status": row.status,
            "from_on": row.from_on.isoformat(),
            "to_on": row.to_on.isoformat() if row.to_on else None,
        }
        for row in rows
    ]


def _signups(user: User) -> list[dict[str, Any]]:
    rows: Any = (
        Signup.select(Signup, Session, Activity)
        .join(Session)
        .join(Activity)
        .where(Signup.user_id == user.id)
        .order_by(Signup.id)
    )
    return [
        {
            "activity": row.session.activity.title,
            "starts_at": iso(row.session.starts_at),
            "state": row.state,
            "party_size": row.party_size,
            "answers": row.answers,
            "signed_up_at": iso(row.created_at),
        }
        for row in rows
    ]


def _no_shows(user: User) -> list[dict[str, Any]]:
    rows: Any = (
        NoShowMark.select(NoShowMark, Session, Activity)
        .join(Session)
        .join(Activity)
        .where(NoShowMark.user_id == user.id)
        .order_by(NoShowMark.id)
    )
    return [
        {
            "activity": row.session.activity.title,
            "expires_at": iso(row.expires_at),
            "appeal": row.appeal_text,
            "decision": row.appeal_state,
        }
        for row in rows
    ]


def _checkins(user: User) -> list[dict[str, Any]]:
    scores = {
        row.checkin_id: {"score": row.score, "text": row.text}
        for row in Rating.select().where(Rating.user_id == user.id)
    }
    rows: Any = (
        Checkin.select(Checkin, Session, Activity)
        .join(Session)
        .join(Activity)
        .where(Checkin.user_id == user.id)
        .order_by(Checkin.id)
    )
    return [
        {
            "activity": row.session.activity.title,
            "at": iso(row.occurred_at),
            "left_at": iso(row.left_at) if row.left_at else None,
            "method": row.method,
            "party_present": row.party_present,
            "flags": row.flags,
            "is_voided": row.voided_at is not None,
            "rating": scores.get(row.id),
        }
        for row in rows
    ]


def _needs(user: User) -> list[dict[str, Any]]:
    return [
        {
            "no": row.no,
            "title": row.title,
            "body": row.body,
            "answers": row.answers,
            "contact_times": row.contact_times,
            "state": row.state,
            "received_at": iso(row.received_at),
            **needs_erasure.besides(row),
        }
        for row in Need.select().where(Need.user_id == user.id).order_by(Need.id)
    ]


def _need_activities(user: User) -> list[dict[str, Any]]:
    rows: Any = (
        NeedActivityLink.select(NeedActivityLink, Need, Activity)
        .join(Need)
        .switch(NeedActivityLink)
        .join(Activity)
        .where(NeedActivityLink.user_id == user.id)
        .order_by(NeedActivityLink.id)
    )
    return [
        {
            "need": row.need.no,
            "activity": row.activity.title,
            "solved": row.result,
            "text": row.comment,
        }
        for row in rows
    ]


def erase(user: User, *, actor: audit.Actor, now: dt.datetime) -> None:
    """Forget a person (注销): sessions end, future places are given back, memberships end, needs not
    yet answered are taken back, and all they wrote or uploaded and all that tells who it was is
    wiped. What they did stays as an anonymous count. Raises VersionConflict when the row changed meanwhile."""
    with db.atomic():
        signups.cancel_all_of(user, reason="账号已注销", now=now)
        enterprises.leave(user, now=now)
        mine = user.id
        Token.update(revoked_at=now, device="").where(
            Token.user_id == mine, Token.revoked_at.is_null()
        ).execute()
        UserOpenid.delete().where(UserOpenid.user_id == mine).execute()
        IdempotencyKey.delete().where(IdempotencyKey.user_id == mine).execute()
        Signup.update(answers={}).where(Signup.user_id == mine).execute()
        Rating.update(text="").where(Rating.user_id == mine).execute()
        needs_erasure.forget(mine, now=now)
        # Which phone and which network it was; a device of the door keeps its answers.
        traces = ((ScanLog, {"device": "", "ip_hash": ""}), (Checkin, {"device": ""}))
        for table, blank in traces:
            table.update(**blank).where(table.user_id == mine, table.client_ref.is_null()).execute()
        signups_noshows.forget(mine)
        surveys_answers.forget(mine)
        notifications.forget(mine)
        files.forget(mine, now=now)
        Staff.update(user_id=None).where(Staff.user_id == mine).execute()
        if not user.change(now=now, by=actor.id, erased_at=now, **_FORGOTTEN):
            raise VersionConflict
        audit.record(actor, "users.erase", user, now=now)


def erase_by_openid(openid: str, *, vault: Vault, now: dt.datetime) -> bool:
    """Forget who cancelled their authorisation at WeChat. Returns False when we know no such
    person, as after an erasure that already happened."""
    user = users.find_by_openid(openid, vault)
    if user is not None:
        erase(user, actor=audit.SYSTEM, now=now)
    return user is not None


def revoke_data(openid: str, codes: Iterable[int], *, vault: Vault, now: dt.datetime) -> bool:
    """Delete exactly the data a person took back at WeChat (8 phone number, 6 and 19 nickname, 14 and
    15 pictures and files they chose). Returns False when we know no such person. Raises VersionConflict."""
    user = users.find_by_openid(openid, vault)
    if user is None:
        return False
    values: dict[str, Any] = {}
    taken_back = set(codes)
    for code in taken_back:
        values |= _REVOCABLE.get(code, {})
    uploads = {"pictures": _PICTURES in taken_back, "documents": _DOCUMENTS in taken_back}
    if values or any(uploads.values()):
        with db.atomic():
            if not user.change(now=now, **values):
                raise VersionConflict
            if any(uploads.values()):
                files.forget(user.id, now=now, **uploads)
            after = {
                "wiped": sorted({*values, *(kind for kind, is_so in uploads.items() if is_so)})
            }
            audit.record(audit.SYSTEM, "users.revoke_data", user, now=now, after=after)
    return True


def clear_nickname(openid: str, *, vault: Vault, now: dt.datetime) -> bool:
    """Clear the nickname of who changed theirs at WeChat; they choose a new one when they come
    next. Returns False when we know no such person. Raises VersionConflict."""
    return revoke_data(openid, (6,), vault=vault, now=now)
