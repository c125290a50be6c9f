"""How the console calls what meetings, partners and resources store."""

from enum import StrEnum

from models.meetings import MeetingState, TaskState
from models.resources import PartnerType, ResourceKind

OF_MEETINGS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    MeetingState: {
        MeetingState.PLANNED: ("已排期", "good"),
        MeetingState.HELD: ("已召开", "plain"),
        MeetingState.CANCELLED: ("已取消", "quiet"),
    },
    TaskState: {
        TaskState.OPEN: ("待办", "warn"),
        TaskState.DONE: ("已完成", "good"),
        TaskState.DROPPED: ("不办了", "quiet"),
    },
    PartnerType: {
        PartnerType.OPERATOR: ("运营方", "plain"),
        PartnerType.PARTY: ("综合党委", "plain"),
        PartnerType.UNION: ("工会", "plain"),
        PartnerType.YOUTH_LEAGUE: ("共青团", "plain"),
        PartnerType.WOMEN: ("妇联", "plain"),
        PartnerType.SCIENCE: ("科技", "plain"),
        PartnerType.UNITED_FRONT: ("统战", "plain"),
        PartnerType.COMMUNITY_SCHOOL: ("社区学校", "plain"),
        PartnerType.DEPARTMENT: ("职能部门", "plain"),
        PartnerType.PROVIDER: ("服务机构", "plain"),
    },
    ResourceKind: {
        ResourceKind.FUND: ("资金", "plain"),
        ResourceKind.VENUE: ("场地", "plain"),
        ResourceKind.EXPERT: ("专家团队", "plain"),
        ResourceKind.POLICY: ("政策", "plain"),
        ResourceKind.OTHER: ("其他", "plain"),
    },
}
