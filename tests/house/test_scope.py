"""Nobody reaches what is not theirs: every route of the application, with ids of real rows of one
Space, as everybody who has no business with them. A new route is walked without being named here."""

import re
from difflib import unified_diff
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

import models
from models.staff import Role
from models.users import UserStatus
from server.clock import day_of, month_of, utcnow
from server.services.files_disk import Disk
from server.services.statistics_figures import FIGURES
from tests import factories, full_space
from tests.conftest import Client, Sandbox, resources
from tests.full_space import INTERNAL, NAME, PRIVATE, FullSpace
from tests.house.walk import ENDS_THE_LOGIN, Call, Walk

TOLD = re.compile(
    r'name="csrf_token" value="[^"]*"|\bsignature=[\w-]+|"request_id": ?"[^"]*"|\b[0-9a-f]{16}\b|(?<![0-9a-f])\d{15,19}(?![0-9a-f])'
    r"|\d{4}-\d\d-\d\dT[\d:.]+Z|\d\d:\d\d"
    # What an earlier step said of itself stands on whichever page is opened next.
    r'|(?s:<div class="notice \w+" role="status">.*?</div>\s*)'
)


ONE_ENGINE = pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
"""The scope stands in the query, which is the same on both: the first walks are done on both, those
of more roles on one."""

OPEN_TO_ALL = {
    "auth.create",
    "console.staff_welcome.show",
    "console.staff_welcome.create",
    "metrics.metrics",
    "public_auth.show",
    "signups.show_draw",
    "public_menus.show",
    "public_screen.show",
    "public_screen.news",
}
"""What is told without asking who: some of it to whoever holds an address that was given out."""


BELONG = {
    "needs.verdict",
    "console.needs_links.note",
    "console.activities_materials.remove",
    "console.activities_projects.adopt",
    "console.staff.end_login",
}
"""What takes only what was held for it: any other is not there."""

OWN_KEYS = {
    "console.auth_factors.new",
    "console.auth_factors.create",
    "console.auth_scans.bind",
    "console.auth_scans.create",
}
"""Where a key of one's own, or a code to be scanned, is shown, another each time."""


def _ask(client: Client, call: Call) -> TestResponse:
    answer = client.open(call.path, method=call.method, **call.sent)
    assert answer.status_code < 500, f"{call}: {answer.status_code} {answer.text[:400]}"
    return answer


def _absent(client: Client, call: Call, seen: dict[str, TestResponse]) -> TestResponse:
    """Ask about a row that is not there, once."""
    if str(call) not in seen:
        seen[str(call)] = _ask(client, call)
    return seen[str(call)]


def _keeps_secret(call: Call, answer: TestResponse, marks: tuple[str, ...]) -> None:
    told = answer.data.decode(errors="replace") + str(answer.headers)  # a spreadsheet is no text
    for mark in (*marks, full_space.PHONE, full_space.OPENID):
        assert mark not in told, f"{call} tells {mark}: {told[:3000]}"


def _same(real: TestResponse, unknown: TestResponse, call: Call, absent: Call) -> None:
    """A row of others and a row that is not there are answered alike, to the letter."""
    if call.endpoint in OWN_KEYS:
        return
    told = [
        TOLD.sub("", answer.data.decode(errors="replace") + answer.headers.get("Location", ""))
        for answer in (real, unknown)
    ]
    lines = [[line.strip() for line in text.splitlines() if line.strip()] for text in told]
    shown = "\n".join(unified_diff(lines[0], lines[1], lineterm="", n=0))
    is_same = (real.status_code, lines[0]) == (unknown.status_code, lines[1])
    assert is_same, f"{call}: {real.status_code}, {absent}: {unknown.status_code}\n{shown[:3000]}"


def _rows() -> dict[tuple[str, Any], dict[str, Any]]:
    """Return all rows there are, but for who is logged in."""
    log_ins = (models.Token, models.ConsoleLogin)
    tables: list[Any] = [table for table in models.TABLES if table not in log_ins]
    return {
        (table.__name__, row[table._meta.primary_key.column_name]): row
        for table in tables
        for row in table.select().dicts()
    }


