"""Whatever a form or an address carries, there is an answer with a sentence, never a bug."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import models
from models.needs import NeedState
from models.staff import Role
from server.clock import day_of, utcnow
from server.services.files_disk import Disk
from tests import factories, full_space
from tests.conftest import Client, resources
from tests.console.conftest import words
from tests.full_space import FullSpace
from tests.hostile import MARKUP, TEXTS, WORST

SAID = re.compile(r'class="(?:notice (?:bad|warn)|invalid-feedback|empty)|<h1[ >]')
NAMES = [
    "space",
    "month",
    "state",
    "series",
    "page",
    "group",
    "text",
    "category",
    "late",
    "view",
    "cursor",
    "like",
    "next",
    "preview",
    "building",
    "industry",
    "silent",
    "kind",
    "into",
    "verdict",
]
"""What addresses are asked by."""
PAGES = (
    ("activities", ""), ("menus", ""), ("needs", ""), ("needs", "list"), ("notifications", "")
)  # fmt: skip
"""Pages with filters."""

PARTS = 4
"""All forms at once would take one worker minutes."""

TURNS = 4
"""Of the texts, each form gets every so manieth, and its neighbours get the others."""

LATER = {
    "activities_endings.archive": "",
    "activities_endings.cancel": "version reason",
    "activities_endings.cancel_session": "version reason",
    "activities_materials.remove": "file_id",
    "activities_series.edit": "name color icon mode order version",
    "activities_series.new": "name code color icon mode order",
    "audit_glass.create": "kind number reason",
    "auth_factors.drop": "",
    "auth_factors.finish": "code next",
    "auth_scans.create": "",
    "staff_people.drop_factor": "",
    "staff_people.hand_over": "space taker from_on",
    "staff_people.pass_on": "space taker",
    "calendar.preview": "year day kind name text source confirmed",
    "calendar.update": "year text source confirmed",
    "cases.create": "need activity title before doing after f0_name f0_value reach",
    "checkins_desk.check_out": "",
    "checkins_desk.recount": "party_present reason",
    "checkins_desk.walk_in": "code user_id party_present door reason",
    "checkins_flags.answer": "shown",
    "enterprises_edit.move_back": "",
    "enterprises_members.refuse": "reason",
    "enterprises_members.verify": "role",
    "enterprises_merges.apart": "other",
    "enterprises_merges.create": "into reason",
    "needs_dispatches.decide": "version approved words",
    "needs_dispatches.recall": "version reason",
    "needs_handling.accept": "version",
    "needs_handling.answer": "answer text",
    "needs_handling.back": "version text",
    "needs_handling.done": "version text",
    "needs_handling.say": "version need_version text to",
    "needs_settings.edit_category": "name group order active version",
    "needs_settings.new_category": "name group order active",
    "notifications.pause": "next",
    "signups_desk.apply": "rows reason when_full",
    "signups_desk.draw": "",
    "spaces_buildings.create": "name address grid_code floors spaces",
    "spaces_buildings.update": "name address grid_code floors spaces version",
    "spaces_zones.create": "day opens closes zone_id purpose week space",
    "statistics_reports.verify": "",
    "visits_targets.create": "enterprise_id",
}
"""Forms that a page shows only after something was done on it, and what they send."""


@dataclass
class Filled:
    """A form of a page as a browser would send it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Reads the forms of a page, with what stands in them; what must be filled in is."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._page = page
        self.found: list[Filled] = []
        self._open: Filled | None = None
        self._in: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            is_sent = given.get("method") == "post"
            self._open = Filled(given.get("action") or self._page) if is_sent else None
            self.found += [self._open] if self._open else []
        name = given.get("name")
        form = self._form(given.get("form"))
        if form is None:
            return
        if given.get("formaction"):
            self.found.append(Filled(given["formaction"] or "", form.fields, form.kinds))
        if tag == "option" and self._in and ("selected" in given or not form.fields[self._in]):
            form.fields[self._in] = given.get("value") or ""
        if not name:
            return
        self._in = name if tag == "select" else None
        kind = given.get("type") or tag
        form.kinds[name] = kind
        if kind in ("checkbox", "radio") and "checked" not in given and name in form.fields:
            return
        usual = {"datetime-local": "2026-12-24T10:00", "number": "1"}.get(kind, "文字")
        must = "" if "required" not in given and kind != "textarea" else usual
        form.fields[name] = given.get("value") or must

    def _form(self, named: str | None) -> Filled | None:
        return self._open or (self.found[0] if named and self.found else None)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


