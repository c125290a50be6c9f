"""How the console calls what messages store."""

from enum import StrEnum

from models.notifications import CampaignState, DeliveryState
from server.services.notifications.audience import Reason

OF_NOTIFICATIONS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    CampaignState: {
        CampaignState.SPREADING: ("正在生成", "warn"),
        CampaignState.RUNNING: ("正在发送", "warn"),
        CampaignState.PAUSED: ("已暂停", "bad"),
        CampaignState.STOPPED: ("已停止", "bad"),
        CampaignState.CANCELLED: ("已取消", "quiet"),
        CampaignState.DONE: ("发送完成", "good"),
    },
    DeliveryState: {
        DeliveryState.QUEUED: ("排队中", "plain"),
        DeliveryState.RESERVED: ("排队中", "plain"),
        DeliveryState.SENDING: ("正在发送", "plain"),
        DeliveryState.SENT: ("已发出", "good"),
        DeliveryState.DELIVERED: ("已送达", "good"),
        DeliveryState.UNKNOWN: ("等待微信确认", "warn"),
        DeliveryState.FAILED_REFUSED: ("对方已关闭提醒", "bad"),
        DeliveryState.FAILED_PARAM: ("内容未通过微信校验", "bad"),
        DeliveryState.FAILED_TEMP: ("多次重试未成", "bad"),
        DeliveryState.SKIPPED_NO_QUOTA: ("提醒次数用完，只进站内消息", "quiet"),
        DeliveryState.EXPIRED: ("已过期未发", "quiet"),
        DeliveryState.FOLDED: ("已合并到后一条提醒", "quiet"),
        DeliveryState.MUTED: ("自己关掉了这类提醒", "quiet"),
    },
    Reason: {
        Reason.REACHED: ("微信已提醒", "good"),
        Reason.WAITING: ("等待发送", "warn"),
        Reason.NO_GRANT: ("没有提醒次数", "quiet"),
        Reason.REFUSED: ("拒绝了微信提醒", "quiet"),
        Reason.MUTED: ("自己关掉了这类提醒", "quiet"),
        Reason.BLOCKED: ("账号已停用", "quiet"),
        Reason.UNKNOWN: ("不确定是否送达", "warn"),
        Reason.FAILED: ("没有发成", "bad"),
        Reason.OLD_NEWS: ("过时或已合并，不再发", "quiet"),
        Reason.LEFT: ("已注销或停用", "quiet"),
    },
}
