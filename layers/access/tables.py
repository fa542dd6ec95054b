"""Rows of accounts, their territories, sessions and devices."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Id, Moment, RowVersion


class AccountRow(Base):
    """Someone who signs in, or a machine; the second factor is sealed with the service's key."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("login"), UniqueConstraint("person_id"), UniqueConstraint("outside_subject"))

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    login: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_expires: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    second_factor: Mapped[bytes | None] = mapped_column(LargeBinary)
    second_factor_confirmed_at: Mapped[Moment | None]
    second_factor_step: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    locked_until: Mapped[Moment | None]
    locked_at: Mapped[Moment | None]
    outside_subject: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[Moment]
    row_version: Mapped[RowVersion]


class TerritoryRow(Base):
    """An area or a group of cells granted to an account, from one day to another."""

    __tablename__ = "territories"
    __table_args__ = (CheckConstraint("num_nonnulls(area_id, group_id) = 1", name="one"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("cell_groups.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[str] = mapped_column(Text)


class SessionRow(Base):
    """A signed-in browser; a half one has shown its password and still owes the second factor."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("token_digest"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary)
    half: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    made_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class DeviceRow(Base):
    """A phone or a machine that proves itself by a secret, kept as a digest."""

    __tablename__ = "devices"
    __table_args__ = (CheckConstraint("kind in ('phone', 'machine')", name="kind"), UniqueConstraint("token_digest"))

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary)
    datum: Mapped[str | None] = mapped_column(Text)
    requests_per_minute: Mapped[int | None] = mapped_column(Integer)
    made_at: Mapped[Moment]
    seen_at: Mapped[Moment | None]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    lost_at: Mapped[Moment | None]
