"""How the console calls what belongs to needs, and what happened to them."""

from enum import StrEnum

from models.needs import NeedSource, NeedState, Outcome, Satisfaction, Solved, Urgency
from models.needs_dispatches import DispatchRole, DispatchState, EscalationAnswer
from server.schemas.needs import OUTCOME_NAMES, STATE_NAMES
from server.schemas.needs_dispatches import DISPATCH_NAMES, ROLE_NAMES

OF_NEEDS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
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
}

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
