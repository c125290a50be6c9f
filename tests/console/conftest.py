"""The console as a browser without scripts sees it."""

import re
from html.parser import HTMLParser

import pytest
from werkzeug.test import TestResponse

import models
from tests.conftest import Client


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(" ".join(data.split()))


def words(answer: TestResponse) -> str:
    """Return what a page says, without its tags."""
    parser = _Words()
    parser.feed(answer.text)
    return " ".join(parser.words)


class Desk:
    """Somebody at the console: looks at pages, fills in forms."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def see(self, path: str, status: int = 200) -> str:
        """Return what the page says."""
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {words(answer)}"
        return words(answer)

    def send(self, path: str, **fields: object) -> TestResponse:
        """Send a form the way a browser does, with the token of the page it stood on."""
        page = self.client.get("/console/login", follow_redirects=True).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        return self.client.post(path, data={"csrf_token": token[1], **fields})

    def do(self, path: str, **fields: object) -> str:
        """Send a form that succeeds, and return what the page after it says."""
        answer = self.send(path, **fields)
        assert answer.status_code == 303, f"{path}: {answer.status_code} {words(answer)}"
        return self.see(answer.headers["Location"])


@pytest.fixture
def stranger(client: Client) -> Desk:
    return Desk(client)


def desk(client: Client, staff: models.Staff) -> Desk:
    """Return the desk of a staff account."""
    return Desk(client.as_staff(staff))
