"""The second factor: a code of six digits for every half minute (TOTP, RFC 6238, with HMAC-SHA-1)."""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20
#: Steps a clock may be ahead or behind.
DRIFT = 1


def new_secret() -> bytes:
    """A secret for an authenticator app."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(now: datetime) -> int:
    """The number of the half minute."""
    return int(now.timestamp()) // STEP_S


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, section 5.3: dynamic truncation)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0xF
    number = struct.unpack_from(">I", digest, offset)[0] & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(secret: bytes, code: str, *, now: datetime, used: int | None) -> int | None:
    """The step whose code this is, None where it is of none; steps up to the one `used` last do not count again."""
    given = "".join(code.split()).encode()
    found = None
    for step in range(step_at(now) - DRIFT, step_at(now) + DRIFT + 1):
        same = hmac.compare_digest(code_at(secret, step).encode(), given)
        if same and (used is None or step > used):
            found = step
    return found


def key_of(secret: bytes) -> str:
    """The secret as it is typed into an authenticator app: base 32."""
    return base64.b32encode(secret).decode().rstrip("=")


def address_of(secret: bytes, *, login: str, issuer: str) -> str:
    """The address that a QR code holds (otpauth, as authenticator apps read it)."""
    asked = {"secret": key_of(secret), "issuer": issuer, "digits": DIGITS, "period": STEP_S}
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?{urlencode(asked, quote_via=quote)}"
