"""Rows of notices, of those who are told outside, and of what is on its way to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Id, Moment


class WebhookRow(Base):
    """An endpoint of another system that is told what happens in a district; its secret is sealed."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_district_id", "district_id", postgresql_where=text("ended_at is null")),)

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    #: Types of entries it is told of; none: all.
    types: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class SubscriptionRow(Base):
    """Where an account wants its notices too: a sealed address that a code sent there proves."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("account_id", "channel"),
        CheckConstraint("channel in ('email', 'sms')", name="channel"),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[bytes] = mapped_column(LargeBinary)
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_until: Mapped[Moment | None]
    confirmed_at: Mapped[Moment | None]
    made_at: Mapped[Moment]


class NoticeRow(Base):
    """What an account is told of one entry of a report's journal; `facts` as they stood when it was told."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("account_id", "place"), Index("ix_notices_made_at", "made_at"))

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    place: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(Text)
    facts: Mapped[Facts]
    made_at: Mapped[Moment]
    read_at: Mapped[Moment | None]


class DeliveryRow(Base):
    """A message on its way out, in the lane of its endpoint or gateway."""

    __tablename__ = "deliveries"
    __table_args__: Any = (
        CheckConstraint("state in ('waiting', 'sent', 'dead')", name="state"),
        CheckConstraint("num_nonnulls(webhook_id, subscription_id) = 1", name="one"),
        Index("ix_deliveries_waiting", "lane", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_deliveries_ended_at", "ended_at", postgresql_where=text("ended_at is not null")),
        Index(
            "ix_deliveries_subscription_id",
            "subscription_id",
            postgresql_where=text("subscription_id is not null"),
        ),
    )

    id: Mapped[Id]
    lane: Mapped[str] = mapped_column(Text)
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhooks.id"))
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id", ondelete="CASCADE"))
    place: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(Text)
    #: Empty once sent.
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    made_at: Mapped[Moment]
    due_at: Mapped[Moment]
    leased_until: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    #: Why the last attempt failed, in one word of ours.
    fault: Mapped[str | None] = mapped_column(Text)


class LaneRow(Base):
    """How often in a row a lane failed, and until when it is left alone."""

    __tablename__ = "delivery_lanes"

    lane: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    paused_until: Mapped[Moment | None]


class NoticePositionRow(Base):
    """How far the stream was read for notices."""

    __tablename__ = "notice_position"
    __table_args__ = (CheckConstraint('"only"', name="only"),)

    only: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    place: Mapped[int] = mapped_column(BigInteger, server_default="0")
