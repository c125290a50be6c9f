"""The OpenAPI document is valid, and what the API does is what it says, whatever is thrown at it."""

import subprocess
import sys
from pathlib import Path

import pytest
import requests
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

import models
from models.staff import Role
from server.schemas.base import Out
from tests import factories
from tests.conftest import Client, Sandbox

ENDS_THE_LOGIN = "^/api/v1/(auth/token|me)$"


def test_document_is_valid(client: Client) -> None:
    document = client.get("/api/openapi.json").json
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_each_shape_has_a_name_of_its_own(client: Client) -> None:
    """Two of one name would be told as one in the document."""
    assert client  # the application is there, so all shapes are
    shapes: list[type[BaseModel]] = [Out]
    seen: dict[str, type[BaseModel]] = {}
    while shapes:
        for shape in shapes.pop().__subclasses__():
            known = seen.setdefault(shape.__name__, shape)
            assert known is shape, f"{known.__module__} and {shape.__module__}: {shape.__name__}"
            shapes.append(shape)


def test_every_refusal_is_a_problem(client: Client) -> None:
    document = client.get("/api/openapi.json").json
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    assert "application/problem+json" in answer["content"], (path, method, status)


@pytest.mark.timeout(240)
def test_whatever_is_sent_is_answered_as_documented(
    live: str, sandbox: Sandbox, engine: str
) -> None:
    """Schemathesis over all operations as a keeper who is also a member. Ids are mostly unknown ones;
    the walk of known ids is in the words' own tests. PostgreSQL is the stricter of the two about
    what a column takes, so it gets the most."""
    phases, examples = ("examples,coverage,fuzzing", "4")
    if engine == "sqlite":
        phases, examples = ("examples", "1")
    space = factories.make_space()
    session = factories.make_session(factories.make_activity(space))
    code = sandbox.login_code("demo-u1")
    login = requests.post(f"{live}/api/v1/auth/wechat", json={"code": code}, timeout=10).json()
    factories.make_staff(Role.KEEPER, space, user_id=int(login["user"]["id"]))
    models.User.update(home_space=space).execute()
    factories.make_category()
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "--config-file",
            Path(__file__).with_name("schemathesis.toml"),
            "run",
            f"{live}/api/openapi.json",
            "--url",
            live,
            "--header",
            f"Authorization: Bearer {login['token']}",
            "--max-examples",
            examples,
            "--phases",
            phases,
            "--exclude-path-regex",
            ENDS_THE_LOGIN,
            "--seed",
            "20260523",
            "--no-color",
            "--request-timeout",
            "10",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert session.id  # something real stood there meanwhile
    found = done.stdout.partition(" FAILURES ")[2].partition(" WARNINGS ")[0]
    assert done.returncode == 0, (found or done.stdout)[:20000] + done.stderr[-2000:]