class Counter:
    """A keeper who tries every form there is, on rows made anew when they are used up."""

    def __init__(self, app: Flask, client: Client) -> None:
        self.app = app
        self.account = factories.make_staff()
        self.client = client.as_staff(self.account)
        self.pages: dict[str, tuple[Rule, int]] = {}
        self.place = self._fresh()

    def _fresh(self) -> FullSpace:
        """Make a Space with something in every state, and let the keeper in."""
        self.client = self.client.as_staff(self.account)  # some forms end the log-in
        it = resources(self.app)
        place = full_space.fill(it.vault, Disk(it.config.files_dir), it.config.secrets.secret_key)
        today = day_of(utcnow())
        unit = place.space.org_unit
        models.Grant.update(revoked_at=utcnow()).where(models.Grant.staff == self.account).execute()
        models.Grant.add(
            now=utcnow(), staff=self.account, role=Role.KEEPER, org_unit=unit, from_on=today
        )
        for state in (NeedState.IN_PROGRESS, NeedState.WAITING_INFO):
            need = factories.make_need(place.space, state=state, paused_days=3, paused_on=today)
            place.ids["need_id"].append(str(need.id))
        return place

    def rules(self, method: str) -> list[Rule]:
        return [
            rule
            for rule in self.app.url_map.iter_rules()
            if rule.rule.startswith("/console") and method in (rule.methods or ())
            and "version" not in rule.arguments
        ]  # fmt: skip

    def path(self, rule: Rule, number: int) -> str:
        ids = self.place.ids
        path = re.sub(
            r"<(?:id:)?(\w+)>", lambda part: ids[part[1]][number % len(ids[part[1]])], rule.rule
        )
        return f"{path}?group=pending" if rule.endpoint == "console.signups.index" else path

    def look(self) -> None:
        """Find out which page holds which form."""
        for rule in self.rules("GET"):
            count = max((len(self.place.ids[name]) for name in rule.arguments), default=1)
            for number in range(count):
                for form in self._forms_of(rule, number):
                    self.pages.setdefault(self.endpoint_of(form), (rule, number))

    def _forms_of(self, rule: Rule, number: int) -> list[Filled]:
        path = self.path(rule, number)
        answer = self.client.get(path)
        reader = _Forms(path)
        if answer.mimetype == "text/html":
            reader.feed(answer.text)
        return reader.found

    def endpoint_of(self, form: Filled) -> str:
        path = form.action.partition("?")[0]
        matched: Any = self.app.url_map.bind("localhost").match(path, method="POST")
        return str(matched[0])

    def form(self, endpoint: str) -> Filled:
        """Return the form as it stands on its page now."""
        for _ in range(2):
            for form in self._forms_of(*self.pages[endpoint]):
                if self.endpoint_of(form) == endpoint:
                    return form
            self.place = self._fresh()
        raise AssertionError(f"{endpoint}: the form is on no page of a new Space")

    def later(self, rule: Rule) -> Filled:
        """Return a form of LATER, as it would be filled in."""
        names = LATER[rule.endpoint.removeprefix("console.")].split()
        token = self.form("console.staff.theme").fields["csrf_token"]
        return Filled(self.path(rule, 0), dict.fromkeys(names, "1") | {"csrf_token": token})

    def send(self, form: Filled, fields: dict[str, Any]) -> TestResponse:
        answer = self.client.post(form.action, data=fields)
        _is_calm(answer, f"POST {form.action} {str(fields)[:300]}")
        return answer


def _is_calm(answer: TestResponse, what: str) -> None:
    assert answer.status_code < 500, f"{what}: {answer.status_code}"
    if answer.mimetype.startswith("text/"):
        assert MARKUP not in answer.text, f"{what}: comes back as markup"
    assert "stolen" not in str(answer.headers.getlist("Set-Cookie")), what
    assert not answer.headers.get("Location", "/").startswith(("//", "http")), what
    if answer.status_code >= 400 and answer.mimetype == "text/html":
        assert SAID.search(answer.text), f"{what}: {answer.status_code} without a sentence"
        assert "填写不正确" not in words(answer) or answer.status_code == 422, what


