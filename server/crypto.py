"""Secrets at rest: AES-256-GCM for what must be read again, HMAC for what must only be found."""

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_ID = b"\x01"
_NONCE = 12


class Vault:
    """Encrypts personal data for one deployment. The key id in front allows a later rotation."""

    def __init__(self, key: str) -> None:
        """Take the base64 of 32 bytes. Raises ValueError on anything else."""
        raw = base64.b64decode(key, validate=True)
        if len(raw) != 32:
            raise ValueError("the data key must be 32 bytes in base64")
        self._cipher = AESGCM(raw)
        self._index_key = hmac.digest(raw, b"blind index", hashlib.sha256)

    def seal(self, text: str, *, place: str) -> bytes:
        """Return the ciphertext; `place` (`user.phone:123`) is bound in, so it fits nowhere else."""
        nonce = os.urandom(_NONCE)
        return _KEY_ID + nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """Return the text. Raises cryptography's InvalidTag when tampered with or misplaced."""
        nonce, body = bytes(sealed[1 : 1 + _NONCE]), bytes(sealed[1 + _NONCE :])
        return self._cipher.decrypt(nonce, body, place.encode()).decode()

    def blind(self, text: str, *, place: str) -> str:
        """Return the hex look-up value of a text: equal texts, equal values, nothing to read."""
        return hmac.digest(self._index_key, f"{place}|{text}".encode(), hashlib.sha256).hex()


def token_hash(token: str) -> str:
    """Return what is stored of a bearer token or cookie: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
