"""Secrets at rest: AES-256-GCM for what must be read again, HMAC for what must only be found."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_LENGTH = 32
_MOST = 255
_DIFFERENT = 8


class Vault:
    """Encrypts personal data for one deployment. The key's number stands in front of each ciphertext,
    so that an old and a new key are in use side by side until everything was sealed anew."""

    def __init__(self, key: str, *, old: str = "", index: str = "") -> None:
        """Take keys as `2:BASE64` of 32 bytes each; without a number it is key 1. `old`: keys still
        needed to read, with commas between; `index`: the key of the blind index, by default made
        from key 1. Raises ValueError on anything else."""
        self.key_id, raw = _key(key)
        keys = {self.key_id: raw}
        for text in filter(None, (each.strip() for each in old.split(","))):
            number, bits = _key(text)
            if number in keys:
                raise ValueError(f"two keys have the number {number}")
            keys[number] = bits
        if not index and self.key_id != 1:
            raise ValueError("a key that is not the first one needs the index key beside it")
        self._ciphers = {number: AESGCM(bits) for number, bits in keys.items()}
        # What is looked up must be found whatever key it is sealed with.
        self._index_key = _bytes(index) if index else hmac.digest(raw, b"blind index", "sha256")

    @property
    def index_key(self) -> str:
        """Return the key of the blind index as it is written down. It stays for good."""
        return base64.b64encode(self._index_key).decode()

    def seal(self, text: str, *, place: str) -> bytes:
        """Return the ciphertext; `place` (`user.phone:123`) is bound in, so it fits nowhere else."""
        nonce = os.urandom(_NONCE)
        body = self._ciphers[self.key_id].encrypt(nonce, text.encode(), place.encode())
        return bytes([self.key_id]) + nonce + body

    def open(self, sealed: bytes, *, place: str) -> str:
        """Return the text. Raises cryptography's InvalidTag when tampered with, misplaced, or sealed
        with a key that is not here."""
        cipher = self._ciphers.get(key_of(sealed))
        if cipher is None:
            raise InvalidTag
        nonce, body = bytes(sealed[1 : 1 + _NONCE]), bytes(sealed[1 + _NONCE :])
        return cipher.decrypt(nonce, body, place.encode()).decode()

    def blind(self, text: str, *, place: str) -> str:
        """Return the hex look-up value of a text: equal texts, equal values, nothing to read."""
        return hmac.digest(self._index_key, f"{place}|{text}".encode(), hashlib.sha256).hex()


def key_of(sealed: bytes) -> int:
    """Return the number of the key a ciphertext was sealed with."""
    return bytes(sealed[:1])[0]


def _key(text: str) -> tuple[int, bytes]:
    number, colon, body = text.rpartition(":")
    if not colon:
        return 1, _bytes(body)
    if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= _MOST):
        raise ValueError("a data key's number must be 1 to 255")
    return int(number), _bytes(body)


def _bytes(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != _LENGTH:
        raise ValueError("the data key must be 32 bytes in base64")
    return raw


def is_guessable(key: str) -> bool:
    """Say whether a key was typed and not drawn: of 32 drawn hex digits fewer than eight differ once
    in ten million."""
    return len(set(key)) < _DIFFERENT


def token_hash(token: str) -> str:
    """Return what is stored of a bearer token or cookie: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
