"""Rows of the journal, its daily seals and its stream."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from layers.base import Base, Moment, Path


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The column's type in SQL."""
        return "xid8"


class JournalRow(Base):
    """An entry of a report's journal: canonical bytes, chained by hash to the entry before it."""

    __tablename__ = "journal_entries"
    __table_args__ = (Index("ix_journal_entries_unpumped", "transaction", "serial"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    transaction: Mapped[str] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))
    type: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class SealRow(Base):
    """One digest over a district's entries since the seal before, chained to it; made once a day."""

    __tablename__ = "journal_seals"
    __table_args__ = (CheckConstraint("from_transaction <= to_transaction", name="range"),)

    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    entries: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[Moment]
    from_transaction: Mapped[str] = mapped_column(TransactionId)
    to_transaction: Mapped[str] = mapped_column(TransactionId)


class StreamRow(Base):
    """An entry's place in the stream that listeners replay, given in commit order by the pump; and who could see it.

    Where the report lay and who had it in hand when its entry was pumped: whoever saw it then is told that it left.
    """

    __tablename__ = "journal_stream"
    __table_args__ = (Index("uq_journal_stream_entry", "report_id", "position", unique=True),)

    place: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    report_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    area_path: Mapped[Path | None]
    assignee_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)


class PumpRow(Base):
    """How far the pump has read: every transaction before this one is in the stream."""

    __tablename__ = "journal_pump"

    only: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    upto: Mapped[str] = mapped_column(TransactionId, server_default=text("'0'::xid8"))
