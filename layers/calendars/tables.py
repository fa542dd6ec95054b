"""Rows of calendars."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Moment


class CalendarYearRow(Base):
    """A year as one version has it; `days` holds what differs from Monday to Friday: names, null where worked."""

    __tablename__ = "calendar_years"

    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    days: Mapped[Facts]
    #: As layers/calendars/hours.py writes them.
    hours: Mapped[str] = mapped_column(Text, server_default=text("'08:00-12:00 14:00-18:00'"))
    digest: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