def _but_of(account: models.Staff) -> dict[tuple[str, Any], dict[str, Any]]:
    """Return all rows but the account's own, which it may change."""
    return {key: row for key, row in _rows().items() if key != ("Staff", account.id)}


def _untouched(
    before: dict[tuple[str, Any], Any],
    of: FullSpace,
    *,
    changed: frozenset[str] = frozenset(),
    added: frozenset[str] = frozenset(),
) -> None:
    """Nothing that stood there has changed but in the tables `changed`, and nothing new is in the
    Space but in the tables `added`."""
    after = _rows()
    for key, row in before.items():
        if key[0] not in changed:
            assert after.get(key) == row, f"{key} was changed: {row} → {after.get(key)}"
    for key in after.keys() - before.keys():
        places = {after[key].get(name) for name in ("space", "space_id", "org_unit_id")}
        assert key[0] in added or of.space.id not in places, f"new in the Space: {key} {after[key]}"


@pytest.fixture
def place(app: Flask, sandbox: Sandbox) -> FullSpace:
    sandbox.login_code(full_space.OPENID)
    it = resources(app)
    return full_space.fill(it.vault, Disk(it.config.files_dir), it.config.secrets.secret_key)


@pytest.fixture
def walk(app: Flask, place: FullSpace) -> Walk:
    return Walk(app, place)


def test_strangers_reach_nothing(walk: Walk, client: Client, place: FullSpace) -> None:
    before = _rows()
    for call in walk.calls():
        answer = _ask(client, call)
        _keeps_secret(call, answer, (PRIVATE, INTERNAL, NAME))
        if call.path.startswith("/api/v1/") and call.endpoint not in OPEN_TO_ALL:
            assert answer.status_code == 401, call
            method = "HEAD" if call.method == "GET" else "OPTIONS"
            assert client.open(call.path, method=method).status_code == 401, call
    _untouched(before, place)


@pytest.mark.parametrize("who", ["of another Space", "of the same Space", "colleague"])
def test_members_reach_only_their_own(
    who: str, walk: Walk, client: Client, place: FullSpace
) -> None:
    other = factories.make_space()
    me = factories.make_user(home_space=other if who == "of another Space" else place.space)
    if who == "colleague":
        company = models.Enterprise.get_by_id(int(place.ids["enterprise_id"][0]))
        factories.make_member(me, company, status="verified")
    factories.make_need(other, user_id=me.id)
    before = {
        key: row for key, row in _rows().items() if me.id not in (row.get("id"), row.get("user_id"))
    }
    mine = client.as_user(me)
    seen: dict[str, TestResponse] = {}
    for call, absent in zip(walk.calls(), walk.calls(real=False), strict=True):
        if call.endpoint in ENDS_THE_LOGIN:
            mine = client.as_user(me)
        answer = _ask(mine, call)
        _keeps_secret(call, answer, (PRIVATE, INTERNAL, NAME))
        if call.path.startswith("/api/v1/staff/"):
            assert answer.status_code == 401, call
        elif call.kinds and not call.is_public and call.endpoint not in OPEN_TO_ALL:
            assert answer.status_code in (404, 303), f"{call}: {answer.status_code}"
            _same(answer, _absent(mine, absent, seen), call, absent)
    # By right a member signs up for what is open to all and brings a need to any Space.
    added = {"Signup", "Message", "Delivery", "Need", "NeedEvent", "AuditLog", "ScanLog"}
    _untouched(
        before, place, changed=frozenset({"Session"}), added=frozenset(added | {"NeedCounter"})
    )
    for key, row in _rows().items():
        assert key in before or row.get("user_id", me.id) == me.id, (
            f"for somebody else: {key} {row}"
        )


