"""The way around the console: its doors, grouped, and which of them open for whom."""

from typing import NamedTuple

from flask import g

from server.services.staff import Scope, Verb


class Door(NamedTuple):
    """One line of the navigation."""

    word: str
    name: str
    icon: str
    endpoint: str
    verbs: tuple[Verb, ...]
    """It opens for who may do one of them somewhere; none: to everybody."""


class Way(NamedTuple):
    """Doors that belong together; without a name they stand by themselves."""

    name: str
    doors: tuple[Door, ...]
    is_folded: bool = False
    """Seldom needed: shown folded up unless one is inside."""


WAYS = (
    Way(
        "",
        (
            Door("home", "工作台", "house-door", "console.home.index", ()),
            Door("needs_handling", "待办", "check2-square", "console.needs_handling.index", ()),
        ),
    ),
    Way(
        "活动",
        (
            Door("activities", "活动", "calendar-event", "console.activities.index", (Verb.SEE,)),
            Door("menus", "菜单", "journal-richtext", "console.menus.index", (Verb.SEE,)),
            Door("checkins", "现场", "qr-code-scan", "console.checkins.index", (Verb.SCAN,)),
            Door(
                "spaces_zones",
                "场地",
                "grid",
                "console.spaces_zones.index",
                (Verb.EDIT_ACTIVITIES,),
            ),
        ),
    ),
    Way(
        "诉求",
        (Door("needs", "诉求", "chat-heart", "console.needs.index", (Verb.WORK_NEEDS,)),),
    ),
    Way(
        "企业与走访",
        (
            Door(
                "enterprises",
                "企业",
                "buildings",
                "console.enterprises.index",
                (Verb.READ_VISITS,),
            ),
            Door("visits", "走访", "signpost-split", "console.visits.index", (Verb.READ_VISITS,)),
            Door("meetings", "联席会议", "people", "console.meetings.index", (Verb.READ_VISITS,)),
            Door(
                "resources", "资源与专家", "stars", "console.resources.index", (Verb.READ_VISITS,)
            ),
            Door("cases", "案例", "book", "console.cases.index", (Verb.READ_CASES,)),
        ),
    ),
    Way(
        "消息与问卷",
        (
            Door("notifications", "消息", "send", "console.notifications.index", (Verb.EDIT_MENU,)),
            Door(
                "surveys",
                "问卷",
                "ui-checks",
                "console.surveys.index",
                (Verb.RUN_SURVEYS, Verb.RUN_TOWN_SURVEYS),
            ),
        ),
    ),
    Way(
        "统计",
        (
            Door("statistics", "统计", "bar-chart", "console.statistics.index", (Verb.STATISTICS,)),
            Door("exports", "导出", "download", "console.exports.index", (Verb.EXPORT_PEOPLE,)),
            Door(
                "statistics_towns",
                "镇视图",
                "layout-three-columns",
                "console.statistics_towns.index",
                (Verb.STATISTICS,),
            ),
            Door(
                "statistics_districts",
                "区视图",
                "map",
                "console.statistics_districts.index",
                (Verb.STATISTICS_SUMS,),
            ),
        ),
    ),
    Way(
        "设置",
        (
            Door(
                "spaces_buildings",
                "楼宇",
                "building",
                "console.spaces_buildings.index",
                (Verb.EDIT_BUILDINGS,),
            ),
            Door(
                "spaces_settings",
                "空间设置",
                "house-gear",
                "console.spaces_settings.index",
                (Verb.EDIT_SPACE,),
            ),
            Door(
                "activities_series",
                "活动系列",
                "palette",
                "console.activities_series.index",
                (Verb.SETTINGS,),
            ),
            Door(
                "calendar",
                "工作日历",
                "calendar3",
                "console.calendar.index",
                (Verb.SETTINGS,),
            ),
            Door(
                "needs_settings",
                "类别与承诺",
                "tags",
                "console.needs_settings.categories",
                (Verb.SETTINGS,),
            ),
            Door(
                "staff_people",
                "人员与授权",
                "person-badge",
                "console.staff_people.index",
                (Verb.GRANT,),
            ),
            Door("audit", "审计", "shield-check", "console.audit.index", (Verb.READ_AUDIT,)),
            Door(
                "jobs",
                "定时任务",
                "clock-history",
                "console.jobs.index",
                (Verb.EDIT_MENU, Verb.SETTINGS),
            ),
        ),
        is_folded=True,
    ),
)


BEHIND = {
    "staff_welcome": "staff_people",
    "audit_glass": "audit",
    "needs_dispatches": "needs",
    "notifications_people": "notifications",
    "checkins_desk": "checkins",
    "needs_clusters": "needs",
    "needs_links": "needs",
    "visits_targets": "visits",
    "visits_records": "visits",
    "visits_results": "visits",
    "checkins_devices": "checkins",
    "checkins_flags": "checkins",
    "activities_sessions": "activities",
    "activities_plans": "activities",
    "activities_endings": "activities",
    "activities_projects": "activities",
    "activities_materials": "activities",
    "enterprises_edit": "enterprises",
    "enterprises_imports": "enterprises",
    "enterprises_members": "enterprises",
    "enterprises_merges": "enterprises",
    "signups": "activities",
    "meetings_tasks": "meetings",
    "resources_uses": "resources",
    "signups_desk": "activities",
    "signups_noshows": "activities",
    "statistics_reports": "statistics",
    "statistics_surveys": "statistics",
}
"""Words without a line of their own, and the one they are reached by."""


def ways() -> list[Way]:
    """Return the lines of the navigation that lead the asking staff somewhere. A function, because
    it reads the database, and the page that says the database is away must not."""
    scope: Scope | None = g.get("scope")
    if scope is None:
        return []
    opened = [
        way._replace(doors=tuple(door for door in way.doors if _opens(door, scope))) for way in WAYS
    ]
    return [way for way in opened if way.doors]


_SOUGHT = (
    ("企业", Verb.READ_VISITS),
    ("会员", Verb.ADMIT),
    ("活动", Verb.SEE),
    ("诉求", Verb.WORK_NEEDS),
)


def sought() -> str:
    """Return what the asking staff find by searching, `企业、活动`; empty: nothing."""
    scope: Scope | None = g.get("scope")
    return "、".join(name for name, verb in _SOUGHT if scope and scope.space_ids(verb))


def _opens(door: Door, scope: Scope) -> bool:
    if door.word == "needs_handling":
        # The desk finds these by its board.
        return bool(scope.partners or scope.space_ids(Verb.READ_ESCALATED))
    if door.word == "statistics_towns":
        # One Space is not seen side by side with itself.
        return len(scope.space_ids(Verb.STATISTICS)) > 1
    return not door.verbs or any(scope.space_ids(verb) for verb in door.verbs)
