"""What the program is told at start: the app it plays, its secrets and its address."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

APPID_MARKER = "wxsandbox"
AES_KEY_BYTES = 32


class SettingsError(Exception):
    """The environment is incomplete or malformed; the message lists everything wrong."""


@dataclass(frozen=True)
class Settings:
    """The mini-program account the sandbox plays."""

    appid: str
    secret: str
    push_token: str
    aes_key: bytes

    @property
    def original_id(self) -> str:
        """Return the account's gh_ id, stable for an appid."""
        return "gh_" + hashlib.sha256(self.appid.encode()).hexdigest()[:12]


def decode_aes_key(text: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey; raise ValueError when it is malformed."""
    if not re.fullmatch(r"[A-Za-z0-9]{43}", text):
        raise ValueError("must be 43 characters of A-Z, a-z, 0-9")
    try:
        key = base64.b64decode(text + "=")
    except binascii.Error as error:
        raise ValueError(f"is not base64: {error}") from error
    if len(key) != AES_KEY_BYTES:
        raise ValueError(f"must decode to {AES_KEY_BYTES} bytes")
    return key


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of the environment; raise SettingsError naming all that is wrong.

    The appid must carry the marker so that a production account can never be played by
    mistake, and so that production settings can refuse the sandbox by its appid.
    """
    wrong: list[str] = []
    values: dict[str, str] = {}
    for name in ("WECHAT_APPID", "WECHAT_SECRET", "WECHAT_PUSH_TOKEN", "WECHAT_PUSH_AES_KEY"):
        values[name] = environ.get(name, "").strip()
        if not values[name]:
            wrong.append(f"{name} is missing")
    appid, token = values["WECHAT_APPID"], values["WECHAT_PUSH_TOKEN"]
    if appid and not re.fullmatch(APPID_MARKER + r"[A-Za-z0-9]{0,55}", appid):
        wrong.append(f"WECHAT_APPID must begin with {APPID_MARKER!r} and be letters and digits")
    if token and not re.fullmatch(r"[A-Za-z0-9]{3,32}", token):
        wrong.append("WECHAT_PUSH_TOKEN must be 3 to 32 letters and digits")
    key = b""
    if values["WECHAT_PUSH_AES_KEY"]:
        try:
            key = decode_aes_key(values["WECHAT_PUSH_AES_KEY"])
        except ValueError as error:
            wrong.append(f"WECHAT_PUSH_AES_KEY {error}")
    if wrong:
        raise SettingsError("; ".join(wrong))
    return Settings(appid, values["WECHAT_SECRET"], token, key)