@pytest.mark.parametrize(
    "who", ["keeper of another Space", "lapsed", "district viewer", "another partner"]
)
def test_staff_of_elsewhere_find_nothing(
    who: str, walk: Walk, client: Client, place: FullSpace
) -> None:
    """Complaint: staff of one event read another's, and a 403 tells that it is there."""
    account = _account(who, place)
    before = _but_of(account)
    mine = client.as_staff(account)
    seen: dict[str, TestResponse] = {}
    for call, absent in zip(walk.calls(), walk.calls(real=False), strict=True):
        if call.endpoint in ENDS_THE_LOGIN:
            mine = client.as_staff(account)
        answer = _ask(mine, call)
        _keeps_secret(call, answer, (PRIVATE, INTERNAL, NAME))
        if call.endpoint in OPEN_TO_ALL:
            continue
        if call.kinds - {"day"} and not _is_for_members(call):
            assert answer.status_code == 404, f"{call}: {answer.status_code}"
        _same(answer, _absent(mine, absent, seen), call, absent)
    _untouched(before, place)


def _is_for_members(call: Call) -> bool:
    """The console's cookie opens no door of the mini-program."""
    return call.path.startswith("/api/v1/") and not call.path.startswith("/api/v1/staff/")


def _hand_over(account: models.Staff, partner_id: int) -> None:
    """Let the account handle what the partner is sent."""
    given = models.Grant.role == Role.PARTNER_HANDLER
    models.Grant.update(partner_id=partner_id).where(given, models.Grant.staff == account).execute()


def _account(who: str, place: FullSpace) -> models.Staff:
    if who == "keeper of another Space":
        return factories.make_staff(Role.KEEPER, factories.make_space())
    if who == "another partner":
        body = factories.make_partner(place.space)
        account = factories.make_staff(Role.PARTNER_HANDLER, place.space)
        _hand_over(account, body.id)
        return account
    if who == "district viewer":
        return factories.make_staff(Role.DISTRICT_VIEWER, place.district)
    account = factories.make_staff(Role.KEEPER, factories.make_space())
    models.Grant.delete().where(models.Grant.staff == account).execute()
    today = day_of(utcnow())
    day = today.resolution
    lapsed: tuple[dict[str, Any], ...] = (
        {"from_on": today - 9 * day, "to_on": today - day},
        {"from_on": today + day},
        {"from_on": today, "revoked_at": utcnow()},
    )
    for times in lapsed:
        models.Grant.add(
            now=utcnow(),
            staff=account,
            role=Role.KEEPER,
            org_unit=place.space.org_unit,
            **times,
        )
    return account


@ONE_ENGINE
@pytest.mark.parametrize(
    ("role", "changed", "added"),
    [
        # The code on the screen; at the door who leaves, how many came, and a flag looked into.
        (Role.SCANNER, {"Session", "Checkin"}, {"AuditLog", "ScanLog", "Device"}),
        # A day of the calendar moves what was promised; accounts are shut and roles given.
        (
            Role.PLATFORM_ADMIN,
            {"CalendarDay", "Need", "Staff", "Grant", "Invitation"},
            {"NeedEvent", "AuditLog", "Grant"},
        ),
        # The registers are the town's: a merge taken back, a sheet written, a partner retired.
        (
            Role.TOWN_OFFICER,
            {"Enterprise", "EnterpriseMerge", "EnterpriseImport", "EnterpriseImportRow"}
            | {"Partner", "Expert", "Resource", "Staff", "Grant", "Invitation"}
            | {"BaselineFigure"},
            {"Need", "NeedEvent", "NeedCounter", "AuditLog", "Partner", "Expert", "Resource"}
            | {"Grant"},
        ),
    ],
)
def test_staff_who_see_the_space_read_no_words_of_people(
    role: Role,
    changed: set[str],
    added: set[str],
    walk: Walk,
    client: Client,
    place: FullSpace,
) -> None:
    """They see how things stand; what people wrote and are called is for those who work there."""
    at = {Role.TOWN_OFFICER: place.town, Role.SCANNER: place.space}
    account = factories.make_staff(role, at.get(role) or models.OrgUnit.get(kind="nation"))
    before = _but_of(account)
    mine = client.as_staff(account)
    refused = 0
    for call in walk.calls():
        if call.endpoint in ENDS_THE_LOGIN:
            mine = client.as_staff(account)
        answer = _ask(mine, call)
        _keeps_secret(call, answer, (PRIVATE, NAME))
        refused += answer.status_code in (403, 404)
    assert refused > 40
    _untouched(before, place, changed=frozenset(changed), added=frozenset(added))


