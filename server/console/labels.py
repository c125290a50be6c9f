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
from models.needs import NeedSource, NeedState, Outcome, Satisfaction, Solved, Urgency
from models.needs_dispatches import DispatchRole, DispatchState, EscalationAnswer
from models.signups import SignupSource, SignupState
from models.spaces import VenueRole
from models.staff import Role
from models.visits import TargetState, VisitKind
from server.console.meetings_labels import OF_MEETINGS
from server.console.notifications_labels import OF_NOTIFICATIONS
from server.schemas.needs import OUTCOME_NAMES, STATE_NAMES
from server.schemas.needs_dispatches import DISPATCH_NAMES, ROLE_NAMES

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
    NeedState: {
        NeedState.SUBMITTED: (STATE_NAMES[NeedState.SUBMITTED], "warn"),
        NeedState.TRIAGED: (STATE_NAMES[NeedState.TRIAGED], "good"),
        NeedState.DISPATCHED: (STATE_NAMES[NeedState.DISPATCHED], "good"),
        NeedState.IN_PROGRESS: (STATE_NAMES[NeedState.IN_PROGRESS], "good"),
        NeedState.WAITING_INFO: (STATE_NAMES[NeedState.WAITING_INFO], "quiet"),
        NeedState.RETURNED: (STATE_NAMES[NeedState.RETURNED], "warn"),
        NeedState.ANSWERED: (STATE_NAMES[NeedState.ANSWERED], "lamp"),
        NeedState.REOPENED: (STATE_NAMES[NeedState.REOPENED], "bad"),
        NeedState.CLOSED: (STATE_NAMES[NeedState.CLOSED], "plain"),
        NeedState.WITHDRAWN: (STATE_NAMES[NeedState.WITHDRAWN], "quiet"),
    },
    NeedSource: {
        NeedSource.SELF: ("本人提交", "plain"),
        NeedSource.VISIT: ("走访记录", "plain"),
        NeedSource.PHONE: ("电话代录", "plain"),
        NeedSource.MEETING: ("联席会议", "plain"),
        NeedSource.SURVEY: ("问卷", "plain"),
    },
    Urgency: {Urgency.NORMAL: ("一般", "plain"), Urgency.URGENT: ("紧急", "bad")},
    Outcome: {
        Outcome.SOLVED: (OUTCOME_NAMES[Outcome.SOLVED], "good"),
        Outcome.PARTLY: (OUTCOME_NAMES[Outcome.PARTLY], "warn"),
        Outcome.EXPLAINED: (OUTCOME_NAMES[Outcome.EXPLAINED], "plain"),
        Outcome.TRANSFERRED: (OUTCOME_NAMES[Outcome.TRANSFERRED], "plain"),
        Outcome.WITHDRAWN: (OUTCOME_NAMES[Outcome.WITHDRAWN], "quiet"),
        Outcome.DUPLICATE: (OUTCOME_NAMES[Outcome.DUPLICATE], "quiet"),
    },
    DispatchRole: {
        DispatchRole.LEAD: (ROLE_NAMES[DispatchRole.LEAD], "lamp"),
        DispatchRole.ASSIST: (ROLE_NAMES[DispatchRole.ASSIST], "plain"),
    },
    DispatchState: {
        DispatchState.SENT: (DISPATCH_NAMES[DispatchState.SENT], "warn"),
        DispatchState.ACCEPTED: (DISPATCH_NAMES[DispatchState.ACCEPTED], "good"),
        DispatchState.DONE: (DISPATCH_NAMES[DispatchState.DONE], "good"),
        DispatchState.RETURNED: (DISPATCH_NAMES[DispatchState.RETURNED], "bad"),
        DispatchState.RECALLED: (DISPATCH_NAMES[DispatchState.RECALLED], "quiet"),
    },
    EscalationAnswer: {
        EscalationAnswer.ADVICE: ("给出建议", "plain"),
        EscalationAnswer.TAKES_PART: ("参与办理", "good"),
        EscalationAnswer.UPHELD: ("维持原答复", "plain"),
    },
    Satisfaction: {
        Satisfaction.SATISFIED: ("满意", "good"),
        Satisfaction.BASIC: ("基本满意", "plain"),
        Satisfaction.UNSATISFIED: ("不满意", "bad"),
    },
    Solved: {
        Solved.YES: ("解决了", "good"),
        Solved.PARTLY: ("部分解决", "warn"),
        Solved.NO: ("没有解决", "bad"),
    },
    VisitKind: {
        VisitKind.SPRING: ("新春走访", "lamp"),
        VisitKind.RESEARCH: ("大调研", "good"),
        VisitKind.OTHER: ("专题走访", "plain"),
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

_LABELS |= OF_MEETINGS | OF_NOTIFICATIONS

EVENTS = {
    "submit": "提交",
    "edit": "修改",
    "supplement": "补充",
    "triage": "受理",
    "dispatch": "派单",
    "note": "内部记录",
    "check": "内容审核",
    "refuse": "未通过审核",
    "accept": "接单",
    "return": "退回",
    "reply": "答复",
    "request_info": "请补充材料",
    "pause": "暂停计时",
    "assist": "协办",
    "done": "报告办完",
    "extend_ask": "延期申请",
    "advise": "协调答复",
    "appeal": "申诉",
    "uphold": "复核",
    "revisit": "重新办理",
    "resume": "恢复计时",
    "extend": "延期",
    "escalate": "提请协调",
    "link": "关联活动",
    "answer": "办理结果",
    "resolve": "活动之后，解决了",
    "feedback": "活动之后的回答",
    "rate": "评价",
    "reopen": "重新办理",
    "close": "办结",
    "void": "作废",
    "withdraw": "撤回",
}
"""What happened to a need, by the type of its event."""


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
