import pytest

from server.console import assets
from tests.conftest import Client


@pytest.mark.parametrize("name", assets.FILES)
def test_every_file_exists_and_is_kept_for_a_year(client: Client, name: str) -> None:
    assert assets.FILES[name].is_file()
    with client.get(f"/console/assets/{assets.version_of(name)}/{name}") as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.data == assets.FILES[name].read_bytes()


def test_an_old_version_gets_the_new_file_but_does_not_keep_it(client: Client) -> None:
    with client.get("/console/assets/000000000000/console.css") as answer:
        assert answer.status_code == 200
        assert "max-age=0" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["bootstrap-icons.svg", "../door.py", "..%2fdoor.py"])
def test_what_is_not_on_the_list_does_not_exist(client: Client, name: str) -> None:
    assert client.get(f"/console/assets/1/{name}").status_code == 404


def test_icons_are_there_and_unknown_ones_are_an_error() -> None:
    assert "<path" in assets.icon("house-door")
    with pytest.raises(KeyError):
        assets.icon("no-such-icon")
