"""WeChat's side of the message push, written from its page and not from our code."""

import base64
import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "PushToken2026"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"
APPID = "wx0123456789abcdef"
NOW = datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC)


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def seal(message: str, *, appid: str = APPID, padding: int | None = None) -> str:
    """Encrypt as WeChat does; `padding` overrides the last byte and all the padding's bytes."""
    key = base64.b64decode(KEY + "=")
    body = message.encode()
    plain = os.urandom(16) + len(body).to_bytes(4) + body + appid.encode()
    count = 32 - len(plain) % 32
    plain += bytes([count if padding is None else padding]) * count
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain) + cipher.finalize()).decode()


def args_for(
    encrypted: str | None = None, *, at: datetime = NOW, token: str = TOKEN
) -> dict[str, str]:
    """The query of a push."""
    args = {"timestamp": str(int(at.timestamp())), "nonce": "415670741", "openid": "o-someone"}
    args["signature"] = signature(token, args["timestamp"], args["nonce"])
    if encrypted is not None:
        args["encrypt_type"] = "aes"
        args["msg_signature"] = signature(token, args["timestamp"], args["nonce"], encrypted)
    return args


def safe(message: str | dict[str, Any], **how: Any) -> tuple[dict[str, str], bytes]:
    """Query and body of a push in safe mode, in JSON."""
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    encrypted = seal(text, **how)
    body = {"ToUserName": "gh_97417a04a28d", "Encrypt": encrypted}
    return args_for(encrypted), json.dumps(body).encode()
