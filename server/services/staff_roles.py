"""What each role may do (product roles), where it can be held, and who may give it."""

from enum import StrEnum

from models.spaces import OrgKind
from models.staff import Role


class Verb(StrEnum):
    """What staff may be allowed to do in a Space."""

    SEE = "see"
    SCAN = "scan"
    ADMIT = "admit"  # search, walk-in, void
    EDIT_ACTIVITIES = "edit_activities"
    EDIT_MENU = "edit_menu"
    PUBLISH_MENU = "publish_menu"
    CANCEL_ACTIVITY = "cancel_activity"
    OVERRIDE_CAPACITY = "override_capacity"
    LINK_SCREEN = "link_screen"
    SUBMIT_NEED = "submit_need"
    WORK_NEEDS = "work_needs"  # triage, dispatch, reply, answer
    APPROVE_EXTENSION = "approve_extension"
    READ_ESCALATED = "read_escalated"
    VISIT = "visit"
    READ_VISITS = "read_visits"
    KEEP_RESOURCES = "keep_resources"  # partners, experts, resources of one's own place
    KEEP_REGISTER = "keep_register"  # companies: enter, change, import, merge
    EDIT_BUILDINGS = "edit_buildings"
    EDIT_SPACE = "edit_space"  # what a Space says of itself, its venues and zones
    EXPORT_PEOPLE = "export_people"
    RUN_SURVEYS = "run_surveys"
    RUN_TOWN_SURVEYS = "run_town_surveys"  # a town's own; its Spaces' are read where they are run
    READ_CASES = "read_cases"
    WRITE_CASES = "write_cases"
    PUBLISH_CASES = "publish_cases"
    STATISTICS = "statistics"
    STATISTICS_SUMS = "statistics_sums"
    ENTER_BASELINES = "enter_baselines"
    VERIFY_BASELINES = "verify_baselines"
    GRANT = "grant"
    READ_AUDIT = "read_audit"
    BREAK_GLASS = "break_glass"  # what people wrote, for a reason, for half an hour
    SETTINGS = "settings"


_SCANNER = {Verb.SEE, Verb.SCAN}
_OPERATOR = _SCANNER | {
    Verb.ADMIT,
    Verb.EDIT_ACTIVITIES,
    Verb.EDIT_MENU,
    Verb.SUBMIT_NEED,
    Verb.WORK_NEEDS,
    Verb.VISIT,
    Verb.READ_VISITS,
    Verb.KEEP_RESOURCES,
    Verb.KEEP_REGISTER,
    Verb.RUN_SURVEYS,
    Verb.READ_CASES,
    Verb.WRITE_CASES,
    Verb.STATISTICS,
}
_KEEPER = _OPERATOR | {
    Verb.PUBLISH_MENU,
    Verb.CANCEL_ACTIVITY,
    Verb.OVERRIDE_CAPACITY,
    Verb.APPROVE_EXTENSION,
    Verb.LINK_SCREEN,
    Verb.PUBLISH_CASES,
    Verb.EXPORT_PEOPLE,
    Verb.GRANT,
    Verb.READ_AUDIT,
    Verb.ENTER_BASELINES,
    Verb.EDIT_SPACE,
}

ROLE_VERBS: dict[Role, frozenset[Verb]] = {
    Role.SCANNER: frozenset(_SCANNER),
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.KEEPER: frozenset(_KEEPER),
    Role.PARTNER_HANDLER: frozenset(),
    Role.TOWN_OFFICER: frozenset(
        {
            Verb.SEE,
            Verb.SUBMIT_NEED,
            Verb.READ_ESCALATED,
            Verb.READ_VISITS,
            Verb.KEEP_RESOURCES,
            Verb.KEEP_REGISTER,
            Verb.EDIT_BUILDINGS,
            Verb.RUN_TOWN_SURVEYS,
            Verb.READ_CASES,
            Verb.STATISTICS,
            Verb.VERIFY_BASELINES,
            Verb.GRANT,
            Verb.READ_AUDIT,
        }
    ),
    Role.DISTRICT_VIEWER: frozenset({Verb.STATISTICS_SUMS}),
    Role.PLATFORM_ADMIN: frozenset(
        {
            Verb.SEE,
            Verb.EDIT_BUILDINGS,
            Verb.EDIT_SPACE,
            Verb.GRANT,
            Verb.SETTINGS,
            Verb.STATISTICS_SUMS,
            Verb.READ_AUDIT,
            Verb.BREAK_GLASS,
        }
    ),
}
"""The table of roles. The platform admin sees how things stand, never what people wrote."""

PLACES: dict[Role, OrgKind] = {
    Role.SCANNER: OrgKind.SPACE,
    Role.OPERATOR: OrgKind.SPACE,
    Role.KEEPER: OrgKind.SPACE,
    Role.TOWN_OFFICER: OrgKind.TOWN,
    Role.DISTRICT_VIEWER: OrgKind.DISTRICT,
    Role.PLATFORM_ADMIN: OrgKind.NATION,
}
"""The level a role is held at; one not named here may be held at any."""

MAY_GRANT: dict[Role, frozenset[Role]] = {
    Role.KEEPER: frozenset({Role.SCANNER, Role.OPERATOR}),
    Role.TOWN_OFFICER: frozenset({Role.KEEPER}),
    Role.PLATFORM_ADMIN: frozenset(Role),
}
"""A keeper makes own staff, a town officer its keepers, the platform admin everybody."""
