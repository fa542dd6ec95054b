"""Rows that steps leave beside the journal: notes, callers, keys, and the units called in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Moment


class NoteRow(Base):
    """What someone added to a step in their own words; null once erased, the journal holds a salted digest."""

    __tablename__ = "report_notes"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str | None] = mapped_column(Text)


class CallerRow(Base):
    """Whoever called about a report that was there already; null once erased."""

    __tablename__ = "report_callers"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)


class StepKeyRow(Base):
    """A step by the key of whoever took it, so that the same one sent again finds what came of it."""

    __tablename__ = "step_keys"

    actor: Mapped[str] = mapped_column(Text, primary_key=True)
    client_key: Mapped[str] = mapped_column(Text, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    position: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]


class CallInRow(Base):
    """A unit called to a matter: by a street's whistle (吹哨), or to handle it jointly under its lead."""

    __tablename__ = "call_ins"
    __table_args__ = (
        CheckConstraint("purpose in ('whistle', 'joint')", name="purpose"),
        Index("ix_call_ins_unit_id", "unit_id"),
        Index("ix_call_ins_due_at", "due_at", postgresql_where=text("answered_at is null and not missed")),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"), primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    asked_at: Mapped[Moment]
    due_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]
    done_at: Mapped[Moment | None]
    missed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
