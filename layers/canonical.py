"""Bytes that can be checked later: one form for each fact, and digests chained one to the next."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: object) -> bytes:
    """JSON in one form only: keys sorted, no spaces, no escapes beyond JSON's own, UTF-8, no NaN."""
    return _ENCODER.encode(value).encode()


def moment_text(moment: datetime) -> str:
    """A moment in one form only: 2026-11-22T01:02:03.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chained(previous: bytes, body: bytes) -> bytes:
    """The digest of an entry that follows the one with digest `previous`."""
    return sha256(previous + body).digest()
