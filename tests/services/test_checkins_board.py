from models.signups import SignupState
from server.clock import utcnow
from server.services import checkins_board, checkins_screen
from tests import factories


def test_says_of_many_sessions_what_the_screen_says_of_one(app: object) -> None:
    full, quiet, empty = (factories.make_session() for _ in range(3))
    factories.make_checkin(factories.make_signup(full, party_size=3))
    factories.make_checkin(factories.make_signup(full), voided_at=utcnow())
    factories.make_signup(full, state=SignupState.WAITLISTED, position=1)
    factories.make_signup(quiet)
    factories.make_checkin()  # of a session nobody asked about
    found = checkins_board.present_in([full, quiet, empty])
    assert found == {each.id: checkins_screen.present(each) for each in (full, quiet, empty)}
    assert (found[full.id].people, found[full.id].persons, found[full.id].signed_up) == (1, 3, 4)


def test_of_no_sessions_there_is_nothing_to_say(app: object) -> None:
    assert checkins_board.present_in([]) == {}