@pytest.fixture
def counter(app: Flask, client: Client, sandbox: Any) -> Counter:
    return Counter(app, client)


def _attempts(form: Filled, *, is_thorough: bool) -> Iterator[dict[str, Any]]:
    """Yield what to send: nothing, bad texts everywhere, and else all well but one field, which is
    bad or missing."""
    token = {"csrf_token": form.fields["csrf_token"]}
    named = [name for name in form.fields if name != "csrf_token"]
    # By turns, begun elsewhere in each form: all texts in every field of every form took minutes.
    start = sum(form.action.partition("?")[0].encode())
    turn = TEXTS[start % TURNS :: TURNS] if is_thorough else ()
    yield token
    for text in (*WORST, *turn):
        yield dict.fromkeys(named, text) | token
    kinds: list[str | None] = [*WORST, None]
    for number, name in enumerate(named if is_thorough else ()):
        text = kinds[(start + number) % len(kinds)]
        others = {each: value for each, value in form.fields.items() if each != name}
        yield others if text is None else others | {name: text}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_form_answers_whatever_is_sent(counter: Counter, engine: str, part: int) -> None:
    """PostgreSQL is the stricter of the two about what a column takes, so it gets the most."""
    is_thorough = engine == "postgresql"
    counter.look()
    expected = {rule.endpoint for rule in counter.rules("POST")}
    missing = expected - counter.pages.keys() - {"console.auth.create", "console.auth.delete"}
    unlike = missing ^ {f"console.{name}" for name in LATER}
    assert not unlike, f"not what LATER says: {sorted(unlike)}"
    for rule in counter.rules("POST")[part::PARTS]:
        if rule.endpoint in missing:
            later = counter.later(rule)
            for attempt in _attempts(later, is_thorough=is_thorough):
                counter.send(later, attempt)
    shown = sorted(expected & counter.pages.keys() - {"console.auth.delete"})
    for endpoint in shown[part::PARTS]:
        form = counter.form(endpoint)
        for attempt in list(_attempts(form, is_thorough=is_thorough)):
            answer = counter.send(form, attempt | _still_true(form))
            if answer.status_code == 303:  # it was taken: the page says something else now
                form = counter.form(endpoint)


def _still_true(form: Filled) -> dict[str, str]:
    return {"csrf_token": form.fields["csrf_token"]}


def test_the_log_in_answers_whatever_is_sent(app: Flask, client: Client) -> None:
    page = client.get("/console/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    for number, text in enumerate(TEXTS):
        fields = {"login": text, "password": text, "next": text, "csrf_token": token[1]}
        origin = {"REMOTE_ADDR": f"10.0.0.{number}"}  # nobody is to be shut out for trying
        answer = client.post("/console/login", data=fields, environ_overrides=origin)
        _is_calm(answer, f"log in as {text[:40]!r}")
        assert answer.status_code in (401, 413, 422), f"{text[:40]!r}: {answer.status_code}"


def test_every_page_answers_whatever_is_asked(counter: Counter) -> None:
    for rule in counter.rules("GET"):
        for text in WORST:
            query = dict.fromkeys(NAMES, text[:3000])
            answer = counter.client.get(counter.path(rule, 0).partition("?")[0], query_string=query)
            _is_calm(answer, f"GET {rule.rule} with {text[:40]!r}")


@pytest.mark.parametrize("name", ["text", "category", "cursor", "month", "space"])
def test_every_filter_answers_whatever_is_asked(counter: Counter, name: str) -> None:
    """One at a time: a filter that finds nothing would hide what the others do."""
    for page, view in PAGES:
        for text in TEXTS:
            query = {name: text[:3000], "view": view}
            answer = counter.client.get(f"/console/{page}", query_string=query)
            _is_calm(answer, f"GET {page} with {name}={text[:40]!r}")


def test_searches_take_wildcards_for_what_they_are(client: Client) -> None:
    space = factories.make_space()
    factories.make_need(space, title="贷款100%贴息")
    factories.make_need(space, title="想学画画")
    me = client.as_staff(factories.make_staff(Role.KEEPER, space))
    for text, found in (("%", True), ("_", False), ("0%贴", True), ("画%", False)):
        page = me.get("/console/needs", query_string={"view": "list", "text": text}).text
        assert ("贷款100%贴息" in html.unescape(page)) == found, text
        assert "想学画画" not in page
