"""What leaves this slice: notices, endpoints, subscriptions, and what is on its way to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Channel(StrEnum):
    """How an account is told beside the service's own pages."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Notice:
    """What an account was told, by its place in the stream; `facts` as they stood then, nothing personal in them."""

    place: int
    report_id: int
    type: str
    facts: Mapping[str, Any]
    made_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint of another system, without its secret. No `types`: told of everything."""

    id: int
    name: str
    url: str
    types: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Fare:
    """How an endpoint fares: failed attempts in a row, messages that wait for it, messages that were given up."""

    failures: int
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """That an account wants its notices by a channel too, and whether the address was proven to be theirs."""

    channel: Channel
    is_confirmed: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was taken to be sent: where to, by sealed secrets, and the body as it goes out."""

    id: int
    lane: str
    type: str
    body: str
    attempts: int
    webhook_id: int | None
    subscription_id: int | None
    place: int | None
    url: str | None
    secret: bytes | None
    address: bytes | None
    account_id: int | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up: which, where to, how often it was tried, and why it failed at last."""

    id: int
    lane: str
    type: str
    attempts: int
    made_at: datetime
    ended_at: datetime
    fault: str


def lane_of(webhook_id: int) -> str:
    """The lane of an endpoint."""
    return f"webhook:{webhook_id}"


def about_webhook(url: str) -> str:
    """What the secret of an endpoint is bound to: at another address it opens nothing."""
    return f"webhook {url}"


def about_address(account_id: int, channel: str) -> str:
    """What a sealed address is bound to."""
    return f"{channel} of account {account_id}"
