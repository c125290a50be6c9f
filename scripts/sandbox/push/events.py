"""The push messages themselves: one builder for every event, with the platform's quirks."""

import secrets
from typing import TYPE_CHECKING, Any

from .envelope import LIST_WRAPPERS

if TYPE_CHECKING:
    from ..world import World

# Some platform events name their user in OpenID; FromUserName is the platform itself.
PLATFORM_SENDER = "o-platform-user-000000000000"
OPENID_EVENTS = (
    "user_info_modified",
    "user_authorization_revoke",
    "user_authorization_cancellation",
)
# -1008 read as an unsigned 32-bit number, as the v1 event has it.
DOWNLOAD_FAILED = -1008
DOWNLOAD_FAILED_V1 = 4294966288


def build(world: "World", event: str, openid: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return an event message; `fields` come last and may replace any default.

    Events the platform sends with a List take their entries from `fields["List"]`; the list's
    shape and the type of CreateTime follow the configuration.
    """
    now = int(world.clock.now())
    message: dict[str, Any] = {
        "ToUserName": world.settings.original_id,
        "FromUserName": PLATFORM_SENDER if event in OPENID_EVENTS else openid,
        "CreateTime": str(now) if world.config.create_time == "string" else now,
        "MsgType": "event",
        "Event": event,
    }
    if event in OPENID_EVENTS:
        message |= {"OpenID": openid, "AppID": world.settings.appid, "RevokeInfo": "0"}
    if event in LIST_WRAPPERS:
        message["List"] = []
    message |= fields
    if isinstance(message.get("List"), list):
        message["List"] = _shaped(message["List"], world.config.entries_shape)
    return message


def _shaped(entries: list[Any], shape: str) -> Any:
    """Return one entry as an object and several as an array, unless told otherwise."""
    if len(entries) == 1 and shape != "array":
        return entries[0]
    return entries


def popup_entry(template_id: str, status: str) -> dict[str, str]:
    """Return the entry of one template in subscribe_msg_popup_event."""
    return {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}


def change_entry(template_id: str, status: str) -> dict[str, str]:
    """Return the entry of one template in subscribe_msg_change_event."""
    return {"TemplateId": template_id, "SubscribeStatusString": status}


def sent_entry(template_id: str, message_id: str, code: str, status: str) -> dict[str, str]:
    """Return the entry of subscribe_msg_sent_event: what became of an accepted message."""
    return {
        "TemplateId": template_id,
        "MsgID": message_id,
        "ErrorCode": code,
        "ErrorStatus": status,
    }


def media_check(
    world: "World", trace_id: str, suggest: str, label: int, *, failed: bool = False
) -> dict[str, Any]:
    """Return the fields of wxa_media_check, in the version the configuration asks for."""
    appid = world.settings.appid
    if world.config.media_event_version == 1:
        return {
            "isrisky": 1 if suggest == "risky" else 0,
            "extra_info_json": "",
            "appid": appid,
            "trace_id": trace_id,
            "status_code": DOWNLOAD_FAILED_V1 if failed else 0,
        }
    shown = str(label) if world.config.label_type == "string" else label
    detail = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": shown}
    return {
        "appid": appid,
        "trace_id": trace_id,
        "version": 2,
        "errcode": DOWNLOAD_FAILED if failed else 0,
        "errmsg": "download failed" if failed else "ok",
        "detail": [] if failed else [detail | {"prob": 90}],
        "result": {"suggest": suggest, "label": shown},
    }


def new_nonce() -> str:
    """Return a nonce in the platform's shape: a decimal number as text."""
    return str(secrets.randbelow(10**9) + 10**8)
