"""wxa/business/getuserphonenumber."""

from typing import Any

from .. import user_codes
from ..errors import ApiError
from ..registry import endpoint
from ..wire import Request
from ..world import World


@endpoint("POST", "/wxa/business/getuserphonenumber")
def phone_number(world: World, request: Request) -> dict[str, Any]:
    """Answer the phone number a code of the phone button stands for."""
    value = request.data().get("code")
    if not isinstance(value, str) or not value:
        raise ApiError(47001)
    with world.lock:
        code = user_codes.spend(world, value, "phone", used=40029, foreign=40013)
        user = world.state.users[code.openid]
    country: str | int = user.country_code
    if world.config.country_code_type == "number":
        country = int(country)
    # Only numbers abroad carry their country code in phoneNumber.
    prefix = "" if user.country_code == "86" else f"+{user.country_code}"
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": prefix + user.phone,
            "purePhoneNumber": user.phone,
            "countryCode": country,
            "watermark": {"timestamp": int(world.clock.now()), "appid": world.settings.appid},
        },
    }
