"""Rows of photos."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Id, Moment


class PhotoRow(Base):
    """A photo of a report; `content` is null once it was erased, `digest` is salted with the report's own salt."""

    __tablename__ = "report_photos"
    __table_args__ = (
        UniqueConstraint("report_id", "digest"),
        CheckConstraint("taken in ('before', 'after', 'other')", name="taken"),
    )

    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    taken: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    by: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(Text)
    width_px: Mapped[int] = mapped_column(Integer)
    height_px: Mapped[int] = mapped_column(Integer)
    size_bytes: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
