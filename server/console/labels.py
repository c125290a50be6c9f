"""How the console calls what the tables store: one Chinese word and one tone per value."""

from enum import StrEnum

from models.activities import (
    ActivityKind,
    ActivityState,
    Cadence,
    Origin,
    SessionState,
    SignupMode,
)
from models.cases import CaseReach
from models.checkins import CheckinMethod
from models.enterprises import (
    CareKind,
    EnterpriseStatus,
    ImportState,
    MemberRole,
    MemberStatus,
    Verdict,
)
from models.files import MediaCheck
from models.menus import RevisionState
from models.signups import SignupSource, SignupState
from models.spaces import VenueRole
from models.staff import Role
from models.surveys import SurveyKind
from models.visits import TargetState, VisitKind
from server.console.meetings_labels import OF_MEETINGS
from server.console.needs_labels import EVENTS, OF_NEEDS
from server.console.notifications_labels import OF_NOTIFICATIONS
from server.services.surveys import SurveyState

# Keyed by type first: members of a StrEnum are equal across enums when their texts are.
_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    ActivityState: {
        ActivityState.DRAFT: ("草稿", "quiet"),
        ActivityState.SCHEDULED: ("已排期", "good"),
        ActivityState.CANCELLED: ("已取消", "bad"),
        ActivityState.ENDED: ("已结束", "plain"),
        ActivityState.ARCHIVED: ("已归档", "quiet"),
    },
    SessionState: {
        SessionState.SCHEDULED: ("已排期", "good"),
        SessionState.CANCELLED: ("已取消", "bad"),
        SessionState.ENDED: ("已结束", "plain"),
    },
    ActivityKind: {
        ActivityKind.LECTURE: ("讲座", "plain"),
        ActivityKind.FAIR: ("集市", "plain"),
        ActivityKind.SALON: ("沙龙", "plain"),
        ActivityKind.MATCH: ("比赛", "plain"),
        ActivityKind.CLASS: ("课程", "plain"),
        ActivityKind.CONSULT: ("咨询义诊", "plain"),
        ActivityKind.OUTING: ("走出去", "plain"),
        ActivityKind.MEETING: ("会议", "plain"),
        ActivityKind.ONLINE: ("线上", "plain"),
        ActivityKind.VOLUNTEER: ("志愿服务", "plain"),
    },
    Cadence: {
        Cadence.WEEKLY: ("每周一期", "plain"),
        Cadence.MONTHLY: ("每月一期", "plain"),
        Cadence.QUARTERLY: ("每季一期", "plain"),
        Cadence.HALF_YEARLY: ("每半年一期", "plain"),
        Cadence.YEARLY: ("每年一期", "plain"),
        Cadence.AS_NEEDED: ("按需举办", "plain"),
    },
    Origin: {
        Origin.PLAN: ("计划安排", "plain"),
        Origin.NEED: ("需求导向", "plain"),
        Origin.PROBLEM: ("问题导向", "plain"),
    },
    MediaCheck: {
        MediaCheck.PENDING: ("安全检查中", "warn"),
        MediaCheck.PASSED: ("已通过检查", "quiet"),
        MediaCheck.REVIEW: ("请留意内容", "warn"),
        MediaCheck.REFUSED: ("未通过安全检查", "bad"),
    },
    SignupMode: {
        SignupMode.NONE: ("无需报名", "plain"),
        SignupMode.FCFS: ("先到先得", "plain"),
        SignupMode.LOTTERY: ("抽签", "plain"),
        SignupMode.APPROVAL: ("审核后确认", "plain"),
    },
    SignupState: {
        SignupState.PENDING: ("待审核", "warn"),
        SignupState.CONFIRMED: ("已报名", "good"),
        SignupState.WAITLISTED: ("候补中", "warn"),
        SignupState.OFFERED: ("候补待确认", "warn"),
        SignupState.DECLINED: ("未通过", "quiet"),
        SignupState.CANCELLED: ("已取消", "quiet"),
        SignupState.LOST: ("未中签", "quiet"),
        SignupState.ATTENDED: ("已到场", "lamp"),
        SignupState.NO_SHOW: ("未到场", "bad"),
    },
    SignupSource: {
        SignupSource.SELF: ("本人报名", "plain"),
        SignupSource.STAFF: ("工作人员代报", "plain"),
        SignupSource.WALK_IN: ("现场报名", "plain"),
        SignupSource.ROSTER: ("名单导入", "plain"),
        SignupSource.NEED_INVITE: ("诉求邀请", "plain"),
    },
    CheckinMethod: {
        CheckinMethod.SELF_QR: ("扫码签到", "plain"),
        CheckinMethod.STAFF_SCAN: ("工作人员扫码", "plain"),
        CheckinMethod.STAFF_SEARCH: ("查找签到", "plain"),
        CheckinMethod.WALK_IN: ("现场报名", "plain"),
        CheckinMethod.OFFLINE_SYNC: ("离线补传", "plain"),
        CheckinMethod.ROSTER: ("名单签到", "plain"),
    },
    RevisionState: {
        RevisionState.DRAFT: ("草稿", "warn"),
        RevisionState.PUBLISHED: ("已发布", "good"),
        RevisionState.SUPERSEDED: ("旧版", "quiet"),
    },
    VisitKind: {
        VisitKind.SPRING: ("新春走访", "lamp"),
        VisitKind.RESEARCH: ("大调研", "good"),
        VisitKind.OTHER: ("专题走访", "plain"),
    },
    CaseReach: {
        CaseReach.SPACE: ("本空间", "quiet"),
        CaseReach.TOWN: ("全镇", "plain"),
        CaseReach.PUBLIC: ("所有空间", "lamp"),
    },
    SurveyKind: {SurveyKind.SURVEY: ("问卷", "plain"), SurveyKind.PULSE: ("归属感两问", "lamp")},
    SurveyState: {
        SurveyState.DRAFT: ("草稿", "quiet"),
        SurveyState.COMING: ("未开始", "warn"),
        SurveyState.OPEN: ("填写中", "good"),
        SurveyState.OVER: ("已结束", "plain"),
    },
    TargetState: {
        TargetState.TODO: ("待走访", "warn"),
        TargetState.DONE: ("已走访", "good"),
        TargetState.REFUSED: ("谢绝走访", "quiet"),
        TargetState.UNREACHABLE: ("联系不上", "bad"),
    },
    EnterpriseStatus: {
        EnterpriseStatus.ACTIVE: ("在驻", "good"),
        EnterpriseStatus.MOVED_OUT: ("已搬离", "quiet"),
        EnterpriseStatus.MERGED: ("已并入", "quiet"),
    },
    MemberRole: {MemberRole.STAFF: ("员工", "plain"), MemberRole.CONTACT: ("企业联系人", "lamp")},
    MemberStatus: {
        MemberStatus.PENDING: ("待核实", "warn"),
        MemberStatus.VERIFIED: ("已核实", "good"),
        MemberStatus.ENDED: ("已离开", "quiet"),
    },
    CareKind: {
        CareKind.CALL: ("电话联系", "plain"),
        CareKind.GREETING: ("慰问祝贺", "plain"),
        CareKind.HELP: ("帮忙办事", "plain"),
        CareKind.OTHER: ("其他", "plain"),
    },
    ImportState: {
        ImportState.READ: ("待确认", "warn"),
        ImportState.RUNNING: ("正在导入", "lamp"),
        ImportState.DONE: ("已完成", "good"),
    },
    Verdict: {
        Verdict.NEW: ("新企业", "good"),
        Verdict.SUSPECT: ("疑似重复", "warn"),
        Verdict.CHANGES: ("有变化", "lamp"),
        Verdict.SAME: ("无变化", "quiet"),
        Verdict.ERROR: ("有误", "bad"),
    },
    VenueRole: {
        VenueRole.MAIN: ("主阵地", "lamp"),
        VenueRole.AUXILIARY: ("辅阵地", "plain"),
        VenueRole.EXTERNAL: ("外部场地", "quiet"),
    },
    Role: {
        Role.SCANNER: ("签到员", "plain"),
        Role.OPERATOR: ("运营", "plain"),
        Role.KEEPER: ("掌门人", "lamp"),
        Role.PARTNER_HANDLER: ("共建单位经办", "plain"),
        Role.TOWN_OFFICER: ("镇级联络员", "plain"),
        Role.DISTRICT_VIEWER: ("区级查看", "plain"),
        Role.PLATFORM_ADMIN: ("平台管理员", "plain"),
    },
}

_LABELS |= OF_NEEDS | OF_MEETINGS | OF_NOTIFICATIONS


def label(value: StrEnum) -> str:
    """Return the word for a stored value."""
    return _LABELS[type(value)][value][0]


def tone(value: StrEnum) -> str:
    """Return how loud the word is shown: good, warn, bad, lamp, plain or quiet."""
    return _LABELS[type(value)][value][1]


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return value and word of each, for a list to choose from."""
    return [(value.value, text) for value, (text, _) in _LABELS[kind].items()]


def choices_of(name: str) -> list[tuple[str, str]]:
    """Return the choices of an enum by its name, for templates. Raises KeyError."""
    return choices({kind.__name__: kind for kind in _LABELS}[name])


def event(kind: str) -> str:
    """Return the word for what happened to a need."""
    return EVENTS.get(kind, kind)
