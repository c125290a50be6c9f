"""The platform's signatures and envelopes, written from its published rules and vectors.

Kept apart from the server's implementation on purpose: were both the same code, a mistake
in it would agree with itself.
"""

import base64
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# The push envelope pads to 32 bytes although the cipher's block is 16; a genuine message may
# therefore end in up to 32 padding bytes.
ENVELOPE_BLOCK_BITS = 256
RANDOM_BYTES = 16
HEADER_BYTES = RANDOM_BYTES + 4


def sign(*parts: str) -> str:
    """Return the hex SHA-1 of the sorted, joined parts (push `signature`, `msg_signature`)."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def session_signature(session_key: str, body: str = "") -> str:
    """Return the hex HMAC-SHA256 keyed with the session key's base64 *text*."""
    return hmac.new(session_key.encode(), body.encode(), hashlib.sha256).hexdigest()


def raw_data_signature(raw_data: str, session_key: str) -> str:
    """Return the hex SHA-1 by which open data proves its origin."""
    return hashlib.sha1((raw_data + session_key).encode()).hexdigest()


def encrypt(key: bytes, message: str, appid: str, random16: bytes | None = None) -> str:
    """Return the base64 push envelope of a message; `random16` only to reproduce a vector."""
    head = random16 if random16 is not None else secrets.token_bytes(RANDOM_BYTES)
    content = message.encode()
    padder = padding.PKCS7(ENVELOPE_BLOCK_BITS).padder()
    plain = head + struct.pack(">I", len(content)) + content + appid.encode()
    padded = padder.update(plain) + padder.finalize()
    encryptor = _aes_cbc(key, key[:16]).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(key: bytes, envelope: str) -> tuple[str, str]:
    """Return (message, appid) of a base64 push envelope; ValueError when it is damaged."""
    decryptor = _aes_cbc(key, key[:16]).decryptor()
    padded = decryptor.update(base64.b64decode(envelope)) + decryptor.finalize()
    unpadder = padding.PKCS7(ENVELOPE_BLOCK_BITS).unpadder()
    plain = unpadder.update(padded) + unpadder.finalize()
    (length,) = struct.unpack(">I", plain[RANDOM_BYTES:HEADER_BYTES])
    content = plain[HEADER_BYTES : HEADER_BYTES + length]
    return content.decode(), plain[HEADER_BYTES + length :].decode()


def open_data(session_key: str, iv: str, encrypted: str) -> str:
    """Return the JSON text of open data (AES-128-CBC under the session key)."""
    key, start = base64.b64decode(session_key), base64.b64decode(iv)
    decryptor = _aes_cbc(key, start).decryptor()
    padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


def _aes_cbc(key: bytes, iv: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(iv))
