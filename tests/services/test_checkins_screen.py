"""What the door shows and knows."""

import datetime as dt
import itertools
from xml.etree import ElementTree

import pytest

import models
from models.signups import SignupState
from models.users import UserStatus
from server.services import checkins, checkins_codes
from tests import factories

pytestmark = pytest.mark.usefixtures("app")


def test_shows_three_slots_one_after_the_other(now: dt.datetime) -> None:
    session = factories.make_session()
    shown = checkins.qr(session, base_url="https://x.example/", slot_seconds=20, now=now)
    assert len(shown) == 3
    assert shown[0].valid_from <= now < shown[0].valid_to
    for code, following in itertools.pairwise(shown):
        assert code.valid_to == following.valid_from
        assert following.slot == code.slot + 1
    for code in shown:
        assert code.url.startswith("https://x.example/c/")
        read = checkins_codes.read(code.url)
        assert (read.session_id, read.slot) == (session.id, code.slot)
        assert read.is_signed_by(session.qr_key)


def test_the_picture_is_one_svg_path() -> None:
    svg = checkins.qr_svg("https://x.example/c/" + "A" * 48)
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) == 1


def test_a_new_key_leaves_a_trail(now: dt.datetime) -> None:
    session, other = factories.make_session(), factories.make_session()
    checkins.new_key(session, actor=factories.actor(name="甲"), now=now)
    assert models.Session.get_by_id(session.id).qr_key != session.qr_key
    assert models.Session.get_by_id(other.id).qr_key == other.qr_key
    (line,) = models.AuditLog.select()
    assert (line.action, line.object_id, line.actor_name) == (
        "checkins.new_key",
        session.id,
        "甲",
    )
    assert session.qr_key not in str(line.__data__)


def test_counts_people_and_whom_they_brought(now: dt.datetime) -> None:
    session = factories.make_session(capacity=30)
    factories.make_checkin(factories.make_signup(session, party_size=3))
    factories.make_checkin(factories.make_signup(session), voided_at=now)
    factories.make_signup(session, party_size=2)
    factories.make_signup(session, state=SignupState.WAITLISTED, position=1)
    factories.make_checkin()
    assert checkins.present(session) == checkins.Presence(1, 3, 6, 30)
    assert checkins.present(factories.make_session(capacity=None)) == checkins.Presence(
        0, 0, 0, None
    )


def test_names_those_who_came_last_by_one_character(now: dt.datetime) -> None:
    session = factories.make_session()
    names = ["王小明", "李四", "欧阳"]
    for minute, name in enumerate(names):
        signup = factories.make_signup(session, factories.make_user(nickname=name))
        factories.make_checkin(signup, at=now + dt.timedelta(minutes=minute))
    gone = factories.make_user(status=UserStatus.ERASED, nickname="")
    factories.make_checkin(factories.make_signup(session, gone), at=now - dt.timedelta(minutes=1))
    factories.make_checkin()
    assert [arrival.name for arrival in checkins.latest_arrivals(session, 2)] == ["欧**", "李**"]
    assert len(checkins.latest_arrivals(session, 9)) == 4
