"""Plain functions that make valid rows; a test names in its body only what matters to it."""

import datetime as dt
import itertools
import secrets
from typing import Any

import models
from models.activities import ActivityKind, ActivityState
from models.checkins import CheckinMethod
from models.signups import SEATED, SignupState
from models.spaces import OrgKind, SpaceType, VenueRole
from models.staff import Role
from server.clock import day_of, utcnow
from server.crypto import token_hash
from server.services.audit import Actor

_count = itertools.count(1)


def _number() -> int:
    return next(_count)


def make_org_unit(
    kind: OrgKind = OrgKind.TOWN, parent: models.OrgUnit | None = None, **over: Any
) -> models.OrgUnit:
    unit_id = models.new_id()
    path = f"{parent.path if parent else '/'}{unit_id}/"
    values = {
        "id": unit_id,
        "kind": kind,
        "parent": parent,
        "path": path,
        "name": f"单位{_number()}",
    }
    return models.OrgUnit.add(now=utcnow(), **values | over)


def make_space(town: models.OrgUnit | None = None, **over: Any) -> models.Space:
    """A Space below a town of its own unless one is given."""
    unit = make_org_unit(OrgKind.SPACE, town or make_org_unit())
    number = _number()
    values = {
        "id": unit.id,
        "org_unit": unit,
        "code": f"S{number}",
        "name": f"空间{number}",
        "type": SpaceType.PARK,
    }
    return models.Space.add(now=utcnow(), **values | over)


def make_user(**over: Any) -> models.User:
    values = {"nickname": f"会员{_number()}", "first_seen_at": utcnow()}
    return models.User.add(now=utcnow(), **values | over)


def make_token(user: models.User, **over: Any) -> str:
    """A log-in of the member; returns the bearer token."""
    token = secrets.token_urlsafe(32)
    now = utcnow()
    values = {
        "token_hash": token_hash(token),
        "user_id": user.id,
        "created_at": now,
        "expires_at": now + dt.timedelta(days=400),
    }
    models.Token.create(**values | over)
    return token


def make_staff(role: Role | None = None, at: Any = None, **over: Any) -> models.Staff:
    """A staff account, with a role at an OrgUnit or Space if given."""
    values = {"login": f"staff{_number()}", "name": f"工作人员{_number()}", "password_hash": "!"}
    staff = models.Staff.add(now=utcnow(), **values | over)
    if role:
        unit = at.org_unit if isinstance(at, models.Space) else at
        today = day_of(utcnow())
        models.Grant.add(now=utcnow(), staff=staff, role=role, org_unit=unit, from_on=today)
    return staff


def make_console_login(staff: models.Staff, **over: Any) -> str:
    """A console log-in; returns the cookie."""
    cookie = secrets.token_urlsafe(32)
    now = utcnow()
    values = {
        "cookie_hash": token_hash(cookie),
        "staff": staff,
        "created_at": now,
        "seen_at": now,
        "expires_at": now + dt.timedelta(days=400),
    }
    models.ConsoleLogin.create(**values | over)
    return cookie


def make_series(**over: Any) -> models.Series:
    number = _number()
    values = {"code": f"xl{number}", "name": f"心{number}", "color": "#8a5a44"}
    return models.Series.add(now=utcnow(), **values | over)


def make_activity(space: models.Space | None = None, **over: Any) -> models.Activity:
    space = space or make_space()
    values = {
        "space": space,
        "title": f"活动{_number()}",
        "theme": "主题",
        "kind": ActivityKind.LECTURE,
        "state": ActivityState.SCHEDULED,
    }
    if "series" not in over:
        values["series"] = make_series()
    return models.Activity.add(now=utcnow(), **values | over)


def make_session(activity: models.Activity | None = None, **over: Any) -> models.Session:
    """A session that starts in two hours and lasts two, unless said otherwise."""
    activity = activity or make_activity()
    starts = over.pop("starts_at", utcnow() + dt.timedelta(hours=2))
    ends = over.pop("ends_at", starts + dt.timedelta(hours=2))
    values = {
        "space": activity.space_id,
        "activity": activity,
        "starts_at": starts,
        "ends_at": ends,
        "checkin_opens_at": starts - dt.timedelta(hours=1),
        "checkin_closes_at": ends + dt.timedelta(minutes=30),
        "capacity": 20,
        "qr_key": secrets.token_hex(32),
    }
    return models.Session.add(now=utcnow(), **values | over)