@ONE_ENGINE
@pytest.mark.parametrize("role", [Role.KEEPER, Role.TOWN_OFFICER])
def test_rows_behind_figures_carry_no_words(role: Role, client: Client, place: FullSpace) -> None:
    """Who may count may not read: for every figure there is."""
    at = place.space if role == Role.KEEPER else place.town
    mine = client.as_staff(factories.make_staff(role, at))
    models.Session.update(state="ended").where(models.Session.space == place.space).execute()
    shown = 0
    for code in FIGURES:
        query = {"figure": code, "month": month_of(utcnow())}
        answer = mine.get("/api/v1/staff/statistics/rows", query_string=query)
        assert answer.status_code == 200, f"{code}: {answer.text}"
        for mark in (PRIVATE, NAME, full_space.PHONE, full_space.OPENID):
            assert mark not in answer.text, code
        shown += len((answer.json or {})["items"])
    assert shown > 5


@ONE_ENGINE
@pytest.mark.parametrize("status", [UserStatus.BLOCKED, UserStatus.ERASED])
def test_who_is_kept_out_is_kept_out_everywhere(
    status: UserStatus, walk: Walk, client: Client, place: FullSpace
) -> None:
    """A blocked member, who also holds the keeper's account on the phone."""
    me = factories.make_user(home_space=place.space)
    factories.make_staff(Role.KEEPER, place.space, user_id=me.id)
    mine = client.as_user(me)
    models.User.update(status=status).where(models.User.id == me.id).execute()
    before = _rows()
    for call in walk.calls():
        answer = _ask(mine, call)
        _keeps_secret(call, answer, (PRIVATE, INTERNAL, NAME))
        if call.path.startswith("/api/v1/") and call.endpoint not in OPEN_TO_ALL:
            assert answer.status_code == 401, call
    _untouched(before, place)


def test_the_walk_knows_the_way(walk: Walk, client: Client, place: FullSpace) -> None:
    """To those whose rows they are, the very same requests lead somewhere: the 404s above are
    refusals, not mistakes in an address."""
    account = factories.make_staff(Role.KEEPER, place.space)
    unit = place.space.org_unit
    today = day_of(utcnow())
    models.Grant.add(
        now=utcnow(), staff=account, role=Role.PARTNER_HANDLER, org_unit=unit, from_on=today
    )
    _hand_over(account, int(place.ids["partner_id"][0]))
    nation = models.OrgUnit.get(kind="nation")  # who keeps what all Spaces share
    models.Grant.add(
        now=utcnow(), staff=account, role=Role.PLATFORM_ADMIN, org_unit=nation, from_on=today
    )
    models.BreakGlass.update(staff=account).execute()  # each sees what he opened himself
    models.ExportJob.update(staff=account).execute()  # and takes along what he asked for
    keeper = client.as_staff(account)
    member = client.as_user(place.member)
    reached = 0
    for call in walk.calls():
        if call.endpoint in ENDS_THE_LOGIN or not call.kinds - {"day"}:
            continue
        answer = _ask(member if _is_for_members(call) else keeper, call)
        if answer.status_code == 404:  # drafts and rehearsals are not there for members
            drafts = {"activity_id", "session_id", "survey_id"} if _is_for_members(call) else set()
            is_hidden = call.kinds & (drafts | {"payload"}) and not call.is_public
            # Ids of two kinds need not belong together, and only what was held for it can be judged.
            is_hidden = is_hidden or len(call.kinds) > 1 or call.endpoint in BELONG
            assert is_hidden, f"{call}: {answer.text[:300]}"
        reached += answer.status_code < 400
    assert reached > 40
