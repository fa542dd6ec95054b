"""Rows of calendars."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Moment


class CalendarYearRow(Base):
    """The working days of a year as one version has them; `days` holds what differs from Monday to Friday."""

    __tablename__ = "calendar_years"

    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    days: Mapped[Facts]
    digest: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
