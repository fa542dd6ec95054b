"""Secrets that must be read again (second factors) are kept sealed: AES-256-GCM under the service's key."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from layers.refusals import Refusal

NONCE_BYTES = 12
KEY_BYTES = 32


class SealBroken(Refusal):
    """What was sealed cannot be opened: the service's key is another, or someone changed it."""


class Seal:
    """Seals and opens short secrets; each is bound to what it is `about`, so that none can stand in for another."""

    def __init__(self, service_key: bytes) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"wangge: sealed secrets")
        self._cipher = AESGCM(derived.derive(service_key))

    def close(self, secret: bytes, *, about: str) -> bytes:
        """The secret, sealed."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """The secret again; raises `SealBroken` where it was sealed by another key or about something else."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(
                "A sealed secret cannot be opened with this service's key.",
                remedy="Give the service the key it had (docs/settings.md), or set the second factor anew.",
            ) from None
