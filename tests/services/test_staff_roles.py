"""The table of roles says what the product says."""

from models.staff import Role
from server.services.staff_roles import MAY_GRANT, ROLE_VERBS, Verb


def test_every_role_is_in_the_table() -> None:
    assert set(ROLE_VERBS) == set(Role)


def test_who_decides() -> None:
    deciding = {
        Verb.PUBLISH_MENU,
        Verb.CANCEL_ACTIVITY,
        Verb.OVERRIDE_CAPACITY,
        Verb.LINK_SCREEN,
        Verb.EXPORT_PEOPLE,
    }
    assert {role for role, verbs in ROLE_VERBS.items() if verbs & deciding} == {Role.KEEPER}


def test_the_platform_admin_reads_nobodys_words() -> None:
    reading = {Verb.WORK_NEEDS, Verb.READ_ESCALATED, Verb.READ_VISITS, Verb.EXPORT_PEOPLE}
    assert not ROLE_VERBS[Role.PLATFORM_ADMIN] & reading
    assert ROLE_VERBS[Role.DISTRICT_VIEWER] == {Verb.STATISTICS_SUMS}


def test_nobody_gives_what_is_above_them() -> None:
    assert Role.KEEPER not in MAY_GRANT[Role.KEEPER]
    assert Role.PLATFORM_ADMIN not in MAY_GRANT[Role.TOWN_OFFICER]
