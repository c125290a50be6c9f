"""People of the mini-program: finding them, what they are called, what they say of themselves."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from models import Activity, Checkin, Need, Series, Session, Space, User, UserOpenid, db
from models.users import UserStatus
from server.crypto import Vault
from server.errors import Invalid, NotFound, VersionConflict

SELF_TAGS = "self_tags"
"""The consent without which nobody's own tags are kept: they are sensitive."""


def get(user_id: int) -> User:
    """Return the person, blocked ones too. Raises NotFound for an unknown or erased one."""
    user = find(user_id)
    if user is None or user.status == UserStatus.ERASED:
        raise NotFound
    return user


def find(user_id: int) -> User | None:
    """Return the person, erased ones too, or None."""
    user: User | None = User.get_or_none(User.id == user_id)
    return user


def of_ids(user_ids: list[int]) -> dict[int, User]:
    """Return these people by id, erased ones too."""
    return {user.id: user for user in User.select().where(User.id.in_(user_ids))}


def find_by_openid(openid: str, vault: Vault) -> User | None:
    """Return whose openid it is, or None."""
    user: User | None = (
        User.select()
        .join(UserOpenid, on=(UserOpenid.user_id == User.id))
        .where(UserOpenid.openid_hash == _openid_hash(openid, vault))
        .first()
    )
    return user


def display_name(user: User) -> str:
    """Return what others see of a person: the nickname, never the real name."""
    if user.status == UserStatus.ERASED:
        return "已注销用户"
    return user.nickname or f"新朋友{user.id % 10_000:04d}"


def openid_of(user: User, vault: Vault) -> str | None:
    """Return the openid to reach a person by; None when they are erased."""
    return _opened(user, "openid", vault)


def phone_of(user: User, vault: Vault) -> str | None:
    """Return the verified phone number, or None."""
    return _opened(user, "phone", vault)


def real_name_of(user: User, vault: Vault) -> str | None:
    """Return the real name the person gave, or None."""
    return _opened(user, "real_name", vault)


def masked_phone(user: User, vault: Vault) -> str | None:
    """Return the phone number as far as it may be shown, `138****1234`, or None."""
    phone = phone_of(user, vault)
    if phone is None:
        return None
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) > 8 else f"****{phone[-2:]}"


def has_consented(user: User, kind: str) -> bool:
    """Say whether the person's last word on this consent was yes."""
    given = [entry["given"] for entry in user.consents if entry["kind"] == kind]
    return bool(given and given[-1])


def welcome(openid: str, *, vault: Vault, now: dt.datetime) -> User:
    """Make the account of a person seen for the first time and return it; called inside the
    log-in's transaction. Raises IntegrityError when somebody else just did."""
    user = User.add(now=now, first_seen_at=now)
    user.openid_enc = vault.seal(openid, place=_place(user, "openid"))
    user.save()
    UserOpenid.create(openid_hash=_openid_hash(openid, vault), user_id=user.id)
    return user


def learn_unionid(user: User, unionid: str, *, vault: Vault, now: dt.datetime) -> None:
    """Keep the unionid, which WeChat tells only once the owner has bound an open platform; called
    inside the log-in's transaction."""
    user.unionid_enc = vault.seal(unionid, place=_place(user, "unionid"))
    user.updated_at = now
    user.save()


def change(
    user: User,
    wanted: dict[str, Any],
    *,
    vault: Vault,
    now: dt.datetime,
    expected: int | None = None,
) -> User:
    """Write what the person changed of their profile and return it: `nickname`, `real_name`,
    `home_space`, `self_tags`, `preferences` (laid over the old ones), `consents` (added to the
    old ones, stamped). Only what is in `wanted` changes. Raises Invalid, VersionConflict."""
    values: dict[str, Any] = {}
    values |= {key: wanted[key] for key in ("nickname", "self_tags") if key in wanted}
    if "real_name" in wanted:
        name = wanted["real_name"]
        values["real_name_enc"] = name and vault.seal(name, place=_place(user, "real_name"))
    if "preferences" in wanted:
        values["preferences"] = user.preferences | wanted["preferences"]
    if "consents" in wanted:
        at = now.isoformat()
        values["consents"] = user.consents + [entry | {"at": at} for entry in wanted["consents"]]
    with db.atomic():
        if "home_space" in wanted:
            values["home_space"] = _home(wanted["home_space"])
        _only_with_consent(user, values)
        if not user.change(now=now, by=user.id, expected=expected, **values):
            raise VersionConflict
    return user


