"""Rows of traces, the head of their chain."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Moment


class TraceRow(Base):
    """A trace: appended by anyone, altered by nobody; the database gives its place and its digest."""

    __tablename__ = "traces"
    __table_args__ = (
        Index("ix_traces_district_id", "district_id", "at"),
        Index("ix_traces_report_id", "report_id", postgresql_where=text("report_id is not null")),
        Index("ix_traces_account_id", "account_id", postgresql_where=text("account_id is not null")),
    )

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    district_id: Mapped[int | None] = mapped_column(ForeignKey("districts.id"))
    actor: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    report_id: Mapped[int | None] = mapped_column(BigInteger)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class TraceHeadRow(Base):
    """How long the chain is and how it ends; how many of its first traces were given up and how those ended."""

    __tablename__ = "trace_head"

    only: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    places: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    given_up: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    given_up_digest: Mapped[bytes] = mapped_column(LargeBinary)