def make_enterprise(**over: Any) -> models.Enterprise:
    values = {"name": f"上海测试{_number()}有限公司"}
    return models.Enterprise.add(now=utcnow(), **values | over)


def make_member(user: models.User, enterprise: models.Enterprise, **over: Any) -> Any:
    values = {"user_id": user.id, "enterprise": enterprise, "from_on": day_of(utcnow())}
    return models.EnterpriseMember.add(now=utcnow(), **values | over)


def make_category(**over: Any) -> models.Category:
    number = _number()
    return models.Category.add(
        now=utcnow(), **{"code": f"cat{number}", "name": f"类别{number}"} | over
    )


def make_signup(
    session: models.Session | None = None, user: models.User | None = None, **over: Any
) -> models.Signup:
    """A confirmed place, counted in the session's seats as the allocator would."""
    session = session or make_session()
    user = user or make_user()
    values = {
        "space": session.space_id,
        "session": session,
        "user_id": user.id,
        "state": SignupState.CONFIRMED,
    }
    signup = models.Signup.add(now=utcnow(), **values | over)
    if signup.state in SEATED:
        models.Session.update(seats_taken=models.Session.seats_taken + signup.party_size).where(
            models.Session.id == session.id
        ).execute()
    return signup


def make_checkin(signup: models.Signup | None = None, **over: Any) -> models.Checkin:
    """A valid check-in of a signup, which is attended by it."""
    signup = signup or make_signup()
    now = over.pop("at", utcnow())
    models.Signup.update(state=SignupState.ATTENDED).where(models.Signup.id == signup.id).execute()
    values = {
        "space": signup.space_id,
        "session": signup.session_id,
        "signup": signup,
        "user_id": signup.user_id,
        "enterprise_id": signup.enterprise_id,
        "method": CheckinMethod.SELF_QR,
        "party_present": signup.party_size - 1,
        "occurred_at": now,
        "recorded_at": now,
    }
    return models.Checkin.add(now=now, **values | over)


def make_building(*spaces: models.Space, **over: Any) -> models.Building:
    """A tower, looked after by the Spaces given."""
    building = models.Building.add(now=utcnow(), **{"name": f"楼{_number()}"} | over)
    for space in spaces:
        models.SpaceBuilding.create(space=space, building=building)
    return building


def make_need(space: models.Space | None = None, **over: Any) -> models.Need:
    """A need just submitted, due in a day and in a week."""
    space, number, now = space or make_space(), _number(), utcnow()
    values = {
        "no": f"{space.code}-2026-{number:06d}",
        "space": space,
        "title": f"诉求{number}",
        "body": "想请人来讲一讲",
        "received_at": now,
        "respond_days": 1,
        "resolve_days": 5,
        "clock_from": now,
        "clock_days": 5,
        "due_respond": now + dt.timedelta(days=1),
        "due_resolve": now + dt.timedelta(days=7),
    }
    if "category" not in over:
        values["category"] = make_category()
    return models.Need.add(now=now, **values | over)


def actor(**over: Any) -> Actor:
    """Somebody of the staff, as the trail keeps them."""
    return Actor(**{"kind": "staff", "id": 1, "name": "操作员"} | over)


def make_venue(space: models.Space | None = None, **over: Any) -> models.Venue:
    """An auxiliary venue, of which a Space may have any number."""
    values = {
        "space": space or make_space(),
        "role": VenueRole.AUXILIARY,
        "name": f"场地{_number()}",
    }
    return models.Venue.add(now=utcnow(), **values | over)


def make_zone(venue: models.Venue | None = None, **over: Any) -> models.Zone:
    venue = venue or make_venue()
    values = {"space": venue.space_id, "venue": venue, "name": f"分区{_number()}"}
    return models.Zone.add(now=utcnow(), **values | over)


def as_sent(values: dict[str, Any]) -> dict[str, Any]:
    """The same values with their ids as strings: a body carries ids in no other way."""
    return {
        name: str(value) if name.endswith("_id") and value is not None else value
        for name, value in values.items()
    }


def make_partner(space: models.Space, **over: Any) -> models.Partner:
    """A body the Space can call on."""
    values = {"org_unit": space.org_unit_id, "type": "provider", "name": f"单位{_number()}"}
    return models.Partner.add(now=utcnow(), **values | over)
