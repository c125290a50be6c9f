"""What no phone of ours would send: every operation of the API answers it with a refusal."""

import base64
import json
from typing import Any

import pytest

import models
from models.staff import Role
from server.clock import utcnow
from server.services.files_disk import Disk
from tests import factories, full_space
from tests.api_samples import Samples
from tests.conftest import Client, Sandbox, resources
from tests.full_space import FullSpace
from tests.hostile import WORST

FAR = "9999-12-31T23:59:59.999999-23:59"
CURSORS = (
    *("x", "====", "W10", "bnVsbA", "é", "a" * 200),
    *(
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        for text in (
            '["a\\u0000b", "1"]',
            '["\\ud800", "1"]',
            '["abc", "1"]',
            '[5, "1"]',
            "[true, 1]",
            "[9223372036854775808, 1]",
            '["a", Infinity]',
            '["a", 1e999]',
            '["a", -1]',
            f'[{{"at": "{FAR}"}}, "1"]',
            '[{"at": "0001-01-01T00:00:00+23:59"}, "1"]',
            '[{"at": "2026-05-20"}, "1"]',
            '[{"at": 5}, "1"]',
            '[{"at": "2026-05-20T00:00:00Z"}, "9223372036854775808"]',
            '[{"at": "2026-05-20T00:00:00Z"}, [1]]',
        )
    ),
)
BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe{}",
    b"\x00",
    b"NaN",
    b"[" * 50_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"a": ' + b"9" * 5_000 + b"}",
)


@pytest.fixture
def place(client: Client, sandbox: Sandbox) -> FullSpace:
    sandbox.login_code(full_space.OPENID)
    it = resources(client.application)
    return full_space.fill(it.vault, Disk(it.config.files_dir), it.config.secrets.secret_key)


@pytest.fixture
def me(client: Client, place: FullSpace) -> Client:
    """The member whose rows they are, who also keeps the Space by phone."""
    factories.make_staff(Role.KEEPER, place.space, user_id=place.member.id)
    return client.as_user(place.member)


@pytest.fixture
def samples(client: Client) -> Samples:
    return Samples(client.get("/api/openapi.json").json or {})


class Operation:
    """One operation of the document, with everything it takes."""

    def __init__(self, samples: Samples, place: FullSpace, method: str, path: str) -> None:
        found = samples.operation(method, path)
        assert found
        self.method, self.found = method, found

        def pick(kind: str) -> str:
            return place.category if kind == "category" else place.ids[kind][0]

        self.path = path
        for name in place.ids:
            self.path = self.path.replace(f"{{{name}}}", place.ids[name][0])
        self.query = samples.query(found, pick)
        self.headers = samples.headers(found, pick)
        self.body = samples.body(found, pick)

    def names(self, where: str) -> list[str]:
        return [each["name"] for each in self.found.get("parameters", []) if each["in"] == where]

    def ask(self, client: Client, **over: Any) -> None:
        """Send it, changed: whatever comes back is not our fault, and says what is wrong."""
        sent = {"query_string": self.query, "headers": self.headers}
        if self.body is not None:
            sent["json"] = self.body
        if "data" in over:
            sent.pop("json", None)
        answer = client.open(self.path, method=self.method, **(sent | over))
        what = f"{self.method} {self.path} {str(over)[:300]}: {answer.status_code}"
        assert answer.status_code < 500 or answer.status_code == 503, f"{what} {answer.text}"
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json", what
            assert (answer.json or {})["detail"], what


@pytest.fixture
def operations(samples: Samples, place: FullSpace) -> list[Operation]:
    return [
        Operation(samples, place, method.upper(), path)
        for path, methods in sorted(samples.document["paths"].items())
        for method in sorted(methods)
        if path not in ("/api/v1/auth/wechat", "/api/v1/auth/token")
        and (method, path) != ("delete", "/api/v1/me")
    ]


def test_cursors_of_nobody_lead_nowhere(operations: list[Operation], me: Client) -> None:
    asked = 0
    for operation in operations:
        if "cursor" in operation.names("query"):
            query = operation.query
            if "figure" in operation.names("query"):
                query = query | {"figure": "person_times"}
            for cursor in CURSORS:
                operation.ask(me, query_string=query | {"cursor": cursor})
                asked += 1
    assert asked > 8 * len(CURSORS)


def test_queries(operations: list[Operation], me: Client) -> None:
    for operation in operations:
        for name in operation.names("query"):
            for text in WORST:
                operation.ask(me, query_string=operation.query | {name: text[:20_000]})


def test_headers(operations: list[Operation], me: Client) -> None:
    for operation in operations:
        for name in {*operation.names("header"), "X-HTTP-Method-Override"}:
            for text in ("é", "9" * 200, "DELETE"):
                operation.ask(me, headers=operation.headers | {name: text})


def test_bodies_that_are_none(operations: list[Operation], me: Client) -> None:
    for operation in operations:
        for body in BODIES if operation.body is not None else ():
            operation.ask(me, data=body, content_type="application/json")
            operation.ask(me, data=body, content_type="text/plain")


def test_members_of_bodies(operations: list[Operation], me: Client) -> None:
    values: tuple[Any, ...] = (
        *WORST,
        *("\ud800", None, True, -1, 10**9, 10**30, 1e308, [], {}, [[]]),
    )
    for operation in operations:
        for name in operation.body or ():
            for value in values:
                body = json.dumps(operation.body | {name: value})
                operation.ask(me, data=body, content_type="application/json")


def test_a_member_told_twice_counts_once(me: Client, place: FullSpace) -> None:
    """JSON lets a name come twice; readers differ in which they take, and a guard must not read
    another one than the act."""
    answer = me.post(
        "/api/v1/needs",
        data=f'{{"category": "nothing", "category": "{place.category}", "title": "标题",'
        ' "body": "内容"}',
        content_type="application/json",
    )
    assert answer.status_code == 201, answer.text
    assert models.Need.select().where(models.Need.title == "标题").count() == 1


def test_columns_no_form_names_cannot_be_written(operations: list[Operation], me: Client) -> None:
    """Mass assignment: whatever a row has besides is not for the sender to say."""
    names = ("id", "version_", "status", "state", "user_id", "created_at", "openid_enc", "is_staff")
    for operation in operations:
        if not operation.body:
            continue
        for name in set(names) - operation.body.keys():
            if name in str(operation.found):
                continue
            answer = me.open(
                operation.path,
                method=operation.method,
                json=operation.body | {name: "1"},
                headers=operation.headers,
            )
            assert answer.status_code == 422, f"{operation.method} {operation.path} {name}"


def test_another_method_may_only_be_meant_where_it_would_be_allowed(
    client: Client, place: FullSpace
) -> None:
    """The override turns a POST into a PATCH, and into nothing else."""
    me = client.as_user(place.member)
    before = models.User.get_by_id(place.member.id)
    for method in ("DELETE", "PUT", "GET", "patch", "PATCH, DELETE"):
        answer = me.post("/api/v1/me", json={}, headers={"X-HTTP-Method-Override": method})
        assert answer.status_code == 405, method
    assert client.post("/api/v1/me", headers={"X-HTTP-Method-Override": "PATCH"}).status_code == 401
    assert me.get("/api/v1/me", headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200
    assert models.User.get_by_id(place.member.id).version == before.version
    assert before.first_seen_at < utcnow()