def _home(space_id: int | None) -> int | None:
    is_open = Space.id == space_id, Space.active == True  # noqa: E712
    if space_id is not None and not Space.select(Space.id).where(*is_open).exists():
        raise Invalid(fields={"home_space": "没有这个空间，请重新选择"})
    return space_id


def _only_with_consent(user: User, values: dict[str, Any]) -> None:
    """Own tags say what people believe or where they come from: kept by consent alone, and gone
    with it."""
    told = values.get("consents", user.consents)
    last = [entry["given"] for entry in told if entry["kind"] == SELF_TAGS]
    if last and last[-1]:
        return
    if values.get("self_tags"):
        raise Invalid(fields={"self_tags": "请先同意我们保存您的自选标签"})
    if user.self_tags:
        values["self_tags"] = []


def keep_phone(user: User, phone: str, *, vault: Vault, now: dt.datetime) -> User:
    """Keep a number WeChat has verified, and return the person. Raises VersionConflict."""
    with db.atomic():
        written = user.change(
            now=now,
            by=user.id,
            phone_enc=vault.seal(phone, place=_place(user, "phone")),
            phone_hash=vault.blind(phone, place="phone"),
        )
        if not written:
            raise VersionConflict
    return user


def find_by_phone(phone: str, vault: Vault) -> User | None:
    """Return whose number it is: the member who verified it, else who was written down with it;
    None for a number nobody has."""
    found: User | None = (
        User.select()
        .where(
            User.phone_hash == vault.blind(phone, place="phone"), User.status != UserStatus.ERASED
        )
        .order_by(User.openid_enc.is_null(), User.id)
        .first()
    )
    return found


def write_down(name: str, phone: str, *, vault: Vault, by: int | None, now: dt.datetime) -> User:
    """Make an entry of somebody who has no account, for a list staff keep, and return it; called
    inside the transaction of the list. Whoever verifies the number later takes it over."""
    user = User.add(now=now, by=by, first_seen_at=now, nickname=name[:30])
    if phone:
        user.phone_enc = vault.seal(phone, place=_place(user, "phone"))
        user.phone_hash = vault.blind(phone, place="phone")
        user.save()
    return user


@dataclass(frozen=True)
class Footprint:
    """What a person has done here, counted as the statistics count it."""

    attendances: int
    person_times: int
    series: list[tuple[Series, int]]
    """The series they have been to, and how often."""
    to_come: list[Series]
    """The series on offer they have not been to."""
    series_offered: int
    minutes: int
    """How long the sessions they were at were planned to take."""
    needs_raised: int


def footprint(user: User) -> Footprint:
    """Return the counts over valid check-ins, rehearsals left out; companions count towards the
    person-times."""
    rows: Any = (
        Checkin.select(
            Activity.series_id, Checkin.party_present, Session.starts_at, Session.ends_at
        )
        .join(Session)
        .join(Activity)
        .where(
            Checkin.user_id == user.id,
            Checkin.voided_at.is_null(),
            Activity.is_rehearsal == False,  # noqa: E712
        )
        .tuples()
    )
    been = list(rows)
    times = Counter(series_id for series_id, *_ in been)
    length = sum((ends - starts for *_, starts, ends in been), start=dt.timedelta())
    series = list(Series.select().order_by(Series.order, Series.id))
    return Footprint(
        attendances=len(been),
        person_times=sum(along + 1 for _, along, *_ in been),
        series=[(each, times[each.id]) for each in series if each.id in times],
        to_come=[each for each in series if each.active and each.id not in times],
        series_offered=sum(each.active for each in series),
        minutes=int(length.total_seconds()) // 60,
        needs_raised=Need.select().where(Need.user_id == user.id).count(),
    )


def _openid_hash(openid: str, vault: Vault) -> str:
    return vault.blind(openid, place="openid")


def _place(user: User, what: str) -> str:
    """Return where a ciphertext belongs: it opens in no other row and no other column."""
    return f"user.{what}:{user.id}"


def _opened(user: User, what: str, vault: Vault) -> str | None:
    sealed = getattr(user, f"{what}_enc")
    return None if sealed is None else vault.open(sealed, place=_place(user, what))
